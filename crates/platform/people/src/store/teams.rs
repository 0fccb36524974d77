//! Teams and their members.

use serde_json::json;
use steward_base::text::fold;
use steward_base::{Error, Result, Uuid};
use steward_database::{Row, Tx};
use steward_history::{Change, NewRecord, create_record, rename};

use super::{finish, grants, open, organisations, words};
use crate::actor::{Actor, Call};
use crate::permission::{allowed, check, check_create};
use crate::rules::{self, Broken};

/// A team as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// The record's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it is written to.
    pub email: Option<String>,
    /// The organisation it belongs to.
    pub organisation: Uuid,
    /// The record's version.
    pub version: i64,
}

pub(crate) const TEAM: &str = "select r.id, r.name, t.email, r.organisation, r.version \
     from record r join team t on t.id = r.id";

pub(crate) fn team_row(row: &Row) -> Result<Team> {
    Ok(Team {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.opt(2)?,
        organisation: row.get(3)?,
        version: row.get(4)?,
    })
}

/// The team with this id, whoever asks.
///
/// # Errors
/// `NotFound`.
pub fn load(tx: &mut Tx, id: Uuid) -> Result<Team> {
    tx.one(&format!("{TEAM} where r.id = $1"), &[id.into()], team_row)
}

/// The team, as far as the actor may read it, and whether that is more than
/// its name (members, e-mail).
///
/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<(Team, bool)> {
    let team = load(tx, id)?;
    let head = steward_history::head(tx, id)?;
    let target = super::target(tx, actor, &head)?;
    check(actor, "team", "read_name", &target)?;
    Ok((team, allowed(actor, "team", "read", &target)))
}

/// Persons that are members of the team, by name.
pub fn members(tx: &mut Tx, team: Uuid) -> Result<Vec<Uuid>> {
    tx.rows(
        "select m.person from team_member m join record r on r.id = m.person
         where m.team = $1 order by r.name_key, r.id",
        &[team.into()],
        |r| r.get(0),
    )
}

/// Makes a team.
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    name: &str,
    email: Option<&str>,
    organisation: Option<Uuid>,
) -> Result<Team> {
    let organisation = organisation.unwrap_or(call.actor.organisation);
    check_create(&call.actor, "team", organisation)?;
    validate(name, email)?;
    organisations::must_exist(tx, "organisation", organisation)?;
    let id = call.new_id();
    let record =
        NewRecord { id, kind: "team", number: None, name, organisation, created_at: call.now };
    let mut head = create_record(tx, &record)?;
    tx.run_one(
        "insert into team (id, email, email_key) values ($1, $2, $3)",
        &[id.into(), email.into(), email.map(fold).into()],
    )?;
    words::index(tx, id, &[("name", Some(name)), ("email", email)])?;
    let mut changes = vec![
        Change::text("name", name, None),
        Change::plain("organisation", json!(null), json!(organisation)),
    ];
    changes.extend(email.map(|e| Change::text("email", e, None)));
    finish(tx, call, &mut head, "team.created", &changes)?;
    load(tx, id).map(|team| Team { version: head.version, ..team })
}

/// Changes a team; an inner `None` empties.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`, `Invalid`.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    id: Uuid,
    name: Option<&str>,
    email: Option<Option<&str>>,
    expected: Option<i64>,
) -> Result<Team> {
    let mut head = open(tx, call, "team", id, "update", expected)?;
    let old = load(tx, id)?;
    let new_name = name.unwrap_or(&old.name).to_owned();
    let new_email = email.map_or(old.email.clone(), |e| e.map(Into::into));
    validate(&new_name, new_email.as_deref())?;
    let mut changes = Vec::new();
    if new_name != old.name {
        changes.push(Change::text("name", &new_name, None));
        rename(tx, &mut head, &new_name)?;
    }
    if new_email != old.email {
        changes.push(match &new_email {
            Some(email) => Change::text("email", email, None),
            None => Change::plain("email", json!(null), json!(null)),
        });
        tx.run_one(
            "update team set email = $1, email_key = $2 where id = $3",
            &[new_email.clone().into(), new_email.as_deref().map(fold).into(), id.into()],
        )?;
    }
    if changes.is_empty() {
        return Ok(old);
    }
    words::index(tx, id, &[("name", Some(&new_name)), ("email", new_email.as_deref())])?;
    finish(tx, call, &mut head, "team.updated", &changes)?;
    Ok(Team { name: new_name, email: new_email, version: head.version, ..old })
}

/// Makes a person a member; without a difference nothing is written.
///
/// # Errors
/// `NotFound`, `VersionConflict`; `Forbidden` also when the team carries a role
/// that the actor could not give and does not hold: membership lends it.
pub fn add_member(
    tx: &mut Tx,
    call: &Call,
    team: Uuid,
    person: Uuid,
    expected: Option<i64>,
) -> Result<()> {
    let mut head = open(tx, call, "team", team, "update", expected)?;
    if tx
        .opt("select id from person where id = $1", &[person.into()], |r| r.get::<Uuid>(0))?
        .is_none()
    {
        return Err(Error::invalid("member", "reference", "there is no such person"));
    }
    for grant in grants::held_by(tx, team)? {
        if !grants::may_lend(&call.actor, grant.role, grant.organisation) {
            return Err(Error::Forbidden(format!(
                "members of this team hold the role {}, which is not yours to give",
                grant.role.as_str().replace('_', " ")
            )));
        }
    }
    let added = tx.run(
        "insert into team_member (team, person) values ($1, $2) on conflict do nothing",
        &[team.into(), person.into()],
    )?;
    if added == 0 {
        return Ok(());
    }
    let change = Change::plain("member", json!(null), json!(person));
    finish(tx, call, &mut head, "team.member_added", &[change]).map(drop)
}

/// Ends a membership; without a difference nothing is written.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`; `Refused` when nobody would be
/// left as administrator of all organisations.
pub fn remove_member(
    tx: &mut Tx,
    call: &Call,
    team: Uuid,
    person: Uuid,
    expected: Option<i64>,
) -> Result<()> {
    let mut head = open(tx, call, "team", team, "update", expected)?;
    let gone = tx.run(
        "delete from team_member where team = $1 and person = $2",
        &[team.into(), person.into()],
    )?;
    if gone == 0 {
        return Ok(());
    }
    grants::administrator_left(tx)?;
    let change = Change::plain("member", json!(person), json!(null));
    finish(tx, call, &mut head, "team.member_removed", &[change]).map(drop)
}

fn validate(name: &str, email: Option<&str>) -> Result<()> {
    let mut broken = Broken::default();
    rules::name(&mut broken, "name", name);
    if let Some(email) = email {
        rules::email(&mut broken, email);
    }
    broken.end()
}
