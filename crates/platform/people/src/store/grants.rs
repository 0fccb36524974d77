//! Grants: who holds which role, for one organisation or for all.

use serde_json::{Value as Json, json};
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Row, Tx};
use steward_history::Change;

use super::{finish, organisations};
use crate::actor::{Actor, Call, EVERYONE, Grant, Role};
use crate::permission::{includes, refusal, visibility};

/// A grant as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantRow {
    /// Its id.
    pub id: Uuid,
    /// The person or team that holds it.
    pub holder: Uuid,
    /// `person` or `team`.
    pub holder_kind: String,
    /// The role.
    pub role: Role,
    /// For which organisation; `None` is all of them.
    pub organisation: Option<Uuid>,
    /// When it was given.
    pub created_at: Timestamp,
}

impl GrantRow {
    pub(crate) fn as_json(&self) -> Json {
        json!({"id": self.id, "role": self.role, "organisation": self.organisation})
    }
}

pub(crate) const GRANT: &str =
    "select g.id, g.holder, g.holder_kind, g.role, g.organisation, g.created_at from grant_row g";

pub(crate) fn grant_row(row: &Row) -> Result<Option<GrantRow>> {
    // A role this program does not know (of a newer one) gives nothing.
    let Some(role) = Role::parse(&row.get::<String>(3)?) else { return Ok(None) };
    Ok(Some(GrantRow {
        id: row.get(0)?,
        holder: row.get(1)?,
        holder_kind: row.get(2)?,
        role,
        organisation: row.opt(4)?,
        created_at: row.get(5)?,
    }))
}

/// Whether the actor may give this role for this organisation (`None`: all).
pub fn may_give(actor: &Actor, organisation: Option<Uuid>) -> bool {
    let seen = visibility(actor, "grant", "create");
    seen.all || organisation.is_some_and(|o| seen.organisations.contains(&o))
}

/// [`may_give`] as a result.
///
/// # Errors
/// `Forbidden`.
pub fn check_give(actor: &Actor, role: Role, organisation: Option<Uuid>) -> Result<()> {
    if may_give(actor, organisation) {
        return Ok(());
    }
    let reach = if organisation.is_some() { "this organisation" } else { "all organisations" };
    let role = role.as_str().replace('_', " ");
    let refusal = refusal(actor, "grant", "create");
    Err(Error::Forbidden(format!("the role {role} for {reach} is not yours to give: {refusal}")))
}

/// Whether the actor may let somebody into this role without giving it anew: a
/// member into a team, a hand on an account. Nobody lends more than they hold.
pub(crate) fn may_lend(actor: &Actor, role: Role, organisation: Option<Uuid>) -> bool {
    let holds = |g: &Grant| {
        includes(g.role, role) && (g.organisation.is_none() || g.organisation == organisation)
    };
    may_give(actor, organisation) || actor.grants.iter().any(holds)
}

/// For which organisation a role is held that comes with one: an administrator
/// is one of every organisation, always.
pub fn reach(role: Role, organisation: Uuid) -> Option<Uuid> {
    (role != Role::Administrator).then_some(organisation)
}

/// All grants a person holds, directly and through teams, or a team holds.
pub fn held_by(tx: &mut Tx, holder: Uuid) -> Result<Vec<GrantRow>> {
    let sql = format!(
        "{GRANT} where g.holder = $1
         or g.holder in (select m.team from team_member m where m.person = $1)"
    );
    Ok(tx.rows(&sql, &[holder.into()], grant_row)?.into_iter().flatten().collect())
}

/// Gives a role to a person or a team.
///
/// # Errors
/// `Forbidden` when it is not the actor's to give; `Invalid` for a holder that
/// is neither, an organisation that is none, an administrator of one only, or a
/// grant that exists.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    holder: Uuid,
    role: Role,
    organisation: Option<Uuid>,
) -> Result<GrantRow> {
    check_give(&call.actor, role, organisation)?;
    let mut head = match steward_history::head(tx, holder) {
        Ok(head) if head.kind == "person" || head.kind == "team" => head,
        Ok(_) | Err(Error::NotFound) => {
            return Err(Error::invalid("holder", "reference", "this is no person and no team"));
        }
        Err(other) => return Err(other),
    };
    if role == Role::Administrator && organisation.is_some() {
        let words = "an administrator is one of every organisation: leave it out";
        return Err(Error::invalid("organisation", "everywhere", words));
    }
    if let Some(organisation) = organisation {
        organisations::must_exist(tx, "organisation", organisation)?;
    }
    let same = held_by(tx, holder)?
        .into_iter()
        .any(|g| g.holder == holder && g.role == role && g.organisation == organisation);
    if same {
        return Err(Error::invalid("role", "unique", "the holder has this role already"));
    }
    let grant = insert(tx, call, holder, &head.kind.clone(), role, organisation)?;
    let fact = format!("{}.granted", head.kind);
    let change = Change::plain("grant", json!(null), grant.as_json());
    finish(tx, call, &mut head, &fact, &[change])?;
    Ok(grant)
}

/// Writes the row; the caller has checked, and writes the fact.
pub(crate) fn insert(
    tx: &mut Tx,
    call: &Call,
    holder: Uuid,
    holder_kind: &str,
    role: Role,
    organisation: Option<Uuid>,
) -> Result<GrantRow> {
    let grant = GrantRow {
        id: call.new_id(),
        holder,
        holder_kind: holder_kind.to_owned(),
        role,
        organisation,
        created_at: call.now,
    };
    tx.run_one(
        "insert into grant_row (id, holder, holder_kind, role, organisation, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        &[
            grant.id.into(),
            holder.into(),
            holder_kind.into(),
            role.as_str().into(),
            organisation.into(),
            call.now.into(),
        ],
    )
    .map_err(|e| e.duplicate_as("grant_", "role"))?;
    Ok(grant)
}

/// A grant that the actor may read.
///
/// # Errors
/// `NotFound`.
pub fn visible(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<GrantRow> {
    let sql = format!("{GRANT} where g.id = $1");
    let grant = tx.one(&sql, &[id.into()], grant_row)?.ok_or(Error::NotFound)?;
    let reaches = |action: &str| {
        let seen = visibility(actor, "grant", action);
        seen.all || grant.organisation.is_some_and(|o| seen.organisations.contains(&o))
    };
    if reaches("read") || reaches("delete") { Ok(grant) } else { Err(Error::NotFound) }
}

/// A grant that the actor may take away.
///
/// # Errors
/// `NotFound`; `Forbidden` when it is visible but not the actor's to take.
pub fn get(tx: &mut Tx, call: &Call, id: Uuid) -> Result<GrantRow> {
    let grant = visible(tx, &call.actor, id)?;
    let may = visibility(&call.actor, "grant", "delete");
    if may.all || grant.organisation.is_some_and(|o| may.organisations.contains(&o)) {
        return Ok(grant);
    }
    Err(Error::Forbidden(refusal(&call.actor, "grant", "delete")))
}

/// Takes a role away again. It counts from the holder's next request on.
///
/// # Errors
/// `NotFound`; `Forbidden` when it is not the actor's to take; `Refused` for
/// the last administrator of all organisations.
pub fn delete(tx: &mut Tx, call: &Call, id: Uuid) -> Result<()> {
    let grant = get(tx, call, id)?;
    tx.run_one("delete from grant_row where id = $1", &[id.into()])?;
    administrator_left(tx)?;
    let mut head = steward_history::head(tx, grant.holder)?;
    let fact = format!("{}.revoked", head.kind);
    finish(tx, call, &mut head, &fact, &[Change::plain("grant", grant.as_json(), json!(null))])?;
    Ok(())
}

/// Somebody must be able to let others in again: at least one active person is
/// an administrator of all organisations, directly or through a team. Asked
/// after a change; the transaction goes back when it is refused.
///
/// # Errors
/// `Refused`.
pub(crate) fn administrator_left(tx: &mut Tx) -> Result<()> {
    // Two who take each other's role at the same time must meet: on PostgreSQL
    // the second of two writers of one row is repeated and looks again.
    tx.run_one("update organisation set zone = zone where id = $1", &[EVERYONE.into()])?;
    let left = tx.opt(
        "select p.id from grant_row g join person p on p.id = g.holder
         where g.role = 'administrator' and g.organisation is null and p.active
         and p.kind = 'person'
         union all
         select p.id from grant_row g join team_member m on m.team = g.holder
         join person p on p.id = m.person
         where g.role = 'administrator' and g.organisation is null and p.active
         and p.kind = 'person' limit 1",
        &[],
        |r| r.get::<Uuid>(0),
    )?;
    match left {
        Some(_) => Ok(()),
        None => Err(Error::Refused(
            "nobody would be left as administrator of all organisations; make another one first"
                .into(),
        )),
    }
}
