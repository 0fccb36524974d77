//! A fresh database for a test.

use std::sync::atomic::{AtomicU32, Ordering};

use steward_base::Timestamp;
use steward_database::{Db, Options};

use crate::MIGRATIONS;

/// A migrated, empty database that goes with this value.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// How to open it again (a second process, a restart).
    pub options: Options,
    _dir: Option<tempfile::TempDir>,
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Options::Postgres(url) = &self.options else { return };
        let name = url.rsplit('/').next().and_then(|end| end.split('?').next());
        if let (Some(name), Ok(server)) =
            (name.map(str::to_owned), std::env::var("STEWARD_TEST_PG"))
        {
            // On a thread of its own, since a test may end inside a runtime. A
            // database that stays is no failed test.
            let drop = move || steward_database::drop_database(&server, &name);
            let _ = std::thread::spawn(drop).join();
        }
    }
}

/// Runs `test` on a fresh SQLite database and, where `STEWARD_TEST_PG` names
/// a server, on a fresh PostgreSQL one. `make test` always names one; a run
/// without it says so.
pub fn on_both(test: impl Fn(TestDb)) {
    test(sqlite());
    match postgres() {
        Some(db) => test(db),
        None => eprintln!("STEWARD_TEST_PG is not set: PostgreSQL is left out"),
    }
}

/// The moment migrations of tests happen at.
fn moment() -> Timestamp {
    Timestamp::from_second(1_790_000_000).expect("a valid instant")
}

/// A fresh SQLite database in a directory of its own.
pub fn sqlite() -> TestDb {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let options = Options::Sqlite(dir.path().join("steward.db"));
    let db = Db::open(&options).expect("SQLite opens");
    db.migrate(MIGRATIONS, moment()).expect("the migrations apply");
    TestDb { db, options, _dir: Some(dir) }
}

/// A fresh PostgreSQL database, or `None` without a server.
pub fn postgres() -> Option<TestDb> {
    let url = fresh_postgres()?;
    let options = Options::Postgres(url);
    let db = Db::open(&options).expect("PostgreSQL opens");
    db.migrate(MIGRATIONS, moment()).expect("the migrations apply");
    Some(TestDb { db, options, _dir: None })
}

/// The URL of a new, empty database on the server of `STEWARD_TEST_PG`.
pub fn fresh_postgres() -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("STEWARD_TEST_PG").ok()?;
    // Process ids come again; the name of a temporary directory does not.
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chance: String = dir.path().to_string_lossy().chars().rev().take(6).collect();
    let chance: String = chance.chars().filter(char::is_ascii_alphanumeric).collect();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("t{}_{count}_{}", std::process::id(), chance.to_ascii_lowercase());
    steward_database::create_database(&server, &name).expect("a fresh database");
    let (base, query) = server.split_once('?').map_or((server.as_str(), ""), |(b, q)| (b, q));
    let root = base.rsplit_once('/').map_or(base, |(root, _)| root);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    Some(format!("{root}/{name}{query}"))
}
