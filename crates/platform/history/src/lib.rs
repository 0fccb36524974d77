//! History: one append-only log of facts for every kind of record.
//!
//! A write appends facts in the transaction that changes the state; whatever
//! else wants to know reads the log behind its own cursor. Facts of a record
//! are chained by hash; free text stands apart behind a salted digest, so that
//! it can be erased and the chain still verifies.
//!
//! Invariant: a fact is never changed or removed.
//! Invariant: a reader never skips a fact, however late it was committed.

mod chain;
mod fact;
mod store;

pub use chain::{Digest, content_digest, fact_hash};
pub use fact::{Change, Door, Fact, FactRef, Place, Stamp, Written};
pub use store::epoch::{other_cluster, raise_epoch, settle_in};
pub use store::marks::{MARKS, Marks, WITH_MARKS, marks, marks_from};
pub use store::number::{claim_number, format_number, next_number, parse_number};
pub use store::prune::{Log, Pruned, prune};
pub use store::seal::{Seal, count_seals, seal_now, seals};
pub use store::subscriber::{
    Progress, Subscriber, behind, facts_after, lag, newest, restart, run_batch,
};
pub use store::verify::{Finding, Report, verify};
pub use store::{
    Head, NewRecord, StandingText, append, content_of, create_record, erase_subject, facts_before,
    facts_of, head, head_by_number, last_text, new_record, redact, rename, save_head, set_setting,
    setting, standing_text, write_record,
};
