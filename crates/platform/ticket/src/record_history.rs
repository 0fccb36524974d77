//! The past of a ticket, as another tool has recorded it. A command of its
//! own: types, references and permission are checked; life cycle and required
//! fields are not, since the past was what it was.

use std::collections::HashMap;

use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_fields::{Field, FieldType, Registry, parse_custom};
use steward_history::{
    Change, Door, NewRecord, Stamp, append, claim_number, create_record, next_number, parse_number,
    rename, save_head,
};
use steward_people::{Call, check_create, names};

use crate::model::{Ticket, changes};
use crate::store;
use crate::text::index;

/// One update of the past: it becomes exactly one fact.
#[derive(Debug, Clone, PartialEq)]
pub struct PastUpdate {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub by: Uuid,
    /// Fields with their values from then on, in the form facts store; custom
    /// fields by their own name.
    pub set: Vec<(String, Json)>,
    /// Words that have no field, kept with the fact.
    pub kept: Vec<(String, String)>,
}

/// The updates of one ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// The kind of ticket.
    pub kind: &'static str,
    /// The prefix of our numbers.
    pub prefix: &'static str,
    /// The ticket, when it is there already.
    pub record: Option<Uuid>,
    /// Its number at the source.
    pub number: String,
    /// Its organisation.
    pub organisation: Uuid,
    /// The updates in their order.
    pub updates: Vec<PastUpdate>,
}

/// Writes the past of one ticket: `<kind>.imported` for each update, by the
/// door of imports, and the ticket as it was after the last.
///
/// # Errors
/// `Forbidden` when the actor may not make such tickets; `Invalid` for a field
/// that is unknown, of another type, or names a record that is not there.
pub fn record_history(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    past: &Past,
) -> Result<Ticket> {
    check_create(&call.actor, past.kind, past.organisation)?;
    check_references(tx, registry, past)?;
    let Some(first) = past.updates.first() else {
        return Err(Error::internal("a past without updates"));
    };
    let before = past.record.map(|id| store::by_id(tx, id)).transpose()?;
    let mut now = match &before {
        Some(ticket) => ticket.clone(),
        None => new_ticket(tx, call, past, first)?,
    };
    let mut valid_from = match &before {
        Some(ticket) => store::valid_from(tx, ticket.head.id)?,
        None => None,
    };
    let mut last = before.clone();
    for update in &past.updates {
        for (field, value) in &update.set {
            set(&mut now, registry, field, value)?;
        }
        now.updated_at = now.updated_at.max(update.at);
        write_fact(tx, call, registry, past.kind, last.as_ref(), &mut now, update)?;
        if last.as_ref().is_none_or(|l| store::tracked_differ(l, &now, registry)) {
            let from = valid_from.map_or(update.at, |v| v.max(update.at));
            store::track_from(tx, &now, registry, from, call.now, valid_from.is_some())?;
            valid_from = Some(from);
        }
        last = Some(now.clone());
    }
    finish(tx, registry, before.as_ref(), &mut now, past.updates.len())?;
    Ok(now)
}

fn write_fact(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    kind: &str,
    last: Option<&Ticket>,
    now: &mut Ticket,
    update: &PastUpdate,
) -> Result<()> {
    let mut changes = changes(last, now, registry);
    let kept = update.kept.iter().map(|(name, words)| Change::text(name, words, now.caller));
    changes.extend(kept);
    let stamp = Stamp { by: update.by, at: update.at, door: Door::Import, ..call.stamp() };
    append(tx, &call.entropy, &mut now.head, &stamp, &format!("{kind}.imported"), &changes)?;
    Ok(())
}

/// The state after the last update. The version counts updates, so that it does
/// not tell in how many imports they came.
fn finish(
    tx: &mut Tx,
    registry: &Registry,
    before: Option<&Ticket>,
    now: &mut Ticket,
    updates: usize,
) -> Result<()> {
    match before {
        None => store::insert(tx, now)?,
        Some(_) => store::update(tx, now)?,
    }
    store::write_values(tx, before, now, registry)?;
    index(tx, now, registry, before.is_none())?;
    if now.head.name != now.short_description {
        let name = now.short_description.clone();
        rename(tx, &mut now.head, &name)?;
    }
    now.head.version += i64::try_from(updates).unwrap_or(1) - 1;
    save_head(tx, &mut now.head)
}

/// A ticket keeps the source's number where it is of our form and free.
fn new_ticket(tx: &mut Tx, call: &Call, past: &Past, first: &PastUpdate) -> Result<Ticket> {
    let own = match parse_number(past.prefix, &past.number) {
        Some(n) if store::number_is_free(tx, &past.number)? => {
            claim_number(tx, past.prefix, n)?;
            Some(past.number.clone())
        }
        _ => None,
    };
    let external = own.is_none().then(|| past.number.clone());
    let number = match own {
        Some(number) => number,
        None => next_number(tx, past.prefix)?,
    };
    let record = NewRecord {
        id: call.new_id(),
        kind: past.kind,
        number: Some(number),
        name: name_of(first).unwrap_or(&past.number),
        organisation: past.organisation,
        created_at: call.now,
    };
    let head = create_record(tx, &record)?;
    Ok(Ticket { external_number: external, ..Ticket::blank(head, "new", first.at) })
}

fn name_of(update: &PastUpdate) -> Option<&str> {
    let short = update.set.iter().find(|(field, _)| field == "short_description");
    short.and_then(|(_, value)| value.as_str())
}

/// Every reference names a record of the right kind, asked once for all.
fn check_references(tx: &mut Tx, registry: &Registry, past: &Past) -> Result<()> {
    let mut wanted: HashMap<Uuid, (&str, &str)> = HashMap::new();
    for (name, value) in past.updates.iter().flat_map(|u| &u.set) {
        let target = registry.field(name).map(|f| &f.ty);
        if let (Some(FieldType::Reference(target)), Some(id)) = (target, uuid(value)) {
            wanted.insert(id, (name, target));
        }
    }
    let ids: Vec<Uuid> = wanted.keys().copied().collect();
    let there = names(tx, &ids)?;
    let missing = wanted.iter().find(|(id, (_, target))| {
        // A ticket's parent is a ticket of any kind.
        let kind = there.get(id).map(|name| name.kind.as_str());
        kind.is_none() || (*target != "ticket" && kind != Some(*target))
    });
    match missing {
        None => Ok(()),
        Some((_, (field, target))) => {
            let message = format!("names no {}", target.replace('_', " "));
            Err(Error::invalid(*field, "reference", message))
        }
    }
}

fn uuid(value: &Json) -> Option<Uuid> {
    value.as_str().and_then(|text| text.parse().ok())
}

/// Sets one field.
fn set(t: &mut Ticket, registry: &Registry, name: &str, value: &Json) -> Result<()> {
    let Some(field) = registry.field(name) else {
        return Err(Error::invalid(
            name,
            "unknown_field",
            format!("{} has no such field", t.kind()),
        ));
    };
    if field.custom {
        let value = parse_custom(registry, field, value)?;
        if value.is_null() {
            t.custom.remove(name);
        } else {
            t.custom.insert(name.to_owned(), value);
        }
        return Ok(());
    }
    let wrong = || Error::invalid(name, "type", format!("is a {}", field.ty.as_str()));
    match name {
        "short_description" => {
            t.short_description = text(field, value)?.unwrap_or_else(|| t.number().to_owned());
        }
        "state" => t.state = text(field, value)?.ok_or_else(wrong)?,
        "impact" => t.impact = level(field, value)?,
        "urgency" => t.urgency = level(field, value)?,
        "priority" => t.priority = level(field, value)?,
        "opened_at" => t.opened_at = time(field, value)?.ok_or_else(wrong)?,
        "reassignment_count" => t.reassignment_count = count(field, value)?,
        "reopen_count" => t.reopen_count = count(field, value)?,
        "time_worked_minutes" => t.time_worked_minutes = count(field, value)?,
        _ => match &field.ty {
            FieldType::Reference(_) => *reference_of(t, name)? = reference(field, value)?,
            FieldType::Date => *time_of(t, name)? = time(field, value)?,
            _ => *text_of(t, name)? = text(field, value)?,
        },
    }
    if matches!(field.ty, FieldType::Choice) {
        checked_choice(registry, field, value)?;
    }
    Ok(())
}

fn checked_choice(registry: &Registry, field: &Field, value: &Json) -> Result<()> {
    match value.as_str() {
        Some(code) if registry.choice(&field.name, code)? != code => {
            let message = format!("{code:?} is no code of {}", field.name);
            Err(Error::invalid(field.name.clone(), "choice", message))
        }
        _ => Ok(()),
    }
}

fn reference_of<'t>(t: &'t mut Ticket, name: &str) -> Result<&'t mut Option<Uuid>> {
    Ok(match name {
        "caller" => &mut t.caller,
        "requested_for" => &mut t.requested_for,
        "opened_by" => &mut t.opened_by,
        "assignment_group" => &mut t.assignment_group,
        "assigned_to" => &mut t.assigned_to,
        "service" => &mut t.service,
        "service_offering" => &mut t.service_offering,
        "configuration_item" => &mut t.configuration_item,
        "location" => &mut t.location,
        "resolved_by" => &mut t.resolved_by,
        "parent" => &mut t.parent,
        "duplicate_of" => &mut t.duplicate_of,
        _ => return Err(read_only(name)),
    })
}

fn time_of<'t>(t: &'t mut Ticket, name: &str) -> Result<&'t mut Option<Timestamp>> {
    Ok(match name {
        "on_hold_until" => &mut t.on_hold_until,
        "resolved_at" => &mut t.resolved_at,
        "closed_at" => &mut t.closed_at,
        _ => return Err(read_only(name)),
    })
}

fn text_of<'t>(t: &'t mut Ticket, name: &str) -> Result<&'t mut Option<String>> {
    Ok(match name {
        "description" => &mut t.description,
        "on_hold_reason" => &mut t.on_hold_reason,
        "contact_type" => &mut t.contact_type,
        "category" => &mut t.category,
        "subcategory" => &mut t.subcategory,
        "close_code" => &mut t.close_code,
        "close_notes" => &mut t.close_notes,
        "external_problem" => &mut t.external_problem,
        "external_change" => &mut t.external_change,
        "external_cause" => &mut t.external_cause,
        "external_vendor" => &mut t.external_vendor,
        _ => return Err(read_only(name)),
    })
}

fn read_only(name: &str) -> Error {
    Error::invalid(name, "read_only", "is not set by an import")
}

fn text(field: &Field, value: &Json) -> Result<Option<String>> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) if field.ty == FieldType::LongText || text.chars().count() <= 255 => {
            Ok(Some(text.clone()))
        }
        Json::String(_) => {
            Err(Error::invalid(field.name.clone(), "length", "has more than 255 characters"))
        }
        _ => Err(Error::invalid(field.name.clone(), "type", "is a text")),
    }
}

fn time(field: &Field, value: &Json) -> Result<Option<Timestamp>> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => text
            .parse()
            .map(Some)
            .map_err(|_| Error::invalid(field.name.clone(), "type", "is a time")),
        _ => Err(Error::invalid(field.name.clone(), "type", "is a time")),
    }
}

fn reference(field: &Field, value: &Json) -> Result<Option<Uuid>> {
    match (value, uuid(value)) {
        (Json::Null, _) => Ok(None),
        (_, Some(id)) => Ok(Some(id)),
        _ => Err(Error::invalid(field.name.clone(), "type", "is an id")),
    }
}

/// A level that is one of the field's choices.
fn level(field: &Field, value: &Json) -> Result<u8> {
    let level = value.as_u64().and_then(|n| u8::try_from(n).ok());
    let known = |n: &u8| field.choices.iter().any(|(code, _)| *code == n.to_string());
    level.filter(known).ok_or_else(|| {
        Error::invalid(field.name.clone(), "range", format!("{value} is no {}", field.name))
    })
}

fn count(field: &Field, value: &Json) -> Result<i64> {
    value
        .as_i64()
        .filter(|n| *n >= 0)
        .ok_or_else(|| Error::invalid(field.name.clone(), "range", "is a number from 0"))
}
