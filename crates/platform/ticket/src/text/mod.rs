//! Full text of tickets: one document for each ticket and audience, kept in
//! the writing transaction, so that an agent finds what was just saved.

mod document;
mod store;

pub use document::{Document, MAX_TOKENS};
pub use store::{documents, forget_field, holds_sql, index, match_one_sql, match_sql, row_of};
