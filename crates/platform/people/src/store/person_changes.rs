//! Changing a person.

use serde_json::json;
use steward_base::text::fold;
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_history::{Change, rename};

use super::persons::{Person, load};
use super::{finish, move_to, open, organisations, words};
use crate::actor::Call;
use crate::permission::check_create;
use crate::rules::{self, Broken};

/// A merge patch: what is `None` stays, an inner `None` empties.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PersonChange {
    /// Another sign-in name.
    pub login: Option<String>,
    /// Another name.
    pub name: Option<String>,
    /// Another e-mail address.
    pub email: Option<Option<String>>,
    /// Another phone number.
    pub phone: Option<Option<String>>,
    /// Another place.
    pub location: Option<Option<Uuid>>,
    /// Another time zone.
    pub zone: Option<Option<String>>,
    /// Another language.
    pub language: Option<String>,
    /// Whether to be treated with care.
    pub vip: Option<bool>,
    /// Another organisation; the actor must be allowed to make persons there.
    pub organisation: Option<Uuid>,
}

/// Changes a person; without a difference nothing is written.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`, `Invalid`.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    id: Uuid,
    change: &PersonChange,
    expected: Option<i64>,
) -> Result<Person> {
    let mut head = open(tx, call, "person", id, "update", expected)?;
    let old = load(tx, id)?;
    if old.erased {
        return Err(steward_base::Error::Refused("this person was erased".into()));
    }
    let new = merged(&old, change);
    validate(&old, &new)?;
    if new.organisation != old.organisation {
        check_create(&call.actor, "person", new.organisation)?;
        organisations::must_exist(tx, "organisation", new.organisation)?;
    }
    let changes = differences(&old, &new);
    if changes.is_empty() {
        return Ok(old);
    }
    save(tx, &new)?;
    if new.name != old.name {
        rename(tx, &mut head, &new.name)?;
    }
    if new.organisation != old.organisation {
        move_to(tx, &mut head, new.organisation)?;
    }
    words::index(
        tx,
        id,
        &[("name", Some(&new.name)), ("login", Some(&new.login)), ("email", new.email.as_deref())],
    )?;
    finish(tx, call, &mut head, "person.updated", &changes)?;
    Ok(Person { version: head.version, ..new })
}

fn merged(old: &Person, change: &PersonChange) -> Person {
    let mut new = old.clone();
    let change = change.clone();
    new.login = change.login.unwrap_or(new.login);
    new.name = change.name.unwrap_or(new.name);
    new.email = change.email.unwrap_or(new.email);
    new.phone = change.phone.unwrap_or(new.phone);
    new.location = change.location.unwrap_or(new.location);
    new.zone = change.zone.unwrap_or(new.zone);
    new.language = change.language.unwrap_or(new.language);
    new.vip = change.vip.unwrap_or(new.vip);
    new.organisation = change.organisation.unwrap_or(new.organisation);
    new
}

/// Only what changes is held to the rules: an imported oddity stays editable.
fn validate(old: &Person, new: &Person) -> Result<()> {
    let mut broken = Broken::default();
    if new.name != old.name {
        rules::name(&mut broken, "name", &new.name);
    }
    if new.login != old.login {
        rules::login(&mut broken, &new.login);
    }
    if let Some(email) = new.email.as_ref().filter(|_| new.email != old.email) {
        rules::email(&mut broken, email);
    }
    if let Some(phone) = new.phone.as_ref().filter(|_| new.phone != old.phone) {
        rules::phone(&mut broken, phone);
    }
    if let Some(zone) = new.zone.as_ref().filter(|_| new.zone != old.zone) {
        rules::zone(&mut broken, zone);
    }
    if new.language != old.language {
        rules::language(&mut broken, &new.language);
    }
    broken.end()
}

fn differences(old: &Person, new: &Person) -> Vec<Change> {
    let mut changes = Vec::new();
    let texts = [
        ("login", Some(&old.login), Some(&new.login)),
        ("name", Some(&old.name), Some(&new.name)),
        ("email", old.email.as_ref(), new.email.as_ref()),
        ("phone", old.phone.as_ref(), new.phone.as_ref()),
        ("zone", old.zone.as_ref(), new.zone.as_ref()),
    ];
    for (field, _, to) in texts.into_iter().filter(|(_, from, to)| from != to) {
        changes.push(match to {
            Some(text) => Change::text(field, text, Some(new.id)),
            None => Change::plain(field, json!(null), json!(null)),
        });
    }
    let plain = [
        ("location", json!(old.location), json!(new.location)),
        ("language", json!(old.language), json!(new.language)),
        ("vip", json!(old.vip), json!(new.vip)),
        ("organisation", json!(old.organisation), json!(new.organisation)),
    ];
    let changed = plain.into_iter().filter(|(_, from, to)| from != to);
    changes.extend(changed.map(|(field, from, to)| Change::plain(field, from, to)));
    changes
}

fn save(tx: &mut Tx, new: &Person) -> Result<()> {
    tx.run_one(
        "update person set login = $1, login_key = $2, email = $3, email_key = $4, phone = $5,
         location = $6, zone = $7, language = $8, vip = $9 where id = $10",
        &[
            new.login.as_str().into(),
            fold(&new.login).into(),
            new.email.clone().into(),
            new.email.as_deref().map(fold).into(),
            new.phone.clone().into(),
            new.location.into(),
            new.zone.clone().into(),
            new.language.as_str().into(),
            new.vip.into(),
            new.id.into(),
        ],
    )
    .map_err(|e| e.duplicate_as("login_key", "login"))
}
