//! API tokens: shown once, stored as a digest, scoped, expiring, revocable.

use serde_json::json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Row, Tx};
use steward_history::{Change, Door};

use super::own::account;
use super::{note, persons};
use crate::actor::Call;
use crate::rules::{self, Broken};

/// What a token may be used for.
pub const SCOPES: [&str; 2] = ["read", "write"];

/// Beside the scopes of a token that was made on the command line: it reads
/// times without a zone in UTC, whoever its person is. Shown to nobody.
pub(crate) const IN_UTC: &str = "utc";

/// A token as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its id: names it without showing it.
    pub id: Uuid,
    /// Whose it is.
    pub person: Uuid,
    /// What it is for.
    pub name: String,
    /// Of [`SCOPES`].
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// What a new token needs.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whose it is: the actor, or somebody whose account they may take in hand.
    pub person: Uuid,
    /// What it is for.
    pub name: String,
    /// Of [`SCOPES`]; empty is all of them.
    pub scopes: Vec<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Hash of its text ([`crate::auth::Secret::token`]).
    pub hash: [u8; 32],
}

/// Makes a token.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`; `Refused` for a person who is disabled
/// or erased.
pub fn create(tx: &mut Tx, call: &Call, new: &NewToken) -> Result<Token> {
    let mut head = account(tx, call, new.person)?;
    let person = persons::load(tx, new.person)?;
    if !person.active {
        let how = if person.erased { "erased" } else { "disabled" };
        return Err(Error::Refused(format!("{} is {how} and gets no token", person.name)));
    }
    let mut scopes: Vec<String> = SCOPES.iter().map(|s| (*s).to_owned()).collect();
    if !new.scopes.is_empty() {
        scopes.retain(|s| new.scopes.contains(s));
    }
    validate(call, new)?;
    let token = Token {
        id: call.new_id(),
        person: new.person,
        name: new.name.clone(),
        scopes,
        created_at: call.now,
        expires_at: new.expires_at,
        last_used_at: None,
    };
    tx.run_one(
        "insert into token (id, hash, person, name, scopes, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            token.id.into(),
            new.hash.as_slice().into(),
            token.person.into(),
            token.name.as_str().into(),
            stored_scopes(call, &token.scopes).into(),
            token.created_at.into(),
            token.expires_at.into(),
        ],
    )?;
    let changes = [
        Change::plain("token", json!(null), json!(token.id)),
        Change::text("name", &token.name, Some(token.person)),
        Change::plain("scopes", json!(null), json!(token.scopes)),
        Change::plain("expires_at", json!(null), json!(token.expires_at)),
    ];
    note(tx, call, &mut head, "person.token_created", &changes)?;
    Ok(token)
}

fn stored_scopes(call: &Call, scopes: &[String]) -> String {
    let mut words: Vec<&str> = scopes.iter().map(String::as_str).collect();
    if call.door == Door::Cli {
        words.push(IN_UTC);
    }
    words.join(" ")
}

fn validate(call: &Call, new: &NewToken) -> Result<()> {
    let mut broken = Broken::default();
    rules::name(&mut broken, "name", &new.name);
    if new.scopes.iter().any(|s| !SCOPES.contains(&s.as_str())) {
        broken.add("scopes", "choice", "scopes are read and write");
    }
    // What may not read answers nothing: writing alone is no scope.
    if new.scopes.iter().any(|s| s == "write") && !new.scopes.iter().any(|s| s == "read") {
        broken.add("scopes", "choice", "write includes read: send both");
    }
    if new.expires_at.is_some_and(|at| at <= call.now) {
        broken.add("expires_at", "future", "this is in the past");
    }
    broken.end()
}

const TOKEN: &str = "select t.id, t.person, t.name, t.scopes, t.created_at, t.expires_at, \
     t.last_used_at from token t";

fn token_row(row: &Row) -> Result<Token> {
    let scopes: String = row.get(3)?;
    Ok(Token {
        id: row.get(0)?,
        person: row.get(1)?,
        name: row.get(2)?,
        scopes: scopes.split(' ').filter(|word| SCOPES.contains(word)).map(Into::into).collect(),
        created_at: row.get(4)?,
        expires_at: row.opt(5)?,
        last_used_at: row.opt(6)?,
    })
}

/// Tokens of a person that are not revoked, newest first; expired ones too, so
/// that one sees why a script stopped.
pub fn of_person(tx: &mut Tx, person: Uuid) -> Result<Vec<Token>> {
    tx.rows(
        &format!(
            "{TOKEN} where t.person = $1 and t.revoked_at is null order by t.created_at desc, t.id"
        ),
        &[person.into()],
        token_row,
    )
}

/// Revokes a token of the actor's own, or of somebody whose account they may
/// take in hand. It counts from the next request on.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn revoke(tx: &mut Tx, call: &Call, id: Uuid) -> Result<()> {
    let sql = format!("{TOKEN} where t.id = $1 and t.revoked_at is null");
    let token = tx.one(&sql, &[id.into()], token_row)?;
    let mut head = account(tx, call, token.person)?;
    tx.run_one("update token set revoked_at = $1 where id = $2", &[call.now.into(), id.into()])?;
    let change = Change::plain("token", json!(id), json!(null));
    note(tx, call, &mut head, "person.token_revoked", &[change]).map(drop)
}

/// Revokes all tokens of a person; the caller writes the fact.
pub(crate) fn revoke_all(tx: &mut Tx, person: Uuid, now: Timestamp) -> Result<u64> {
    tx.run(
        "update token set revoked_at = $1 where person = $2 and revoked_at is null",
        &[now.into(), person.into()],
    )
}
