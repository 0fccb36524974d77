//! What the records of a log are called for its reader.

use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_people::{Actor, Names, names};
use steward_ticket::readable_of;

/// What these tickets are called, as far as the actor may read them: for logs of
/// what was done on records that not every reader of the log may read.
pub fn readable_names(
    tx: &mut Tx,
    actor: &Actor,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Names> {
    let mut asked: Vec<Uuid> = ids.into_iter().collect();
    asked.sort_unstable();
    asked.dedup();
    let readable: Vec<Uuid> = readable_of(tx, actor, &asked)?.into_iter().collect();
    names(tx, &readable)
}
