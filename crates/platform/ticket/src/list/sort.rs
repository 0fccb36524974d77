//! The order of a list, and where a page goes on.

use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_condition::Args;
use steward_database::Value;

/// One key of a sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// Name of the field.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

/// What can be sorted by, with its column, its type and whether it may be
/// empty. Each has an index, or sorts what an index left.
const SORTABLE: &[(&str, &str, Of, bool)] = &[
    ("number", "r.number", Of::Text, false),
    ("priority", "t.priority", Of::Int, false),
    ("impact", "t.impact", Of::Int, false),
    ("urgency", "t.urgency", Of::Int, false),
    ("state", "t.state", Of::Text, false),
    ("opened_at", "t.opened_at", Of::Time, false),
    ("updated_at", "t.updated_at", Of::Time, false),
    ("resolved_at", "t.resolved_at", Of::Time, true),
    ("closed_at", "t.closed_at", Of::Time, true),
    ("on_hold_until", "t.on_hold_until", Of::Time, true),
    ("category", "t.category", Of::Text, true),
    ("subcategory", "t.subcategory", Of::Text, true),
    ("contact_type", "t.contact_type", Of::Text, true),
    ("short_description", "t.short_description_key", Of::Text, true),
    ("reassignment_count", "t.reassignment_count", Of::Int, false),
    ("reopen_count", "t.reopen_count", Of::Int, false),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Int,
    Text,
    Time,
}

/// Reads `-priority,opened_at`.
///
/// # Errors
/// `Malformed` on `sort` for an unknown or repeated field.
pub fn parse_sort(text: &str) -> Result<Vec<Sort>> {
    let mut sorts: Vec<Sort> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (field, descending) = match part.strip_prefix('-') {
            Some(field) => (field, true),
            None => (part, false),
        };
        if !SORTABLE.iter().any(|s| s.0 == field) {
            let names: Vec<&str> = SORTABLE.iter().map(|s| s.0).collect();
            let message = format!("cannot sort by {field:?}; sort by {}", names.join(", "));
            return Err(Error::malformed("sort", "unknown_sort", message));
        }
        if sorts.iter().any(|s| s.field == field) {
            return Err(Error::malformed("sort", "repeated", format!("{field} stands twice")));
        }
        sorts.push(Sort { field: field.to_owned(), descending });
    }
    Ok(sorts)
}

/// A sort resolved to columns; the last key is always the id.
pub(crate) struct Order {
    keys: Vec<Key>,
}

struct Key {
    column: &'static str,
    of: Of,
    nullable: bool,
    descending: bool,
}

impl Order {
    /// Of these keys; in the past, tracked columns stand in `v`.
    pub fn new(sorts: &[Sort], past: bool) -> Order {
        let key = |sort: &Sort| {
            let (_, column, of, nullable) = SORTABLE.iter().find(|s| s.0 == sort.field)?;
            let column = match *column {
                "t.priority" if past => "v.priority",
                "t.state" if past => "v.state",
                "t.category" if past => "v.category",
                column => column,
            };
            Some(Key { column, of: *of, nullable: *nullable, descending: sort.descending })
        };
        Order { keys: sorts.iter().filter_map(key).collect() }
    }

    fn tail_descending(&self) -> bool {
        self.keys.last().is_some_and(|k| k.descending)
    }

    /// The text after `order by`; empty values last in both directions.
    pub fn sql(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for key in &self.keys {
            let direction = if key.descending { " desc" } else { "" };
            if key.nullable {
                parts.push(format!("({} is null)", key.column));
            }
            parts.push(format!("{}{direction}", key.column));
        }
        parts.push(format!("t.id{}", if self.tail_descending() { " desc" } else { "" }));
        parts.join(", ")
    }

    /// The columns a cursor is made of, for the select list.
    pub fn columns(&self) -> String {
        self.keys.iter().map(|k| format!(", {}", k.column)).collect()
    }

    /// Reads the sort values of a row from column `at` on, for the cursor.
    pub fn values(&self, row: &steward_database::Row, at: usize, id: Uuid) -> Result<Vec<Json>> {
        let mut values = Vec::new();
        for (i, key) in self.keys.iter().enumerate() {
            values.push(match key.of {
                Of::Text => row.opt::<String>(at + i)?.into(),
                Of::Int | Of::Time => row.opt::<i64>(at + i)?.into(),
            });
        }
        values.push(id.to_string().into());
        Ok(values)
    }

    /// A boolean expression for the rows behind the cursor. `None` for a cursor
    /// of another sort.
    pub fn after(&self, cursor: &[Json], args: &mut Args) -> Option<String> {
        if cursor.len() != self.keys.len() + 1 {
            return None;
        }
        let id: Uuid = cursor.last()?.as_str()?.parse().ok()?;
        let fits = |(key, value): (&Key, &Json)| {
            bind(key, value).is_some() || (key.nullable && value.is_null())
        };
        if !self.keys.iter().zip(cursor).all(fits) {
            return None;
        }
        if let Some(row) = self.row_value(cursor, id, args) {
            return Some(row);
        }
        let mut alternatives = Vec::new();
        for n in 0..=self.keys.len() {
            // Behind an empty value of this key stand only empty ones.
            if self.keys.get(n).is_some() && cursor[n].is_null() {
                continue;
            }
            let mut parts = Vec::new();
            for (key, value) in self.keys.iter().zip(cursor).take(n) {
                parts.push(match bind(key, value) {
                    Some(v) => format!("{} = {}", key.column, args.push(v)),
                    None => format!("{} is null", key.column),
                });
            }
            let next = self.keys.get(n).and_then(|key| Some((key, bind(key, &cursor[n])?)));
            parts.push(match next {
                None => {
                    let sign = if self.tail_descending() { "<" } else { ">" };
                    format!("t.id {sign} {}", args.push(Value::Id(id)))
                }
                Some((key, value)) => {
                    let sign = if key.descending { "<" } else { ">" };
                    let (place, column) = (args.push(value), key.column);
                    match key.nullable {
                        true => format!("({column} {sign} {place} or {column} is null)"),
                        false => format!("{column} {sign} {place}"),
                    }
                }
            });
            alternatives.push(format!("({})", parts.join(" and ")));
        }
        Some(format!("({})", alternatives.join(" or ")))
    }

    /// One row value comparison, which reads one index range, where all keys go
    /// one way and none is empty.
    fn row_value(&self, cursor: &[Json], id: Uuid, args: &mut Args) -> Option<String> {
        let first = self.keys.first()?.descending;
        if self.keys.iter().any(|k| k.nullable || k.descending != first) {
            return None;
        }
        let columns: Vec<&str> = self.keys.iter().map(|k| k.column).collect();
        let mut places = Vec::new();
        for (key, value) in self.keys.iter().zip(cursor) {
            places.push(args.push(bind(key, value)?));
        }
        places.push(args.push(Value::Id(id)));
        let sign = if first { "<" } else { ">" };
        Some(format!("({}, t.id) {sign} ({})", columns.join(", "), places.join(", ")))
    }
}

fn bind(key: &Key, value: &Json) -> Option<Value> {
    match key.of {
        Of::Int => value.as_i64().map(Value::Int),
        Of::Text => value.as_str().map(Value::from),
        Of::Time => {
            value.as_i64().and_then(|n| Timestamp::from_microsecond(n).ok()).map(Value::Time)
        }
    }
}
