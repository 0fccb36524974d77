//! Answers kept for repeated requests.

use std::collections::HashSet;

use steward_base::{Result, Timestamp, Uuid};
use steward_database::{Tx, Value};

use crate::idempotency::Key;
use crate::reply::Stored;

fn names(key: &Key) -> [Value; 3] {
    [key.actor.into(), key.route.as_str().into(), key.key.as_str().into()]
}

/// PostgreSQL only: whether no other transaction holds this key.
pub(crate) fn try_lock(tx: &mut Tx, key: &Key) -> Result<bool> {
    let name = format!("idempotency {} {} {}", key.actor, key.route, key.key);
    tx.one(
        "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) from (select 1) one",
        &[name.into()],
        |r| r.get(0),
    )
}

/// What is kept for a key: digest of the body, when, and the answer.
pub(crate) fn answer(tx: &mut Tx, key: &Key) -> Result<Option<(Vec<u8>, Timestamp, Stored)>> {
    tx.opt(
        "select digest, at, status, location, version, body from idempotency
         where actor = $1 and route = $2 and key = $3",
        &names(key),
        |r| {
            let status = u16::try_from(r.get::<i64>(2)?).unwrap_or(200);
            let (location, version, body) = (r.opt(3)?, r.opt(4)?, r.get(5)?);
            Ok((r.get(0)?, r.get(1)?, Stored { status, location, version, body }))
        },
    )
}

/// Keeps an answer. On PostgreSQL a conflict with a commit this transaction
/// does not see makes the door repeat it, and the repetition finds the answer.
pub(crate) fn keep(
    tx: &mut Tx,
    key: &Key,
    digest: &[u8],
    answer: &Stored,
    now: Timestamp,
) -> Result<()> {
    let [actor, route, name] = names(key);
    tx.run(
        "insert into idempotency (actor, route, key, digest, at, status, location, version, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (actor, route, key) do nothing",
        &[
            actor,
            route,
            name,
            digest.into(),
            now.into(),
            i64::from(answer.status).into(),
            answer.location.clone().into(),
            answer.version.into(),
            answer.body.clone().into(),
        ],
    )?;
    Ok(())
}

/// Forgets one key.
pub(crate) fn forget(tx: &mut Tx, key: &Key) -> Result<()> {
    tx.run("delete from idempotency where actor = $1 and route = $2 and key = $3", &names(key))?;
    Ok(())
}

/// Forgets the answers that name one of these ids; how many.
pub(crate) fn forget_ids(tx: &mut Tx, ids: &HashSet<String>) -> Result<u64> {
    let mut found: Vec<[Value; 3]> = Vec::new();
    tx.each("select actor, route, key, location, body from idempotency", |r| {
        let (actor, route, key) = (r.get::<Uuid>(0)?, r.get::<String>(1)?, r.get::<String>(2)?);
        let location = r.opt::<String>(3)?.unwrap_or_default();
        let body = r.get::<Vec<u8>>(4)?;
        let body = String::from_utf8_lossy(&body);
        let names = |text: &str| {
            let other = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
            text.split(other).any(|token| ids.contains(token))
        };
        if names(&actor.to_string()) || names(&route) || names(&location) || names(&body) {
            found.push([actor.into(), route.into(), key.into()]);
        }
        Ok(())
    })?;
    for names in &found {
        let sql = "delete from idempotency where actor = $1 and route = $2 and key = $3";
        tx.run(sql, names)?;
    }
    Ok(found.len() as u64)
}

/// Forgets what is older than `before`, at most `limit`.
pub(crate) fn sweep(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64> {
    tx.run(
        "delete from idempotency where (actor, route, key) in
         (select actor, route, key from idempotency where at < $1 order by at limit $2)",
        &[before.into(), limit.into()],
    )
}
