//! Organisations: everything belongs to one.

use serde_json::json;
use steward_base::{Error, Result, Uuid};
use steward_database::{Row, Tx};
use steward_history::{Change, NewRecord, create_record, rename};

use super::{finish, open, words};
use crate::actor::{Actor, Call};
use crate::permission::check_create;
use crate::rules::{self, Broken};

/// An organisation as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    /// The record's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Time zone of people who have none of their own; without one UTC.
    pub zone: Option<String>,
    /// The record's version.
    pub version: i64,
}

pub(crate) const ORGANISATION: &str =
    "select r.id, r.name, o.zone, r.version from record r join organisation o on o.id = r.id";

pub(crate) fn organisation_row(row: &Row) -> Result<Organisation> {
    Ok(Organisation { id: row.get(0)?, name: row.get(1)?, zone: row.opt(2)?, version: row.get(3)? })
}

/// The organisation with this id, whoever asks.
///
/// # Errors
/// `NotFound`.
pub fn load(tx: &mut Tx, id: Uuid) -> Result<Organisation> {
    tx.one(&format!("{ORGANISATION} where r.id = $1"), &[id.into()], organisation_row)
}

/// The organisation, as far as the actor may read it.
///
/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<Organisation> {
    let organisation = load(tx, id)?;
    let head = steward_history::head(tx, id)?;
    let target = super::target(tx, actor, &head)?;
    crate::permission::check(actor, "organisation", "read", &target)?;
    Ok(organisation)
}

/// Refuses an id that is no organisation.
///
/// # Errors
/// `Invalid` on `field`.
pub(crate) fn must_exist(tx: &mut Tx, field: &str, id: Uuid) -> Result<()> {
    match tx.opt("select id from organisation where id = $1", &[id.into()], |r| r.get::<Uuid>(0))? {
        Some(_) => Ok(()),
        None => Err(Error::invalid(field, "reference", "there is no such organisation")),
    }
}

/// Makes an organisation. It belongs to itself; only who may do so for all
/// organisations makes one.
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    id: Option<Uuid>,
    name: &str,
    zone: Option<&str>,
) -> Result<Organisation> {
    let id = id.unwrap_or_else(|| call.new_id());
    check_create(&call.actor, "organisation", id)?;
    validate(name, zone)?;
    let record = NewRecord {
        id,
        kind: "organisation",
        number: None,
        name,
        organisation: id,
        created_at: call.now,
    };
    let mut head = create_record(tx, &record)?;
    tx.run_one("insert into organisation (id, zone) values ($1, $2)", &[id.into(), zone.into()])?;
    words::index(tx, id, &[("name", Some(name))])?;
    let mut changes = vec![Change::text("name", name, None)];
    changes.extend(zone.map(|z| Change::plain("zone", json!(null), z)));
    finish(tx, call, &mut head, "organisation.created", &changes)?;
    Ok(Organisation { id, name: name.into(), zone: zone.map(Into::into), version: head.version })
}

/// Changes an organisation; an inner `None` empties.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`, `Invalid`.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    id: Uuid,
    name: Option<&str>,
    zone: Option<Option<&str>>,
    expected: Option<i64>,
) -> Result<Organisation> {
    let mut head = open(tx, call, "organisation", id, "update", expected)?;
    let old = load(tx, id)?;
    let new_name = name.unwrap_or(&old.name);
    let new_zone = zone.unwrap_or(old.zone.as_deref());
    validate(new_name, new_zone)?;
    let mut changes = Vec::new();
    if new_name != old.name {
        changes.push(Change::text("name", new_name, None));
        rename(tx, &mut head, new_name)?;
        words::index(tx, id, &[("name", Some(new_name))])?;
    }
    if new_zone != old.zone.as_deref() {
        changes.push(Change::plain("zone", json!(old.zone), json!(new_zone)));
        tx.run_one(
            "update organisation set zone = $1 where id = $2",
            &[new_zone.into(), id.into()],
        )?;
    }
    if !changes.is_empty() {
        finish(tx, call, &mut head, "organisation.updated", &changes)?;
    }
    let (name, zone) = (new_name.to_owned(), new_zone.map(Into::into));
    Ok(Organisation { id, name, zone, version: head.version })
}

fn validate(name: &str, zone: Option<&str>) -> Result<()> {
    let mut broken = Broken::default();
    rules::name(&mut broken, "name", name);
    if let Some(zone) = zone {
        rules::zone(&mut broken, zone);
    }
    broken.end()
}
