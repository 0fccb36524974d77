//! The door of history: imports what another tool has recorded, and people,
//! teams, services and configuration items from plain lists.
//!
//! Invariant: importing a file again writes nothing, and a longer file only
//! appends.
//! Invariant: what has no place here is reported, never dropped in silence.

mod decide;
mod directory;
pub mod fact;
mod log;
pub mod mapping;
pub mod plan;
mod progress;
mod pump;
pub mod reader;
mod report;
pub mod simple;
mod store;
mod vocabulary;
mod write;

pub use log::{Options, import_log};
pub use progress::Show;
pub use report::{Report, Summary, Told, default_report};

/// What an incident log holds.
pub const KIND: &str = "incident";
/// The prefix of its numbers.
pub const PREFIX: &str = "INC";
