//! What goes on beside requests: subscribers of the log, seals, housekeeping.

use std::sync::Arc;
use std::time::Duration;

use jiff::ToSpan as _;
use steward_api::App;
use steward_automation::rule;
use steward_automation::webhook::{self, Sender};
use steward_base::{Result, Timestamp};
use steward_history::{Place, Progress, Subscriber, behind, newest, prune, run_batch, seal_now};
use steward_people::sessions;
use steward_practice::Rooms;
use steward_ticket::attachment::Files;
use tokio::task::JoinSet;

use crate::rooms::subscribers;

/// Facts a subscriber handles in one transaction.
const BATCH: i64 = 500;
/// Rest before a look, so that one look serves the commits of a busy moment.
const GATHER: Duration = Duration::from_millis(20);
/// A commit that nobody was woken for is found after this.
const LOOK: Duration = Duration::from_secs(1);
/// Between seals, while something happens.
const SEAL_EVERY: Duration = Duration::from_secs(300);
/// Between rounds of housekeeping.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// Rows looked at in one step of housekeeping, and the pause after it.
const STEP: i64 = 500;
const BETWEEN_STEPS: Duration = Duration::from_millis(20);
/// Longest wait after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Starts all workers; dropping the set stops them.
pub(crate) fn start(app: &App, rooms: &Rooms, sender: Sender, keep_days: i64) -> JoinSet<()> {
    let mut set = JoinSet::new();
    for subscriber in subscribers(rooms, app.entropy()) {
        set.spawn(read_on(app.clone(), subscriber));
    }
    let (db, clock) = (app.db().clone(), app.clone());
    set.spawn(steward_timer::run(db, rooms.handlers.clone(), move || clock.now()));
    let (db, clock) = (app.db().clone(), app.clone());
    set.spawn(rule::run(db, rooms.automation.clone(), move || clock.now()));
    let (db, clock) = (app.db().clone(), app.clone());
    set.spawn(webhook::run(db, rooms.automation.clone(), sender, move || clock.now()));
    set.spawn(seal(app.clone()));
    set.spawn(sweep(app.clone(), keep_days));
    set
}

/// Lets one subscriber read whenever there is something new.
async fn read_on(app: App, subscriber: Arc<dyn Subscriber>) {
    let mut commits = app.db().commits();
    let mut pause = LOOK;
    loop {
        commits.borrow_and_update();
        match read_all(&app, &subscriber).await {
            Ok(()) => pause = LOOK,
            Err(error) => {
                tracing::error!(subscriber = subscriber.name(), %error, "a subscriber failed");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
                continue;
            }
        }
        tokio::select! {
            moved = commits.changed() => if moved.is_err() { return },
            () = tokio::time::sleep(LOOK) => {}
        }
        tokio::time::sleep(GATHER).await;
    }
}

async fn read_all(app: &App, subscriber: &Arc<dyn Subscriber>) -> Result<()> {
    loop {
        // A look is a read; a batch is a write, and would wake everybody.
        let looking = subscriber.clone();
        if !app.db().read(move |tx| behind(tx, looking.name())).await? {
            return Ok(());
        }
        let (now, reading) = (app.now(), subscriber.clone());
        let progress =
            app.db().write(move |tx| run_batch(tx, reading.as_ref(), now, BATCH)).await?;
        if !matches!(progress, Progress::Read(_)) {
            return Ok(());
        }
    }
}

/// Seals what happened, every five minutes of activity.
async fn seal(app: App) {
    let mut sealed: Option<Place> = None;
    let mut ticks = tokio::time::interval(SEAL_EVERY);
    loop {
        ticks.tick().await;
        match seal_once(&app, sealed).await {
            Ok(place) => sealed = Some(place),
            Err(error) => tracing::error!(%error, "a seal could not be made"),
        }
    }
}

async fn seal_once(app: &App, sealed: Option<Place>) -> Result<Place> {
    let place = app.db().read(newest).await?;
    if sealed == Some(place) {
        return Ok(place);
    }
    let now = app.now();
    if let Some(seal) = app.db().write(move |tx| seal_now(tx, now)).await? {
        tracing::info!(seal = seal.line(), heads = seal.heads, "sealed");
    }
    Ok(place)
}

/// Removes what is over: sessions, password resets, answers kept for repeated
/// requests, files that nobody names any more, and after `keep_days` what was
/// read or done long ago.
async fn sweep(app: App, keep_days: i64) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let now = app.now();
        if let Err(error) = prune_all(&app, now, keep_days).await {
            tracing::warn!(%error, "housekeeping failed");
        }
        if let Err(error) = app.service::<Files>().sweep(app.db(), now).await {
            tracing::warn!(%error, "files that nobody names could not be removed");
        }
    }
}

/// Small steps, a transaction each, so that requests go in between.
async fn prune_all(app: &App, now: Timestamp, keep_days: i64) -> Result<()> {
    for sweep in [sessions::sweep, steward_api::sweep_idempotency] {
        while app.db().write(move |tx| sweep(tx, now, STEP)).await? >= STEP as u64 {
            tokio::time::sleep(BETWEEN_STEPS).await;
        }
    }
    let Some(before) = kept_since(now, keep_days) else { return Ok(()) };
    for log in [webhook::DELIVERIES, rule::RUNS, steward_notification::READ] {
        let (mut next, mut removed) = (Some(0), 0);
        while let Some(after) = next {
            let step = app.db().write(move |tx| prune(tx, &log, before, after, STEP)).await?;
            (next, removed) = (step.next, removed + step.removed);
            tokio::time::sleep(BETWEEN_STEPS).await;
        }
        if removed > 0 {
            tracing::info!(table = log.table, removed, "pruned");
        }
    }
    Ok(())
}

/// The moment before which what is done is pruned; `None` keeps it for ever.
fn kept_since(now: Timestamp, keep_days: i64) -> Option<Timestamp> {
    let hours = keep_days.checked_mul(24).filter(|hours| *hours > 0)?;
    now.checked_sub(hours.hours()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_pruned_before_its_time_or_with_0() {
        let now = Timestamp::from_second(1_790_000_000).expect("an instant");
        let days =
            |days| kept_since(now, days).map(|at| (now.as_second() - at.as_second()) / 86_400);
        assert_eq!((days(0), days(-1), days(90), days(i64::MAX)), (None, None, Some(90), None));
    }
}
