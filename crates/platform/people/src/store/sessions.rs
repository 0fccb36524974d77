//! Browser sessions: one row each, looked up by the digest of the cookie.

use serde_json::json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Row, Tx};
use steward_history::Change;

use super::note;
use super::own::{account, own_account};
use crate::actor::Call;

/// How long a session lasts when the operator says nothing else, in seconds.
pub const LIFETIME_SECONDS: i64 = 7 * 24 * 3600;

/// A session as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id: names it without opening it.
    pub id: Uuid,
    /// Whose it is.
    pub person: Uuid,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// From where.
    pub address: Option<String>,
    /// With which browser.
    pub user_agent: Option<String>,
}

/// What a new session needs.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Hash of the cookie ([`crate::auth::Secret::session`]).
    pub hash: [u8; 32],
    /// The password hash that was verified: if it is no longer the stored one,
    /// the sign-in is refused.
    pub verified: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// From where.
    pub address: Option<String>,
    /// With which browser; cut to 255 characters.
    pub user_agent: Option<String>,
}

/// Starts a session for the call's actor, whose password was verified before
/// ([`super::passwords::candidate`]).
///
/// # Errors
/// `Unauthenticated` when the password changed or the person was disabled
/// meanwhile.
pub fn create(tx: &mut Tx, call: &Call, new: &NewSession) -> Result<Session> {
    let mut head = own_account(tx, call, call.actor.id)?;
    let still = tx.opt(
        "select id from person where id = $1 and active and kind = 'person' and password_hash = $2",
        &[call.actor.id.into(), new.verified.as_str().into()],
        |r| r.get::<Uuid>(0),
    )?;
    still.ok_or(Error::Unauthenticated)?;
    let session = Session {
        id: call.new_id(),
        person: call.actor.id,
        created_at: call.now,
        last_used_at: call.now,
        expires_at: new.expires_at,
        address: new.address.clone(),
        user_agent: new.user_agent.as_ref().map(|a| a.chars().take(255).collect()),
    };
    tx.run_one(
        "insert into session (id, hash, person, created_at, last_used_at, expires_at, address,
         user_agent) values ($1, $2, $3, $4, $4, $5, $6, $7)",
        &[
            session.id.into(),
            new.hash.as_slice().into(),
            session.person.into(),
            call.now.into(),
            session.expires_at.into(),
            session.address.clone().into(),
            session.user_agent.clone().into(),
        ],
    )?;
    let change = Change::plain("session", json!(null), json!(session.id));
    note(tx, call, &mut head, "person.signed_in", &[change])?;
    Ok(session)
}

const SESSION: &str = "select s.id, s.person, s.created_at, s.last_used_at, s.expires_at, \
     s.address, s.user_agent from session s";

fn session_row(row: &Row) -> Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        person: row.get(1)?,
        created_at: row.get(2)?,
        last_used_at: row.get(3)?,
        expires_at: row.get(4)?,
        address: row.opt(5)?,
        user_agent: row.opt(6)?,
    })
}

/// Live sessions of a person, newest first.
pub fn of_person(tx: &mut Tx, person: Uuid, now: Timestamp) -> Result<Vec<Session>> {
    tx.rows(
        &format!(
            "{SESSION} where s.person = $1 and s.expires_at > $2 order by s.created_at desc, s.id"
        ),
        &[person.into(), now.into()],
        session_row,
    )
}

/// Ends a session of the actor's own, or of somebody whose account they may
/// take in hand.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn end(tx: &mut Tx, call: &Call, id: Uuid) -> Result<()> {
    let session = tx.one(&format!("{SESSION} where s.id = $1"), &[id.into()], session_row)?;
    let mut head = account(tx, call, session.person)?;
    tx.run_one("delete from session where id = $1", &[id.into()])?;
    let change = Change::plain("session", json!(id), json!(null));
    note(tx, call, &mut head, "person.signed_out", &[change]).map(drop)
}

/// Ends all sessions of a person but one; the caller writes the fact.
pub(crate) fn end_all(tx: &mut Tx, person: Uuid, but: Option<Uuid>) -> Result<u64> {
    let none = Uuid::nil();
    tx.run(
        "delete from session where person = $1 and id <> $2",
        &[person.into(), but.unwrap_or(none).into()],
    )
}

/// Removes sessions that are over, at most `limit`, and password resets:
/// housekeeping, no facts. Returns how many sessions.
pub fn sweep(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<u64> {
    tx.run("delete from password_reset where expires_at <= $1", &[now.into()])?;
    tx.run(
        "delete from session where id in
         (select id from session where expires_at <= $1 order by expires_at limit $2)",
        &[now.into(), limit.into()],
    )
}
