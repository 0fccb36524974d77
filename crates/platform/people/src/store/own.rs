//! What everybody may do with their own account: sessions, tokens, password.

use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::{Head, head};

use super::{grants, open};
use crate::actor::{Call, SYSTEM};

/// Opens a person's account for its owner.
///
/// # Errors
/// `NotFound` for somebody else's, `Forbidden` for a token that may only read.
pub(crate) fn own_account(tx: &mut Tx, call: &Call, person: Uuid) -> Result<Head> {
    if person != call.actor.id {
        return Err(Error::NotFound);
    }
    if call.actor.read_only {
        return Err(Error::Forbidden("this token may only read".into()));
    }
    head(tx, person)
}

/// Opens a person's account for its owner, or for somebody who may reset its
/// password and may themselves do all that the person may: whoever gets hold
/// of an account gets its rights.
pub(crate) fn account(tx: &mut Tx, call: &Call, person: Uuid) -> Result<Head> {
    if person == call.actor.id {
        return own_account(tx, call, person);
    }
    open_over(tx, call, person, "reset_password", None)
}

/// Opens a person for an action that nobody may do to somebody more powerful.
pub(crate) fn open_over(
    tx: &mut Tx,
    call: &Call,
    person: Uuid,
    action: &str,
    expected: Option<i64>,
) -> Result<Head> {
    let head = open(tx, call, "person", person, action, expected)?;
    if person == SYSTEM && call.actor.id != SYSTEM {
        return Err(Error::Refused("this is the installation's own actor".into()));
    }
    for grant in grants::held_by(tx, person)? {
        if !grants::may_lend(&call.actor, grant.role, grant.organisation) {
            return Err(Error::Forbidden(format!(
                "this person holds the role {}, which is not yours to give",
                grant.role.as_str().replace('_', " ")
            )));
        }
    }
    Ok(head)
}
