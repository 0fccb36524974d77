//! Reading more rows than fit into memory.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use steward_base::Result;

use crate::{Row, Tx, lite};

/// Rows that PostgreSQL sends at a time.
const AT_A_TIME: usize = 2_000;

impl Tx<'_> {
    /// Calls `f` with every row of a query without parameters, a few in memory
    /// at a time. An error of `f` ends the reading, and the transaction with it.
    pub fn each(&mut self, sql: &str, mut f: impl FnMut(&Row) -> Result<()>) -> Result<()> {
        let pg = match self {
            // The rows of `()` that this collects take no memory.
            Tx::Lite(tx) => return lite::rows(tx.conn()?, sql, &[], &mut f).map(drop),
            Tx::Pg(pg) => pg,
        };
        // The name follows from the text, since a connection keeps the prepared
        // `fetch` with the columns it had.
        let mut hash = DefaultHasher::new();
        sql.hash(&mut hash);
        let name = format!("each_{:016x}", hash.finish());
        pg.batch(&format!("declare {name} no scroll cursor for {sql}"))?;
        let fetch = format!("fetch {AT_A_TIME} from {name}");
        loop {
            let rows = pg.query(&fetch, &[])?;
            for row in &rows {
                f(&Row::Pg(row))?;
            }
            if rows.len() < AT_A_TIME {
                return pg.batch(&format!("close {name}"));
            }
        }
    }
}
