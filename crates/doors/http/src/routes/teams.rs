//! Teams and their members.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use steward_api::{Caller, IfMatch, Json, Page, Patch, Path, Problem, Query, Reply};
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_people::views::TeamView;
use steward_people::{Call, list, persons, resolve, show, teams};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::directory::{Directory, DirectoryCsvQuery, DirectoryQuery};
use super::people::never_empty;
use crate::Door;

const LIST: Directory<TeamView> = Directory {
    name: "teams",
    columns: &["name", "email", "organisation", "members", "id"],
    read: list::teams,
};

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(export_teams))
        .routes(routes!(list_teams, create_team))
        .routes(routes!(get_team, update_team))
        .routes(routes!(add_member, remove_member))
}

/// Teams
#[utoipa::path(
    get, path = "/teams", tag = "teams", params(DirectoryQuery),
    responses((status = 200, description = "Teams the caller may see", body = Page<TeamView>))
)]
async fn list_teams(
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
    get, path = "/teams.csv", tag = "teams", params(DirectoryCsvQuery),
    responses((status = 200, description = "The whole list", body = String, content_type = "text/csv"))
)]
async fn export_teams(
    caller: Caller,
    Query(query): Query<DirectoryCsvQuery>,
) -> Result<Response, Problem> {
    LIST.export(caller, query).await
}

/// A new team.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Network operations", "email": "network@example.org"}))]
struct CreateTeam {
    /// Name.
    name: String,
    /// Where it is written to.
    #[serde(default)]
    email: Option<String>,
    /// Id or name; the caller's own when left out.
    #[serde(default)]
    organisation: Option<String>,
}

/// Make a team
#[utoipa::path(
    post, path = "/teams", tag = "teams",
    responses((status = 201, description = "The team", body = TeamView))
)]
async fn create_team(caller: Caller, Json(body): Json<CreateTeam>) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let organisation = match &body.organisation {
                Some(text) => {
                    Some(resolve(tx, &call.actor, "organisation", "organisation", text)?.id)
                }
                None => None,
            };
            let team = teams::create(tx, call, &body.name, body.email.as_deref(), organisation)?;
            let team = show::team(tx, &call.actor, team)?;
            let version = team.version;
            let place = format!("/api/v1/teams/{}", team.id);
            Ok(Reply::created(place, team).with_version(version))
        })
        .await
}

fn shown(tx: &mut Tx, call: &Call, id: Uuid) -> Result<TeamView> {
    let (team, _) = teams::get(tx, &call.actor, id)?;
    show::team(tx, &call.actor, team)
}

/// One team
#[utoipa::path(
    get, path = "/teams/{id}", tag = "teams", params(("id" = Uuid, Path, description = "The team")),
    responses((status = 200, description = "The team", body = TeamView))
)]
async fn get_team(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let team = caller.read(move |tx, call| shown(tx, call, id)).await?;
    let version = team.version;
    Ok(Reply::ok(team).with_version(version).into_response())
}

/// A merge patch of a team.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": null}))]
struct UpdateTeam {
    /// Name.
    #[serde(default)]
    #[schema(value_type = String)]
    name: Patch<String>,
    /// Where it is written to.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
}

/// Change a team
#[utoipa::path(
    patch, path = "/teams/{id}", tag = "teams",
    params(
        ("id" = Uuid, Path, description = "The team"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 200, description = "The team", body = TeamView))
)]
async fn update_team(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(body): Json<UpdateTeam>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            teams::get(tx, &call.actor, id)?;
            let expected = if_match.required()?;
            let name = never_empty("name", body.name.clone())?;
            let email = body.email.clone().as_option();
            let email = email.as_ref().map(Option::as_deref);
            teams::update(tx, call, id, name.as_deref(), email, expected)?;
            let team = shown(tx, call, id)?;
            let version = team.version;
            Ok(Reply::ok(team).with_version(version))
        })
        .await
}

/// Make a person a member
///
/// `If-Match` takes the version of the team, as for every change of it.
#[utoipa::path(
    put, path = "/teams/{id}/members/{login}", tag = "teams",
    params(
        ("id" = Uuid, Path, description = "The team"),
        ("login" = String, Path, description = "Login or id of the person"),
        ("If-Match" = String, Header, description = "The ETag of the team"),
    ),
    responses((status = 200, description = "The team", body = TeamView))
)]
async fn add_member(
    caller: Caller,
    Path((id, login)): Path<(Uuid, String)>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    change_members(caller, id, login, if_match, teams::add_member).await
}

/// End a membership
#[utoipa::path(
    delete, path = "/teams/{id}/members/{login}", tag = "teams",
    params(
        ("id" = Uuid, Path, description = "The team"),
        ("login" = String, Path, description = "Login or id of the person"),
        ("If-Match" = String, Header, description = "The ETag of the team"),
    ),
    responses((status = 200, description = "The team", body = TeamView))
)]
async fn remove_member(
    caller: Caller,
    Path((id, login)): Path<(Uuid, String)>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    change_members(caller, id, login, if_match, teams::remove_member).await
}

async fn change_members(
    caller: Caller,
    id: Uuid,
    login: String,
    if_match: IfMatch,
    change: fn(&mut Tx, &Call, Uuid, Uuid, Option<i64>) -> Result<()>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            teams::get(tx, &call.actor, id)?;
            let person = persons::get(tx, &call.actor, &login)?.id;
            change(tx, call, id, person, if_match.required()?)?;
            let team = shown(tx, call, id)?;
            let version = team.version;
            Ok(Reply::ok(team).with_version(version))
        })
        .await
}
