//! One value of a row, as it stands in an archive: the same for both engines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};
use steward_base::{Error, Result, Uuid};
use steward_database::{Row, Value};
use steward_schema::{Kind, Table};

/// A row as a JSON object; empty values are left out.
pub(crate) fn read_row(table: &Table, row: &Row) -> Result<Map<String, Json>> {
    let mut object = Map::new();
    for (index, column) in table.columns.iter().enumerate() {
        if let Some(value) = read(column.kind, row, index)? {
            object.insert(column.name.clone(), value);
        }
    }
    Ok(object)
}

fn read(kind: Kind, row: &Row, index: usize) -> Result<Option<Json>> {
    Ok(match kind {
        Kind::Id => row.opt::<Uuid>(index)?.map(|id| id.to_string().into()),
        Kind::Time | Kind::Int | Kind::Serial => row.opt::<i64>(index)?.map(Json::from),
        Kind::Bool => row.opt::<bool>(index)?.map(Json::from),
        // As text: a JSON reader may miss the last bit of a floating number.
        Kind::Float => row.opt::<f64>(index)?.map(|f| format!("{f:?}").into()),
        Kind::Text => row.opt::<String>(index)?.map(Json::from),
        Kind::Json => row.opt::<Json>(index)?.map(plain_numbers),
        Kind::Bytes => row.opt::<Vec<u8>>(index)?.map(|bytes| STANDARD.encode(bytes).into()),
    })
}

/// Brings numbers into one form: `1e3`, `1000.0` and `1000` are one number,
/// which PostgreSQL and SQLite give back in different dress.
fn plain_numbers(value: Json) -> Json {
    match value {
        Json::Number(n) if !n.is_i64() => {
            let float = n.as_f64().unwrap_or_default();
            let whole = float.fract() == 0.0 && float.abs() < 9.0e18;
            if whole { (float as i64).into() } else { float.into() }
        }
        Json::Array(all) => all.into_iter().map(plain_numbers).collect(),
        Json::Object(all) => all.into_iter().map(|(k, v)| (k, plain_numbers(v))).collect(),
        other => other,
    }
}

/// The values of a row, in the order of the table's columns.
///
/// # Errors
/// `Refused`, with the column's name, for a value of another type or a column
/// that the table does not have.
pub(crate) fn write_row(table: &Table, mut object: Map<String, Json>) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let value = match object.remove(&column.name) {
            None => Some(Value::Null),
            Some(value) => write(column.kind, value),
        };
        values.push(value.ok_or_else(|| wrong(table, &column.name, "has another type"))?);
    }
    match object.keys().next() {
        Some(unknown) => Err(wrong(table, unknown, "is no column here")),
        None => Ok(values),
    }
}

fn write(kind: Kind, value: Json) -> Option<Value> {
    Some(match (kind, value) {
        (Kind::Json, value) => Value::Json(value),
        (Kind::Id, Json::String(s)) => Value::Id(s.parse().ok()?),
        (Kind::Float, Json::String(s)) => Value::Float(s.parse().ok()?),
        (Kind::Bytes, Json::String(s)) => Value::Bytes(STANDARD.decode(s).ok()?),
        (Kind::Text, Json::String(s)) => Value::Text(s),
        (Kind::Bool, Json::Bool(b)) => Value::Bool(b),
        (Kind::Time | Kind::Int | Kind::Serial, Json::Number(n)) => Value::Int(n.as_i64()?),
        _ => return None,
    })
}

fn wrong(table: &Table, column: &str, what: &str) -> Error {
    Error::Refused(format!("the archive's {}.{column} {what}", table.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        let given = serde_json::json!({"a": [1e3, 1.5, 7, 1e19], "b": "1e3"});
        let plain = serde_json::json!({"a": [1000, 1.5, 7, 1e19], "b": "1e3"});
        assert_eq!(plain_numbers(given), plain);
    }
}
