//! Every statement the tests of the house have run, asked of both engines:
//! each is taken by both, and full scans stand on a checked-in list.
//!
//! The statements are noted by debug builds under `STEWARD_RECORD_SQL`; this
//! runs after all other tests (`scripts/test.sh`), and is ignored elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use steward_database::{Db, Engine};
use steward_schema::testing::{postgres, sqlite};

/// One statement of the product and the engine it ran on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Noted {
    source: String,
    sql: String,
    engine: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The statements of the product; tests may ask what they like.
fn noted() -> Vec<Noted> {
    let directory = std::env::var_os("STEWARD_RECORD_SQL").expect("STEWARD_RECORD_SQL is set");
    let mut all = BTreeSet::new();
    for file in std::fs::read_dir(&directory).expect("the tests ran before") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("is read");
        // This test notes its own statements too: a file may just be begun.
        let Some((head, sql)) = text.split_once('\n') else { continue };
        let (engine, source) = head.split_once(' ').expect("engine and source");
        // What tests ask for themselves, plans among it, is none of the product's.
        let of_tests = source.contains("/tests/") || source.ends_with("_tests.rs");
        if !of_tests
            && !source.starts_with("bench/")
            && !source.contains("testing")
            && !sql.starts_with("explain")
        {
            all.insert(Noted { source: source.into(), sql: sql.into(), engine: engine.into() });
        }
    }
    assert!(all.len() > 150, "only {} statements were noted: did all tests run?", all.len());
    all.into_iter().collect()
}

/// A list of `lists/`: its lines, without what follows ` -- ` (the reason).
fn list(name: &str) -> BTreeSet<String> {
    let path = root().join("crates/house/lists").join(name);
    let text = std::fs::read_to_string(&path).expect("the list is there");
    let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let (entry, reason) = line.split_once(" -- ").unwrap_or((line, ""));
            assert!(!reason.trim().is_empty(), "{name}: give a reason behind ` -- `: {line}");
            entry.trim().to_owned()
        })
        .collect()
}

#[track_caller]
fn compare(name: &str, found: &BTreeMap<String, String>) {
    let listed = list(name);
    let new: Vec<_> = found.iter().filter(|(entry, _)| !listed.contains(*entry)).collect();
    let gone: Vec<_> = listed.iter().filter(|entry| !found.contains_key(*entry)).collect();
    let show = |(entry, sql): &(&String, &String)| format!("{entry}\n    {sql}");
    let new: Vec<String> = new.iter().map(show).collect();
    assert!(new.is_empty(), "not on crates/house/lists/{name}:\n{}", new.join("\n"));
    // Only said: a part of the tests run alone does not run every statement.
    if !gone.is_empty() {
        eprintln!("not seen in this run; if never again, take off {name}: {gone:#?}");
    }
}

fn squeezed(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The steps of a plan that read a whole table or index.
fn scans(db: &Db, sql: &str) -> Vec<String> {
    let explain = format!("explain query plan {sql}");
    let args = vec![steward_database::Value::Null; parameters(sql)];
    let steps = db.read_blocking(move |tx| tx.rows(&explain, &args, |r| r.get::<String>(3)));
    let steps = steps.unwrap_or_else(|e| panic!("{e}: {sql}"));
    let table = |step: &String| {
        let table = step.strip_prefix("SCAN ")?.split(' ').next()?.to_owned();
        // Rows of a subquery are no table; a full text index is asked for
        // matches (M) or for one row (=), in whatever order (the number).
        let asked = step.split_once("VIRTUAL TABLE INDEX ").and_then(|(_, i)| i.split_once(':'));
        let index = asked.is_some_and(|(_, how)| how.starts_with(['M', '=']));
        let inner = table.starts_with('(') || index;
        // Values written in the statement itself: "SCAN 12-ROW VALUES CLAUSE".
        let values = step == "SCAN CONSTANT ROW" || table.ends_with("-ROW");
        (!inner && !values).then_some(table)
    };
    steps.iter().filter_map(table).map(|name| table_of(sql, name)).collect()
}

/// The table behind an alias, so that the list says what is read; the alias
/// itself where it stands for a subquery.
fn table_of(sql: &str, alias: String) -> String {
    let words: Vec<&str> = sql.split(|c: char| c.is_whitespace() || c == ',').collect();
    let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty() && *w != "as").collect();
    let named = words.windows(3).find(|w| {
        let end = w[2].trim_end_matches([')', ';']);
        ["from", "join"].contains(&w[0]) && end == alias && !w[1].starts_with('(')
    });
    named.map_or(alias, |w| w[1].to_owned())
}

/// How many parameters a statement has: they are numbered without gaps.
fn parameters(sql: &str) -> usize {
    let number = |part: &str| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    };
    sql.split('$').skip(1).map(number).max().unwrap_or(0)
}

#[test]
#[ignore = "reads what all other tests have run; scripts/test.sh runs it last"]
fn full_scans_stand_on_the_list() {
    let test = sqlite();
    let mut found = BTreeMap::new();
    for noted in noted().iter().filter(|n| n.engine == "sqlite") {
        let words = squeezed(&noted.sql).to_lowercase();
        let plain = ["select", "with", "insert", "update", "delete"];
        if !plain.iter().any(|w| words.starts_with(w)) || words.contains("sqlite_master") {
            continue;
        }
        for table in scans(&test.db, &noted.sql) {
            found.entry(format!("{} {table}", noted.source)).or_insert(words.clone());
        }
    }
    compare("scans.txt", &found);
}

#[test]
#[ignore = "reads what all other tests have run; scripts/test.sh runs it last"]
fn every_statement_is_taken_by_both_engines() {
    let lite = sqlite();
    let pg = postgres().expect("STEWARD_TEST_PG names a server");
    let all = noted();
    let mut found = BTreeMap::new();
    for noted in &all {
        let other = if noted.engine == "sqlite" { &pg.db } else { &lite.db };
        let sql = noted.sql.clone();
        // What makes tables or settings of its own is each engine's own.
        let taken = other.read_blocking(move |tx| tx.check(&sql));
        if let Err(error) = taken {
            let first: String = squeezed(&noted.sql).chars().take(60).collect();
            let entry = format!("{} {} {first}", noted.source, noted.engine);
            found.entry(entry.trim_end().to_owned()).or_insert_with(|| error.to_string());
        }
    }
    let engines: BTreeSet<&str> = all.iter().map(|n| n.engine.as_str()).collect();
    assert_eq!(engines.len(), 2, "both engines ran");
    assert_eq!((lite.db.engine(), pg.db.engine()), (Engine::Sqlite, Engine::Postgres));
    compare("one_engine.txt", &found);
}
