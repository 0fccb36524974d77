//! Organisations.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use steward_api::{Caller, IfMatch, Json, Page, Patch, Path, Problem, Query, Reply};
use steward_base::{Result, Uuid};
use steward_people::views::OrganisationView;
use steward_people::{list, organisations};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::directory::{Directory, DirectoryCsvQuery, DirectoryQuery};
use super::people::never_empty;
use crate::Door;

const LIST: Directory<OrganisationView> = Directory {
    name: "organisations",
    columns: &["name", "zone", "id"],
    read: list::organisations,
};

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(export_organisations))
        .routes(routes!(list_organisations, create_organisation))
        .routes(routes!(get_organisation, update_organisation))
}

/// Organisations
#[utoipa::path(
    get, path = "/organisations", tag = "organisations", params(DirectoryQuery),
    responses((status = 200, description = "Organisations the caller may see", body = Page<OrganisationView>))
)]
async fn list_organisations(
    caller: Caller,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<DirectoryQuery>,
) -> Result<Response, Problem> {
    LIST.list(caller, &headers, &uri, query).await
}

/// The whole list as CSV
///
/// As the list with `Accept: text/csv`: however long it is, without pages.
#[utoipa::path(
    get, path = "/organisations.csv", tag = "organisations", params(DirectoryCsvQuery),
    responses((status = 200, description = "The whole list", body = String, content_type = "text/csv"))
)]
async fn export_organisations(
    caller: Caller,
    Query(query): Query<DirectoryCsvQuery>,
) -> Result<Response, Problem> {
    LIST.export(caller, query).await
}

/// A new organisation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Example Ltd", "zone": "Europe/Prague"}))]
struct CreateOrganisation {
    /// Name.
    name: String,
    /// Time zone of people who have none of their own.
    #[serde(default)]
    zone: Option<String>,
}

/// Make an organisation
#[utoipa::path(
    post, path = "/organisations", tag = "organisations",
    responses((status = 201, description = "The organisation", body = OrganisationView))
)]
async fn create_organisation(
    caller: Caller,
    Json(body): Json<CreateOrganisation>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let made = organisations::create(tx, call, None, &body.name, body.zone.as_deref())?;
            let (place, version) = (format!("/api/v1/organisations/{}", made.id), made.version);
            Ok(Reply::created(place, OrganisationView::from(made)).with_version(version))
        })
        .await
}

/// One organisation
#[utoipa::path(
    get, path = "/organisations/{id}", tag = "organisations",
    params(("id" = Uuid, Path, description = "The organisation")),
    responses((status = 200, description = "The organisation", body = OrganisationView))
)]
async fn get_organisation(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let found = caller.read(move |tx, call| organisations::get(tx, &call.actor, id)).await?;
    let version = found.version;
    Ok(Reply::ok(OrganisationView::from(found)).with_version(version).into_response())
}

/// A merge patch of an organisation.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"zone": "Europe/Lisbon"}))]
struct UpdateOrganisation {
    /// Name.
    #[serde(default)]
    #[schema(value_type = String)]
    name: Patch<String>,
    /// Time zone of people who have none of their own.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    zone: Patch<String>,
}

/// Change an organisation
#[utoipa::path(
    patch, path = "/organisations/{id}", tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "The organisation"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 200, description = "The organisation", body = OrganisationView))
)]
async fn update_organisation(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(body): Json<UpdateOrganisation>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            organisations::get(tx, &call.actor, id)?;
            let expected = if_match.required()?;
            let name = never_empty("name", body.name.clone())?;
            let zone = body.zone.clone().as_option();
            let zone = zone.as_ref().map(Option::as_deref);
            let made = organisations::update(tx, call, id, name.as_deref(), zone, expected)?;
            let version = made.version;
            Ok(Reply::ok(OrganisationView::from(made)).with_version(version))
        })
        .await
}
