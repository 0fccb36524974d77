//! Webhooks out, and what became of what they sent.

use std::sync::Arc;

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{Caller, IfMatch, Json, Page, PageQuery, Patch, Path, Problem, Query, Reply};
use steward_automation::readable_names;
use steward_automation::rule::Automation;
use steward_automation::webhook::{
    self, Delivery, DeliveryState, NewWebhook, Webhook, WebhookChange,
};
use steward_base::time::wire;
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_people::views::Reference;
use steward_people::{Names, names, resolve};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::people::never_empty;
use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(get_webhook, update_webhook, delete_webhook))
        .routes(routes!(list_deliveries))
        .routes(routes!(redeliver))
}

const LIST: &str = "webhooks";
const DELIVERIES: &str = "webhook-deliveries";

/// A webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Webhook)]
struct WebhookView {
    id: Uuid,
    /// Where to.
    url: String,
    /// Which facts.
    facts: Vec<String>,
    /// The condition; empty is all.
    condition: String,
    /// Whether it is on.
    active: bool,
    /// The organisation whose records it tells of.
    organisation: Reference,
    /// Who last changed it: it sends what they may read.
    owner: Reference,
    /// Counts its changes; the ETag.
    version: i64,
    /// What signatures are made with; only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

fn shown(tx: &mut Tx, webhooks: Vec<Webhook>) -> Result<Vec<WebhookView>> {
    let pointed = webhooks.iter().flat_map(|w| [w.organisation, w.owner]);
    let names = names(tx, &pointed.collect::<Vec<_>>())?;
    let view = |webhook: Webhook| WebhookView {
        id: webhook.id,
        url: webhook.url,
        facts: webhook.facts,
        condition: webhook.condition,
        active: webhook.active,
        organisation: Reference::of(webhook.organisation, &names),
        owner: Reference::of(webhook.owner, &names),
        version: webhook.version,
        secret: None,
    };
    Ok(webhooks.into_iter().map(view).collect())
}

fn one(tx: &mut Tx, webhook: Webhook) -> Result<WebhookView> {
    shown(tx, vec![webhook])?.pop().ok_or(steward_base::Error::NotFound)
}

fn engine(caller: &Caller) -> Arc<Automation> {
    caller.app().service::<Automation>()
}

/// Webhooks, oldest first
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks", params(PageQuery),
    responses((status = 200, description = "Webhooks the caller may read", body = Page<WebhookView>))
)]
async fn list_webhooks(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (rows, after) = (query.limit()?, query.after::<Uuid>(LIST)?);
    let counted = query.count.unwrap_or(false);
    let (found, count) = caller
        .read(move |tx, call| {
            let found = webhook::list(tx, &call.actor, after, rows + 1)?;
            let count = if counted { Some(webhook::count(tx, &call.actor)?) } else { None };
            Ok((shown(tx, found)?, count))
        })
        .await?;
    Ok(Page::cut(found, rows, &[LIST], |webhook| webhook.id)?.with_count(count).respond(&uri))
}

/// A new webhook.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://hooks.example.org/steward",
    "facts": ["incident.created", "incident.resolved"],
    "condition": "priority<=2"
}))]
struct CreateWebhook {
    /// Where to: http or https, without user and password.
    url: String,
    /// Which facts: `incident.created`, `incident.*`.
    facts: Vec<String>,
    /// The condition; empty or left out is all.
    #[serde(default)]
    condition: String,
    /// Whether it is on; yes when left out.
    #[serde(default)]
    active: Option<bool>,
    /// Id or name; the caller's own when left out.
    #[serde(default)]
    organisation: Option<String>,
}

/// Make a webhook
///
/// The answer holds its `secret`, this once. It sends what the caller may read.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks",
    responses((status = 201, description = "The webhook", body = WebhookView))
)]
async fn create_webhook(
    caller: Caller,
    Json(body): Json<CreateWebhook>,
) -> Result<Response, Problem> {
    let engine = engine(&caller);
    caller
        .write(move |tx, call| {
            let organisation = match &body.organisation {
                Some(text) => {
                    Some(resolve(tx, &call.actor, "organisation", "organisation", text)?.id)
                }
                None => None,
            };
            let body = body.clone();
            let new = NewWebhook {
                url: body.url,
                facts: body.facts,
                condition: body.condition,
                active: body.active.unwrap_or(true),
                organisation,
            };
            let (webhook, secret) = webhook::create(tx, call, &engine, &new)?;
            let (place, version) = (format!("/api/v1/webhooks/{}", webhook.id), webhook.version);
            let view = WebhookView { secret: Some(secret), ..one(tx, webhook)? };
            Ok(Reply::created(place, view).with_version(version))
        })
        .await
}

/// One webhook
#[utoipa::path(
    get, path = "/webhooks/{id}", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook", body = WebhookView))
)]
async fn get_webhook(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let view = caller
        .read(move |tx, call| {
            let webhook = webhook::get(tx, &call.actor, id)?;
            one(tx, webhook)
        })
        .await?;
    let version = view.version;
    Ok(Reply::ok(view).with_version(version).into_response())
}

/// A merge patch of a webhook.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"active": false}))]
struct UpdateWebhook {
    /// Where to.
    #[serde(default)]
    #[schema(value_type = String)]
    url: Patch<String>,
    /// Which facts.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    facts: Patch<Vec<String>>,
    /// The condition; null is all.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    condition: Patch<String>,
    /// Whether it is on.
    #[serde(default)]
    #[schema(value_type = bool)]
    active: Patch<bool>,
}

/// Change a webhook
///
/// Whoever changes it owns it: from then on it sends what they may read.
#[utoipa::path(
    patch, path = "/webhooks/{id}", tag = "webhooks",
    params(
        ("id" = Uuid, Path, description = "The webhook"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 200, description = "The webhook", body = WebhookView))
)]
async fn update_webhook(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(body): Json<UpdateWebhook>,
) -> Result<Response, Problem> {
    let engine = engine(&caller);
    caller
        .write(move |tx, call| {
            webhook::get(tx, &call.actor, id)?;
            let expected = if_match.required()?;
            let body = body.clone();
            let change = WebhookChange {
                url: never_empty("url", body.url)?,
                facts: never_empty("facts", body.facts)?,
                condition: body.condition.as_option().map(Option::unwrap_or_default),
                active: never_empty("active", body.active)?,
            };
            let webhook = webhook::update(tx, call, &engine, id, &change, expected)?;
            let version = webhook.version;
            Ok(Reply::ok(one(tx, webhook)?).with_version(version))
        })
        .await
}

/// Delete a webhook
///
/// What was not sent yet is dropped.
#[utoipa::path(
    delete, path = "/webhooks/{id}", tag = "webhooks",
    params(
        ("id" = Uuid, Path, description = "The webhook"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 204, description = "It sends no more"))
)]
async fn delete_webhook(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            webhook::get(tx, &call.actor, id)?;
            webhook::delete(tx, call, id, if_match.required()?)?;
            Ok(Reply::none())
        })
        .await
}

/// One delivery, with its last attempt.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
struct DeliveryView {
    /// `webhook-id`, the same for every attempt.
    id: Uuid,
    /// The record; without a name where the caller may not read it.
    record: Reference,
    /// Place of the fact in the record's history.
    seq: i64,
    /// What happened.
    fact: String,
    /// How it stands.
    state: DeliveryState,
    /// Attempts made.
    attempts: i64,
    /// When the next one is made; null when none will be.
    #[schema(required)]
    next_at: Option<String>,
    /// When it was written.
    created_at: String,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<String>,
    /// Status of the last answer.
    #[schema(required)]
    status: Option<i64>,
    /// Why the last attempt failed.
    #[schema(required)]
    error: Option<String>,
    /// Beginning of the last answer's body, at most 4 KiB.
    #[schema(required)]
    response: Option<String>,
    /// Its place, for the cursor.
    #[serde(skip)]
    no: i64,
}

impl DeliveryView {
    fn of(delivery: Delivery, names: &Names) -> DeliveryView {
        let pending = delivery.state == DeliveryState::Pending;
        DeliveryView {
            id: delivery.id,
            record: Reference::of(delivery.record, names),
            seq: delivery.seq,
            fact: delivery.fact,
            state: delivery.state,
            attempts: delivery.attempts,
            next_at: pending.then(|| wire(delivery.next_at)),
            created_at: wire(delivery.created_at),
            finished_at: delivery.finished_at.map(wire),
            status: delivery.status,
            error: delivery.error,
            response: delivery.response,
            no: delivery.no,
        }
    }
}

/// What a webhook sent, newest first
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook"), PageQuery),
    responses((status = 200, description = "Its deliveries", body = Page<DeliveryView>))
)]
async fn list_deliveries(
    caller: Caller,
    Path(id): Path<Uuid>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (rows, before) = (query.limit()?, query.after::<i64>(DELIVERIES)?);
    let counted = query.count.unwrap_or(false);
    let (found, count) = caller
        .read(move |tx, call| {
            let actor = &call.actor;
            let found = webhook::deliveries(tx, actor, id, before, rows + 1)?;
            let names = readable_names(tx, actor, found.iter().map(|d| d.record))?;
            let count =
                if counted { Some(webhook::count_deliveries(tx, actor, id)?) } else { None };
            let found: Vec<_> = found.into_iter().map(|d| DeliveryView::of(d, &names)).collect();
            Ok((found, count))
        })
        .await?;
    Ok(Page::cut(found, rows, &[DELIVERIES], |d| d.no)?.with_count(count).respond(&uri))
}

/// Send a delivery again
///
/// Whatever became of it. Its id stays, so that the receiver can tell.
#[utoipa::path(
    post, path = "/webhooks/{id}/deliveries/{delivery}/redeliver", tag = "webhooks",
    params(
        ("id" = Uuid, Path, description = "The webhook"),
        ("delivery" = Uuid, Path, description = "The delivery"),
    ),
    responses((status = 200, description = "The delivery", body = DeliveryView))
)]
async fn redeliver(
    caller: Caller,
    Path((id, delivery)): Path<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let delivery = webhook::redeliver(tx, call, id, delivery)?;
            let names = readable_names(tx, &call.actor, [delivery.record])?;
            Ok(Reply::ok(DeliveryView::of(delivery, &names)))
        })
        .await
}
