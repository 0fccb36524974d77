//! The door of history: imports what another tool has recorded.

pub mod mapping;
pub mod plan;
pub mod reader;
