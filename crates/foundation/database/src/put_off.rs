//! Statements that SQLite's writer runs once for a whole group, before its
//! commit. The full text is the reason: FTS5 writes what it has gathered to its
//! tables at every savepoint, so one document at a time costs a segment each.
//!
//! Invariant: what a command put off runs if and only if the command is kept;
//! when it fails, the whole group goes back and all its callers are told.

use std::cell::RefCell;

use rusqlite::{Connection, ErrorCode, params_from_iter};
use steward_base::{Error, Result};

use crate::Value;

type Statement = (String, Vec<Value>);

thread_local! {
    /// What the commands of this thread's group have put off, in order; `None`
    /// outside of a group.
    static GROUP: RefCell<Option<Vec<Statement>>> = const { RefCell::new(None) };
}

/// Begins a group, without anything of one before.
pub(crate) fn begin() {
    GROUP.set(Some(Vec::new()));
}

/// Puts a statement off to the end of the group.
///
/// # Errors
/// `Internal` outside of a group: nothing would ever run it.
pub(crate) fn add(sql: &str, args: &[Value]) -> Result<()> {
    GROUP.with_borrow_mut(|group| match group {
        Some(all) => {
            all.push((sql.to_owned(), args.to_vec()));
            Ok(())
        }
        None => Err(Error::Internal(format!("put off outside of a write: {sql}"))),
    })
}

/// How many there are: a place to go [`back_to`].
pub(crate) fn count() -> usize {
    GROUP.with_borrow(|group| group.as_ref().map_or(0, Vec::len))
}

/// Forgets what came after a place: its command is not kept.
pub(crate) fn back_to(count: usize) {
    GROUP.with_borrow_mut(|group| {
        if let Some(all) = group {
            all.truncate(count);
        }
    });
}

/// Ends the group: what it has put off.
pub(crate) fn end() -> Vec<Statement> {
    GROUP.take().unwrap_or_default()
}

/// Runs what a group has put off.
pub(crate) fn run(
    conn: &Connection,
    all: &[Statement],
) -> std::result::Result<(), rusqlite::Error> {
    for (sql, args) in all {
        let ran = conn.prepare_cached(sql).and_then(|mut s| s.execute(params_from_iter(args)));
        ran.map_err(no_ones_fault)?;
    }
    Ok(())
}

/// A broken rule here is a fault of ours, whichever caller of the group hears
/// of it, and never a duplicate that one of them has sent.
fn no_ones_fault(failure: rusqlite::Error) -> rusqlite::Error {
    match failure.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => {
            rusqlite::Error::ToSqlConversionFailure(failure.to_string().into())
        }
        _ => failure,
    }
}
