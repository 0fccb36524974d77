//! From a secret to an actor, in two statements: who it is, and what they hold
//! right now. Nothing is remembered, so that a changed grant, an ended session
//! or a disabled person counts from the next request on.

use steward_base::{Result, Timestamp, Uuid};
use steward_database::{Row, Tx};

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
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// Who acts.
    pub actor: Actor,
    /// What they showed.
    pub credential: Credential,
    /// When its use was last noted.
    pub last_used_at: Option<Timestamp>,
}

impl Access {
    /// Whether [`touch`] is due.
    pub fn touch_due(&self, now: Timestamp) -> bool {
        self.last_used_at
            .is_none_or(|last| now.as_second() - last.as_second() >= NOTED_EVERY_SECONDS)
    }
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
    ", t.id, t.last_used_at, t.scopes",
    "token t join person p on p.id = t.person",
    "t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)"
);
const BY_SESSION: &str = person!(
    ", s.id, s.last_used_at",
    "session s join person p on p.id = s.person",
    "s.hash = $1 and s.expires_at > $2"
);
const BY_ID: &str = person!("", "person p", "p.id = $1");

/// The actor behind an API token, by the hash of its text; `None` when it is
/// unknown, revoked or expired, or its person is disabled.
pub fn actor_by_token(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<Option<Access>> {
    let found = tx.opt(BY_TOKEN, &[hash.into(), now.into()], |r| {
        let scopes: String = r.get(7)?;
        let mut actor = bare_actor(r)?;
        actor.read_only = !scopes.split(' ').any(|s| s == "write");
        let credential = Credential::Token(r.get(5)?);
        Ok(Access { actor, credential, last_used_at: r.opt(6)? })
    })?;
    with_rights(tx, found)
}

/// The actor behind a session, by the hash of its cookie; `None` when it is
/// unknown or over, or its person is disabled.
pub fn actor_by_session(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<Option<Access>> {
    let found = tx.opt(BY_SESSION, &[hash.into(), now.into()], |r| {
        let credential = Credential::Session(r.get(5)?);
        Ok(Access { actor: bare_actor(r)?, credential, last_used_at: r.opt(6)? })
    })?;
    with_rights(tx, found)
}

/// The person as an actor, with what it holds right now (rules, timers, the
/// command line); `None` when there is no such person or it is disabled.
pub fn actor_of(tx: &mut Tx, person: Uuid) -> Result<Option<Actor>> {
    let Some(mut actor) = tx.opt(BY_ID, &[person.into()], bare_actor)? else { return Ok(None) };
    add_rights(tx, &mut actor)?;
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

fn with_rights(tx: &mut Tx, found: Option<Access>) -> Result<Option<Access>> {
    let Some(mut access) = found else { return Ok(None) };
    add_rights(tx, &mut access.actor)?;
    Ok(Some(access))
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
/// when [`Access::touch_due`] says so. Housekeeping, not a fact.
pub fn touch(tx: &mut Tx, credential: Credential, now: Timestamp) -> Result<()> {
    let (sql, id) = match credential {
        Credential::Session(id) => ("update session set last_used_at = $1 where id = $2", id),
        Credential::Token(id) => ("update token set last_used_at = $1 where id = $2", id),
    };
    tx.run(sql, &[now.into(), id.into()]).map(drop)
}
