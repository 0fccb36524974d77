//! What the tests of this crate share.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod dump;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use steward_base::{Entropy, Timestamp};
use steward_database::Db;
use steward_fields::Registries;
use steward_history::Door;
use steward_import::mapping::Mapping;
use steward_import::{Options, Show, Summary, import_log};
use steward_people::{Call, DEFAULT_ORGANISATION, ensure_foundation, system_actor};
use steward_schema::testing::TestDb;

/// A call of the installation's own actor.
pub fn call() -> Call {
    Call {
        actor: Arc::new(system_actor()),
        now: Timestamp::from_second(1_790_000_100).expect("an instant"),
        door: Door::Cli,
        cause: None,
        entropy: Entropy::new({
            // Seeded by a count, so that two calls never draw the same ids.
            static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
            let seed = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let inner = Entropy::seeded(seed << 32);
            move |buffer| {
                let secret = inner.secret();
                buffer.iter_mut().zip(secret).for_each(|(to, from)| *to = from);
            }
        }),
    }
}

/// The two organisations and the installation's own actor.
pub fn found(db: &TestDb) {
    let made = db.db.write_blocking(|tx| ensure_foundation(tx, &call(), None));
    made.expect("the foundation is made");
}

/// Runs to the end on a runtime like the program's.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// How many rows each table holds.
pub fn counts(db: &TestDb) -> BTreeMap<&'static str, i64> {
    const TABLES: [&str; 12] = [
        "record",
        "fact",
        "content",
        "person",
        "team",
        "item",
        "ticket",
        "ticket_version",
        "choice",
        "custom_field",
        "field_value",
        "import_update",
    ];
    let count = |table: &'static str| {
        db.db.read_blocking(move |tx| {
            tx.one(&format!("select count(*) from {table}"), &[], |r| r.get::<i64>(0))
        })
    };
    TABLES.iter().map(|t| (*t, count(t).expect("counts"))).collect()
}

/// The committed real log.
pub fn log() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    root.join("testdata/uci-incident-log/incident_event_log.csv.gz")
}

/// The log's text, unpacked.
pub fn log_text() -> String {
    let file = std::fs::File::open(log()).expect("the log is there");
    std::io::read_to_string(flate2::read::GzDecoder::new(file)).expect("unpacks")
}

/// A file with the first rows of the log; it stays until the test ends.
pub fn head(rows: usize) -> PathBuf {
    let lines: Vec<&str> = log_text_cached().lines().take(rows + 1).collect();
    file(&(lines.join("\n") + "\n"))
}

fn log_text_cached() -> &'static str {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(log_text)
}

/// A file of this content, gone when the test ends.
pub fn file(content: &str) -> PathBuf {
    thread_local! {
        static FILES: std::cell::RefCell<Vec<tempfile::TempPath>> = const {
            std::cell::RefCell::new(Vec::new())
        };
    }
    let file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    let path = file.into_temp_path();
    std::fs::write(&path, content).expect("written");
    let place = path.to_path_buf();
    FILES.with_borrow_mut(|files| files.push(path));
    place
}

/// The registries of the product, as far as an import needs them.
pub fn registries() -> Arc<Registries> {
    Arc::new(Registries::new(vec![("incident", steward_incident::registry)]))
}

/// Imports a log; the summary and the report's text.
pub fn import(db: &TestDb, file: &Path, dry_run: bool) -> (Summary, String) {
    import_into(&db.db, file, dry_run)
}

/// [`import`] into a database that is not a test's own.
pub fn import_into(db: &Db, file: &Path, dry_run: bool) -> (Summary, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let report = dir.path().join("report.csv");
    let mapping = Mapping::load("uci-incident-log").expect("the shipped mapping");
    let options = Options {
        file,
        mapping: &mapping,
        zone: None,
        report: &report,
        organisation: DEFAULT_ORGANISATION,
        dry_run,
        show: Show::Nothing,
    };
    let (call, registries) = (call(), registries());
    let summary = run(import_log(db, &call, &registries, &options));
    (summary.expect("imports"), std::fs::read_to_string(&report).unwrap_or_default())
}
