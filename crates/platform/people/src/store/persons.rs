//! Persons: made, read, found. (Changed in `person_changes`, gone in `leaving`.)

use serde::{Deserialize, Serialize};
use serde_json::json;
use steward_base::text::fold;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Row, Tx, Value};
use steward_history::{Change, NewRecord, create_record};

pub use super::person_changes::{PersonChange, update};
use super::{finish, grants, organisations, target, teams, words};
use crate::actor::{Actor, Call, Role};
use crate::permission::{check, check_create};
use crate::rules::{self, Broken};

/// A human being, or an actor of rules, imports and schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A human being.
    #[default]
    Person,
    /// Acts without ever signing in by password.
    Service,
}

impl PersonKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            PersonKind::Person => "person",
            PersonKind::Service => "service",
        }
    }

    fn parse(text: &str) -> PersonKind {
        if text == "service" { PersonKind::Service } else { PersonKind::Person }
    }
}

/// A person as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The record's id.
    pub id: Uuid,
    /// Human or service.
    pub kind: PersonKind,
    /// Sign-in name, unique.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Where the person usually is.
    pub location: Option<Uuid>,
    /// Own time zone; without one the organisation's counts.
    pub zone: Option<String>,
    /// Language tag.
    pub language: String,
    /// Disabled persons cannot sign in.
    pub active: bool,
    /// To be treated with care.
    pub vip: bool,
    /// The organisation the person belongs to.
    pub organisation: Uuid,
    /// The record's version.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the person was erased.
    pub erased: bool,
}

/// What a new person needs.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// The id, where it is fixed; else a new one.
    pub id: Option<Uuid>,
    /// Human or service.
    pub kind: PersonKind,
    /// Sign-in name, unique.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Where the person usually is.
    pub location: Option<Uuid>,
    /// Own time zone, IANA name.
    pub zone: Option<String>,
    /// Language tag; empty is `en`.
    pub language: String,
    /// To be treated with care.
    pub vip: bool,
    /// The organisation; the actor's own when not given.
    pub organisation: Option<Uuid>,
    /// Teams to be a member of.
    pub teams: Vec<Uuid>,
    /// Roles, each for the person's organisation; an administrator's for every one.
    pub roles: Vec<Role>,
    /// A password's hash ([`crate::auth::hash_password`]).
    pub password_hash: Option<String>,
}

pub(crate) const PERSON: &str = "select p.id, p.kind, p.login, r.name, p.email, p.phone, \
     p.location, p.zone, p.language, p.active, p.vip, r.organisation, r.version, r.created_at, \
     p.erased_no from person p join record r on r.id = p.id";

pub(crate) fn person_row(row: &Row) -> Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        kind: PersonKind::parse(&row.get::<String>(1)?),
        login: row.get(2)?,
        name: row.get(3)?,
        email: row.opt(4)?,
        phone: row.opt(5)?,
        location: row.opt(6)?,
        zone: row.opt(7)?,
        language: row.get(8)?,
        active: row.get(9)?,
        vip: row.get(10)?,
        organisation: row.get(11)?,
        version: row.get(12)?,
        created_at: row.get(13)?,
        erased: row.opt::<i64>(14)?.is_some(),
    })
}

/// The person with this id, whoever asks (inside a command that checks itself).
///
/// # Errors
/// `NotFound`.
pub fn load(tx: &mut Tx, id: Uuid) -> Result<Person> {
    tx.one(&format!("{PERSON} where p.id = $1"), &[id.into()], person_row)
}

/// The person with this login, case folded, whoever asks.
///
/// # Errors
/// `NotFound`.
pub fn by_login(tx: &mut Tx, login: &str) -> Result<Person> {
    tx.one(&format!("{PERSON} where p.login_key = $1"), &[fold(login).into()], person_row)
}

/// The person a path names by id or login, as far as the actor may read it.
///
/// # Errors
/// `NotFound` when there is none or it is not visible.
pub fn get(tx: &mut Tx, actor: &Actor, id_or_login: &str) -> Result<Person> {
    let person = match Uuid::parse_str(id_or_login) {
        Ok(id) => load(tx, id)?,
        Err(_) => by_login(tx, id_or_login)?,
    };
    let head = steward_history::head(tx, person.id)?;
    let target = target(tx, actor, &head)?;
    check(actor, "person", "read", &target)?;
    Ok(person)
}

/// Makes a person, with roles for its organisation and places in teams.
///
/// # Errors
/// `Forbidden` when the actor may not make persons there, not give such a role
/// (the requester's comes with making a person) or not lend such a team's;
/// `Invalid` for fields that break a rule or a login that is taken.
pub fn create(tx: &mut Tx, call: &Call, new: &NewPerson) -> Result<Person> {
    let organisation = new.organisation.unwrap_or(call.actor.organisation);
    check_create(&call.actor, "person", organisation)?;
    for role in &new.roles {
        if *role != Role::Requester {
            grants::check_give(&call.actor, *role, grants::reach(*role, organisation))?;
        }
    }
    let language = if new.language.is_empty() { "en" } else { &new.language };
    validate(new, language)?;
    organisations::must_exist(tx, "organisation", organisation)?;
    if tx
        .opt("select id from person where login_key = $1", &[fold(&new.login).into()], |r| {
            r.get::<Uuid>(0)
        })?
        .is_some()
    {
        return Err(Error::invalid("login", "unique", "this login is taken"));
    }
    let id = new.id.unwrap_or_else(|| call.new_id());
    let record = NewRecord {
        id,
        kind: "person",
        number: None,
        name: &new.name,
        organisation,
        created_at: call.now,
    };
    let mut head = create_record(tx, &record)?;
    insert(tx, id, new, language)?;
    words::index(
        tx,
        id,
        &[("name", Some(&new.name)), ("login", Some(&new.login)), ("email", new.email.as_deref())],
    )?;
    let mut changes = first_changes(id, new, language, organisation);
    for role in &new.roles {
        let reach = grants::reach(*role, organisation);
        let grant = grants::insert(tx, call, id, "person", *role, reach)?;
        changes.push(Change::plain("grant", json!(null), grant.as_json()));
    }
    finish(tx, call, &mut head, "person.created", &changes)?;
    for team in &new.teams {
        teams::add_member(tx, call, *team, id, None)?;
    }
    load(tx, id)
}

fn validate(new: &NewPerson, language: &str) -> Result<()> {
    let mut broken = Broken::default();
    rules::name(&mut broken, "name", &new.name);
    rules::login(&mut broken, &new.login);
    if let Some(email) = &new.email {
        rules::email(&mut broken, email);
    }
    if let Some(phone) = &new.phone {
        rules::phone(&mut broken, phone);
    }
    if let Some(zone) = &new.zone {
        rules::zone(&mut broken, zone);
    }
    rules::language(&mut broken, language);
    broken.end()
}

fn insert(tx: &mut Tx, id: Uuid, new: &NewPerson, language: &str) -> Result<()> {
    tx.run_one(
        "insert into person (id, kind, login, login_key, email, email_key, phone, location, zone,
         language, active, vip, password_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true, $11, $12)",
        &[
            id.into(),
            new.kind.as_str().into(),
            new.login.as_str().into(),
            fold(&new.login).into(),
            new.email.clone().into(),
            new.email.as_deref().map(fold).into(),
            new.phone.clone().into(),
            new.location.into(),
            new.zone.clone().into(),
            language.into(),
            Value::Bool(new.vip),
            new.password_hash.clone().into(),
        ],
    )
    .map_err(|e| e.duplicate_as("login_key", "login"))
}

/// What the first fact says: whatever names the person can be erased.
fn first_changes(id: Uuid, new: &NewPerson, language: &str, organisation: Uuid) -> Vec<Change> {
    let null = || json!(null);
    let mut changes = vec![
        Change::text("name", &new.name, Some(id)),
        Change::text("login", &new.login, Some(id)),
    ];
    let texts = [("email", &new.email), ("phone", &new.phone)];
    changes.extend(
        texts.into_iter().filter_map(|(f, t)| Some(Change::text(f, t.as_ref()?, Some(id)))),
    );
    changes.push(Change::plain("kind", null(), new.kind.as_str()));
    changes.push(Change::plain("organisation", null(), json!(organisation)));
    changes.push(Change::plain("language", null(), language));
    if let Some(zone) = &new.zone {
        changes.push(Change::text("zone", zone, Some(id)));
    }
    if let Some(location) = new.location {
        changes.push(Change::plain("location", null(), json!(location)));
    }
    if new.vip {
        changes.push(Change::plain("vip", null(), true));
    }
    changes
}
