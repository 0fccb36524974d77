//! All tickets one after the other.

use steward_base::{Result, Uuid};
use steward_database::{Engine, Tx};

/// Which ticket stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub row_no: i64,
    pub id: Uuid,
    pub kind: String,
}

/// Tickets of all kinds after this row number, in the order of creation.
pub(crate) fn places(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Place>> {
    tx.rows(
        "select row_no, id, kind from ticket where row_no > $1 order by row_no limit $2",
        &[after.into(), limit.into()],
        |r| Ok(Place { row_no: r.get(0)?, id: r.get(1)?, kind: r.get(2)? }),
    )
}

/// Lets no other transaction save the ticket on what it saw before this one. On
/// PostgreSQL only a row that is written makes the other repeat; SQLite has one
/// writer at a time anyway.
pub(crate) fn hold(tx: &mut Tx, place: &Place) -> Result<()> {
    match tx.engine() {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => {
            tx.later("update ticket set row_no = row_no where id = $1", &[place.id.into()])
        }
    }
}
