//! The worker that sends deliveries, outside of any transaction.

use std::sync::Arc;

use steward_base::{Error, Result, Timestamp};
use steward_database::{Db, Tx};
use tokio::task::JoinSet;

use super::body::body;
use super::send::{Message, Sender};
use super::sign::traceparent;
use super::store::{self, Attempt};
use super::{Delivery, DeliveryState};
use crate::poll::rest;
use crate::rule::Automation;

/// Seconds between the attempts: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h.
pub const RETRIES: [i64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// A delivery is one worker's for this long; longer than any attempt.
const LEASE_SECONDS: i64 = 60;
/// Deliveries of one webhook under way at a time.
const FOR_EACH: i64 = 4;

fn plus(at: Timestamp, seconds: i64) -> Timestamp {
    let micros = at.as_microsecond().saturating_add(seconds.saturating_mul(1_000_000));
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// What is to be sent, or why nothing is.
type Prepared = (Delivery, std::result::Result<Message, &'static str>);

fn prepare(
    tx: &mut Tx,
    engine: &Automation,
    source: &str,
    now: Timestamp,
) -> Result<Vec<Prepared>> {
    let claimed = store::claim(tx, now, plus(now, LEASE_SECONDS), FOR_EACH)?;
    claimed.into_iter().map(|d| Ok((d.clone(), message(tx, engine, source, &d, now)?))).collect()
}

fn message(
    tx: &mut Tx,
    engine: &Automation,
    source: &str,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<std::result::Result<Message, &'static str>> {
    let webhook = match store::load(tx, delivery.webhook) {
        Ok(webhook) if webhook.active => webhook,
        Ok(_) | Err(Error::NotFound) => return Ok(Err("the webhook is off")),
        Err(other) => return Err(other),
    };
    let document = match body(tx, engine, source, &webhook, delivery)? {
        Ok(document) => document,
        Err(why) => return Ok(Err(why)),
    };
    Ok(Ok(Message {
        url: webhook.url,
        id: delivery.id,
        trace: traceparent(delivery),
        seconds: now.as_second(),
        body: serde_json::to_vec(&document).map_err(Error::internal)?,
        secret: store::secret(tx, webhook.id)?,
    }))
}

/// Sends what is due and waits for the answers; tells how many attempts were
/// made.
///
/// # Errors
/// Those of the database; what was being sent then is sent again later.
pub async fn deliver_due(
    db: &Db,
    engine: &Arc<Automation>,
    sender: &Sender,
    now: Timestamp,
) -> Result<usize> {
    let mut sending = JoinSet::new();
    let count = start(db, engine, sender, now, &mut sending).await?;
    let mut failure = None;
    while let Some(ended) = sending.join_next().await {
        let ended = ended.map_err(Error::internal).and_then(|answer| answer);
        failure = ended.err().or(failure);
    }
    failure.map_or(Ok(count), Err)
}

/// Begins to send what is due.
async fn start(
    db: &Db,
    engine: &Arc<Automation>,
    sender: &Sender,
    now: Timestamp,
    sending: &mut JoinSet<Result<()>>,
) -> Result<usize> {
    let (inner, source) = (engine.clone(), sender.source().to_owned());
    let prepared = db.write(move |tx| prepare(tx, &inner, &source, now)).await?;
    let count = prepared.len();
    for (delivery, message) in prepared {
        let (db, sender) = (db.clone(), sender.clone());
        sending.spawn(async move { one(&db, &sender, delivery, message, now).await });
    }
    Ok(count)
}

async fn one(
    db: &Db,
    sender: &Sender,
    delivery: Delivery,
    message: std::result::Result<Message, &'static str>,
    now: Timestamp,
) -> Result<()> {
    let (attempt, state) = match message {
        Ok(message) => {
            let attempt = sender.attempt(message).await;
            let state = outcome(&attempt, delivery.attempts);
            (attempt, state)
        }
        Err(why) => {
            let attempt = Attempt { error: Some(why.into()), ..Attempt::default() };
            (attempt, DeliveryState::Dropped)
        }
    };
    let place = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
    let next_at = plus(now, RETRIES.get(place).copied().unwrap_or(0));
    let locked_until = plus(now, LEASE_SECONDS);
    db.write(move |tx| {
        store::end_attempt(tx, &delivery, locked_until, state, &attempt, next_at, now)
    })
    .await
}

/// How a delivery stands after an attempt, the n-th from 0.
fn outcome(attempt: &Attempt, n: i64) -> DeliveryState {
    match (&attempt.error, usize::try_from(n)) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Ok(n)) if n < RETRIES.len() => DeliveryState::Pending,
        (Some(_), _) => DeliveryState::Failed,
    }
}

/// Sends deliveries as they come due, until the future is dropped. The end of
/// an attempt is a commit, and wakes it up for the next.
pub async fn run(
    db: Db,
    engine: Arc<Automation>,
    sender: Sender,
    clock: impl Fn() -> Timestamp + Send,
) {
    let mut commits = db.commits();
    let mut sending = JoinSet::new();
    loop {
        commits.borrow_and_update();
        let now = clock();
        let due = match db.read(store::next_attempt).await {
            Ok(due) => due.is_some_and(|due| due <= now),
            Err(_) => false,
        };
        if due && let Err(error) = start(&db, &engine, &sender, now, &mut sending).await {
            tracing::warn!(%error, "webhooks wait for the database");
        }
        while let Some(ended) = sending.try_join_next() {
            if let Ok(Err(error)) = ended {
                tracing::warn!(%error, "the end of a delivery could not be written");
            }
        }
        rest(&db, &mut commits, store::next_attempt, clock()).await;
    }
}
