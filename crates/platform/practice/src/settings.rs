//! What administrators decide about all records of a kind.

use serde_json::Value as Json;
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_history::{Change, append, head, save_head, set_setting};
use steward_people::{Call, EVERYONE, Target, check, refusal};

/// The right to decide about all records of a kind.
const RIGHT: &str = "manage_matrix";

/// Whether the actor may decide about all records of this kind.
///
/// # Errors
/// `Forbidden`.
pub fn check_manage(call: &Call, kind: &str) -> Result<()> {
    let global = Target { organisation: EVERYONE, called: false, own: false, team: false };
    check(&call.actor, kind, RIGHT, &global).map_err(|e| match e {
        Error::NotFound => Error::Forbidden(refusal(&call.actor, kind, RIGHT)),
        other => other,
    })
}

/// Writes a setting of a kind, with its fact.
///
/// # Errors
/// Those of the writes.
pub fn write_setting(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    name: &str,
    was: Json,
    value: Json,
) -> Result<()> {
    set_setting(tx, &format!("{kind}.{name}"), &value.to_string())?;
    let mut everyone = head(tx, EVERYONE)?;
    let change = [Change::plain(name, was, value)];
    append(tx, &call.entropy, &mut everyone, &call.stamp(), "settings.changed", &change)?;
    save_head(tx, &mut everyone)
}
