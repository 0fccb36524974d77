//! Prepared inserts for every table, and rows on their way into them.

use rusqlite::{Connection, Statement, params_from_iter};
use steward_schema::Table;

use crate::Result;
use crate::record::{Row, Unit};

/// One prepared insert for each table, and for the full text.
pub struct Inserts<'c> {
    tables: Vec<Statement<'c>>,
    public: Statement<'c>,
    internal: Statement<'c>,
}

impl<'c> Inserts<'c> {
    /// Prepares them all.
    pub fn new(conn: &'c Connection, tables: &[Table]) -> Result<Inserts<'c>> {
        let insert = |table: &Table| {
            let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            let places = vec!["?"; names.len()].join(", ");
            let names = names.join(", ");
            Ok(conn.prepare(&format!("insert into {} ({names}) values ({places})", table.name))?)
        };
        Ok(Inserts {
            tables: tables.iter().map(insert).collect::<Result<_>>()?,
            public: conn.prepare(
                "insert into text_public (rowid, short_description, description, close_notes, other)
                 values (?, ?, ?, ?, ?)",
            )?,
            internal: conn.prepare("insert into text_internal (rowid, other) values (?, ?)")?,
        })
    }

    /// Writes one row.
    pub fn row(&mut self, row: &Row) -> Result<()> {
        self.tables[row.table].execute(params_from_iter(&row.values))?;
        Ok(())
    }

    /// Writes all rows of a record.
    pub fn unit(&mut self, unit: &Unit) -> Result<()> {
        for row in &unit.rows {
            self.row(row)?;
        }
        if let Some([a, b, c, d]) = &unit.public {
            self.public.execute(rusqlite::params![unit.row_no, a, b, c, d])?;
        }
        if let Some(other) = &unit.internal {
            self.internal.execute(rusqlite::params![unit.row_no, other])?;
        }
        Ok(())
    }
}
