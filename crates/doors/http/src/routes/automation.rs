//! Rules of automation.

use std::sync::Arc;

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{Caller, IfMatch, Json, Page, PageQuery, Patch, Path, Problem, Query, Reply};
use steward_automation::rule::{self, Automation, NewRule, Rule, RuleChange, Step, When};
use steward_base::time::wire;
use steward_base::{Result, Uuid, text};
use steward_database::Tx;
use steward_people::views::Reference;
use steward_people::{Names, Role, names, resolve};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::people::never_empty;
use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_rules, create_rule)).routes(routes!(
        get_rule,
        update_rule,
        delete_rule
    ))
}

const LIST: &str = "automation-rules";

/// A rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AutomationRule)]
struct RuleView {
    id: Uuid,
    /// Its name.
    name: String,
    /// The organisation whose records it acts on.
    organisation: Reference,
    /// Whether it is on.
    active: bool,
    /// What sets it off.
    when: When,
    /// The condition; empty is always.
    condition: String,
    /// What it does, in order, all or nothing.
    then: Vec<Step>,
    /// The roles it acts with, as far as its publisher holds them.
    roles: Vec<Role>,
    /// The service actor it acts as.
    actor: Reference,
    /// Who last published it.
    published_by: Reference,
    /// When.
    published_at: String,
    /// Counts its changes; the ETag.
    version: i64,
}

impl RuleView {
    fn of(rule: Rule, names: &Names) -> RuleView {
        RuleView {
            id: rule.id,
            organisation: Reference::of(rule.organisation, names),
            active: rule.active,
            when: rule.when,
            condition: rule.condition,
            then: rule.then,
            roles: rule.roles,
            actor: Reference::of(rule.actor, names),
            published_by: Reference::of(rule.published_by, names),
            published_at: wire(rule.published_at),
            version: rule.version,
            name: rule.name,
        }
    }
}

fn shown(tx: &mut Tx, rules: Vec<Rule>) -> Result<Vec<RuleView>> {
    let pointed = rules.iter().flat_map(|r| [r.organisation, r.actor, r.published_by]);
    let names = names(tx, &pointed.collect::<Vec<_>>())?;
    Ok(rules.into_iter().map(|rule| RuleView::of(rule, &names)).collect())
}

fn one(tx: &mut Tx, rule: Rule) -> Result<RuleView> {
    shown(tx, vec![rule])?.pop().ok_or(steward_base::Error::NotFound)
}

pub(super) fn engine(caller: &Caller) -> Arc<Automation> {
    caller.app().service::<Automation>()
}

/// Rules, by name
#[utoipa::path(
    get, path = "/automation-rules", tag = "automation", params(PageQuery),
    responses((status = 200, description = "Rules the caller may read", body = Page<RuleView>))
)]
async fn list_rules(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (rows, after) = (query.limit()?, query.after::<(String, Uuid)>(LIST)?);
    let counted = query.count.unwrap_or(false);
    let (found, count) = caller
        .read(move |tx, call| {
            let found = rule::list(tx, &call.actor, after, rows + 1)?;
            let count = if counted { Some(rule::count(tx, &call.actor)?) } else { None };
            Ok((shown(tx, found)?, count))
        })
        .await?;
    let key = |rule: &RuleView| (text::key(&rule.name).unwrap_or_default(), rule.id);
    Ok(Page::cut(found, rows, &[LIST], key)?.with_count(count).respond(&uri))
}

/// A new rule.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Big ones to the desk",
    "when": {"facts": ["incident.created"]},
    "condition": "impact:1",
    "then": [{"command": "incident.comment", "args": {"text": "We are on it."}}]
}))]
struct CreateRule {
    /// Its name.
    name: String,
    /// What sets it off.
    when: When,
    /// The condition; empty or left out is always.
    #[serde(default)]
    condition: String,
    /// What it does, in order, all or nothing.
    then: Vec<Step>,
    /// The roles it acts with; `agent` when left out.
    #[serde(default)]
    roles: Option<Vec<Role>>,
    /// Whether it is on; yes when left out.
    #[serde(default)]
    active: Option<bool>,
    /// Id or name; the caller's own when left out.
    #[serde(default)]
    organisation: Option<String>,
}

/// Publish a rule
///
/// It acts from now on as a service actor of its own, with its roles as far as
/// the caller holds them at that time.
#[utoipa::path(
    post, path = "/automation-rules", tag = "automation",
    responses((status = 201, description = "The rule", body = RuleView))
)]
async fn create_rule(caller: Caller, Json(body): Json<CreateRule>) -> Result<Response, Problem> {
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
            let new = NewRule {
                name: body.name,
                organisation,
                when: body.when,
                condition: body.condition,
                then: body.then,
                roles: body.roles.unwrap_or_else(|| vec![Role::Agent]),
                active: body.active.unwrap_or(true),
            };
            let rule = rule::create(tx, call, &engine, &new)?;
            let (place, version) = (format!("/api/v1/automation-rules/{}", rule.id), rule.version);
            Ok(Reply::created(place, one(tx, rule)?).with_version(version))
        })
        .await
}

/// One rule
#[utoipa::path(
    get, path = "/automation-rules/{id}", tag = "automation",
    params(("id" = Uuid, Path, description = "The rule")),
    responses((status = 200, description = "The rule", body = RuleView))
)]
async fn get_rule(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let view = caller
        .read(move |tx, call| {
            let rule = rule::get(tx, &call.actor, id)?;
            one(tx, rule)
        })
        .await?;
    let version = view.version;
    Ok(Reply::ok(view).with_version(version).into_response())
}

/// A merge patch of a rule.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"active": false}))]
struct UpdateRule {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = String)]
    name: Patch<String>,
    /// What sets it off.
    #[serde(default)]
    #[schema(value_type = When)]
    when: Patch<When>,
    /// The condition; null is always.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    condition: Patch<String>,
    /// What it does.
    #[serde(default)]
    #[schema(value_type = Vec<Step>)]
    then: Patch<Vec<Step>>,
    /// The roles it acts with.
    #[serde(default)]
    #[schema(value_type = Vec<Role>)]
    roles: Patch<Vec<Role>>,
    /// Whether it is on.
    #[serde(default)]
    #[schema(value_type = bool)]
    active: Patch<bool>,
}

/// Change a rule
///
/// Whoever changes it publishes it: from then on it acts with their rights.
#[utoipa::path(
    patch, path = "/automation-rules/{id}", tag = "automation",
    params(
        ("id" = Uuid, Path, description = "The rule"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 200, description = "The rule", body = RuleView))
)]
async fn update_rule(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(body): Json<UpdateRule>,
) -> Result<Response, Problem> {
    let engine = engine(&caller);
    caller
        .write(move |tx, call| {
            rule::get(tx, &call.actor, id)?;
            let expected = if_match.required()?;
            let body = body.clone();
            let change = RuleChange {
                name: never_empty("name", body.name)?,
                when: never_empty("when", body.when)?,
                condition: body.condition.as_option().map(Option::unwrap_or_default),
                then: never_empty("then", body.then)?,
                roles: never_empty("roles", body.roles)?,
                active: never_empty("active", body.active)?,
            };
            let rule = rule::update(tx, call, &engine, id, &change, expected)?;
            let version = rule.version;
            Ok(Reply::ok(one(tx, rule)?).with_version(version))
        })
        .await
}

/// Delete a rule
#[utoipa::path(
    delete, path = "/automation-rules/{id}", tag = "automation",
    params(
        ("id" = Uuid, Path, description = "The rule"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 204, description = "It acts no more"))
)]
async fn delete_rule(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            rule::get(tx, &call.actor, id)?;
            rule::delete(tx, call, id, if_match.required()?)?;
            Ok(Reply::none())
        })
        .await
}
