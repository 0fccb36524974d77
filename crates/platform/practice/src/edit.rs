//! Fields of a request onto a ticket: references resolved, lengths checked,
//! custom fields set, each error under the field's name.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use steward_api::Patch;
use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_fields::{Field, FieldType, parse_custom};
use steward_people::{Call, check, resolve};
use steward_ticket::{Ticket, store};

use crate::assignee;
use crate::load::Loaded;

/// Most bytes of a long text.
const MOST_TEXT: usize = 65_536;
/// How deep tickets stand below each other at most.
const MOST_DEEP: usize = 20;

/// A patch's value as a new value: left out, emptied or set.
pub fn given<T: Clone>(patch: &Patch<T>) -> Option<Option<T>> {
    patch.clone().as_option()
}

/// A record of that kind named in a patch, by id or name.
///
/// # Errors
/// `Invalid` on the field when the actor sees no such record.
pub fn reference(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    field: &str,
    patch: &Patch<String>,
) -> Result<Option<Option<Uuid>>> {
    Ok(match given(patch) {
        None => None,
        Some(None) => Some(None),
        Some(Some(text)) => Some(Some(resolve(tx, &call.actor, kind, field, &text)?.id)),
    })
}

/// A person named in a patch; must be active.
///
/// # Errors
/// `Invalid` on the field.
pub fn person(
    tx: &mut Tx,
    call: &Call,
    field: &str,
    patch: &Patch<String>,
) -> Result<Option<Option<Uuid>>> {
    let found = reference(tx, call, "person", field, patch)?;
    if let Some(Some(id)) = found {
        active(tx, field, id)?;
    }
    Ok(found)
}

/// Refuses a person who is disabled or erased.
///
/// # Errors
/// `Invalid` on the field.
pub fn active(tx: &mut Tx, field: &str, person: Uuid) -> Result<()> {
    match steward_people::persons::load(tx, person)?.active {
        true => Ok(()),
        false => Err(Error::invalid(field, "active", "this person is disabled")),
    }
}

/// The one line a ticket goes by, without spaces around it.
///
/// # Errors
/// `Invalid` unless it is one line of 1 to 255 characters.
pub fn check_short_description(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if !(1..=255).contains(&length) || text.chars().any(char::is_control) {
        let message = "give one line of 1 to 255 characters";
        return Err(Error::invalid("short_description", "length", message));
    }
    Ok(text.to_owned())
}

/// A long text, such as a description.
///
/// # Errors
/// `Invalid` on the field over 64 KiB or with a null character.
pub fn check_text(field: &str, text: &str) -> Result<()> {
    if text.len() > MOST_TEXT {
        return Err(Error::invalid(field, "length", "has more than 64 KiB"));
    }
    if text.contains('\0') {
        return Err(Error::invalid(field, "characters", "holds a null character"));
    }
    Ok(())
}

/// A level of impact or urgency.
///
/// # Errors
/// `Invalid` on the field unless it is 1, 2 or 3.
pub fn check_level(field: &str, level: i64) -> Result<u8> {
    match level {
        1..=3 => Ok(level as u8),
        _ => Err(Error::invalid(field, "range", "is 1, 2 or 3")),
    }
}

/// The one line and the whole story, as a patch says.
///
/// # Errors
/// None; what is wrong is gathered.
pub fn texts(
    after: &mut Ticket,
    short_description: &Patch<String>,
    description: &Patch<String>,
    wrong: &mut Gathered,
) -> Result<()> {
    if let Some(text) = given(short_description) {
        let checked = check_short_description(text.as_deref().unwrap_or(""));
        if let Some(text) = wrong.take(checked)? {
            after.short_description = text;
        }
    }
    if let Some(text) = given(description) {
        wrong.take(check_text("description", text.as_deref().unwrap_or("")))?;
        after.description = text.filter(|t| !t.is_empty());
    }
    Ok(())
}

/// A choice, by its code or label, as a patch says.
///
/// # Errors
/// None; what is wrong is gathered.
pub fn choice(
    loaded: &Loaded,
    field: &str,
    patch: &Patch<String>,
    place: &mut Option<String>,
    wrong: &mut Gathered,
) -> Result<()> {
    if let Some(code) = given(patch) {
        let code = code.map(|c| loaded.registry.choice(field, &c)).transpose();
        if let Some(code) = wrong.take(code)? {
            *place = code;
        }
    }
    Ok(())
}

/// Impact or urgency, as a patch says.
///
/// # Errors
/// None; what is wrong is gathered.
pub fn level(field: &str, patch: &Patch<i64>, place: &mut u8, wrong: &mut Gathered) -> Result<()> {
    if let Some(level) = given(patch) {
        let level = level
            .ok_or_else(|| Error::invalid(field, "required", "cannot be emptied"))
            .and_then(|level| check_level(field, level));
        if let Some(level) = wrong.take(level)? {
            *place = level;
        }
    }
    Ok(())
}

/// Who has it, as a patch says: with the right to assign, where the life cycle
/// lets it, and only who may have it.
///
/// # Errors
/// `Forbidden`, `Refused`; what is wrong with the names is gathered.
pub fn assignment(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    after: &mut Ticket,
    (group, person_named): (&Patch<String>, &Patch<String>),
    wrong: &mut Gathered,
) -> Result<()> {
    let group = reference(tx, call, "team", "assignment_group", group);
    let group = wrong.take(group)?.flatten();
    let to = person(tx, call, "assigned_to", person_named);
    let to = wrong.take(to)?.flatten();
    if group.is_some() || to.is_some() {
        loaded.check(call, "assign")?;
        wrong.take(assignee::check(tx, after, group, to))?;
        assignee::set_assignment(after, group, to);
        assignee::check_assignment(loaded.practice.life_cycle, &loaded.ticket, after)?;
    }
    Ok(())
}

/// The ticket of that number or id under which another is to stand: visible, and
/// none stands above itself.
///
/// # Errors
/// `Invalid` on `parent`.
pub fn parent(tx: &mut Tx, call: &Call, loaded: &Loaded, number: &str) -> Result<Uuid> {
    let practice = loaded.practice;
    let unknown = || {
        let message = format!("no {} that you may see has this number", practice.life_cycle.noun);
        Error::invalid("parent", "reference", message)
    };
    let parent = store::find(tx, practice.kind, number).map_err(|_| unknown())?;
    let target = steward_ticket::target(tx, &call.actor, &parent)?;
    check(&call.actor, practice.kind, "read", &target).map_err(|_| unknown())?;
    let own = loaded.id();
    let mut above = Some(parent.head.id);
    for _ in 0..MOST_DEEP {
        match above {
            None => return Ok(parent.head.id),
            Some(id) if id == own => break,
            Some(id) => above = store::by_id(tx, id)?.parent,
        }
    }
    Err(Error::invalid("parent", "circle", "would stand below itself, or over 20 deep"))
}

/// Sets custom fields as a patch says: all emptied, or each set, `null` emptying
/// one.
///
/// # Errors
/// `Forbidden` for an internal field of who may not read it; what is wrong with
/// values is gathered.
pub fn custom(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    after: &mut Ticket,
    patch: &Patch<BTreeMap<String, Json>>,
    wrong: &mut Gathered,
) -> Result<()> {
    match patch {
        Patch::Keep => {}
        Patch::Clear => {
            let internal = loaded.internal(call);
            let readable = |field: &&Field| internal || field.group != "internal";
            for field in loaded.registry.custom().filter(readable) {
                after.custom.remove(&field.name);
            }
        }
        Patch::Set(values) => {
            for (name, value) in values {
                let read = custom_value(tx, call, loaded, name, value);
                match wrong.take(read)? {
                    None => {}
                    Some(Json::Null) => drop(after.custom.remove(name)),
                    Some(value) => drop(after.custom.insert(name.clone(), value)),
                }
            }
        }
    }
    Ok(())
}

fn custom_value(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    name: &str,
    value: &Json,
) -> Result<Json> {
    let path = format!("custom.{name}");
    let unknown = || {
        let names: Vec<&str> = loaded.registry.custom().map(|f| f.name.as_str()).collect();
        let offer = if names.is_empty() {
            "there are no custom fields".to_owned()
        } else {
            format!("is not one of {}", names.join(", "))
        };
        Error::invalid(path.clone(), "unknown_field", offer)
    };
    let field = loaded.registry.field(name).filter(|f| f.custom).ok_or_else(unknown)?;
    if field.group == "internal" {
        loaded.check(call, "read_work_notes")?;
    }
    let mut value = parse_custom(&loaded.registry, field, value)?;
    if let (FieldType::Reference(kind), Some(text)) = (&field.ty, value.as_str()) {
        value = resolve(tx, &call.actor, kind, &path, text)?.id.to_string().into();
    }
    Ok(value)
}
