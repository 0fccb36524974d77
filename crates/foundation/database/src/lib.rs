//! The one door to the database: SQLite embedded or PostgreSQL 15 and newer.
//!
//! Store functions are synchronous and engine-blind: they take `&mut Tx`, give
//! SQL in the subset both engines share, and get plain values back. Only [`Db`]
//! is async. What differs between the engines stands in this crate, side by
//! side, and nowhere else.
//!
//! Invariant: a write is one transaction; when [`Db::write`] answers `Ok`, the
//! commit is on disk.

mod column;
mod door;
mod group;
mod lite;
mod memory;
mod migrate;
mod pg;
mod record;
mod size;
mod sql;
mod stream;
mod value;

pub use column::Column;
pub use door::{Db, Engine, Health, Options, Row, Tx};
pub use lite::SQLITE_SETTINGS;
pub use memory::{Memory, Once, Stamp};
pub use migrate::{Migration, expand, schema_version};
pub use pg::{Holder, create_database, drop_database, horizon};
pub use size::size;
pub use value::Value;
