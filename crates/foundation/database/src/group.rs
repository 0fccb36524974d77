//! What the group of commands on SQLite's writer thread has done so far:
//! whether it has written, and the statements it has put off to its end. The
//! full text is the reason for these: FTS5 writes what it has gathered to its
//! tables at every savepoint, so one document at a time costs a segment each.
//!
//! Invariant: what a command put off runs if and only if the command is kept;
//! when it fails, the whole group goes back and all its callers are told.

use std::cell::RefCell;

use rusqlite::{Connection, ErrorCode, params_from_iter};
use steward_base::{Error, Result};

use crate::Value;

type Statement = (String, Vec<Value>);

#[derive(Default)]
struct Group {
    /// Statements that were not only reading.
    writes: usize,
    /// What was put off, in order.
    put_off: Vec<Statement>,
}

/// How far a group has come.
pub(crate) struct Place {
    writes: usize,
    put_off: usize,
}

thread_local! {
    /// The group of this thread; `None` outside of one.
    static GROUP: RefCell<Option<Group>> = const { RefCell::new(None) };
}

/// Begins a group, without anything of one before.
pub(crate) fn begin() {
    GROUP.set(Some(Group::default()));
}

/// Notes that a statement may have written.
pub(crate) fn wrote() {
    GROUP.with_borrow_mut(|group| {
        if let Some(group) = group {
            group.writes += 1;
        }
    });
}

/// Puts a statement off to the end of the group.
///
/// # Errors
/// `Internal` outside of a group: nothing would ever run it.
pub(crate) fn add(sql: &str, args: &[Value]) -> Result<()> {
    GROUP.with_borrow_mut(|group| match group {
        Some(group) => {
            group.put_off.push((sql.to_owned(), args.to_vec()));
            Ok(())
        }
        None => Err(Error::Internal(format!("put off outside of a write: {sql}"))),
    })
}

/// How many statements of the group were not only reading; 0 outside of one.
pub(crate) fn writes() -> usize {
    GROUP.with_borrow(|group| group.as_ref().map_or(0, |group| group.writes))
}

/// How far the group has come.
pub(crate) fn place() -> Place {
    let put_off = GROUP.with_borrow(|group| group.as_ref().map_or(0, |g| g.put_off.len()));
    Place { writes: writes(), put_off }
}

/// Whether anything was written since.
pub(crate) fn wrote_since(then: &Place) -> bool {
    writes() > then.writes
}

/// Forgets what was put off since: its command is not kept.
pub(crate) fn back_to(then: &Place) {
    GROUP.with_borrow_mut(|group| {
        if let Some(group) = group {
            group.put_off.truncate(then.put_off);
        }
    });
}

/// Ends the group: what it has put off.
pub(crate) fn end() -> Vec<Statement> {
    GROUP.take().unwrap_or_default().put_off
}

/// Runs a statement that was put off. A broken rule here is a fault of ours,
/// whichever caller of the group hears of it, and never a duplicate that one of
/// them has sent.
pub(crate) fn run(
    conn: &Connection,
    sql: &str,
    args: &[Value],
) -> std::result::Result<(), rusqlite::Error> {
    let ran = conn.prepare_cached(sql).and_then(|mut s| s.execute(params_from_iter(args)));
    ran.map(drop).map_err(|failure| match failure.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => {
            rusqlite::Error::ToSqlConversionFailure(failure.to_string().into())
        }
        _ => failure,
    })
}
