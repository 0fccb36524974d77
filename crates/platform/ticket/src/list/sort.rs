//! The order of a list: which fields, and how each stands in the statement.

use steward_base::{Error, Result};
use steward_database::Engine;
use steward_fields::{Field, FieldType};

use super::schema::TicketSchema;

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
];

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
    if let Some((_, column, of, nullable, few)) = SORTABLE.iter().find(|s| s.0 == name) {
        // In the past the tracked columns stand in `v`.
        let column = match *column {
            "t.priority" if schema.past => "v.priority",
            "t.state" if schema.past => "v.state",
            "t.category" if schema.past => "v.category",
            column => column,
        };
        let (of, nullable, few) = (*of, *nullable, *few);
        let descending = sort.descending;
        return Ok(Key { column: column.into(), of, nullable, few, descending, custom: None });
    }
    let field = schema.get(name).filter(|f| f.custom);
    let Some(field) = field else { return Err(refused(name, schema)) };
    let Some((column, of)) = values(field) else { return Err(refused(name, schema)) };
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
        descending: sort.descending,
        custom: (!schema.past).then(|| name.to_owned()),
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
    let expr = kept.ok_or_else(|| {
        let message = format!("“{name}” is not kept for the past; sort by it without as_of");
        Error::malformed("sort", "not_tracked", message)
    })?;
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

fn refused(name: &str, schema: &TicketSchema) -> Error {
    let mut names: Vec<String> = SORTABLE.iter().map(|s| s.0.to_owned()).collect();
    let custom = schema.registry.custom().filter(|f| schema.readable(f) && f.indexed);
    names.extend(custom.filter(|f| values(f).is_some()).map(|f| f.name.clone()));
    let message = format!("cannot sort by {name:?}; sort by {}", names.join(", "));
    Error::malformed("sort", "unknown_sort", message)
}
