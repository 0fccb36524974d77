//! Webhooks made, changed, read: each write checks the matrix and leaves a fact.

use serde_json::{Value as Json, json};
use steward_base::{Error, FieldError, Result, Timestamp, Uuid};
use steward_condition::Args;
use steward_database::Tx;
use steward_history::{Change, Head, NewRecord, append, create_record, head, rename, save_head};
use steward_people::{Actor, Call, Target, check, check_create, refusal, visibility, visible_sql};

use super::sign::secret_text;
use super::{Delivery, KIND, Webhook, store};
use crate::evaluate::condition_for;
use crate::parse_patterns;
use crate::rule::Automation;

/// What a new webhook needs.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Where to.
    pub url: String,
    /// Which facts.
    pub facts: Vec<String>,
    /// The condition; empty is all.
    pub condition: String,
    /// Whether it is on.
    pub active: bool,
    /// Whose records; the actor's own organisation when not given.
    pub organisation: Option<Uuid>,
}

/// What changes; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    /// Where to.
    pub url: Option<String>,
    /// Which facts.
    pub facts: Option<Vec<String>>,
    /// The condition.
    pub condition: Option<String>,
    /// Whether it is on.
    pub active: Option<bool>,
}

fn target(organisation: Uuid) -> Target {
    Target { organisation, called: false, own: false, team: false }
}

/// Makes a webhook; answers it with its secret, which is shown this once.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field that breaks a rule.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    engine: &Automation,
    new: &NewWebhook,
) -> Result<(Webhook, String)> {
    let organisation = new.organisation.unwrap_or(call.actor.organisation);
    check_create(&call.actor, KIND, organisation)?;
    let webhook = Webhook {
        id: call.new_id(),
        organisation,
        version: 1,
        url: new.url.trim().to_owned(),
        facts: new.facts.clone(),
        condition: new.condition.clone(),
        active: new.active,
        owner: call.actor.id,
        created_at: call.now,
    };
    validate(tx, engine, &webhook, &call.actor, call.now)?;
    let name = host(&webhook.url);
    let record = NewRecord {
        id: webhook.id,
        kind: KIND,
        number: None,
        name: &name,
        organisation,
        created_at: call.now,
    };
    let mut head = create_record(tx, &record)?;
    let secret = call.entropy.secret();
    store::insert(tx, &webhook, &secret)?;
    let changes = changes(None, &webhook);
    append(tx, &call.entropy, &mut head, &call.stamp(), "webhook.created", &changes)?;
    save_head(tx, &mut head)?;
    Ok((webhook, secret_text(&secret)))
}

fn host(url: &str) -> String {
    let parsed = reqwest::Url::parse(url).ok();
    parsed.and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
}

fn validate(
    tx: &mut Tx,
    engine: &Automation,
    webhook: &Webhook,
    owner: &Actor,
    now: Timestamp,
) -> Result<()> {
    let mut broken: Vec<FieldError> = Vec::new();
    let mut add = |error: Error| match error {
        Error::Invalid(errors) => broken.extend(errors),
        other => broken.push(FieldError {
            field: "condition".into(),
            rule: "condition".into(),
            message: other.to_string(),
        }),
    };
    if let Err(error) = check_url(&webhook.url) {
        add(error);
    }
    let patterns = parse_patterns("facts", &webhook.facts).unwrap_or_else(|error| {
        add(error);
        Vec::new()
    });
    let mut kinds: Vec<String> = patterns.into_iter().map(|p| p.kind).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        match engine.registry(tx, &kind)? {
            None => {
                let words = format!("there are no tickets of kind {kind}");
                add(Error::invalid("facts", "kind", words));
            }
            Some(registry) => {
                let engine = tx.engine();
                if let Err(error) = condition_for(engine, owner, &registry, &webhook.condition, now)
                {
                    add(error);
                }
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Error::Invalid(broken)) }
}

/// Whether a URL can be one; where it leads is asked before each attempt.
fn check_url(url: &str) -> Result<()> {
    let wrong = |words: &str| Err(Error::invalid("url", "url", words));
    let Ok(parsed) = reqwest::Url::parse(url) else { return wrong("this is not a URL") };
    if url.len() > 2_000 {
        return wrong("has more than 2000 bytes");
    }
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
        return wrong("is an http or https URL");
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return wrong("holds no user and no password: the signature tells who sends");
    }
    if parsed.fragment().is_some() {
        return wrong("has no part behind #");
    }
    Ok(())
}

/// A URL may hold a key, so it stands apart like words do.
fn changes(before: Option<&Webhook>, after: &Webhook) -> Vec<Change> {
    let mut found = Vec::new();
    if before.is_none_or(|b| b.url != after.url) {
        found.push(Change::text("url", after.url.as_str(), None));
    }
    if before.is_none_or(|b| b.condition != after.condition) {
        found.push(Change::text("condition", after.condition.as_str(), None));
    }
    let plain = |of: &Webhook| {
        [("facts", json!(of.facts)), ("active", json!(of.active)), ("owner", json!(of.owner))]
    };
    let old = before.map(plain);
    for (i, (field, to)) in plain(after).into_iter().enumerate() {
        let from = old.as_ref().map_or(Json::Null, |old| old[i].1.clone());
        if from != to {
            found.push(Change::plain(field, from, to));
        }
    }
    found
}

fn open(
    tx: &mut Tx,
    call: &Call,
    id: Uuid,
    action: &str,
    expected: Option<i64>,
) -> Result<(Head, Webhook)> {
    let webhook = store::load(tx, id)?;
    check(&call.actor, KIND, action, &target(webhook.organisation))?;
    let head = head(tx, id)?;
    match expected {
        Some(expected) if expected != head.version => {
            Err(Error::VersionConflict { expected, actual: head.version })
        }
        _ => Ok((head, webhook)),
    }
}

/// Changes a webhook; whoever does owns it from then on.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`, `Invalid`.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    engine: &Automation,
    id: Uuid,
    change: &WebhookChange,
    expected: Option<i64>,
) -> Result<Webhook> {
    let (mut head, before) = open(tx, call, id, "update", expected)?;
    let change = change.clone();
    let mut webhook = Webhook {
        url: change.url.map_or(before.url.clone(), |url| url.trim().to_owned()),
        facts: change.facts.unwrap_or(before.facts.clone()),
        condition: change.condition.unwrap_or(before.condition.clone()),
        active: change.active.unwrap_or(before.active),
        owner: call.actor.id,
        ..before.clone()
    };
    validate(tx, engine, &webhook, &call.actor, call.now)?;
    let changes = changes(Some(&before), &webhook);
    if changes.is_empty() {
        return Ok(before);
    }
    if host(&before.url) != host(&webhook.url) {
        rename(tx, &mut head, &host(&webhook.url))?;
    }
    append(tx, &call.entropy, &mut head, &call.stamp(), "webhook.updated", &changes)?;
    save_head(tx, &mut head)?;
    store::save(tx, &webhook, false)?;
    webhook.version = head.version;
    Ok(webhook)
}

/// Deletes a webhook; what was not sent yet is dropped.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`.
pub fn delete(tx: &mut Tx, call: &Call, id: Uuid, expected: Option<i64>) -> Result<()> {
    let (mut head, mut webhook) = open(tx, call, id, "delete", expected)?;
    webhook.active = false;
    let change = [Change::plain("deleted", false, true)];
    append(tx, &call.entropy, &mut head, &call.stamp(), "webhook.deleted", &change)?;
    save_head(tx, &mut head)?;
    store::save(tx, &webhook, true)
}

/// One webhook, as far as the actor may read it.
///
/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<Webhook> {
    let webhook = store::load(tx, id)?;
    check(actor, KIND, "read", &target(webhook.organisation))?;
    Ok(webhook)
}

/// Webhooks the actor may read, oldest first, after the one with this id.
///
/// # Errors
/// `Forbidden` for who may read none.
pub fn list(tx: &mut Tx, actor: &Actor, after: Option<Uuid>, limit: i64) -> Result<Vec<Webhook>> {
    let (visible, args) = visible(actor)?;
    store::page(tx, &visible, args, after, limit)
}

/// How many webhooks the actor may read.
///
/// # Errors
/// `Forbidden` for who may read none.
pub fn count(tx: &mut Tx, actor: &Actor) -> Result<i64> {
    let (visible, args) = visible(actor)?;
    store::count(tx, &visible, &args)
}

fn visible(actor: &Actor) -> Result<(String, Args)> {
    let seen = visibility(actor, KIND, "read");
    if seen.is_none() {
        return Err(Error::Forbidden(refusal(actor, KIND, "read")));
    }
    let mut args = Args::new();
    let visible = visible_sql(&seen, actor, KIND, &mut args);
    Ok((visible, args))
}

/// How many deliveries a webhook has.
///
/// # Errors
/// `NotFound`.
pub fn count_deliveries(tx: &mut Tx, actor: &Actor, webhook: Uuid) -> Result<i64> {
    get(tx, actor, webhook)?;
    store::count_deliveries(tx, webhook)
}

/// Deliveries of a webhook, newest first, before the place `before`.
///
/// # Errors
/// `NotFound`.
pub fn deliveries(
    tx: &mut Tx,
    actor: &Actor,
    webhook: Uuid,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    get(tx, actor, webhook)?;
    store::deliveries_of(tx, webhook, before, limit)
}

/// Sends a delivery again, whatever became of it; its id stays, so that the
/// receiver can tell.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` for a webhook that is off.
pub fn redeliver(tx: &mut Tx, call: &Call, webhook: Uuid, delivery: Uuid) -> Result<Delivery> {
    let (mut head, hook) = open(tx, call, webhook, "redeliver", None)?;
    store::delivery(tx, webhook, delivery)?;
    if !hook.active {
        return Err(Error::Refused("the webhook is off; turn it on first".into()));
    }
    store::again(tx, delivery, call.now)?;
    let change = [Change::plain("delivery", Json::Null, delivery.to_string())];
    append(tx, &call.entropy, &mut head, &call.stamp(), "webhook.redelivered", &change)?;
    // Nobody's open form is refused for it.
    head.version -= 1;
    save_head(tx, &mut head)?;
    store::delivery(tx, webhook, delivery)
}
