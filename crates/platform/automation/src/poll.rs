//! The rhythm of a worker: work until there is none, then sleep until the next
//! work is due or a commit may have brought some.

use std::time::Duration;

use steward_base::{Result, Timestamp};
use steward_database::{Db, Tx};

/// Between two looks, however many commits there are.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest sleep: a clock set forward is noticed after it.
const LONGEST: Duration = Duration::from_secs(30);

/// Waits, after all due work was done.
pub(crate) async fn rest(
    db: &Db,
    commits: &mut tokio::sync::watch::Receiver<u64>,
    next: fn(&mut Tx) -> Result<Option<Timestamp>>,
    now: Timestamp,
) {
    let wait = match db.read(next).await {
        // What is due already is held by another node for the moment.
        Ok(Some(due)) if due <= now => Duration::from_secs(1),
        Ok(Some(due)) => {
            Duration::try_from(due.duration_since(now)).unwrap_or(LONGEST).min(LONGEST)
        }
        Ok(None) => LONGEST,
        Err(_) => Duration::from_secs(1),
    };
    tokio::time::sleep(PAUSE.min(wait)).await;
    tokio::select! {
        () = tokio::time::sleep(wait.saturating_sub(PAUSE)) => {}
        moved = commits.changed() => if moved.is_err() {
            // The database is closing; whoever runs the worker ends it.
            tokio::time::sleep(LONGEST).await;
        },
    }
}
