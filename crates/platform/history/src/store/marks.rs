//! Marks of what is kept in memory: see migration `0011_marks`.

use steward_base::Result;
use steward_database::{Row, Tx};

/// What the transaction sees of the marks. What was made in memory under the
/// same mark is what this transaction would read; triggers draw a new one, at
/// random, at every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Of persons with what they hold and sign in with.
    pub access: i64,
    /// Of what records without a number are called.
    pub names: i64,
    /// Of fields, choices and settings.
    pub registry: i64,
}

/// What a statement selects last to read the marks along, and what it joins.
pub const MARKS: &str = "m.access, m.names, m.registry";
/// See [`MARKS`].
pub const WITH_MARKS: &str = "join memory_mark m on m.one = 1";

/// The marks that stand in a row from this column on.
///
/// # Errors
/// `Internal` when they do not.
pub fn marks_from(r: &Row, first: usize) -> Result<Marks> {
    Ok(Marks { access: r.get(first)?, names: r.get(first + 1)?, registry: r.get(first + 2)? })
}

/// Reads the marks: one row, once as long as the transaction writes nothing.
pub fn marks(tx: &mut Tx) -> Result<Marks> {
    tx.once(|tx| {
        let sql = "select m.access, m.names, m.registry from memory_mark m where m.one = 1";
        tx.one(sql, &[], |r| marks_from(r, 0))
    })
}
