//! People in the database. Every write checks the matrix beside its effect and
//! leaves a fact in the same transaction.

pub mod access;
mod fields;
mod foundation;
pub mod grants;
pub mod items;
mod leaving;
pub mod list;
mod memory;
mod mentions;
mod names;
pub mod organisations;
mod own;
pub mod passwords;
mod person_changes;
pub mod persons;
mod reference;
pub mod sessions;
pub mod show;
pub mod teams;
pub mod tokens;
mod visible;
mod words;

pub use foundation::{ensure_foundation, needs_foundation, system_actor};
pub use leaving::{Erasure, disable, enable, erase, erased};
pub use mentions::{Mention, mentions_left, redact_mention};
pub use names::{Name, Names, in_list, names};
pub use reference::{reference_sql, resolve, resolve_any};
pub use visible::visible_sql;

use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::{Change, FactRef, Head, append, head, save_head};

use crate::actor::{Actor, Call};
use crate::permission::{Target, check};

/// Kinds of the small records that share the table `item`.
pub const ITEM_KINDS: [&str; 4] = ["service", "service_offering", "configuration_item", "location"];

/// What stands between the actor and a record of this crate.
pub(crate) fn target(tx: &mut Tx, actor: &Actor, head: &Head) -> Result<Target> {
    let own = match head.kind.as_str() {
        "person" => head.id == actor.id,
        "organisation" => head.id == actor.organisation,
        "team" => actor.teams.contains(&head.id),
        "configuration_item" => items::owner(tx, head.id)? == Some(actor.id),
        _ => false,
    };
    Ok(Target { organisation: head.organisation, called: false, own, team: false })
}

/// Opens a record of a kind for an action: there, allowed, and at the version
/// the caller read.
pub(crate) fn open(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    id: Uuid,
    action: &str,
    expected: Option<i64>,
) -> Result<Head> {
    let head = head(tx, id)?;
    if head.kind != kind {
        return Err(Error::NotFound);
    }
    let target = target(tx, &call.actor, &head)?;
    check(&call.actor, kind, action, &target)?;
    match expected {
        Some(expected) if expected != head.version => {
            Err(Error::VersionConflict { expected, actual: head.version })
        }
        _ => Ok(head),
    }
}

/// Appends the fact of a change to the record and gives it its next version.
pub(crate) fn finish(
    tx: &mut Tx,
    call: &Call,
    head: &mut Head,
    fact: &str,
    changes: &[Change],
) -> Result<FactRef> {
    let fact = append(tx, &call.entropy, head, &call.stamp(), fact, changes)?;
    save_head(tx, head)?;
    Ok(fact)
}

/// Appends a fact that changes nothing others edit (a sign-in, a token): the
/// version stays, so that nobody's open form is refused for it.
pub(crate) fn note(
    tx: &mut Tx,
    call: &Call,
    head: &mut Head,
    fact: &str,
    changes: &[Change],
) -> Result<FactRef> {
    head.version -= 1;
    finish(tx, call, head, fact, changes)
}

/// Moves a record to another organisation.
pub(crate) fn move_to(tx: &mut Tx, head: &mut Head, organisation: Uuid) -> Result<()> {
    head.organisation = organisation;
    tx.run_one(
        "update record set organisation = $1 where id = $2",
        &[organisation.into(), head.id.into()],
    )
}
