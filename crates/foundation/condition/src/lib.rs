//! The condition language: what stands in search boxes, queues and rules.
//!
//! A text becomes a tree ([`parse`]), the tree is checked against the fields
//! there are ([`Condition::resolve`]), and the checked [`Condition`] has two
//! back-ends with one answer: SQL for lists ([`Condition::to_sql`]) and a
//! predicate over one record in memory ([`Condition::matches`]). Pure: no
//! clock, no I/O. `docs/condition-language.md` is the page for users.
//!
//! Invariant: a condition and its negation share the whole; every comparison
//! with an empty field is false.
//! Invariant: no text of a user ever becomes part of the SQL.

mod ast;
mod condition;
mod error;
mod parse;
mod predicate;
mod resolve;
mod schema;
mod sql;
mod time;
mod value;
mod words;

pub use ast::{At, Expr, FieldTerm, Item, Op, Text};
pub use condition::{Condition, FieldUse, RefValue};
pub use error::{ConditionError, ErrorKind};
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_VALUES, parse};
pub use predicate::{FieldValue, Record};
pub use schema::{Choice, Context, FieldInfo, FieldType, Group, PERSON, Schema, TEAM};
pub use sql::{Args, Column, SqlSchema};
pub use time::last_instant;
pub use words::WordTerm;
