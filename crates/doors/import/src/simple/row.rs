//! The cells of one row, by column.

use std::collections::BTreeMap;

use crate::fact::Unmapped;
use crate::reader::Row;

/// One row of a list.
pub struct Cells {
    /// Its row in the file.
    pub row: u64,
    values: BTreeMap<Box<str>, Box<str>>,
}

impl Cells {
    /// The cells of a row; empty ones say nothing.
    pub fn new(row: &Row, columns: &[Box<str>]) -> Cells {
        let filled = columns.iter().zip(&row.values).filter(|(_, v)| !v.trim().is_empty());
        let values = filled.map(|(c, v)| (c.clone(), v.trim().into())).collect();
        Cells { row: row.no, values }
    }

    /// The value of a column, if the row has one.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.values.get(column).map(|v| &**v)
    }

    /// The value of a column, as an owned text.
    pub fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(Into::into)
    }

    /// The parts of a cell that lists several, separated by semicolons.
    pub fn list(&self, column: &str) -> impl Iterator<Item = &str> {
        let parts = self.get(column).unwrap_or_default().split(';');
        parts.map(str::trim).filter(|part| !part.is_empty())
    }

    /// All filled cells, by column.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(column, value)| (&**column, &**value))
    }

    /// A note on a cell.
    pub fn problem(&self, column: &str, reason: &str) -> Unmapped {
        let value = self.get(column).unwrap_or_default();
        self.problem_with(column, value, reason)
    }

    /// A note on a part of a cell.
    pub fn problem_with(&self, column: &str, value: &str, reason: &str) -> Unmapped {
        Unmapped {
            row: self.row,
            column: column.into(),
            value: value.into(),
            reason: reason.into(),
        }
    }
}
