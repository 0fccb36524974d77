//! Rows for every table there is, made from the engine's own catalogue: whatever
//! a migration adds is filled too, or the test fails.

use steward_base::{Timestamp, Uuid};
use steward_database::{Db, Value};
use steward_schema::{Kind, MIGRATIONS, Table, tables};

use crate::look::{self, Column};

/// Rows of each table. The first has no value where none is asked for.
const ROWS: i64 = 4;

/// The table that holds one row from its migration on.
pub const ONE_ROW: &str = "memory_mark";

/// Columns whose words are of a few: what migrations may ask for.
const WORDS: &[(&str, &str)] = &[
    ("record.kind", "incident"),
    ("fact.kind", "incident.created"),
    ("ticket.kind", "incident"),
    ("ticket.state", "new"),
    ("ticket_version.state", "new"),
    ("entry.kind", "comment"),
    ("entry.format", "text"),
    ("attachment.audience", "public"),
    ("grant_row.holder_kind", "person"),
    ("automation_run.state", "pending"),
    ("webhook_delivery.state", "pending"),
];

/// Fills every table of a database at this version.
pub fn every_table(db: &Db, version: usize) {
    let known = tables(&MIGRATIONS[..version]);
    for (name, columns) in look::tables(db) {
        let table = known.iter().find(|table| table.name == name);
        // A table of one row came with its migration.
        if name == ONE_ROW {
            continue;
        }
        for n in 1..=ROWS {
            insert(db, &name, &columns, table, n);
        }
    }
}

fn insert(db: &Db, name: &str, columns: &[Column], table: Option<&Table>, n: i64) {
    let asked: Vec<&Column> = columns.iter().filter(|c| n > 1 || !c.nullable).collect();
    let names: Vec<&str> = asked.iter().map(|c| c.name.as_str()).collect();
    let place = |(at, column): (usize, &&Column)| match column.ty.as_str() {
        // Words as the full text of PostgreSQL keeps them.
        "tsvector" => format!("${}::text::tsvector", at + 1),
        _ => format!("${}", at + 1),
    };
    let places: Vec<String> = asked.iter().enumerate().map(place).collect();
    let sql = format!("insert into {name} ({}) values ({})", names.join(", "), places.join(", "));
    let values: Vec<Value> = asked.iter().map(|c| value(name, c, table, n)).collect();
    let written = db.write_blocking(move |tx| tx.run(&sql, &values));
    written.unwrap_or_else(|e| panic!("row {n} of {name}: {e}"));
}

/// A value that differs from row to row; ids are the same in all tables, so that
/// rows belong together.
fn value(table: &str, column: &Column, known: Option<&Table>, n: i64) -> Value {
    let kind = known.and_then(|t| t.column(&column.name)).map(|c| c.kind);
    let path = format!("{table}.{}", column.name);
    let word = WORDS.iter().find(|(name, _)| *name == path).map(|(_, word)| *word);
    match (kind, column.ty.as_str()) {
        (Some(Kind::Id), _) | (None, "uuid") => Value::Id(Uuid::from_u128(0x1000 + n as u128)),
        (Some(Kind::Bool), _) | (None, "boolean") => Value::Bool(n % 2 == 0),
        (Some(Kind::Json), _) | (None, "jsonb") => {
            Value::Json(format!("{{\"n\": {n}}}").parse().expect("JSON"))
        }
        (Some(Kind::Time), _) => {
            Value::Time(Timestamp::from_second(1_700_000_000 + n).expect("an instant"))
        }
        (Some(Kind::Int | Kind::Serial), _) | (None, "integer" | "bigint") => Value::Int(n),
        (Some(Kind::Float), _) | (None, "real" | "double precision") => {
            Value::Float(n as f64 / 2.0)
        }
        (Some(Kind::Bytes), _) | (None, "blob" | "bytea") => Value::Bytes(vec![n as u8; 32]),
        (Some(Kind::Text), _) | (None, "text" | "tsvector") => match word {
            Some(word) => Value::Text(word.into()),
            None => Value::Text(format!("{}{n}", column.name)),
        },
        (None, other) => panic!("{path} has a type that no row can be made for: {other}"),
    }
}
