//! What a run of the product has written, row by row: every table of the schema
//! and the documents of the full text, by the record they belong to.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags};
use steward_base::Uuid;
use steward_database::{Db, Options, Tx};
use steward_fields::Registries;
use steward_schema::{MIGRATIONS, Table, tables};
use steward_ticket::text::{Document, documents};

use crate::Result;

/// Stands between texts of a document, as the product writes it.
const BOUNDARY: &str = " \u{241f} ";
/// Rows of the installation itself, which a fresh database has already.
const NOT_RECORDED: [&str; 5] =
    ["schema_migration", "setting", "subscriber", "seal", "memory_mark"];

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The table's place in [`Recording::tables`].
    pub table: usize,
    /// Its columns, in the table's order.
    pub values: Vec<Value>,
}

/// All rows of one record.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The record.
    pub id: Vec<u8>,
    /// Its row number.
    pub row_no: i64,
    /// Its number, for tickets.
    pub number: Option<String>,
    /// Its rows, the record's own first.
    pub rows: Vec<Row>,
    /// Its public document: short description, description, close notes, other.
    pub public: Option<[String; 4]>,
    /// Its internal document.
    pub internal: Option<String>,
}

/// Everything written after a row number.
pub struct Recording {
    /// The tables of the schema.
    pub tables: Vec<Table>,
    /// Records in the order of their making.
    pub units: Vec<Unit>,
    /// Rows that belong to no record (choices, counters).
    pub others: Vec<Row>,
}

/// Opens a SQLite database as the product does.
pub fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.execute_batch(steward_database::SQLITE_SETTINGS)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(256);
    Ok(conn)
}

/// The highest row number of a record.
pub fn last_row(path: &Path) -> Result<i64> {
    let sql = "select coalesce(max(row_no), 0) from record";
    Ok(connect(path)?.query_row(sql, [], |row| row.get(0))?)
}

/// Reads what was written after the record with row number `after`.
pub fn read(path: &Path, after: i64) -> Result<Recording> {
    let conn = connect(path)?;
    let mut recording =
        Recording { tables: tables(MIGRATIONS), units: Vec::new(), others: Vec::new() };
    let mut places = HashMap::new();
    // The record's table first: it says which records there are.
    recording.tables.sort_by_key(|table| table.name != "record");
    for place in 0..recording.tables.len() {
        let table = recording.tables[place].clone();
        if NOT_RECORDED.contains(&table.name.as_str()) {
            continue;
        }
        if table.name == "record" {
            records(&conn, &table, after, &mut recording, &mut places)?;
        } else {
            rows(&conn, place, &table, after, &mut recording, &places)?;
        }
    }
    drop(conn);
    add_documents(path, &mut recording)?;
    Ok(recording)
}

fn columns(table: &Table) -> String {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    names.join(", ")
}

fn values(row: &rusqlite::Row, table: &Table) -> rusqlite::Result<Vec<Value>> {
    (0..table.columns.len()).map(|i| row.get::<_, Value>(i)).collect()
}

fn records(
    conn: &Connection,
    table: &Table,
    after: i64,
    recording: &mut Recording,
    places: &mut HashMap<Vec<u8>, usize>,
) -> Result<()> {
    let columns = columns(table);
    let sql = format!(
        "select {columns}, id, row_no, number from record where row_no > ?1 order by row_no"
    );
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([after])?;
    let width = table.columns.len();
    while let Some(row) = rows.next()? {
        let unit = Unit {
            id: row.get(width)?,
            row_no: row.get(width + 1)?,
            number: row.get(width + 2)?,
            rows: vec![Row { table: 0, values: values(row, table)? }],
            ..Unit::default()
        };
        places.insert(unit.id.clone(), recording.units.len());
        recording.units.push(unit);
    }
    Ok(())
}

/// The rows of a table, each given to the record it names first.
fn rows(
    conn: &Connection,
    place: usize,
    table: &Table,
    after: i64,
    recording: &mut Recording,
    places: &HashMap<Vec<u8>, usize>,
) -> Result<()> {
    let owner =
        ["record", "ticket", "person", "id"].iter().find(|name| table.column(name).is_some());
    let owner = owner.and_then(|name| table.columns.iter().position(|c| c.name == **name));
    let sql = format!("select {} from {} order by rowid", columns(table), table.name);
    // Tables without rowid do not exist here; a view of all rows is enough.
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = match owner.map(|i| row.get_ref(i)).transpose()? {
            Some(ValueRef::Blob(id)) => Some(id),
            _ => None,
        };
        match id.and_then(|id| places.get(id)) {
            Some(unit) => {
                recording.units[*unit].rows.push(Row { table: place, values: values(row, table)? });
            }
            // Rows of records from before are not this run's.
            None if after == 0 => {
                recording.others.push(Row { table: place, values: values(row, table)? });
            }
            None => {}
        }
    }
    Ok(())
}

/// The full text cannot be read back; it is cut again by the product's function.
fn add_documents(path: &Path, recording: &mut Recording) -> Result<()> {
    let db = Db::open(&Options::Sqlite(path.to_owned()))?;
    let ids: Vec<(usize, Uuid)> = recording
        .units
        .iter()
        .enumerate()
        .filter(|(_, unit)| unit.number.is_some())
        .filter_map(|(i, unit)| Some((i, Uuid::from_slice(&unit.id).ok()?)))
        .collect();
    let cut = db.read_blocking(move |tx| cut_all(tx, &ids))?;
    for (place, public, internal) in cut {
        let other = |document: &Document| {
            let texts: Vec<String> = document.other.iter().map(|words| words.join(" ")).collect();
            texts.join(BOUNDARY)
        };
        let unit = &mut recording.units[place];
        unit.public = (!public.is_empty()).then(|| {
            let part = |words: &[String]| words.join(" ");
            [
                part(&public.short_description),
                part(&public.description),
                part(&public.close_notes),
                other(&public),
            ]
        });
        unit.internal = (!internal.is_empty()).then(|| other(&internal));
    }
    Ok(())
}

fn cut_all(
    tx: &mut Tx,
    ids: &[(usize, Uuid)],
) -> steward_base::Result<Vec<(usize, Document, Document)>> {
    let shipped = steward_incident::registry as fn() -> _;
    let registries = Registries::new(vec![(steward_incident::KIND, shipped)]);
    let registry = registries.get(tx, steward_incident::KIND)?;
    let mut all = Vec::with_capacity(ids.len());
    for (place, id) in ids {
        let ticket = steward_ticket::store::by_id(tx, *id)?;
        let (public, internal) = documents(tx, &ticket, &registry)?;
        all.push((*place, public, internal));
    }
    Ok(all)
}
