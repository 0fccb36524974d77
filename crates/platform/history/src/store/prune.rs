//! Pruning: what readers of the log have written for people to look at, and
//! nobody needs after some time, goes in small steps. Facts never do.

use steward_base::{Result, Timestamp};
use steward_database::Tx;

use super::subscriber::behind;
use super::{set_setting, setting};

/// A table of rows that a subscriber writes, one for each thing it has done. Its
/// rows are numbered by `no`, which grows in the order they were made.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// The table.
    pub table: &'static str,
    /// Its column that says when a row was made.
    pub time: &'static str,
    /// Which rows may go, in SQL: those with which nothing more happens.
    pub done: &'static str,
    /// The subscriber that writes it.
    pub reader: &'static str,
}

/// What one step of pruning did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Rows taken away.
    pub removed: u64,
    /// The row number to go on behind; `None` when all that is old was looked at.
    pub next: Option<i64>,
}

/// Looks at the first `limit` rows behind `after` and takes those away that were
/// made before `before` and are done. Nothing happens while the subscriber is
/// behind, and what it is told again of that time it passes over: without the
/// rows nothing else would say that it was done.
///
/// # Errors
/// Those of the database.
pub fn prune(tx: &mut Tx, log: &Log, before: Timestamp, after: i64, limit: i64) -> Result<Pruned> {
    if behind(tx, log.reader)? {
        return Ok(Pruned::default());
    }
    if pruned_until(tx, log.reader)?.is_none_or(|until| until < before) {
        set_setting(tx, &key(log.reader), &before.as_microsecond().to_string())?;
    }
    let Log { table, time, done, .. } = log;
    let rows = tx.rows(
        &format!("select no, {time} from {table} where no > $1 order by no limit $2"),
        &[after.into(), limit.into()],
        |r| Ok((r.get::<i64>(0)?, r.get::<Timestamp>(1)?)),
    )?;
    let old = rows.iter().take_while(|(_, at)| *at < before).count();
    let Some((last, _)) = old.checked_sub(1).and_then(|at| rows.get(at)) else {
        return Ok(Pruned::default());
    };
    let removed = tx.run(
        &format!("delete from {table} where no > $1 and no <= $2 and {time} < $3 and {done}"),
        &[after.into(), (*last).into(), before.into()],
    )?;
    Ok(Pruned { removed, next: (old as i64 == limit).then_some(*last) })
}

fn key(reader: &str) -> String {
    format!("pruned.{reader}")
}

/// Until when the rows of a subscriber may be gone; `None` when none are.
pub(super) fn pruned_until(tx: &mut Tx, reader: &str) -> Result<Option<Timestamp>> {
    let text = setting(tx, &key(reader))?;
    let micros = text.and_then(|text| text.parse().ok());
    Ok(micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()))
}
