//! Firing one timer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::Tx;

use crate::store::{Timer, remove, take};

/// Attempts before a failing timer is parked.
pub const MAX_ATTEMPTS: i64 = 10;

/// Does what a timer is for, in the transaction that removes it. The last
/// argument is the real time; `Timer::due` is when it should have been.
pub type Handler = Arc<dyn Fn(&mut Tx, &Timer, Timestamp) -> Result<()> + Send + Sync>;

/// The handlers by kind of timer; the composition root fills them.
#[derive(Clone, Default)]
pub struct Handlers {
    table: HashMap<String, Handler>,
}

impl Handlers {
    /// Adds the handler of a kind.
    pub fn add(&mut self, kind: &str, handler: Handler) {
        self.table.insert(kind.to_owned(), handler);
    }

    fn of(&self, kind: &str) -> Result<&Handler> {
        let missing = || Error::Internal(format!("there is no handler for timers of kind {kind}"));
        self.table.get(kind).ok_or_else(missing)
    }
}

/// Which timer an attempt was about: it survives the rolled back transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// The timer.
    pub id: Uuid,
    /// Its failed attempts before this one.
    pub attempts: i64,
}

/// When the next attempt is made after so many failures: 5 s, doubled each
/// time, at most an hour.
pub fn back_off(now: Timestamp, attempts: i64) -> Timestamp {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let seconds = (5_i64 << doublings).min(3600);
    let micros = now.as_microsecond().saturating_add(seconds * 1_000_000);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// Fires the first timer whose time has come; `false` when there is none (or
/// other nodes hold them all). `tried` names the timer, so that whoever sees
/// the error can record it once this transaction is rolled back
/// ([`crate::record_failure`]).
///
/// # Errors
/// The handler's; the whole transaction must then go back.
pub fn fire_one(
    tx: &mut Tx,
    now: Timestamp,
    handlers: &Handlers,
    tried: &Mutex<Option<Tried>>,
) -> Result<bool> {
    let note = |what| *tried.lock().unwrap_or_else(PoisonError::into_inner) = what;
    note(None);
    let Some(timer) = take(tx, now)? else {
        return Ok(false);
    };
    note(Some(Tried { id: timer.id, attempts: timer.attempts }));
    remove(tx, timer.id)?;
    handlers.of(&timer.kind)?(tx, &timer, now)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_later_each_time() {
        let now = Timestamp::UNIX_EPOCH;
        for (attempts, seconds) in
            [(0, 5), (1, 5), (2, 10), (4, 40), (10, 2560), (11, 3600), (99, 3600)]
        {
            assert_eq!(back_off(now, attempts).as_second(), seconds, "{attempts}");
        }
        assert_eq!(back_off(Timestamp::MAX, 3), Timestamp::MAX);
    }
}
