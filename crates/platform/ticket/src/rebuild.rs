//! Making anew what is derived from the truth, a few tickets in a transaction,
//! so that everybody else goes on meanwhile.

use std::sync::Arc;

use steward_base::{Error, Result};
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

type One = fn(&mut Tx, &Registries, &Place) -> Result<()>;

fn all(db: &Db, registries: &Arc<Registries>, tell: &mut dyn FnMut(u64), one: One) -> Result<u64> {
    let (mut after, mut count) = (0, 0);
    loop {
        let places = db.read_blocking(move |tx| store::places(tx, after, BATCH))?;
        let Some(last) = places.last() else { return Ok(count) };
        after = last.row_no;
        count += places.len() as u64;
        match batch(db, registries, &places, one) {
            // Somebody writes to one of them all the time: alone each comes
            // through sooner or later.
            Err(Error::Unavailable(_)) if places.len() > 1 => {
                places.chunks(1).try_for_each(|alone| batch(db, registries, alone, one))?;
            }
            done => done?,
        }
        tell(count);
    }
}

fn batch(db: &Db, registries: &Arc<Registries>, places: &[Place], one: One) -> Result<()> {
    let (registries, places) = (registries.clone(), places.to_vec());
    db.write_blocking(move |tx| {
        let known = || places.iter().filter(|place| registries.knows(&place.kind));
        // Held before anything is read: a ticket saved meanwhile makes this
        // repeat with what was saved.
        known().try_for_each(|place| store::hold(tx, place))?;
        known().try_for_each(|place| one(tx, &registries, place))
    })
}
