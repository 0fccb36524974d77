//! The worker that fires timers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use steward_base::{Result, Timestamp};
use steward_database::Db;

use crate::fire::{Handlers, Tried, fire_one};
use crate::store::{next_due, record_failure};

/// Between two looks at the next due time, however many commits there are.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest sleep: a clock set forward is noticed after it.
const LONGEST: Duration = Duration::from_secs(30);

/// Fires one timer, in a transaction of its own; `false` when none is due. A
/// handler that fails counts as fired: its failure is recorded, and the timer
/// is tried again later.
///
/// # Errors
/// When not even the failure can be recorded: the timer is then untouched.
pub async fn fire_next(db: &Db, handlers: &Arc<Handlers>, now: Timestamp) -> Result<bool> {
    let tried: Arc<Mutex<Option<Tried>>> = Arc::default();
    let (table, note) = (handlers.clone(), tried.clone());
    let answer = db.write(move |tx| fire_one(tx, now, &table, &note)).await;
    let tried = *tried.lock().unwrap_or_else(PoisonError::into_inner);
    match (answer, tried) {
        (Ok(fired), _) => Ok(fired),
        (Err(error), Some(tried)) => {
            tracing::warn!(timer = %tried.id, attempts = tried.attempts, %error, "a timer failed");
            let words = error.to_string();
            db.write(move |tx| record_failure(tx, &tried, &words, now)).await?;
            Ok(true)
        }
        (Err(error), _) => Err(error),
    }
}

/// Fires timers as they come due, in due order, until the future is dropped.
/// Sleeps until the next one is due or a commit may have set an earlier one.
pub async fn run(db: Db, handlers: Arc<Handlers>, clock: impl Fn() -> Timestamp + Send) {
    let mut commits = db.commits();
    loop {
        commits.borrow_and_update();
        let wait = match look(&db, &handlers, &clock).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "timers wait for the database");
                Duration::from_secs(1)
            }
        };
        tokio::time::sleep(PAUSE.min(wait)).await;
        tokio::select! {
            () = tokio::time::sleep(wait.saturating_sub(PAUSE)) => {}
            moved = commits.changed() => if moved.is_err() { return },
        }
    }
}

/// Fires what is due; answers how long to wait for the next.
async fn look(
    db: &Db,
    handlers: &Arc<Handlers>,
    clock: &(impl Fn() -> Timestamp + Send),
) -> Result<Duration> {
    loop {
        let Some(due) = db.read(next_due).await? else {
            return Ok(LONGEST);
        };
        let now = clock();
        if due > now {
            let wait = Duration::try_from(due.duration_since(now)).unwrap_or(LONGEST);
            return Ok(wait.clamp(Duration::from_millis(1), LONGEST));
        }
        if !fire_next(db, handlers, now).await? {
            // Another node holds it; if that one dies, it is ours a second later.
            return Ok(Duration::from_secs(1));
        }
    }
}
