//! What a transaction on SQLite holds.

use rusqlite::Connection;
use steward_base::{Error, Result};

use crate::Memory;
use crate::memory::Once;

/// An open transaction, or a single statement that needs none.
pub struct LiteTx<'t> {
    conn: &'t Connection,
    pub(crate) memory: &'t Memory,
    pub(crate) once: Once,
    single: Option<Single>,
}

/// How many statements were asked for without a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Single {
    None,
    One,
    More,
}

impl<'t> LiteTx<'t> {
    /// In an open transaction.
    pub(super) fn open(conn: &'t Connection, memory: &'t Memory) -> LiteTx<'t> {
        LiteTx { conn, memory, once: Once::default(), single: None }
    }

    /// Without one: the second statement is refused, since it might see what was
    /// committed after the first.
    pub(super) fn single(conn: &'t Connection, memory: &'t Memory) -> LiteTx<'t> {
        LiteTx { conn, memory, once: Once::default(), single: Some(Single::None) }
    }

    /// Whether a statement was refused.
    pub(super) fn refused(&self) -> bool {
        self.single == Some(Single::More)
    }

    /// The connection, for one statement.
    pub(crate) fn conn(&mut self) -> Result<&'t Connection> {
        match &mut self.single {
            None => {}
            Some(single @ Single::None) => *single = Single::One,
            Some(single) => {
                *single = Single::More;
                return Err(Error::Internal("a second statement needs a transaction".into()));
            }
        }
        Ok(self.conn)
    }
}
