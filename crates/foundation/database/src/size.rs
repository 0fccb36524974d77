//! How big the database is.

use steward_base::Result;

use crate::{Engine, Tx};

/// Bytes of the database, without the log of SQLite and the WAL of PostgreSQL.
pub fn size(tx: &mut Tx) -> Result<i64> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "select page_count * page_size from pragma_page_count(), pragma_page_size()"
        }
        Engine::Postgres => "select pg_database_size(current_database())",
    };
    tx.one(sql, &[], |r| r.get(0))
}
