//! A range of a list as the parts of its statement.

use serde_json::Value as Json;
use steward_base::{Result, Uuid};
use steward_condition::Args;
use steward_database::{Row, Value};

use super::ranges::{Range, Test, bind, open};
use super::sort::{Key, Of};

/// The tables that a range needs beside ticket and record: a row for each
/// custom field it is sorted by, and for each reference the record it names.
pub(crate) fn joins(keys: &[Key], range: &Range) -> String {
    let join = |(i, key): (usize, &Key)| {
        if let Some(id) = &key.named {
            return Some(format!(" left join record n{i} on n{i}.id = {id}"));
        }
        let field = key.custom.as_ref()?;
        let outer = match range.0.get(i) {
            Some(Test::Empty) => return None,
            Some(_) => "",
            None => " left",
        };
        // The name is from the registry, letters, digits and _ only.
        Some(format!(
            "{outer} join field_value s{i} on s{i}.record = t.id and s{i}.field = '{field}'"
        ))
    };
    keys.iter().enumerate().filter_map(join).collect()
}

/// A boolean expression: the row is in the range.
pub(crate) fn tests(keys: &[Key], range: &Range, args: &mut Args) -> String {
    let mut parts = Vec::new();
    for (i, test) in range.0.iter().enumerate() {
        parts.push(match keys.get(i) {
            Some(key) => test_of(i, key, test, args),
            None => {
                let id = match test {
                    Test::After(id) => id.as_str().and_then(|id| id.parse().ok()),
                    _ => None,
                };
                let place = args.push(Value::Id(id.unwrap_or(Uuid::nil())));
                format!("{} {} {place}", tail(keys, range), sign(keys.last()))
            }
        });
    }
    if parts.is_empty() { "true".into() } else { parts.join(" and ") }
}

fn sign(key: Option<&Key>) -> &'static str {
    if key.is_some_and(|k| k.descending) { "<" } else { ">" }
}

fn test_of(i: usize, key: &Key, test: &Test, args: &mut Args) -> String {
    let column = &key.column;
    match (test, &key.custom) {
        (Test::Empty, Some(field)) => {
            let value = column.split_once('.').map_or(column.as_str(), |(_, c)| c);
            format!(
                "not exists (select 1 from field_value n{i} where n{i}.record = t.id \
                 and n{i}.field = '{field}' and n{i}.{value} is not null)"
            )
        }
        (Test::Empty, None) => format!("{column} is null"),
        // As a bound, since SQLite does not look up what is not null.
        (Test::Any, _) => format!("{column} >= {}", lowest(key.of)),
        (Test::Is(v), _) => {
            format!("{column} = {}", args.push(bind(key.of, v).unwrap_or(Value::Null)))
        }
        (Test::After(v), _) => {
            let place = args.push(bind(key.of, v).unwrap_or(Value::Null));
            format!("{column} {} {place}", sign(Some(key)))
        }
    }
}

/// What no value lies below.
fn lowest(of: Of) -> &'static str {
    match of {
        // No count, level or time of ours is as far down.
        Of::Int | Of::Time => "-9000000000000000000",
        Of::Text => "''",
        Of::Float => "-1.7976931348623157e308",
    }
}

/// The id at the end of an order: that of the table which leads it.
fn tail(keys: &[Key], range: &Range) -> String {
    let last = keys.len().wrapping_sub(1);
    match (keys.last(), range.0.get(last)) {
        (Some(key), Some(test)) if key.custom.is_some() && *test != Test::Empty => {
            format!("s{last}.record")
        }
        _ => "t.id".into(),
    }
}

/// The text after `order by`: the keys that the range does not fix, then the
/// id; empty values last in both directions.
pub(crate) fn order_by(keys: &[Key], range: &Range) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (i, key) in keys.iter().enumerate().skip(open(range)) {
        if key.nullable && range.0.get(i).is_none() {
            parts.push(format!("({} is null)", key.column));
        }
        parts.push(format!("{}{}", key.column, direction(Some(key))));
    }
    parts.push(format!("{}{}", tail(keys, range), direction(keys.last())));
    parts.join(", ")
}

fn direction(key: Option<&Key>) -> &'static str {
    if key.is_some_and(|k| k.descending) { " desc" } else { "" }
}

/// The first row of each value of key `at`, the first value first.
pub(crate) fn order_by_one(keys: &[Key], at: usize) -> String {
    keys.get(at).map_or("t.id".into(), |k| format!("{}{}", k.column, direction(Some(k))))
}

/// The columns of the keys a range does not fix, for the select list.
pub(crate) fn columns(keys: &[Key], range: &Range) -> String {
    keys.iter().skip(open(range)).map(|k| format!(", {}", k.column)).collect()
}

/// The sort values of a row and its id, for the cursor: those the range fixes,
/// and what stands from column `from` on.
pub(crate) fn place(
    keys: &[Key],
    range: &Range,
    row: &Row,
    from: usize,
    id: Uuid,
) -> Result<Vec<Json>> {
    let fixed = open(range);
    let mut values: Vec<Json> = Vec::with_capacity(keys.len() + 1);
    for (i, key) in keys.iter().enumerate() {
        let at = from + i.saturating_sub(fixed);
        values.push(match range.0.get(i) {
            Some(Test::Is(value)) => value.clone(),
            Some(Test::Empty) => Json::Null,
            _ => match key.of {
                Of::Text => row.opt::<String>(at)?.into(),
                Of::Int | Of::Time => row.opt::<i64>(at)?.into(),
                Of::Float => row.opt::<f64>(at)?.map(|n| n.to_string()).into(),
            },
        });
    }
    values.push(id.to_string().into());
    Ok(values)
}
