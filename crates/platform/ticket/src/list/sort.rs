//! The order of a list: which fields, and how each stands in the statement.

use steward_base::{Error, Result};
use steward_database::Engine;
use steward_fields::{Field, FieldType};

use super::schema::TicketSchema;
use crate::model::TRACKED;

/// One key of a sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// Name of the field.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

/// What kind of value a key holds, for its cursor and its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Int,
    Text,
    Time,
    Float,
}

/// The shipped fields lists are sorted by: column, type, whether it may be
/// empty, whether it has few different values (see [`Key::few`]). Each has an
/// index, or sorts what an index left.
const SORTABLE: &[(&str, &str, Of, bool, bool)] = &[
    ("number", "r.number", Of::Text, false, false),
    ("priority", "t.priority", Of::Int, false, true),
    ("impact", "t.impact", Of::Int, false, true),
    ("urgency", "t.urgency", Of::Int, false, true),
    ("state", "t.state", Of::Text, false, true),
    ("opened_at", "t.opened_at", Of::Time, false, false),
    ("updated_at", "t.updated_at", Of::Time, false, false),
    ("resolved_at", "t.resolved_at", Of::Time, true, false),
    ("closed_at", "t.closed_at", Of::Time, true, false),
    ("on_hold_until", "t.on_hold_until", Of::Time, true, false),
    ("category", "t.category", Of::Text, true, true),
    ("subcategory", "t.subcategory", Of::Text, true, true),
    ("contact_type", "t.contact_type", Of::Text, true, true),
    ("short_description", "t.short_description_key", Of::Text, true, false),
    ("reassignment_count", "t.reassignment_count", Of::Int, false, true),
    ("reopen_count", "t.reopen_count", Of::Int, false, true),
    ("on_hold_reason", "t.on_hold_reason", Of::Text, true, true),
    ("close_code", "t.close_code", Of::Text, true, true),
];

/// References that lists are sorted by, by the folded name of what they point
/// to. No index has that order, so that a list may only hold so many rows then.
const NAMED: [&str; 10] = [
    "caller",
    "requested_for",
    "opened_by",
    "assigned_to",
    "assignment_group",
    "service",
    "service_offering",
    "configuration_item",
    "location",
    "organisation",
];

/// Shipped fields whose value never changes after the opening, or hardly ever:
/// lists of the past are asked and sorted by them as they are today.
pub(super) const STEADY: [&str; 6] =
    ["number", "organisation", "opened_at", "opened_by", "caller", "contact_type"];

/// Reads `-priority,opened_at`. Whether there is such a field is asked when the
/// list is read, since fields are data.
///
/// # Errors
/// `Malformed` on `sort` for a repeated field.
pub fn parse_sort(text: &str) -> Result<Vec<Sort>> {
    let mut sorts: Vec<Sort> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (field, descending) = match part.strip_prefix('-') {
            Some(field) => (field, true),
            None => (part, false),
        };
        if sorts.iter().any(|s| s.field == field) {
            return Err(Error::malformed("sort", "repeated", format!("{field} stands twice")));
        }
        sorts.push(Sort { field: field.to_owned(), descending });
    }
    Ok(sorts)
}

/// A key of a sort as it stands in the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its column.
    pub column: String,
    /// What it holds.
    pub of: Of,
    /// Whether it may be empty.
    pub nullable: bool,
    /// Whether it has few different values (priorities, choices), so that
    /// reading them one after the other is cheap. Of a key with many (times),
    /// the engine sorts the few rows that share a value.
    pub few: bool,
    /// Largest first.
    pub descending: bool,
    /// The custom field whose rows in `field_value` hold it.
    pub custom: Option<String>,
    /// The column with the id of the record whose name it is.
    pub named: Option<String>,
}

/// The keys of a sort for this reader; the id comes after the last.
///
/// # Errors
/// `Malformed` on `sort` for a field that is not there, not readable or not
/// sortable; it names the field.
pub(crate) fn keys(sorts: &[Sort], schema: &TicketSchema) -> Result<Vec<Key>> {
    sorts.iter().enumerate().map(|(i, sort)| key(i, sort, schema)).collect()
}

fn key(i: usize, sort: &Sort, schema: &TicketSchema) -> Result<Key> {
    let name = sort.field.as_str();
    let descending = sort.descending;
    if schema.past && schema.get(name).is_some_and(|f| !f.custom) && !kept(name) {
        return Err(not_kept(name, schema));
    }
    // In the past the tracked columns stand in `v`.
    let table = if schema.past && TRACKED.contains(&name) { "v" } else { "t" };
    // A kind may lack a field that tickets have, or have one of its own of that name.
    let Some(field) = schema.get(name) else { return Err(refused(name, schema)) };
    let shipped = SORTABLE.iter().find(|s| s.0 == name).filter(|_| !field.custom);
    if let Some((_, column, of, nullable, few)) = shipped {
        let column = column.replacen("t.", &format!("{table}."), 1);
        let (of, nullable, few) = (*of, *nullable, *few);
        return Ok(Key { column, of, nullable, few, descending, custom: None, named: None });
    }
    if NAMED.contains(&name) && !field.custom {
        let (column, named) = (format!("n{i}.name_key"), Some(format!("{table}.{name}")));
        let (of, nullable, few) = (Of::Text, true, false);
        return Ok(Key { column, of, nullable, few, descending, custom: None, named });
    }
    let values = values(field).filter(|_| field.custom);
    let Some((column, of)) = values else { return Err(refused(name, schema)) };
    let column = match schema.past {
        true => past(field, schema)?,
        false => format!("s{i}.{column}"),
    };
    if !field.indexed {
        let message = format!("“{name}” has no index, so nothing can be sorted by it");
        return Err(Error::malformed("sort", "not_indexed", message));
    }
    Ok(Key {
        column,
        of,
        nullable: true,
        few: matches!(field.ty, FieldType::Choice | FieldType::Boolean),
        descending,
        custom: (!schema.past).then(|| name.to_owned()),
        named: None,
    })
}

/// Where the values of a custom field stand in `field_value`. Ids have no
/// order that says anything, long texts no key.
fn values(field: &Field) -> Option<(&'static str, Of)> {
    match field.ty {
        FieldType::Integer | FieldType::Number | FieldType::Boolean => Some(("number", Of::Float)),
        FieldType::Text | FieldType::Choice => Some(("text_key", Of::Text)),
        FieldType::Date => Some(("at", Of::Time)),
        FieldType::LongText | FieldType::Reference(_) => None,
    }
}

/// The tracked value of a custom field at the moment asked for.
fn past(field: &Field, schema: &TicketSchema) -> Result<String> {
    let name = &field.name;
    let kept = field.tracked.then(|| schema.past_json(name, &field.ty)).flatten();
    let expr = kept.ok_or_else(|| not_kept(name, schema))?;
    let lite = schema.engine == Engine::Sqlite;
    Ok(match field.ty {
        FieldType::Choice if !lite => format!("({expr} collate \"C\")"),
        // Compared as numbers, as in `field_value`.
        FieldType::Boolean if !lite => format!("cast(cast({expr} as int) as double precision)"),
        FieldType::Integer | FieldType::Number | FieldType::Boolean => {
            format!("cast({expr} as double precision)")
        }
        _ => expr,
    })
}

/// Whether a shipped field has a past, or needs none.
fn kept(name: &str) -> bool {
    TRACKED.contains(&name) || STEADY.contains(&name)
}

/// The fields that a list of the past can be asked by.
pub(super) fn kept_fields(schema: &TicketSchema) -> Vec<String> {
    let readable = schema.registry.fields().iter().filter(|f| schema.readable(f));
    let known = readable.filter(|f| if f.custom { f.tracked } else { kept(&f.name) });
    known.map(|f| f.name.clone()).collect()
}

fn not_kept(name: &str, schema: &TicketSchema) -> Error {
    let sortable = |field: &String| {
        let shipped = SORTABLE.iter().any(|s| s.0 == field) || NAMED.contains(&field.as_str());
        let custom = schema.get(field).filter(|f| f.custom);
        shipped || custom.is_some_and(|f| schema.past_json(field, &f.ty).is_some())
    };
    let kept: Vec<String> = kept_fields(schema).into_iter().filter(sortable).collect();
    let message = format!(
        "the past of “{name}” is not kept; with as_of sort by {}, or leave as_of away",
        kept.join(", ")
    );
    Error::malformed("sort", "not_tracked", message)
}

fn refused(name: &str, schema: &TicketSchema) -> Error {
    let shipped = SORTABLE.iter().map(|s| s.0).chain(NAMED);
    let shipped = shipped.filter(|name| schema.get(name).is_some());
    let mut names: Vec<String> = shipped.map(str::to_owned).collect();
    let custom = schema.registry.custom().filter(|f| schema.readable(f) && f.indexed);
    names.extend(custom.filter(|f| values(f).is_some()).map(|f| f.name.clone()));
    let message = format!("cannot sort by {name:?}; sort by {}", names.join(", "));
    Error::malformed("sort", "unknown_sort", message)
}
