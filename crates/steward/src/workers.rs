//! What goes on beside requests: subscribers of the log, seals, housekeeping.

use std::sync::Arc;
use std::time::Duration;

use steward_api::App;
use steward_automation::rule;
use steward_automation::webhook::{self, Sender};
use steward_base::Result;
use steward_history::{Place, Progress, Subscriber, behind, newest, run_batch, seal_now};
use steward_people::sessions;
use steward_ticket::attachment::Files;
use tokio::task::JoinSet;

use crate::rooms::Rooms;

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
/// Longest wait after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Starts all workers; dropping the set stops them.
pub(crate) fn start(app: &App, rooms: &Rooms, sender: Sender) -> JoinSet<()> {
    let mut set = JoinSet::new();
    for subscriber in rooms.subscribers(app.entropy()) {
        set.spawn(read_on(app.clone(), subscriber));
    }
    let (db, clock) = (app.db().clone(), app.clone());
    set.spawn(steward_timer::run(db, rooms.handlers.clone(), move || clock.now()));
    let (db, clock) = (app.db().clone(), app.clone());
    set.spawn(rule::run(db, rooms.automation.clone(), move || clock.now()));
    let (db, clock) = (app.db().clone(), app.clone());
    set.spawn(webhook::run(db, rooms.automation.clone(), sender, move || clock.now()));
    set.spawn(seal(app.clone()));
    set.spawn(sweep(app.clone()));
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
/// requests, files that nobody names any more.
async fn sweep(app: App) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let now = app.now();
        let swept = app.db().write(move |tx| {
            sessions::sweep(tx, now)?;
            steward_api::sweep_idempotency(tx, now)
        });
        if let Err(error) = swept.await {
            tracing::warn!(%error, "housekeeping failed");
        }
        if let Err(error) = app.service::<Files>().sweep(app.db(), now).await {
            tracing::warn!(%error, "files that nobody names could not be removed");
        }
    }
}
