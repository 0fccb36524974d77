//! Timers in the database.

use serde_json::Value as Json;
use steward_base::{Result, Timestamp, Uuid};
use steward_database::{Engine, Row, Tx};
use steward_history::FactRef;
use steward_people::Call;

use crate::fire::{MAX_ATTEMPTS, Tried, back_off};

/// One timer.
#[derive(Debug, Clone, PartialEq)]
pub struct Timer {
    /// Its id; a timer that was set anew has another.
    pub id: Uuid,
    /// The record it is about.
    pub record: Uuid,
    /// Which handler runs, e.g. `incident.close`.
    pub kind: String,
    /// What for, unique for a record and kind, e.g. `resolved`.
    pub purpose: String,
    /// When it should fire; the real time is passed to the handler beside it.
    pub due: Timestamp,
    /// What the handler may need beyond the record: ids and codes, never words
    /// of people, which erasure would not reach.
    pub payload: Json,
    /// When it was set.
    pub created_at: Timestamp,
    /// The first fact of the chain that set it.
    pub cause: Option<FactRef>,
    /// Failed attempts so far.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Since when it waits for a person, after too many failures.
    pub parked_at: Option<Timestamp>,
}

const TIMER: &str = "select id, record, kind, purpose, due, payload, created_at, cause_record, \
     cause_seq, attempts, last_error, parked_at from timer";

fn timer_row(row: &Row) -> Result<Timer> {
    let cause = match (row.opt(7)?, row.opt(8)?) {
        (Some(record), Some(seq)) => Some(FactRef { record, seq }),
        _ => None,
    };
    Ok(Timer {
        id: row.get(0)?,
        record: row.get(1)?,
        kind: row.get(2)?,
        purpose: row.get(3)?,
        due: row.get(4)?,
        payload: row.get(5)?,
        created_at: row.get(6)?,
        cause,
        attempts: row.get(9)?,
        last_error: row.opt(10)?,
        parked_at: row.opt(11)?,
    })
}

/// Sets a timer for a record; one of the same kind and purpose is replaced.
pub fn set(
    tx: &mut Tx,
    call: &Call,
    record: Uuid,
    kind: &str,
    purpose: &str,
    due: Timestamp,
    payload: Json,
) -> Result<()> {
    tx.later(
        "insert into timer (id, record, kind, purpose, due, try_at, payload, created_at,
         cause_record, cause_seq, attempts)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, 0)
         on conflict (record, kind, purpose) do update set id = excluded.id, due = excluded.due,
         try_at = excluded.try_at, payload = excluded.payload, created_at = excluded.created_at,
         cause_record = excluded.cause_record, cause_seq = excluded.cause_seq, attempts = 0,
         last_error = null, parked_at = null",
        &[
            call.new_id().into(),
            record.into(),
            kind.into(),
            purpose.into(),
            due.into(),
            payload.into(),
            call.now.into(),
            call.cause.map(|c| c.record).into(),
            call.cause.map(|c| c.seq).into(),
        ],
    )
}

/// Takes a timer back; none there is fine.
pub fn cancel(tx: &mut Tx, record: Uuid, kind: &str, purpose: &str) -> Result<()> {
    tx.later(
        "delete from timer where record = $1 and kind = $2 and purpose = $3",
        &[record.into(), kind.into(), purpose.into()],
    )
}

/// Takes all timers of a record back.
pub fn cancel_all(tx: &mut Tx, record: Uuid) -> Result<()> {
    tx.later("delete from timer where record = $1", &[record.into()])
}

/// The timers of a record, soonest first.
pub fn of_record(tx: &mut Tx, record: Uuid) -> Result<Vec<Timer>> {
    tx.rows(&format!("{TIMER} where record = $1 order by due, id"), &[record.into()], timer_row)
}

/// The timers that failed too often, oldest first, at most `limit`: an operator
/// sees them and may set them going again ([`retry_parked`]).
pub fn parked(tx: &mut Tx, limit: i64) -> Result<Vec<Timer>> {
    tx.rows(
        &format!("{TIMER} where parked_at is not null order by parked_at, id limit $1"),
        &[limit.into()],
        timer_row,
    )
}

/// The timers that will fire, the soonest first, at most `limit`.
pub fn waiting(tx: &mut Tx, limit: i64) -> Result<Vec<Timer>> {
    tx.rows(
        &format!("{TIMER} where parked_at is null order by try_at, id limit $1"),
        &[limit.into()],
        timer_row,
    )
}

/// How many timers are due and how many are parked, each counted up to 10,000.
pub fn counts(tx: &mut Tx, now: Timestamp) -> Result<(i64, i64)> {
    let due = tx.one(
        "select count(*) from (select 1 from timer where parked_at is null and try_at <= $1
         limit 10000) few",
        &[now.into()],
        |r| r.get(0),
    )?;
    let parked = tx.one(
        "select count(*) from (select 1 from timer where parked_at is not null limit 10000) few",
        &[],
        |r| r.get(0),
    )?;
    Ok((due, parked))
}

/// One timer that failed too often.
///
/// # Errors
/// `NotFound` when there is no such parked timer.
pub fn parked_timer(tx: &mut Tx, id: Uuid) -> Result<Timer> {
    tx.one(&format!("{TIMER} where id = $1 and parked_at is not null"), &[id.into()], timer_row)
}

/// When the next attempt of any timer is to be made.
pub fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>> {
    tx.opt(
        "select try_at from timer where parked_at is null order by try_at, id limit 1",
        &[],
        |r| r.get(0),
    )
}

/// Takes the first timer whose time has come and that no other node holds.
pub(crate) fn take(tx: &mut Tx, now: Timestamp) -> Result<Option<Timer>> {
    let lock = match tx.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => "for update skip locked",
    };
    let sql = format!(
        "{TIMER} where parked_at is null and try_at <= $1 order by try_at, id limit 1 {lock}"
    );
    tx.opt(&sql, &[now.into()], timer_row)
}

/// Removes a timer that is about to fire. Its handler may set the same one
/// anew, so the row goes before the handler runs.
pub(crate) fn remove(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run_one("delete from timer where id = $1", &[id.into()])
}

/// Records that an attempt failed, in a transaction of its own: the next
/// attempt comes later each time; after [`MAX_ATTEMPTS`] the timer is parked.
/// Does nothing when the timer has been set anew or fired since.
pub fn record_failure(tx: &mut Tx, tried: &Tried, error: &str, now: Timestamp) -> Result<()> {
    let attempts = tried.attempts + 1;
    let parked = (attempts >= MAX_ATTEMPTS).then_some(now);
    tx.run(
        "update timer set attempts = $1, try_at = $2, last_error = $3, parked_at = $4
         where id = $5 and attempts = $6",
        &[
            attempts.into(),
            back_off(now, attempts).into(),
            error.into(),
            parked.into(),
            tried.id.into(),
            tried.attempts.into(),
        ],
    )?;
    Ok(())
}

/// Sets a parked timer going again.
///
/// # Errors
/// `NotFound` when there is no such parked timer.
pub fn retry_parked(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let touched = tx.run(
        "update timer set attempts = 0, try_at = $1, parked_at = null
         where id = $2 and parked_at is not null",
        &[now.into(), id.into()],
    )?;
    if touched == 1 { Ok(()) } else { Err(steward_base::Error::NotFound) }
}
