//! Making anew what is derived from the truth, a few tickets in a transaction,
//! so that everybody else goes on meanwhile.

use std::sync::Arc;

use steward_base::Result;
use steward_database::{Db, Tx};
use steward_fields::Registries;

use crate::store::{self, Place};
use crate::text::index;

/// Tickets of one transaction.
const BATCH: i64 = 100;

/// Makes the full text of all tickets anew; how many there are. `tell` gets the
/// count after each batch.
///
/// # Errors
/// Those of the database; what was done stays done.
pub fn texts(db: &Db, registries: &Arc<Registries>, tell: &mut dyn FnMut(u64)) -> Result<u64> {
    all(db, registries, tell, |tx, registries, place| {
        let registry = registries.get(tx, &place.kind)?;
        let ticket = store::by_id(tx, place.id)?;
        index(tx, &ticket, &registry, false)
    })
}

/// Makes `ticket_version` anew from the facts of all tickets, like [`texts`].
///
/// # Errors
/// Those of the database; what was done stays done.
pub fn versions(db: &Db, registries: &Arc<Registries>, tell: &mut dyn FnMut(u64)) -> Result<u64> {
    all(db, registries, tell, |tx, registries, place| {
        let registry = registries.get(tx, &place.kind)?;
        store::rebuild_versions(tx, place.id, &registry)
    })
}

fn all(
    db: &Db,
    registries: &Arc<Registries>,
    tell: &mut dyn FnMut(u64),
    one: fn(&mut Tx, &Registries, &Place) -> Result<()>,
) -> Result<u64> {
    let (mut after, mut count) = (0, 0);
    loop {
        let registries = registries.clone();
        // Places are looked up and locked in the transaction that does the
        // work: a ticket saved meanwhile makes it repeat with what was saved.
        let (last, done) = db.write_blocking(move |tx| {
            let places = store::places(tx, after, BATCH)?;
            for place in places.iter().filter(|place| registries.knows(&place.kind)) {
                store::hold(tx, place)?;
                one(tx, &registries, place)?;
            }
            Ok((places.last().map(|place| place.row_no), places.len() as u64))
        })?;
        let Some(last) = last else { return Ok(count) };
        after = last;
        count += done;
        tell(count);
    }
}
