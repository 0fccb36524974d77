//! What a database is made of and what it holds, as texts.

use std::collections::{BTreeMap, BTreeSet};

use steward_database::{Db, Engine};

/// A row: its columns with their values as the engine writes them.
pub type Row = BTreeMap<String, Option<String>>;

/// One column of the engine's own catalogue.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    /// The type as declared, in small letters.
    pub ty: String,
    pub nullable: bool,
}

/// Every table with its columns, but for what the engine keeps for itself and the
/// list of migrations. Of a full text of SQLite the row number is the one column.
pub fn tables(db: &Db) -> BTreeMap<String, Vec<Column>> {
    let sql = match db.engine() {
        Engine::Sqlite => {
            "select m.name, c.name, lower(c.type), c.\"notnull\" + c.pk, lower(m.sql) like
             'create virtual%' from sqlite_master m, pragma_table_info(m.name) c
             where m.type = 'table' and m.name not like 'sqlite_%'
             and not exists (select 1 from sqlite_master v where lower(v.sql) like 'create virtual%'
                             and m.name like v.name || '_%' and m.name <> v.name)
             order by m.name, c.cid"
        }
        Engine::Postgres => {
            "select c.table_name::text, c.column_name::text, c.data_type::text,
             (case when c.is_nullable = 'NO' then 1 else 0 end)::bigint, 0::bigint
             from information_schema.columns c where c.table_schema = current_schema()
             order by 1, c.ordinal_position"
        }
    };
    let rows = db.read_blocking(move |tx| {
        tx.rows(sql, &[], |r| {
            let column = Column { name: r.get(1)?, ty: r.get(2)?, nullable: r.get::<i64>(3)? == 0 };
            Ok((r.get::<String>(0)?, column, r.get::<i64>(4)? == 1))
        })
    });
    let mut found: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for (table, column, is_virtual) in rows.expect("a catalogue") {
        let columns = found.entry(table).or_default();
        if !is_virtual {
            columns.push(column);
        } else if columns.is_empty() {
            columns.push(Column { name: "rowid".into(), ty: "integer".into(), nullable: false });
        }
    }
    found.remove("schema_migration");
    found
}

/// All rows of all tables.
pub fn rows(db: &Db) -> BTreeMap<String, Vec<Row>> {
    let engine = db.engine();
    let of = |(table, columns): (String, Vec<Column>)| {
        let names: Vec<String> = columns.into_iter().map(|c| c.name).collect();
        let values = names.iter().map(|name| match engine {
            Engine::Sqlite => format!("case when {name} is null then null else quote({name}) end"),
            Engine::Postgres => format!("{name}::text"),
        });
        let values: Vec<String> = values.collect();
        let sql = format!("select {} from {table}", values.join(", "));
        let rows = db.read_blocking(move |tx| {
            tx.rows(&sql, &[], |r| {
                let value = |(at, name): (usize, &String)| Ok((name.clone(), r.opt(at)?));
                names.iter().enumerate().map(value).collect()
            })
        });
        let rows: Vec<Row> = rows.unwrap_or_else(|e| panic!("{table}: {e}"));
        (table, rows)
    };
    tables(db).into_iter().map(of).collect()
}

/// Every table, column, index, constraint and sequence, one text each.
pub fn schema(db: &Db) -> BTreeSet<String> {
    let parts: &[&str] = match db.engine() {
        Engine::Sqlite => &[
            "select type || ' ' || name || ' ' || coalesce(sql, '') from sqlite_master",
            "select m.name || '.' || c.name || ' ' || c.cid || ' ' || c.type || ' ' || c.\"notnull\"
             || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk
             from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'",
        ],
        Engine::Postgres => &[
            "select table_name || '.' || column_name || ' ' || ordinal_position || ' ' || data_type
             || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' '
             || coalesce(collation_name, '') from information_schema.columns
             where table_schema = current_schema()",
            "select indexdef from pg_indexes where schemaname = current_schema()",
            "select conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid)
             from pg_constraint where connamespace = current_schema()::regnamespace",
            "select sequencename || ' ' || data_type::text || ' ' || start_value || ' ' || increment_by
             from pg_sequences where schemaname = current_schema()",
        ],
    };
    let mut all = BTreeSet::new();
    for part in parts {
        let found = db.read_blocking(move |tx| tx.rows(part, &[], |r| r.get::<String>(0)));
        all.extend(found.expect("a catalogue"));
    }
    all
}
