//! Subscribers: what reads the log behind its own cursor. At least once, in
//! order, idempotent; restartable from the beginning.

use steward_base::{Error, Result, Timestamp};
use steward_database::{Engine, Tx};

use super::prune::pruned_until;
use super::{FACT, fact_row};
use crate::fact::{Door, Fact, Place};

/// Most facts passed over at once, when a whole batch was nothing to a subscriber:
/// some ten milliseconds.
const AHEAD: i64 = 10_000;

/// One reader of the log. Its work and its cursor move in one transaction, so
/// what it writes to this database happens exactly once.
pub trait Subscriber: Send + Sync {
    /// Its name in the table of cursors; never changes.
    fn name(&self) -> &'static str;
    /// Takes a batch of facts, oldest first.
    fn handle(&self, tx: &mut Tx, facts: &[Fact], now: Timestamp) -> Result<()>;
    /// Whether it takes anything at all right now; if not, it passes over what
    /// there is.
    fn listens(&self, _tx: &mut Tx) -> Result<bool> {
        Ok(true)
    }
    /// Whether a fact of this kind and door, with these changes as stored, is
    /// nothing to it: asked of every fact, before it is read in full.
    fn passes_over(&self, _kind: &str, _door: Door, _changes: &str) -> bool {
        false
    }
    /// Empties what it keeps, before it reads from the beginning again.
    fn reset(&self, _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// Whether a new subscriber starts at the end of the log instead of at 0
    /// (one that sends things out must not send the past).
    fn starts_at_the_end(&self) -> bool {
        false
    }
}

/// What one batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Read so many facts; there may be more.
    Read(usize),
    /// Nothing new.
    Idle,
    /// Another node is at it.
    Elsewhere,
}

/// Facts after `after` that no later commit can come before, oldest first.
pub fn facts_after(tx: &mut Tx, after: Place, limit: i64) -> Result<Vec<Fact>> {
    rows_after(tx, FACT, after, limit, fact_row)
}

/// The last of the facts after a place that are nothing to the subscriber, without
/// any other in between, looking at `limit` facts at most.
fn passed_over(
    tx: &mut Tx,
    subscriber: &dyn Subscriber,
    listens: bool,
    after: Place,
    limit: i64,
) -> Result<Option<Place>> {
    let facts = rows_after(tx, FACT, after, limit, |row| {
        Ok((place(row, 0)?, is_taken(subscriber, listens, row)?))
    })?;
    let over = facts.into_iter().take_while(|(_, taken)| !taken);
    Ok(over.last().map(|(place, _)| place))
}

fn is_taken(
    subscriber: &dyn Subscriber,
    listens: bool,
    row: &steward_database::Row,
) -> Result<bool> {
    let (kind, door) = (row.get::<String>(7)?, Door::parse(&row.get::<String>(13)?));
    Ok(listens && !subscriber.passes_over(&kind, door, &row.get::<String>(8)?))
}

/// Rows of facts `f` after a place, in order; `select` reads up to its `from`.
pub(crate) fn rows_after<T>(
    tx: &mut Tx,
    select: &str,
    after: Place,
    limit: i64,
    mut row: impl FnMut(&steward_database::Row) -> Result<T>,
) -> Result<Vec<T>> {
    let (horizon, mut found) = (horizon(tx.engine()), Vec::new());
    for range in ranges(tx.engine(), after) {
        let mut args = range.args;
        let place = args.len() + 1;
        args.push((limit - found.len() as i64).into());
        let sql = format!(
            "{select} where {} {horizon}
             order by f.epoch, f.xid, f.position limit ${place}",
            range.condition
        );
        found.extend(tx.rows(&sql, &args, &mut row)?);
        if found.len() as i64 >= limit {
            break;
        }
    }
    Ok(found)
}

struct Range {
    condition: &'static str,
    args: Vec<steward_database::Value>,
}

/// Where the facts after a place stand, in order. SQLite looks a row value up by
/// `>=` and passes over the equal rows one by one, which are all facts of an
/// epoch; as plain ranges each is one look into the index.
fn ranges(engine: Engine, after: Place) -> Vec<Range> {
    let Place { epoch, xid, position } = after;
    match engine {
        Engine::Sqlite => vec![
            Range {
                condition: "f.epoch = $1 and f.xid = $2 and f.position > $3",
                args: vec![epoch.into(), xid.into(), position.into()],
            },
            Range {
                condition: "f.epoch = $1 and f.xid > $2",
                args: vec![epoch.into(), xid.into()],
            },
            Range { condition: "f.epoch > $1", args: vec![epoch.into()] },
        ],
        Engine::Postgres => vec![Range {
            condition: "(f.epoch, f.xid, f.position) > ($1, $2, $3)",
            args: vec![epoch.into(), xid.into(), position.into()],
        }],
    }
}

/// On PostgreSQL a transaction that is still open may commit below what is
/// visible now; below the oldest open one nothing can appear any more.
fn horizon(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => {
            "and (f.epoch < (select cast(value as bigint) from setting where key = 'epoch')
              or f.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
        }
    }
}

/// Reads and handles one batch. Run it in a write transaction; the row lock on
/// the cursor is the lease, and a dead node's lock goes with its connection.
pub fn run_batch(
    tx: &mut Tx,
    subscriber: &dyn Subscriber,
    now: Timestamp,
    limit: i64,
) -> Result<Progress> {
    let Some(cursor) = lock_cursor(tx, subscriber, now)? else {
        return Ok(Progress::Elsewhere);
    };
    let listens = subscriber.listens(tx)?;
    let (mut count, mut last) = (0, cursor);
    let facts = rows_after(tx, FACT, cursor, limit, |row| {
        (count, last) = (count + 1, place(row, 0)?);
        if is_taken(subscriber, listens, row)? { fact_row(row).map(Some) } else { Ok(None) }
    })?;
    if count == 0 {
        return Ok(Progress::Idle);
    }
    let mut facts: Vec<Fact> = facts.into_iter().flatten().collect();
    if facts.is_empty() {
        last = passed_over(tx, subscriber, listens, last, AHEAD)?.unwrap_or(last);
    } else if let Some(until) = pruned_until(tx, subscriber.name())? {
        facts.retain(|fact| fact.stamp.recorded_at >= until);
    }
    if !facts.is_empty() {
        subscriber.handle(tx, &facts, now)?;
    }
    tx.run_one(
        "update subscriber set epoch = $1, xid = $2, position = $3, updated_at = $4, failures = 0,
         last_error = null where name = $5",
        &[
            last.epoch.into(),
            last.xid.into(),
            last.position.into(),
            now.into(),
            subscriber.name().into(),
        ],
    )?;
    Ok(Progress::Read(count))
}

fn place(row: &steward_database::Row, at: usize) -> Result<Place> {
    Ok(Place { epoch: row.get(at)?, xid: row.get(at + 1)?, position: row.get(at + 2)? })
}

/// Lets a subscriber read the log from its beginning again: empties what it
/// keeps and moves its cursor there, in one transaction.
///
/// # Errors
/// `Refused` for one that sends things out: it must not send the past.
pub fn restart(tx: &mut Tx, subscriber: &dyn Subscriber, now: Timestamp) -> Result<()> {
    if subscriber.starts_at_the_end() {
        let words = format!("{} sends things out and does not begin again", subscriber.name());
        return Err(Error::Refused(words));
    }
    tx.run(
        "insert into subscriber (name, epoch, xid, position, updated_at, failures)
         values ($1, 0, 0, 0, $2, 0) on conflict (name) do update set epoch = 0, xid = 0,
         position = 0, updated_at = excluded.updated_at, failures = 0, last_error = null",
        &[subscriber.name().into(), now.into()],
    )?;
    subscriber.reset(tx)
}

fn lock_cursor(tx: &mut Tx, subscriber: &dyn Subscriber, now: Timestamp) -> Result<Option<Place>> {
    let lock = match tx.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => "for update skip locked",
    };
    let read = format!("select epoch, xid, position from subscriber where name = $1 {lock}");
    let name = [subscriber.name().into()];
    let place = |r: &steward_database::Row| place(r, 0);
    if let Some(cursor) = tx.opt(&read, &name, place)? {
        return Ok(Some(cursor));
    }
    let start = if subscriber.starts_at_the_end() { newest(tx)? } else { Place::default() };
    tx.run(
        "insert into subscriber (name, epoch, xid, position, updated_at, failures)
         values ($1, $2, $3, $4, $5, 0) on conflict (name) do nothing",
        &[
            subscriber.name().into(),
            start.epoch.into(),
            start.xid.into(),
            start.position.into(),
            now.into(),
        ],
    )?;
    tx.opt(&read, &name, place)
}

/// Whether there are facts that the subscriber of this name has not read; one
/// that has never read is behind.
pub fn behind(tx: &mut Tx, name: &str) -> Result<bool> {
    let cursor = tx.opt(
        "select epoch, xid, position from subscriber where name = $1",
        &[name.into()],
        |r| place(r, 0),
    )?;
    let Some(cursor) = cursor else { return Ok(true) };
    Ok(!facts_after(tx, cursor, 1)?.is_empty())
}

/// The place of the newest fact; on PostgreSQL a transaction still open may yet
/// commit before it.
pub fn newest(tx: &mut Tx) -> Result<Place> {
    let last = tx.opt(
        "select epoch, xid, position from fact order by epoch desc, xid desc, position desc limit 1",
        &[],
        |r| place(r, 0),
    )?;
    Ok(last.unwrap_or_default())
}

/// How many facts each subscriber has not read yet, counted up to 10,000, with
/// its last error.
pub fn lag(tx: &mut Tx) -> Result<Vec<(String, i64, Option<String>)>> {
    let cursors = tx.rows(
        "select name, epoch, xid, position, last_error from subscriber order by name",
        &[],
        |r| Ok((r.get::<String>(0)?, place(r, 1)?, r.opt::<String>(4)?)),
    )?;
    let mut lags = Vec::new();
    for (name, at, error) in cursors {
        let mut behind = 0;
        for range in ranges(tx.engine(), at) {
            let sql = format!(
                "select count(*) from (select 1 from fact f where {} limit 10000) f",
                range.condition
            );
            behind += tx.one(&sql, &range.args, |r| r.get::<i64>(0))?;
        }
        let behind = behind.min(10_000);
        lags.push((name, behind, error));
    }
    Ok(lags)
}
