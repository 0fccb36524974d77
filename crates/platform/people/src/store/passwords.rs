//! Passwords in the database. Hashing and verifying take long and so stand
//! outside of every transaction: read a [`Candidate`], verify its hash on a
//! thread for it, then write; the write looks again whether the hash still is
//! the one that was verified.

use serde_json::json;
use steward_base::text::fold;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_history::{Change, Head, head};

use super::access::actor_of;
use super::own::{open_over, own_account};
use super::{note, sessions};
use crate::actor::{Actor, Call};

/// How long a password reset can be used, in seconds.
pub const RESET_LIFETIME_SECONDS: i64 = 24 * 3600;

/// Somebody who may sign in by password.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who it would be.
    pub actor: Actor,
    /// What the password must fit.
    pub password_hash: String,
}

/// Who signs in under this login; `None` for nobody, and for who is disabled,
/// a service, or has no password. Verify either way, so that both take as long.
pub fn candidate(tx: &mut Tx, login: &str) -> Result<Option<Candidate>> {
    let found = tx.opt(
        "select id, password_hash from person
         where login_key = $1 and active and kind = 'person' and password_hash is not null",
        &[fold(login).into()],
        |r| Ok((r.get::<Uuid>(0)?, r.get::<String>(1)?)),
    )?;
    let Some((id, password_hash)) = found else { return Ok(None) };
    Ok(actor_of(tx, id)?.map(|actor| Candidate { actor, password_hash }))
}

/// The hash the actor's current password must fit before it is changed.
pub fn own_hash(tx: &mut Tx, actor: &Actor) -> Result<Option<String>> {
    tx.one("select password_hash from person where id = $1", &[actor.id.into()], |r| r.opt(0))
}

/// Changes the actor's own password; all their sessions but `keep` end.
///
/// # Errors
/// `Invalid` when `verified` is no longer the stored hash.
pub fn change_own(
    tx: &mut Tx,
    call: &Call,
    verified: &str,
    new_hash: &str,
    keep: Option<Uuid>,
) -> Result<()> {
    let mut account = own_account(tx, call, call.actor.id)?;
    if own_hash(tx, &call.actor)?.as_deref() != Some(verified) {
        return Err(Error::invalid("current_password", "wrong", "this is not your password"));
    }
    write(tx, call, &mut account, new_hash, keep, "person.password_changed")
}

/// Sets somebody's password (the command line, sample data).
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn set(tx: &mut Tx, call: &Call, person: Uuid, new_hash: &str) -> Result<()> {
    let mut account = open_over(tx, call, person, "reset_password", None)?;
    write(tx, call, &mut account, new_hash, None, "person.password_set")
}

/// Writes down that who shows the secret of `hash` may choose a new password
/// for this person, until `expires_at`; earlier ones end.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Refused` for a disabled person.
pub fn issue_reset(
    tx: &mut Tx,
    call: &Call,
    person: Uuid,
    hash: &[u8; 32],
    expires_at: Timestamp,
) -> Result<()> {
    let mut account = open_over(tx, call, person, "reset_password", None)?;
    if actor_of(tx, person)?.is_none() {
        return Err(Error::Refused("this person is disabled; enable them first".into()));
    }
    tx.run("delete from password_reset where person = $1", &[person.into()])?;
    tx.run_one(
        "insert into password_reset (hash, person, created_at, expires_at)
         values ($1, $2, $3, $4)",
        &[hash.as_slice().into(), person.into(), call.now.into(), expires_at.into()],
    )?;
    let change = Change::plain("expires_at", json!(null), json!(expires_at));
    note(tx, call, &mut account, "person.password_reset_issued", &[change]).map(drop)
}

/// Who may choose a new password with the secret of this hash; `None` when it
/// is unknown, used or over. The reset itself is done as this actor.
pub fn reset_candidate(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<Option<Actor>> {
    let person = tx.opt(
        "select person from password_reset where hash = $1 and expires_at > $2",
        &[hash.as_slice().into(), now.into()],
        |r| r.get::<Uuid>(0),
    )?;
    person.map_or(Ok(None), |person| actor_of(tx, person))
}

/// Sets the password of the call's actor by a reset, which is used up.
///
/// # Errors
/// `Invalid` on `token` when it was used or is over.
pub fn use_reset(tx: &mut Tx, call: &Call, hash: &[u8; 32], new_hash: &str) -> Result<()> {
    let used = tx.run(
        "delete from password_reset where hash = $1 and person = $2 and expires_at > $3",
        &[hash.as_slice().into(), call.actor.id.into(), call.now.into()],
    )?;
    if used != 1 {
        return Err(Error::invalid("token", "unknown", "this reset was used or is over"));
    }
    let mut account = head(tx, call.actor.id)?;
    write(tx, call, &mut account, new_hash, None, "person.password_reset")
}

fn write(
    tx: &mut Tx,
    call: &Call,
    account: &mut Head,
    new_hash: &str,
    keep: Option<Uuid>,
    fact: &str,
) -> Result<()> {
    tx.run_one(
        "update person set password_hash = $1 where id = $2",
        &[new_hash.into(), account.id.into()],
    )?;
    tx.run("delete from password_reset where person = $1", &[account.id.into()])?;
    let ended = sessions::end_all(tx, account.id, keep)?;
    let change = Change::plain("sessions_ended", json!(null), json!(ended));
    note(tx, call, account, fact, &[change]).map(drop)
}
