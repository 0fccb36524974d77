//! Automation: rules that act on facts, and webhooks that send them out.
//!
//! A rule is: when a fact (or some time after it, or at a rhythm), if a
//! condition, then the commands a person has too. It acts as a service actor of
//! its own, with no more than whoever last published it holds at that moment.
//! `docs/automation.md` and `docs/webhooks.md` are the pages for users.
//!
//! Invariant: nothing here acts on imported facts.
//! Invariant: a rule's condition sees only what its actor may read; a webhook
//! sends only what its owner may read.
//! Invariant: what fails here never holds up the reading of the log.

mod audience;
mod evaluate;
mod notify;
mod past;
mod pattern;
mod poll;
pub mod rule;
pub mod webhook;

use steward_base::{Result, Uuid};
use steward_database::Tx;

pub use audience::readable_names;
pub use notify::register;
pub use pattern::{Pattern, parse_patterns};

/// Takes away what receivers and commands answered about a record, which may
/// repeat its words: an erasure. That they were called stays known.
///
/// # Errors
/// Those of the database.
pub fn forget_answers(tx: &mut Tx, record: Uuid) -> Result<()> {
    rule::forget_errors(tx, record)?;
    webhook::forget_responses(tx, record)
}

/// Takes the words of a rule or webhook away that was deleted, when one of its
/// texts is redacted.
///
/// # Errors
/// Those of the database.
pub fn forget_deleted(tx: &mut Tx, record: Uuid) -> Result<()> {
    rule::forget_deleted(tx, record)?;
    webhook::forget_deleted(tx, record)
}
