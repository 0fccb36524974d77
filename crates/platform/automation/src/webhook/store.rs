//! Webhooks and their deliveries in the database.

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use steward_base::{Entropy, Error, Result, Timestamp, Uuid};
use steward_condition::Args;
use steward_database::{Engine, Row, Tx, Value};
use steward_history::Log;

use super::{Delivery, DeliveryState, Webhook};

/// Deliveries that have ended are kept for a while.
pub const DELIVERIES: Log = Log {
    table: "webhook_delivery",
    time: "created_at",
    done: "state <> 'pending'",
    reader: "webhooks",
};

const WEBHOOK: &str = "select r.id, r.organisation, r.version, w.url, w.facts, w.condition, w.active, \
     w.owner, r.created_at from webhook w join record r on r.id = w.id";

fn from_json<T: DeserializeOwned>(value: Json) -> Result<T> {
    serde_json::from_value(value).map_err(Error::internal)
}

fn webhook_row(r: &Row) -> Result<Webhook> {
    Ok(Webhook {
        id: r.get(0)?,
        organisation: r.get(1)?,
        version: r.get(2)?,
        url: r.get(3)?,
        facts: from_json(r.get(4)?)?,
        condition: r.get(5)?,
        active: r.get(6)?,
        owner: r.get(7)?,
        created_at: r.get(8)?,
    })
}

/// The webhook with this id.
///
/// # Errors
/// `NotFound`, also for a deleted one.
pub(crate) fn load(tx: &mut Tx, id: Uuid) -> Result<Webhook> {
    tx.one(&format!("{WEBHOOK} where w.id = $1 and not w.deleted"), &[id.into()], webhook_row)
}

/// [`load`] of one that is on.
///
/// # Errors
/// `Invalid` when there is none or it is off.
pub(crate) fn load_active(tx: &mut Tx, id: Uuid) -> Result<Webhook> {
    match load(tx, id) {
        Ok(webhook) if webhook.active => Ok(webhook),
        Ok(_) | Err(Error::NotFound) => Err(Error::invalid(
            "args.webhook",
            "reference",
            "there is no such webhook, or it is off",
        )),
        Err(other) => Err(other),
    }
}

/// All webhooks that are on, oldest first. Sorted here: an engine asked for the
/// order of records would read all of those.
pub(crate) fn active(tx: &mut Tx) -> Result<Vec<Webhook>> {
    let sql = format!("{WEBHOOK} where w.active and not w.deleted");
    let mut webhooks = tx.rows(&sql, &[], webhook_row)?;
    webhooks.sort_by_key(|webhook| webhook.id);
    Ok(webhooks)
}

/// Webhooks of which `visible` holds, oldest first, after the row of `after`.
pub(crate) fn page(
    tx: &mut Tx,
    visible: &str,
    mut args: Args,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Webhook>> {
    let mut sql = format!("{WEBHOOK} where not w.deleted and {visible}");
    if let Some(after) = after {
        sql += &format!(" and w.id > {}", args.push(after));
    }
    let limit = args.push(limit);
    sql += &format!(" order by w.id limit {limit}");
    tx.rows(&sql, args.values(), webhook_row)
}

/// How many webhooks `visible` holds for.
pub(crate) fn count(tx: &mut Tx, visible: &str, args: &Args) -> Result<i64> {
    let sql = format!(
        "select count(*) from webhook w join record r on r.id = w.id
         where not w.deleted and {visible}"
    );
    tx.one(&sql, args.values(), |r| r.get(0))
}

/// How many deliveries a webhook has.
pub(crate) fn count_deliveries(tx: &mut Tx, webhook: Uuid) -> Result<i64> {
    tx.one("select count(*) from webhook_delivery where webhook = $1", &[webhook.into()], |r| {
        r.get(0)
    })
}

/// How many deliveries wait, and how many of those have failed at least once,
/// each counted up to 10,000.
pub fn pending(tx: &mut Tx) -> Result<(i64, i64)> {
    tx.one(
        "select count(*), coalesce(sum(case when attempts > 0 then 1 else 0 end), 0)
         from (select attempts from webhook_delivery where state = 'pending' limit 10000) few",
        &[],
        |r| Ok((r.get(0)?, r.get(1)?)),
    )
}

/// The secret that signs.
pub(crate) fn secret(tx: &mut Tx, id: Uuid) -> Result<Vec<u8>> {
    tx.one("select secret from webhook where id = $1", &[id.into()], |r| r.get(0))
}

/// Writes the row of a new webhook.
pub(crate) fn insert(tx: &mut Tx, webhook: &Webhook, secret: &[u8]) -> Result<()> {
    tx.run_one(
        "insert into webhook (id, url, facts, condition, active, deleted, owner, secret)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            webhook.id.into(),
            webhook.url.as_str().into(),
            Value::Json(json!(webhook.facts)),
            webhook.condition.as_str().into(),
            webhook.active.into(),
            false.into(),
            webhook.owner.into(),
            secret.into(),
        ],
    )
}

/// Writes a webhook's row anew.
pub(crate) fn save(tx: &mut Tx, webhook: &Webhook, deleted: bool) -> Result<()> {
    tx.run_one(
        "update webhook set url = $1, facts = $2, condition = $3, active = $4, deleted = $5,
         owner = $6 where id = $7",
        &[
            webhook.url.as_str().into(),
            Value::Json(json!(webhook.facts)),
            webhook.condition.as_str().into(),
            webhook.active.into(),
            deleted.into(),
            webhook.owner.into(),
            webhook.id.into(),
        ],
    )
}

const DELIVERY: &str = "select no, id, webhook, record, seq, fact_kind, state, attempts, next_at, \
     created_at, finished_at, status, error, response from webhook_delivery";

fn delivery_row(r: &Row) -> Result<Delivery> {
    Ok(Delivery {
        no: r.get(0)?,
        id: r.get(1)?,
        webhook: r.get(2)?,
        record: r.get(3)?,
        seq: r.get(4)?,
        fact: r.get(5)?,
        state: DeliveryState::parse(&r.get::<String>(6)?),
        attempts: r.get(7)?,
        next_at: r.get(8)?,
        created_at: r.get(9)?,
        finished_at: r.opt(10)?,
        status: r.opt(11)?,
        error: r.opt(12)?,
        response: r.opt(13)?,
    })
}

/// Writes a delivery of a fact, once for each webhook and fact.
pub(crate) fn enqueue(
    tx: &mut Tx,
    entropy: &Entropy,
    webhook: &Webhook,
    record: Uuid,
    seq: i64,
    now: Timestamp,
) -> Result<()> {
    tx.run(
        "insert into webhook_delivery (id, webhook, record, seq, fact_kind, state, attempts,
         next_at, created_at)
         select $1, $2, f.record, f.seq, f.kind, 'pending', 0, $3, $3 from fact f
         where f.record = $4 and f.seq = $5 on conflict (webhook, record, seq) do nothing",
        &[entropy.id(now).into(), webhook.id.into(), now.into(), record.into(), seq.into()],
    )
    .map(drop)
}

/// When the next attempt is to be made.
pub(crate) fn next_attempt(tx: &mut Tx) -> Result<Option<Timestamp>> {
    tx.opt(
        "select next_at from webhook_delivery where state = 'pending' order by next_at, no limit 1",
        &[],
        |r| r.get(0),
    )
}

/// Takes deliveries whose time has come and that nobody is sending: of each
/// webhook at most `each` are under way, so that a slow receiver holds up
/// nobody else's. They are this worker's until `locked_until`.
pub(crate) fn claim(
    tx: &mut Tx,
    now: Timestamp,
    locked_until: Timestamp,
    each: i64,
) -> Result<Vec<Delivery>> {
    let lock = match tx.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => "for update skip locked",
    };
    let webhooks = tx.rows(
        "select webhook, count(locked_until) from (select webhook, next_at,
         case when locked_until > $1 then 1 end as locked_until
         from webhook_delivery where state = 'pending') d
         group by webhook having min(next_at) <= $1",
        &[now.into()],
        |r| Ok((r.get::<Uuid>(0)?, r.get::<i64>(1)?)),
    )?;
    let mut claimed = Vec::new();
    for (webhook, under_way) in webhooks {
        let sql = format!(
            "{DELIVERY} where webhook = $1 and state = 'pending' and next_at <= $2
             order by next_at, no limit $3 {lock}"
        );
        let limit = (each - under_way).max(0);
        claimed.extend(tx.rows(&sql, &[webhook.into(), now.into(), limit.into()], delivery_row)?);
    }
    for delivery in &claimed {
        // While it is being sent it is not due: the next look passes over it.
        // If this node dies, it is due again when the lease is over.
        tx.run_one(
            "update webhook_delivery set locked_until = $1, next_at = $1 where id = $2",
            &[locked_until.into(), delivery.id.into()],
        )?;
    }
    Ok(claimed)
}

/// What an attempt ended with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempt {
    pub status: Option<i64>,
    pub error: Option<String>,
    pub response: Option<String>,
}

/// Writes the end of an attempt, if the delivery is still this worker's.
pub(crate) fn end_attempt(
    tx: &mut Tx,
    delivery: &Delivery,
    locked_until: Timestamp,
    state: DeliveryState,
    attempt: &Attempt,
    next_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let finished = (state != DeliveryState::Pending).then_some(now);
    tx.run(
        "update webhook_delivery set state = $1, attempts = $2, next_at = $3, locked_until = null,
         finished_at = $4, status = $5, error = $6, response = $7
         where id = $8 and state = 'pending' and locked_until = $9",
        &[
            state.as_str().into(),
            (delivery.attempts + 1).into(),
            next_at.into(),
            finished.into(),
            attempt.status.into(),
            attempt.error.clone().into(),
            attempt.response.clone().into(),
            delivery.id.into(),
            locked_until.into(),
        ],
    )
    .map(drop)
}

/// Deliveries of a webhook, newest first, before place `before`.
pub(crate) fn deliveries_of(
    tx: &mut Tx,
    webhook: Uuid,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    tx.rows(
        &format!("{DELIVERY} where webhook = $1 and no < $2 order by no desc limit $3"),
        &[webhook.into(), before.unwrap_or(i64::MAX).into(), limit.into()],
        delivery_row,
    )
}

/// One delivery of a webhook.
///
/// # Errors
/// `NotFound`.
pub(crate) fn delivery(tx: &mut Tx, webhook: Uuid, id: Uuid) -> Result<Delivery> {
    let sql = format!("{DELIVERY} where webhook = $1 and id = $2");
    tx.one(&sql, &[webhook.into(), id.into()], delivery_row)
}

/// Begins the attempts of a delivery anew.
pub(crate) fn again(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    tx.run_one(
        "update webhook_delivery set state = 'pending', attempts = 0, next_at = $1,
         locked_until = null, finished_at = null where id = $2",
        &[now.into(), id.into()],
    )
}

/// Takes the words of a webhook away that was deleted.
pub(crate) fn forget_deleted(tx: &mut Tx, record: Uuid) -> Result<()> {
    tx.run(
        "update webhook set url = '', condition = '' where id = $1 and deleted",
        &[record.into()],
    )
    .map(drop)
}

/// Takes away what receivers answered to deliveries about a record.
pub(crate) fn forget_responses(tx: &mut Tx, record: Uuid) -> Result<()> {
    tx.run(
        "update webhook_delivery set response = null, error = null where record = $1",
        &[record.into()],
    )
    .map(drop)
}
