//! Whole tables out of and into a database.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use steward_base::{Error, Result};
use steward_database::{Engine, Tx, Value};
use steward_schema::{Kind, Table};

use crate::cell::read_row;
use crate::manifest::Counters;

/// Most parameters of a statement; SQLite takes 32,766.
const PARAMETERS: usize = 8_000;
/// Most rows of a statement.
const ROWS: usize = 200;

/// Gives every row of a table to `f`, in the order of its key.
pub(crate) fn each_row(
    tx: &mut Tx,
    table: &Table,
    mut f: impl FnMut(Map<String, Json>) -> Result<()>,
) -> Result<()> {
    // By bytes on both engines, whatever the database's own collation.
    let collate = if tx.engine() == Engine::Sqlite { "" } else { " collate \"C\"" };
    let order = table.key.iter().map(|name| match table.column(name).map(|c| c.kind) {
        Some(Kind::Text) => format!("{name}{collate}"),
        _ => name.clone(),
    });
    let order: Vec<String> = order.collect();
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let sql =
        format!("select {} from {} order by {}", columns.join(", "), table.name, order.join(", "));
    tx.each(&sql, |row| f(read_row(table, row)?))
}

/// How many rows of this table one statement takes.
pub(crate) fn rows_at_a_time(table: &Table) -> usize {
    (PARAMETERS / table.columns.len().max(1)).clamp(1, ROWS)
}

/// Writes rows, at most [`rows_at_a_time`].
pub(crate) fn insert_rows(tx: &mut Tx, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let width = columns.len();
    let row = |r: usize| {
        let places: Vec<String> = (1..=width).map(|c| format!("${}", r * width + c)).collect();
        format!("({})", places.join(", "))
    };
    let places: Vec<String> = (0..rows.len()).map(row).collect();
    let sql =
        format!("insert into {} ({}) values {}", table.name, columns.join(", "), places.join(", "));
    let args: Vec<Value> = rows.iter().flatten().cloned().collect();
    tx.run(&sql, &args).map_err(|e| match e {
        Error::Internal(words) => Error::Internal(format!("{}: {words}", table.name)),
        other => other,
    })?;
    Ok(())
}

/// Takes out what the migrations put into a new database.
pub(crate) fn clear(tx: &mut Tx, table: &Table) -> Result<()> {
    tx.run(&format!("delete from {}", table.name), &[]).map(drop)
}

/// Whether nothing has ever happened in this database.
pub(crate) fn is_empty(tx: &mut Tx) -> Result<bool> {
    let found = tx.opt("select 1 from record limit 1", &[], |_| Ok(()))?;
    Ok(found.is_none())
}

/// What the numbers given by the database go on from.
pub(crate) fn counters(tx: &mut Tx, tables: &[Table]) -> Result<Counters> {
    let mut counters = Counters::default();
    let pair = |r: &steward_database::Row| Ok((r.get::<String>(0)?, r.get::<i64>(1)?));
    let (rows, numbers): (BTreeMap<String, i64>, _) = match tx.engine() {
        Engine::Sqlite => (
            tx.rows("select name, seq from sqlite_sequence", &[], pair)?.into_iter().collect(),
            tx.rows("select prefix, last from number_counter", &[], pair)?,
        ),
        Engine::Postgres => {
            let all = tx.rows(
                "select sequencename::text, last_value from pg_sequences
                 where schemaname = current_schema() and last_value is not null",
                &[],
                pair,
            )?;
            let numbers = all.iter().filter_map(|(name, last)| {
                Some((name.strip_prefix("number_")?.to_ascii_uppercase(), *last))
            });
            (all.iter().cloned().collect(), numbers.collect())
        }
    };
    for table in tables {
        let Some(column) = table.serial() else { continue };
        let name = match tx.engine() {
            Engine::Sqlite => table.name.clone(),
            Engine::Postgres => sequence(table, &column.name),
        };
        // A row written with its number does not move PostgreSQL's sequence.
        let sql = format!("select max({}) from {}", column.name, table.name);
        let highest = tx.one(&sql, &[], |r| r.opt::<i64>(0))?.unwrap_or(0);
        let last = rows.get(&name).copied().unwrap_or(0).max(highest);
        if last > 0 {
            counters.rows.insert(table.name.clone(), last);
        }
    }
    counters.numbers = numbers.into_iter().filter(|(_, last)| *last > 0).collect();
    Ok(counters)
}

fn sequence(table: &Table, column: &str) -> String {
    format!("{}_{column}_seq", table.name)
}

/// Lets the numbers go on above those of the archive.
pub(crate) fn set_counters(tx: &mut Tx, tables: &[Table], counters: &Counters) -> Result<()> {
    for table in tables {
        let (Some(column), Some(last)) = (table.serial(), counters.rows.get(&table.name)) else {
            continue;
        };
        match tx.engine() {
            Engine::Sqlite => {
                let name = table.name.as_str();
                tx.run("delete from sqlite_sequence where name = $1", &[name.into()])?;
                tx.run(
                    "insert into sqlite_sequence (name, seq) values ($1, $2)",
                    &[name.into(), (*last).into()],
                )?;
            }
            Engine::Postgres => set_sequence(tx, &sequence(table, &column.name), *last)?,
        }
    }
    for (prefix, last) in &counters.numbers {
        if prefix.is_empty() || !prefix.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Error::Refused(format!("the archive counts numbers of {prefix:?}")));
        }
        match tx.engine() {
            Engine::Sqlite => {
                tx.run(
                    "insert into number_counter (prefix, last) values ($1, $2)",
                    &[prefix.into(), (*last).into()],
                )?;
            }
            Engine::Postgres => {
                set_sequence(tx, &format!("number_{}", prefix.to_ascii_lowercase()), *last)?;
            }
        }
    }
    Ok(())
}

fn set_sequence(tx: &mut Tx, name: &str, last: i64) -> Result<()> {
    let sql = format!("select setval('{name}', $1) from (select 1) one");
    tx.one(&sql, &[last.into()], |_| Ok(()))
}
