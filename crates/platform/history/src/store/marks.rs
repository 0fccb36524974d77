//! Marks of what is kept in memory: see migration `0011_marks`.

use steward_base::Result;
use steward_database::Tx;

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

/// Reads the marks: one row, once as long as the transaction writes nothing.
pub fn marks(tx: &mut Tx) -> Result<Marks> {
    tx.once(|tx| {
        tx.one("select access, names, registry from memory_mark where one = 1", &[], |r| {
            Ok(Marks { access: r.get(0)?, names: r.get(1)?, registry: r.get(2)? })
        })
    })
}
