//! The administrator's own fields: made, hidden, and their values checked.

use serde_json::Value as Json;
use steward_base::{Error, FieldError, Result, Timestamp};
use steward_database::Tx;
use steward_history::{Change, NewRecord, append, create_record, head, save_head};
use steward_people::{Call, EVERYONE, Target, check};

use crate::change::check_choices;
use crate::field::{Field, FieldType, Writer};
use crate::registry::Registry;
use crate::store::{hide_custom, insert_custom, save_choices};

/// What a new custom field needs.
#[derive(Debug, Clone)]
pub struct NewCustomField {
    /// The record kind that gets it.
    pub kind: String,
    /// Its name, `snake_case`, unique within the kind.
    pub name: String,
    /// Its label, for people.
    pub label: String,
    /// What it holds.
    pub ty: FieldType,
    /// Its choices, as (code, label).
    pub choices: Vec<(String, String)>,
    /// Whether lists may ask and sort by it.
    pub indexed: bool,
    /// Whether its past is kept.
    pub tracked: bool,
    /// `public` or `internal`.
    pub group: String,
}

/// Makes a custom field.
///
/// # Errors
/// `Invalid` for a name that is taken or not `snake_case`.
pub fn create_custom(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    new: &NewCustomField,
) -> Result<()> {
    let global = Target { organisation: EVERYONE, called: false, own: false, team: false };
    check(&call.actor, "field", "create", &global)?;
    check_new(registry, new)?;
    let id = call.new_id();
    let record = NewRecord {
        id,
        kind: "field",
        number: None,
        name: &new.label,
        organisation: EVERYONE,
        created_at: call.now,
    };
    let mut head = create_record(tx, &record)?;
    let changes = [
        Change::plain("kind", Json::Null, new.kind.as_str()),
        Change::plain("name", Json::Null, new.name.as_str()),
        Change::plain("type", Json::Null, new.ty.as_str()),
        Change::plain("indexed", Json::Null, new.indexed),
        Change::plain("tracked", Json::Null, new.tracked),
        Change::plain("group", Json::Null, new.group.as_str()),
        Change::text("label", new.label.as_str(), None),
    ];
    append(tx, &call.entropy, &mut head, &call.stamp(), "field.created", &changes)?;
    save_head(tx, &mut head)?;
    let field = Field {
        name: new.name.clone(),
        label: new.label.clone(),
        ty: new.ty.clone(),
        group: new.group.clone(),
        writer: Writer::Body,
        indexed: new.indexed,
        tracked: new.tracked,
        custom: true,
        choices: Vec::new(),
        hidden_choices: Vec::new(),
        fixed_choices: false,
    };
    insert_custom(tx, &new.kind, id, &field)?;
    if new.choices.is_empty() {
        Ok(())
    } else {
        save_choices(tx, &new.kind, &new.name, &new.choices)
    }
}

fn check_new(registry: &Registry, new: &NewCustomField) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, rule: &str, message: String| {
        errors.push(FieldError { field: field.into(), rule: rule.into(), message });
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = new.name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || !new.name.chars().all(plain) || new.name.len() > 60 {
        let message = "use a lower-case letter, then letters, digits and _, at most 60";
        wrong("name", "snake_case", message.into());
    }
    if registry.field(&new.name).is_some() {
        wrong("name", "unique", format!("{} has a field {} already", registry.kind, new.name));
    }
    if new.label.trim().is_empty() || new.label.chars().count() > 255 {
        wrong("label", "length", "give 1 to 255 characters".into());
    }
    if !["public", "internal"].contains(&new.group.as_str()) {
        wrong("group", "choice", "is public or internal".into());
    }
    if new.tracked && matches!(new.ty, FieldType::Text | FieldType::LongText) {
        // Its past would keep words where no erasure looks.
        wrong("tracked", "type", "the past of a text is in the history only".into());
    }
    match (&new.ty, new.choices.is_empty()) {
        (FieldType::Choice, _) => errors.extend(check_choices(&new.choices)),
        (_, false) => wrong("choices", "type", "only a choice field has choices".into()),
        (_, true) => {}
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Hides a custom field. History keeps its values.
pub fn delete_custom(tx: &mut Tx, call: &Call, kind: &str, name: &str) -> Result<()> {
    let global = Target { organisation: EVERYONE, called: false, own: false, team: false };
    check(&call.actor, "field", "delete", &global)?;
    let id = hide_custom(tx, kind, name)?;
    let mut head = head(tx, id)?;
    let change = [Change::plain("deleted", false, true)];
    append(tx, &call.entropy, &mut head, &call.stamp(), "field.deleted", &change)?;
    save_head(tx, &mut head)
}

/// Checks the value of a custom field, except whether a reference exists.
/// References stay as written, dates too; times become their wire form, and
/// an empty text is none.
///
/// # Errors
/// `Invalid` that names `custom.<field>`.
pub fn parse_custom(registry: &Registry, field: &Field, value: &Json) -> Result<Json> {
    let path = format!("custom.{}", field.name);
    let wrong = |rule: &str, message: &str| Err(Error::invalid(path.clone(), rule, message));
    if value.is_null() {
        return Ok(Json::Null);
    }
    if matches!(field.ty, FieldType::Text | FieldType::LongText) && value == "" {
        return Ok(Json::Null);
    }
    match (&field.ty, value) {
        (FieldType::Text, Json::String(s)) if s.chars().count() > 255 => {
            wrong("length", "has more than 255 characters")
        }
        (FieldType::LongText, Json::String(s)) if s.len() > 65_536 => {
            wrong("length", "has more than 64 KiB")
        }
        (FieldType::Text | FieldType::LongText, Json::String(_)) => Ok(value.clone()),
        // Up to 15 digits, which every engine and every browser keeps exactly.
        (FieldType::Integer, Json::Number(n)) => match n.as_f64() {
            Some(f) if f.fract() == 0.0 && f.abs() < 1.0e15 => Ok((f as i64).into()),
            _ => wrong("type", "must be a whole number of at most 15 digits"),
        },
        (FieldType::Number, Json::Number(_)) => Ok(value.clone()),
        (FieldType::Boolean, Json::Bool(_)) => Ok(value.clone()),
        (FieldType::Choice, Json::String(s)) => registry
            .choice(&field.name, s)
            .map(Json::String)
            .or_else(|_| wrong("choice", "is not one of the choices of this field")),
        (FieldType::Date, Json::String(s)) => match (day(s), s.parse::<Timestamp>()) {
            (Some(_), _) => Ok(value.clone()),
            (None, Ok(at)) => Ok(steward_base::time::wire(at).into()),
            _ => wrong(
                "type",
                "must be a date like 2026-11-24, or a time like 2026-11-24T08:00:00.000Z",
            ),
        },
        (FieldType::Reference(_), Json::String(_)) => Ok(value.clone()),
        (ty, _) => wrong("type", ty.takes()),
    }
}

/// A plain date, `2026-11-24`, as midnight UTC.
fn day(text: &str) -> Option<Timestamp> {
    let plain =
        |(i, b): (usize, u8)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(plain) {
        return None;
    }
    format!("{text}T00:00:00Z").parse().ok()
}

/// The instant of a stored date: of a plain one its midnight UTC.
pub fn date_instant(text: &str) -> Option<Timestamp> {
    day(text).or_else(|| text.parse().ok())
}
