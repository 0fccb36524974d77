//! The schema: every migration in order, each one SQL text for both engines.
//! It stands at the bottom of the platform, so that every room can be tested
//! against the real tables. `CONTRIBUTING.md` has the recipe for a new one.

mod tables;

use steward_database::Migration;

pub use tables::{Column, Kind, Table, tables};

#[cfg(feature = "testing")]
pub mod testing;

macro_rules! migrations {
    ($($version:literal $file:literal),* $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $file,
            sql: include_str!(concat!("../migrations/", $file, ".sql")),
            sqlite: include_str!(concat!("../migrations/", $file, ".sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $file, ".postgres.sql")),
        }),*]
    };
}

/// All migrations, in order.
pub const MIGRATIONS: &[Migration] = migrations![
    1 "0001_history",
    2 "0002_people",
    3 "0003_tickets",
    4 "0004_journal",
    5 "0005_timers",
    6 "0006_automation",
    7 "0007_notifications",
    8 "0008_idempotency",
    9 "0009_import",
    10 "0010_lists",
    11 "0011_marks",
];
