//! Grants: who holds which role.

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use steward_api::{
    Caller, IfMatch, Json, Page, PageQuery, Path, Problem, Query, Reply, check_version,
};
use steward_base::{Error, Result, Uuid};
use steward_people::views::{GrantView, UNCHANGING};
use steward_people::{Role, grants, list, names, refusal, resolve, resolve_any, visibility};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(list_grants, create_grant))
        .routes(routes!(get_grant, delete_grant))
}

const LIST: &str = "grants";

/// Grants, oldest first
#[utoipa::path(
    get, path = "/grants", tag = "permissions", params(PageQuery),
    responses((status = 200, description = "Grants the caller may see", body = Page<GrantView>))
)]
async fn list_grants(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (rows, after, count) =
        (query.limit()?, query.after::<Uuid>(LIST)?, query.count.unwrap_or(false));
    let (found, count) =
        caller.read(move |tx, call| list::grants(tx, call, rows, after, count)).await?;
    Ok(Page::cut(found, rows, &[LIST], |grant| grant.id)?.with_count(count).respond(&uri))
}

/// A new grant.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"holder": "ann", "role": "agent", "organisation": "Default"}))]
struct CreateGrant {
    /// Login, id or name of a person or team.
    holder: String,
    /// The role.
    role: Role,
    /// Id or name; all organisations when left out, as it must be for `administrator`.
    #[serde(default)]
    organisation: Option<String>,
}

/// Give a role
///
/// It counts from the holder's next request on, open live streams included.
#[utoipa::path(
    post, path = "/grants", tag = "permissions",
    responses((status = 201, description = "The grant", body = GrantView))
)]
async fn create_grant(caller: Caller, Json(body): Json<CreateGrant>) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let actor = &call.actor;
            if visibility(actor, "grant", "create").is_none() {
                return Err(Error::Forbidden(refusal(actor, "grant", "create")));
            }
            let organisation = match &body.organisation {
                Some(text) => Some(resolve(tx, actor, "organisation", "organisation", text)?.id),
                None => None,
            };
            grants::check_give(actor, body.role, organisation)?;
            let holder = resolve_any(tx, actor, &["person", "team"], "holder", &body.holder)?.id;
            let grant = grants::create(tx, call, holder, body.role, organisation)?;
            let mut pointed = vec![grant.holder];
            pointed.extend(grant.organisation);
            let names = names(tx, &pointed)?;
            let place = format!("/api/v1/grants/{}", grant.id);
            Ok(Reply::created(place, GrantView::of(grant, &names)).with_version(UNCHANGING))
        })
        .await
}

/// One grant
#[utoipa::path(
    get, path = "/grants/{id}", tag = "permissions",
    params(("id" = Uuid, Path, description = "The grant")),
    responses((status = 200, description = "The grant", body = GrantView))
)]
async fn get_grant(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let view = caller
        .read(move |tx, call| {
            let grant = grants::visible(tx, &call.actor, id)?;
            let mut pointed = vec![grant.holder];
            pointed.extend(grant.organisation);
            let names = names(tx, &pointed)?;
            Ok(GrantView::of(grant, &names))
        })
        .await?;
    Ok(Reply::ok(view).with_version(UNCHANGING).into_response())
}

/// Take a role away
#[utoipa::path(
    delete, path = "/grants/{id}", tag = "permissions",
    params(
        ("id" = Uuid, Path, description = "The grant"),
        ("If-Match" = String, Header, description = "The version you read"),
    ),
    responses((status = 204, description = "It is gone"))
)]
async fn delete_grant(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            grants::get(tx, call, id)?;
            check_version(if_match.required()?, UNCHANGING)?;
            grants::delete(tx, call, id)?;
            Ok(Reply::none())
        })
        .await
}
