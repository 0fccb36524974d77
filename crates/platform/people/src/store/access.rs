//! From a secret to an actor, in two statements: who it is, and what they hold
//! right now. Both are kept in memory, and looked up anew as soon as a grant, a
//! team, a person, a session or a token has changed (see `memory.rs`): that
//! counts from the next transaction on.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use steward_base::{Result, Timestamp, Uuid};
use steward_database::{Db, Row, Stamp, Tx};
use steward_history::marks;

use super::memory::Marked;
use super::tokens::IN_UTC;
use crate::actor::{Actor, Grant, Role};

/// A use is noted at most once in this time.
const NOTED_EVERY_SECONDS: i64 = 60;

/// What somebody signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A browser's session, by its id.
    Session(Uuid),
    /// An API token, by its id.
    Token(Uuid),
}

/// Whoever signed in, and with what.
#[derive(Debug, Clone)]
pub struct Access {
    /// Who acts.
    pub actor: Arc<Actor>,
    /// What they showed.
    pub credential: Credential,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// The second in which its use was last noted, shared by all who have it
    /// from memory.
    noted: Arc<AtomicI64>,
}

impl Access {
    /// Whether it has not ended by itself.
    fn holds(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether a use now is to be noted with [`touch`]; says so once a minute.
    pub fn takes_touch(&self, now: Timestamp) -> bool {
        let (now, last) = (now.as_second(), self.noted.load(Ordering::Relaxed));
        now.saturating_sub(last) >= NOTED_EVERY_SECONDS
            && self.noted.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// What was looked up under one mark: by the hash of a secret, and by person.
#[derive(Default)]
struct Known {
    secrets: Marked<(Kind, [u8; 32]), Access>,
    persons: Marked<Uuid, Arc<Actor>>,
    /// The mark that stood when the database had this stamp, or newer.
    stamped: RwLock<Option<(Stamp, i64)>>,
}

/// What a secret is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An API token.
    Token,
    /// A session's cookie.
    Session,
}

/// The texts stand whole: this is read for every request.
macro_rules! person {
    ($more:literal, $from:literal, $where:literal) => {
        concat!(
            "select p.id, p.login, r.name, r.organisation, coalesce(p.zone, o.zone, 'UTC')",
            $more,
            " from ",
            $from,
            " join record r on r.id = p.id left join organisation o on o.id = r.organisation",
            " where p.active and ",
            $where
        )
    };
}

const BY_TOKEN: &str = person!(
    ", t.id, t.expires_at, t.last_used_at, t.scopes",
    "token t join person p on p.id = t.person",
    "t.hash = $1 and t.revoked_at is null"
);
const BY_SESSION: &str = person!(
    ", s.id, s.expires_at, s.last_used_at",
    "session s join person p on p.id = s.person",
    "s.hash = $1"
);
const BY_ID: &str = person!("", "person p", "p.id = $1");

/// The actor behind an API token, by the hash of its text; `None` when it is
/// unknown, revoked or expired, or its person is disabled.
pub fn actor_by_token(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<Option<Access>> {
    by_secret(tx, Kind::Token, hash, now)
}

/// The actor behind a session, by the hash of its cookie; `None` when it is
/// unknown or over, or its person is disabled.
pub fn actor_by_session(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<Option<Access>> {
    by_secret(tx, Kind::Session, hash, now)
}

/// The actor behind a secret if it was looked up before and nothing at all was
/// committed since: without any statement.
pub fn unchanged(db: &Db, kind: Kind, hash: &[u8; 32], now: Timestamp) -> Option<Access> {
    let (stamp, known) = db.stamped::<Known>()?;
    let stamped = *known.stamped.read().unwrap_or_else(PoisonError::into_inner);
    let (_, mark) = stamped.filter(|(then, _)| *then == stamp)?;
    known.secrets.get(mark, &(kind, *hash)).filter(|access| access.holds(now))
}

/// The actor behind a secret if it was looked up before and is still the same:
/// one statement. `stamp` was read before. `None` says nothing; [`actor_by_token`]
/// and [`actor_by_session`] look it up.
pub fn remembered(
    tx: &mut Tx,
    stamp: Option<Stamp>,
    kind: Kind,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Access>> {
    let (mark, known) = (marks(tx)?.access, tx.memory::<Known>());
    if let Some(stamp) = stamp {
        *known.stamped.write().unwrap_or_else(PoisonError::into_inner) = Some((stamp, mark));
    }
    Ok(known.secrets.get(mark, &(kind, *hash)).filter(|access| access.holds(now)))
}

fn by_secret(tx: &mut Tx, kind: Kind, hash: &[u8; 32], now: Timestamp) -> Result<Option<Access>> {
    let (mark, known) = (marks(tx)?.access, tx.memory::<Known>());
    let access = match known.secrets.get(mark, &(kind, *hash)) {
        Some(access) => access,
        None => {
            let Some(access) = look_up(tx, kind, hash)? else { return Ok(None) };
            known.secrets.keep(mark, (kind, *hash), access.clone());
            access
        }
    };
    Ok(Some(access).filter(|access| access.holds(now)))
}

fn look_up(tx: &mut Tx, kind: Kind, hash: &[u8; 32]) -> Result<Option<Access>> {
    let sql = match kind {
        Kind::Token => BY_TOKEN,
        Kind::Session => BY_SESSION,
    };
    let found = tx.opt(sql, &[hash.as_slice().into()], |r| {
        let (mut actor, id) = (bare_actor(r)?, r.get(5)?);
        let credential = match kind {
            Kind::Token => {
                let words: String = r.get(8)?;
                let holds = |word: &str| words.split(' ').any(|w| w == word);
                actor.read_only = !holds("write");
                if holds(IN_UTC) {
                    actor.zone = "UTC".into();
                }
                Credential::Token(id)
            }
            Kind::Session => Credential::Session(id),
        };
        let last: Option<Timestamp> = r.opt(7)?;
        let noted = last.map_or(i64::MIN, Timestamp::as_second);
        Ok((actor, credential, r.opt(6)?, noted))
    })?;
    let Some((mut actor, credential, expires_at, noted)) = found else { return Ok(None) };
    add_rights(tx, &mut actor)?;
    let (actor, noted) = (Arc::new(actor), Arc::new(AtomicI64::new(noted)));
    Ok(Some(Access { actor, credential, expires_at, noted }))
}

/// The person as an actor, with what it holds right now (rules, timers, the
/// command line); `None` when there is no such person or it is disabled.
pub fn actor_of(tx: &mut Tx, person: Uuid) -> Result<Option<Actor>> {
    let (mark, known) = (marks(tx)?.access, tx.memory::<Known>());
    if let Some(actor) = known.persons.get(mark, &person) {
        return Ok(Some(Actor::clone(&actor)));
    }
    let Some(mut actor) = tx.opt(BY_ID, &[person.into()], bare_actor)? else { return Ok(None) };
    add_rights(tx, &mut actor)?;
    known.persons.keep(mark, person, Arc::new(actor.clone()));
    Ok(Some(actor))
}

fn bare_actor(row: &Row) -> Result<Actor> {
    Ok(Actor {
        id: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        organisation: row.get(3)?,
        teams: Vec::new(),
        grants: Vec::new(),
        zone: row.get(4)?,
        read_only: false,
    })
}

/// Teams and grants, direct and through teams, in one statement.
fn add_rights(tx: &mut Tx, actor: &mut Actor) -> Result<()> {
    let rows = tx.rows(
        "select m.team, g.role, g.organisation from team_member m
         left join grant_row g on g.holder = m.team where m.person = $1
         union all
         select null, g.role, g.organisation from grant_row g where g.holder = $1",
        &[actor.id.into()],
        |r| Ok((r.opt::<Uuid>(0)?, r.opt::<String>(1)?, r.opt::<Uuid>(2)?)),
    )?;
    for (team, role, organisation) in rows {
        if let Some(team) = team.filter(|t| !actor.teams.contains(t)) {
            actor.teams.push(team);
        }
        // A role this program does not know (of a newer one) gives nothing.
        let Some(role) = role.as_deref().and_then(Role::parse) else { continue };
        let grant = Grant { role, organisation };
        if !actor.grants.contains(&grant) {
            actor.grants.push(grant);
        }
    }
    Ok(())
}

/// Notes that a credential was used: a write of its own, beside the request,
/// when [`Access::takes_touch`] says so. Housekeeping, not a fact.
pub fn touch(tx: &mut Tx, credential: Credential, now: Timestamp) -> Result<()> {
    let (sql, id) = match credential {
        Credential::Session(id) => ("update session set last_used_at = $1 where id = $2", id),
        Credential::Token(id) => ("update token set last_used_at = $1 where id = $2", id),
    };
    tx.run(sql, &[now.into(), id.into()]).map(drop)
}
