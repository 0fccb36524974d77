//! Services, service offerings, configuration items and locations: records
//! with name, class and organisation until they have rooms of their own.

use serde_json::json;
use steward_base::text::fold;
use steward_base::{Error, Result, Uuid};
use steward_database::{Row, Tx};
use steward_history::{Change, NewRecord, create_record, rename};

use super::{ITEM_KINDS, finish, open, organisations, words};
use crate::actor::{Actor, Call};
use crate::permission::{check, check_create};
use crate::rules::{self, Broken};

/// An item as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The record's id.
    pub id: Uuid,
    /// One of [`ITEM_KINDS`].
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it is among its kind, e.g. `business_service`, `server`.
    pub class: String,
    /// Where in its life it is, a code such as `operational`.
    pub life_cycle_status: String,
    /// Who answers for it.
    pub owner: Option<Uuid>,
    /// The organisation it belongs to.
    pub organisation: Uuid,
    /// The record's version.
    pub version: i64,
}

/// What a new item needs.
#[derive(Debug, Clone, Default)]
pub struct NewItem {
    /// Its name.
    pub name: String,
    /// Its class; the kind's own name when empty.
    pub class: String,
    /// Its status; `operational` when empty.
    pub life_cycle_status: String,
    /// Who answers for it.
    pub owner: Option<Uuid>,
    /// Its organisation; the actor's own when not given.
    pub organisation: Option<Uuid>,
}

/// A merge patch: what is `None` stays, an inner `None` empties.
#[derive(Debug, Clone, Default)]
pub struct ItemChange {
    /// Another name.
    pub name: Option<String>,
    /// Another class.
    pub class: Option<String>,
    /// Another status.
    pub life_cycle_status: Option<String>,
    /// Another owner.
    pub owner: Option<Option<Uuid>>,
}

pub(crate) const ITEM: &str = "select r.id, r.kind, r.name, i.class, i.life_cycle_status, \
     i.owner, r.organisation, r.version from record r join item i on i.id = r.id";

pub(crate) fn item_row(row: &Row) -> Result<Item> {
    Ok(Item {
        id: row.get(0)?,
        kind: row.get(1)?,
        name: row.get(2)?,
        class: row.get(3)?,
        life_cycle_status: row.get(4)?,
        owner: row.opt(5)?,
        organisation: row.get(6)?,
        version: row.get(7)?,
    })
}

/// Who answers for an item.
pub(crate) fn owner(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>> {
    tx.one("select owner from item where id = $1", &[id.into()], |r| r.opt(0))
}

/// The item with this id, whoever asks.
///
/// # Errors
/// `NotFound`.
pub fn load(tx: &mut Tx, id: Uuid) -> Result<Item> {
    tx.one(&format!("{ITEM} where r.id = $1"), &[id.into()], item_row)
}

/// The item of this kind, as far as the actor may read it.
///
/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx, actor: &Actor, kind: &str, id: Uuid) -> Result<Item> {
    let item = load(tx, id)?;
    if item.kind != kind {
        return Err(Error::NotFound);
    }
    let head = steward_history::head(tx, id)?;
    let target = super::target(tx, actor, &head)?;
    check(actor, kind, "read", &target)?;
    Ok(item)
}

/// Makes an item of a kind of [`ITEM_KINDS`].
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub fn create(tx: &mut Tx, call: &Call, kind: &'static str, new: &NewItem) -> Result<Item> {
    if !ITEM_KINDS.contains(&kind) {
        return Err(Error::internal(format!("{kind} is no kind of item")));
    }
    let organisation = new.organisation.unwrap_or(call.actor.organisation);
    check_create(&call.actor, kind, organisation)?;
    let or = |text: &str, other: &str| if text.is_empty() { other } else { text }.to_owned();
    let item = Item {
        id: call.new_id(),
        kind: kind.into(),
        name: new.name.clone(),
        class: or(&new.class, kind),
        life_cycle_status: or(&new.life_cycle_status, "operational"),
        owner: new.owner,
        organisation,
        version: 1,
    };
    validate(&item)?;
    organisations::must_exist(tx, "organisation", organisation)?;
    let record = NewRecord {
        id: item.id,
        kind,
        number: None,
        name: &item.name,
        organisation,
        created_at: call.now,
    };
    let mut head = create_record(tx, &record)?;
    tx.run_one(
        "insert into item (id, class, class_key, life_cycle_status, owner)
         values ($1, $2, $3, $4, $5)",
        &[
            item.id.into(),
            item.class.as_str().into(),
            fold(&item.class).into(),
            item.life_cycle_status.as_str().into(),
            item.owner.into(),
        ],
    )?;
    index(tx, &item)?;
    let mut changes = vec![
        Change::text("name", &item.name, None),
        Change::plain("class", json!(null), item.class.as_str()),
        Change::plain("life_cycle_status", json!(null), item.life_cycle_status.as_str()),
        Change::plain("organisation", json!(null), json!(organisation)),
    ];
    changes.extend(item.owner.map(|o| Change::plain("owner", json!(null), json!(o))));
    finish(tx, call, &mut head, &format!("{kind}.created"), &changes)?;
    Ok(item)
}

/// Changes an item; without a difference nothing is written.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`, `Invalid`.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    id: Uuid,
    change: &ItemChange,
    expected: Option<i64>,
) -> Result<Item> {
    let mut head = open(tx, call, kind, id, "update", expected)?;
    let old = load(tx, id)?;
    let mut new = old.clone();
    let change = change.clone();
    new.name = change.name.unwrap_or(new.name);
    new.class = change.class.unwrap_or(new.class);
    new.life_cycle_status = change.life_cycle_status.unwrap_or(new.life_cycle_status);
    new.owner = change.owner.unwrap_or(new.owner);
    if new == old {
        return Ok(old);
    }
    validate(&new)?;
    let mut changes = Vec::new();
    if new.name != old.name {
        changes.push(Change::text("name", &new.name, None));
        rename(tx, &mut head, &new.name)?;
    }
    let plain = [
        ("class", json!(old.class), json!(new.class)),
        ("life_cycle_status", json!(old.life_cycle_status), json!(new.life_cycle_status)),
        ("owner", json!(old.owner), json!(new.owner)),
    ];
    let changed = plain.into_iter().filter(|(_, from, to)| from != to);
    changes.extend(changed.map(|(field, from, to)| Change::plain(field, from, to)));
    tx.run_one(
        "update item set class = $1, class_key = $2, life_cycle_status = $3, owner = $4
         where id = $5",
        &[
            new.class.as_str().into(),
            fold(&new.class).into(),
            new.life_cycle_status.as_str().into(),
            new.owner.into(),
            id.into(),
        ],
    )?;
    index(tx, &new)?;
    finish(tx, call, &mut head, &format!("{kind}.updated"), &changes)?;
    Ok(Item { version: head.version, ..new })
}

fn index(tx: &mut Tx, item: &Item) -> Result<()> {
    words::index(tx, item.id, &[("name", Some(&item.name)), ("class", Some(&item.class))])
}

fn validate(item: &Item) -> Result<()> {
    let mut broken = Broken::default();
    rules::name(&mut broken, "name", &item.name);
    rules::name(&mut broken, "class", &item.class);
    rules::code(&mut broken, "life_cycle_status", &item.life_cycle_status);
    broken.end()
}
