//! The archive: everything an installation holds in one tar file, from either
//! engine into either engine, ids and hashes unchanged.
//!
//! In the tar stand, in this order: `archive.json` (what this is), the parts of
//! each table as JSON lines (`tables/NAME/000001.jsonl`), `counters.json` (what
//! numbers go on from), the files of attachments (`files/...`), and last
//! `manifest.json` with counts and the SHA-256 of every part, so that one that
//! was cut off is never taken for a whole one.
//!
//! Invariant: the list of tables and the types of their columns come from the
//! migrations; a table that does not travel is named in [`LEFT_OUT`].

mod cell;
mod export;
mod files;
mod import;
mod manifest;
mod pack;
mod store;

pub use export::export;
pub use import::{import, look_over};
pub use manifest::{About, Counters, FORMAT, Manifest, Part};

use steward_database::Migration;
use steward_schema::Table;

/// Tables that do not travel, with the reason.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("session", "a sign-in belongs to the installation where it was made"),
    ("password_reset", "a reset is handed over for the installation where it was made"),
    ("memory_mark", "belongs to what this installation keeps in memory"),
];

/// What only one engine has, with the reason why it does not travel as a table.
pub const OF_ONE_ENGINE: &[(&str, &str)] = &[
    ("schema_migration", "the new database's own"),
    ("number_counter", "travels in counters.json; PostgreSQL counts with sequences"),
    ("text_public", "full text is made anew from the tickets"),
    ("text_internal", "full text is made anew from the tickets"),
];

/// The tables that travel, at this state of the schema.
pub fn travelling(migrations: &[Migration]) -> Vec<Table> {
    let left_out = |table: &Table| LEFT_OUT.iter().any(|(name, _)| *name == table.name);
    steward_schema::tables(migrations).into_iter().filter(|table| !left_out(table)).collect()
}
