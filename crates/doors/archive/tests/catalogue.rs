//! The list of tables is the engines' own: nothing can be forgotten.

use std::collections::BTreeMap;

use steward_archive::{LEFT_OUT, OF_ONE_ENGINE, travelling};
use steward_database::Engine;
use steward_schema::testing::{TestDb, on_both};
use steward_schema::{Kind, MIGRATIONS, tables};

type Catalogue = BTreeMap<String, Vec<(String, String)>>;

/// Every table with its columns and the types the engine gives them.
fn catalogue(test: &TestDb) -> Catalogue {
    let sql = match test.db.engine() {
        // The shadow tables of full text belong to it.
        Engine::Sqlite => {
            "select m.name, c.name, lower(c.type) from sqlite_master m, pragma_table_info(m.name) c
             where m.type = 'table' and m.name not like 'sqlite_%'
             and m.name not like 'text_public_%' and m.name not like 'text_internal_%'
             order by m.name, c.cid"
        }
        Engine::Postgres => {
            "select t.table_name::text, c.column_name::text, c.data_type::text
             from information_schema.tables t join information_schema.columns c
             on c.table_schema = t.table_schema and c.table_name = t.table_name
             where t.table_schema = current_schema() order by 1, c.ordinal_position"
        }
    };
    let rows = test.db.read_blocking(move |tx| {
        tx.rows(sql, &[], |r| Ok((r.get::<String>(0)?, r.get::<String>(1)?, r.get::<String>(2)?)))
    });
    let mut found = Catalogue::new();
    for (table, column, ty) in rows.expect("a catalogue") {
        found.entry(table).or_default().push((column, ty));
    }
    found
}

fn engine_type(kind: Kind, engine: Engine) -> &'static str {
    let (lite, pg) = match kind {
        Kind::Id => ("blob", "uuid"),
        Kind::Time | Kind::Int | Kind::Serial => ("integer", "bigint"),
        Kind::Float => ("real", "double precision"),
        Kind::Bool => ("integer", "boolean"),
        Kind::Text => ("text", "text"),
        Kind::Json => ("text", "jsonb"),
        Kind::Bytes => ("blob", "bytea"),
    };
    if engine == Engine::Sqlite { lite } else { pg }
}

#[test]
fn every_table_and_column_of_the_engines_is_known() {
    on_both(|test| {
        let engine = test.db.engine();
        let mut found = catalogue(&test);
        for (name, reason) in OF_ONE_ENGINE {
            assert!(!reason.is_empty());
            found.remove(*name);
        }
        let known = tables(MIGRATIONS);
        for table in &known {
            assert!(!table.key.is_empty(), "{} has no primary key", table.name);
            for name in &table.key {
                assert!(table.column(name).is_some(), "{}: key {name}", table.name);
            }
        }
        let expected: Catalogue = known
            .into_iter()
            .map(|table| {
                let ty = |kind| engine_type(kind, engine).to_owned();
                let columns = table.columns.into_iter().map(|c| (c.name, ty(c.kind)));
                (table.name, columns.collect())
            })
            .collect();
        assert_eq!(found, expected, "{engine:?}");
    });
}

#[test]
fn what_is_left_out_exists_and_says_why() {
    let all = tables(MIGRATIONS);
    for (name, reason) in LEFT_OUT {
        assert!(all.iter().any(|table| table.name == *name), "{name} is no table");
        assert!(!reason.is_empty());
    }
    assert_eq!(travelling(MIGRATIONS).len(), all.len() - LEFT_OUT.len());
}

/// What counts in PostgreSQL is either a table's row number or a number.
#[test]
fn every_sequence_travels() {
    let Some(test) = steward_schema::testing::postgres() else { return };
    let names = test.db.read_blocking(|tx| {
        tx.rows(
            "select sequencename::text from pg_sequences where schemaname = current_schema()",
            &[],
            |r| r.get::<String>(0),
        )
    });
    let serials: Vec<String> = tables(MIGRATIONS)
        .iter()
        .filter_map(|t| Some(format!("{}_{}_seq", t.name, t.serial()?.name)))
        .collect();
    for name in names.expect("sequences") {
        assert!(serials.contains(&name) || name.starts_with("number_"), "{name}");
    }
}
