//! Migrations on data: up to N-1, every table filled, then up to the end. Every
//! row is kept, and the schema is the one of a fresh database. A table that
//! nobody can fill fails here, so no migration goes without data.

mod fill;
mod look;
mod racing;

use std::collections::BTreeMap;

use steward_base::Timestamp;
use steward_database::{Db, Options};
use steward_schema::MIGRATIONS;
use steward_schema::testing::fresh_postgres;

/// Tables and columns that a migration takes away or rewrites on purpose:
/// (version, `table` or `table.column`, reason).
const REWRITTEN: &[(i64, &str, &str)] = &[];

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).expect("a valid instant")
}

/// A database without any table.
pub struct Empty {
    /// How it is opened.
    pub options: Options,
    _dir: tempfile::TempDir,
}

impl Empty {
    fn sqlite() -> Empty {
        let dir = tempfile::tempdir().expect("a temporary directory");
        Empty { options: Options::Sqlite(dir.path().join("steward.db")), _dir: dir }
    }

    fn postgres() -> Option<Empty> {
        let dir = tempfile::tempdir().expect("a temporary directory");
        Some(Empty { options: Options::Postgres(fresh_postgres()?), _dir: dir })
    }

    fn open(&self) -> Db {
        Db::open(&self.options).expect("opens")
    }
}

/// Runs `test` with a maker of empty databases of each engine.
fn on_both(test: impl Fn(&dyn Fn() -> Empty)) {
    test(&Empty::sqlite);
    match std::env::var_os("STEWARD_TEST_PG") {
        Some(_) => test(&|| Empty::postgres().expect("a fresh database")),
        None => eprintln!("STEWARD_TEST_PG is not set: PostgreSQL is left out"),
    }
}

#[test]
fn every_migration_keeps_every_row() {
    on_both(|fresh| {
        let new = fresh();
        let new = new.open();
        new.migrate(MIGRATIONS, now()).expect("migrates");
        let expected = look::schema(&new);
        assert!(expected.len() > 100, "the whole schema: {}", expected.len());
        for before in 0..=MIGRATIONS.len() {
            let old = fresh();
            let db = old.open();
            db.migrate(&MIGRATIONS[..before], now()).expect("migrates");
            fill::every_table(&db, before);
            let rows = look::rows(&db);
            let few = |table: &str| if table == fill::ONE_ROW { 1 } else { 2 };
            let thin: Vec<&String> = rows
                .iter()
                .filter(|(table, rows)| rows.len() < few(table))
                .map(|(table, _)| table)
                .collect();
            assert!(thin.is_empty(), "before migration {}: nothing in {thin:?}", before + 1);
            let applied = db.migrate(MIGRATIONS, now()).expect("migrates with data");
            assert_eq!(applied.len(), MIGRATIONS.len() - before);
            kept(before, &rows, &look::rows(&db));
            assert_eq!(look::schema(&db), expected, "from version {before}");
        }
    });
}

/// Every row of before is there, in the columns that were there.
fn kept(
    before: usize,
    old: &BTreeMap<String, Vec<look::Row>>,
    new: &BTreeMap<String, Vec<look::Row>>,
) {
    let rewritten = |name: &str| {
        REWRITTEN.iter().any(|(version, what, _)| *version > before as i64 && *what == name)
    };
    for (table, rows) in old.iter().filter(|(table, _)| !rewritten(table)) {
        let there = new.get(table).unwrap_or_else(|| panic!("{table} is gone"));
        let columns: Vec<&String> =
            rows[0].keys().filter(|column| !rewritten(&format!("{table}.{column}"))).collect();
        let cut = |row: &look::Row| -> look::Row {
            let value = |c: &&String| Some(((*c).clone(), row.get(*c)?.clone()));
            columns.iter().filter_map(value).collect()
        };
        let there: Vec<look::Row> = there.iter().map(cut).collect();
        for row in rows {
            let row = cut(row);
            assert!(there.contains(&row), "version {before}: {table} lost {row:?}");
        }
    }
}
