//! Several at once, and a schema from the future.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use steward_base::Error;
use steward_database::{Db, Options, schema_version};
use steward_schema::MIGRATIONS;

use crate::{Empty, now, on_both};

/// Processes that open the same empty database.
const AT_ONCE: usize = 4;

fn start(at: &Empty, report: &Path) -> Child {
    let place = match &at.options {
        Options::Sqlite(path) => path.display().to_string(),
        Options::Postgres(url) => url.clone(),
    };
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "racing::migration_of_another_process", "--ignored", "--nocapture"])
        .env("MIGRATE_AT", place)
        .env("MIGRATE_REPORT", report)
        .stdout(Stdio::null())
        .spawn()
        .expect("starts")
}

#[test]
fn of_many_processes_at_once_each_migration_runs_once() {
    on_both(|fresh| {
        let empty = fresh();
        let dir = tempfile::tempdir().expect("a directory");
        let reports: Vec<PathBuf> = (0..AT_ONCE).map(|n| dir.path().join(format!("{n}"))).collect();
        let children: Vec<Child> = reports.iter().map(|report| start(&empty, report)).collect();
        for mut child in children {
            assert!(child.wait().expect("ends").success(), "a process failed");
        }
        let mut applied: Vec<i64> = reports
            .iter()
            .flat_map(|report| {
                let text = std::fs::read_to_string(report).expect("a report");
                text.split_whitespace().map(|v| v.parse().expect("a version")).collect::<Vec<_>>()
            })
            .collect();
        applied.sort_unstable();
        let all: Vec<i64> = MIGRATIONS.iter().map(|m| m.version).collect();
        assert_eq!(applied, all, "each by one of them");
        let db = empty.open();
        let noted = db.read_blocking(|tx| {
            tx.rows("select version from schema_migration order by version", &[], |r| {
                r.get::<i64>(0)
            })
        });
        assert_eq!(noted.expect("reads"), all);
    });
}

#[test]
#[ignore = "a process of its own; its parent test starts it"]
fn migration_of_another_process() {
    let (Ok(place), Ok(report)) = (std::env::var("MIGRATE_AT"), std::env::var("MIGRATE_REPORT"))
    else {
        return;
    };
    let options = match place.contains("://") {
        true => Options::Postgres(place),
        false => Options::Sqlite(place.into()),
    };
    let db = Db::open(&options).expect("opens");
    let applied = db.migrate(MIGRATIONS, now()).expect("migrates");
    let words: Vec<String> = applied.iter().map(i64::to_string).collect();
    std::fs::write(report, words.join(" ")).expect("written");
}

#[test]
fn a_schema_newer_than_the_program_is_refused_with_a_sentence() {
    on_both(|fresh| {
        let empty = fresh();
        let db = empty.open();
        db.migrate(MIGRATIONS, now()).expect("migrates");
        let older = &MIGRATIONS[..MIGRATIONS.len() - 1];
        let newest = MIGRATIONS.len();
        let refused = db.migrate(older, now());
        let Err(Error::Refused(words)) = &refused else { panic!("{refused:?}") };
        let version = format!("schema version {newest}");
        for part in [version.as_str(), "newer Steward", "Install the newer"] {
            assert!(words.contains(part), "{words}");
        }
        assert_eq!(db.read_blocking(schema_version).expect("reads"), newest as i64);
        db.migrate(MIGRATIONS, now()).expect("the newer program goes on");
    });
}
