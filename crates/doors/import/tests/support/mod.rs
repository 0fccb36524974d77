//! What the tests of this crate share.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use steward_base::{Entropy, Timestamp};
use steward_history::Door;
use steward_people::{Call, ensure_foundation, system_actor};
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
        "record", "fact", "content", "person", "team", "item", "ticket", "ticket_version",
        "choice", "custom_field", "field_value", "import_update",
    ];
    let count = |table: &'static str| {
        db.db.read_blocking(move |tx| {
            tx.one(&format!("select count(*) from {table}"), &[], |r| r.get::<i64>(0))
        })
    };
    TABLES.iter().map(|t| (*t, count(t).expect("counts"))).collect()
}
