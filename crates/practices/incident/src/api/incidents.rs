//! Incidents: listed, opened, read, changed.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use steward_api::{Caller, IfMatch, Json, ListQuery, Page, Path, Problem, Query, Reply};
use steward_base::{Error, FieldError, Result};
use steward_people::Call;
use steward_practice::Shown;
use steward_practice::api::{Desk, list_page, read_one};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::registries;
use crate::body::{CreateIncident, UpdateIncident};
use crate::practice::PRACTICE;
use crate::view::{IncidentView, One};
use crate::{commands, create};

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_incidents, create_incident))
        .routes(routes!(get_incident, update_incident))
}

/// Incidents
///
/// Those the caller may see that meet the condition. With `Accept: text/csv` the
/// whole list as CSV, as at `/incidents.csv`, and without `limit`, `cursor` and `count`.
///
/// Sorted by a reference (`assigned_to`, `caller`, `assignment_group`, `service`,
/// `location`, `organisation`...), it goes by names, and the condition must leave
/// at most 10,000 incidents.
///
/// With `as_of` a row has of that moment: `state`, `on_hold_reason`, `priority`,
/// `assignment_group`, `assigned_to`, `service`, `service_offering`, `category`,
/// `location`, custom fields marked as tracked, and `updated_at` as the moment of
/// their last change. `resolved_at`, `resolved_by`, `closed_at` and `close_code`
/// are null when they came later. Of today are `number`, `short_description`,
/// `caller`, `opened_by`, `opened_at`, `contact_type`, `organisation`, `impact`,
/// `urgency`, the counts and `version`; everything else is null. Conditions and
/// orders take the fields of the moment and `number`, `opened_at`, `opened_by`,
/// `organisation`, `caller` and `contact_type`. A row that nobody changed since is
/// whole.
#[utoipa::path(
    get, path = "/incidents", tag = "incidents", params(ListQuery),
    responses((status = 200, description = "A page of incidents", content(
        (Page<IncidentView> = "application/json"), (String = "text/csv")
    )))
)]
async fn list_incidents(
    caller: Caller,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    list_page(Desk::new(caller, &PRACTICE), &headers, &uri, query).await
}

/// Open an incident
///
/// Only `short_description` is required; the caller is you when left out.
#[utoipa::path(
    post, path = "/incidents", tag = "incidents", request_body = CreateIncident,
    responses((status = 201, description = "The incident", body = IncidentView))
)]
async fn create_incident(
    caller: Caller,
    body: Result<Json<CreateIncident>, Problem>,
) -> Result<Response, Problem> {
    let Json(body) = body.map_err(say_read_only)?;
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            let ticket = create::create(tx, call, &registries, &body)?;
            let location = format!("/api/v1/incidents/{}", ticket.number());
            let version = ticket.head.version;
            let shown = shown(tx, call, &registries, ticket)?;
            Ok(Reply::created(location, shown).with_version(version))
        })
        .await
}

/// Of fields that no body takes, those that an incident has are read-only: says
/// what changes them instead.
fn say_read_only(problem: Problem) -> Problem {
    if problem.name != "invalid" {
        return problem;
    }
    let known = |error: FieldError| match read_only(&error.field) {
        Some(words) if error.rule == "unknown_field" => {
            FieldError { rule: "read_only".into(), message: words.into(), ..error }
        }
        _ => error,
    };
    Error::Invalid(problem.errors.into_iter().map(known).collect()).into()
}

/// What changes a field that no body takes; `None` when incidents have no such field.
fn read_only(field: &str) -> Option<&'static str> {
    Some(match field {
        "state" => {
            "is changed by the actions: POST .../assign, hold, resume, resolve, close, reopen, \
             cancel, duplicate"
        }
        "priority" => {
            "follows from impact and urgency; priority_override with a reason sets another"
        }
        "on_hold_reason" | "on_hold_until" => "is set by the action hold",
        "close_code" | "close_notes" | "resolved_by" => "is set by the action resolve",
        "duplicate_of" => "is set by the action duplicate",
        "time_worked_minutes" => "is changed by the action work-time",
        "id" | "number" | "version" | "opened_by" | "opened_at" | "updated_at" | "resolved_at"
        | "closed_at" | "reassignment_count" | "reopen_count" | "actions" => "is set by Steward",
        _ => return None,
    })
}

/// An incident after a write, as its actor sees it.
pub(super) fn shown(
    tx: &mut steward_database::Tx,
    call: &Call,
    registries: &steward_fields::Registries,
    ticket: steward_ticket::Ticket,
) -> Result<One> {
    let loaded = PRACTICE.loaded(tx, call, registries, ticket)?;
    Shown::of(tx, call, loaded).map(One)
}

/// One incident
#[utoipa::path(
    get, path = "/incidents/{number}", tag = "incidents",
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 200, description = "The incident", body = IncidentView))
)]
async fn get_incident(caller: Caller, Path(number): Path<String>) -> Result<Response, Problem> {
    let shown = read_one(Desk::new(caller, &PRACTICE), number).await?;
    let version = shown.version();
    Ok(Reply::ok(One(shown)).with_version(version).into_response())
}

/// Change an incident
///
/// A merge patch; `If-Match` with the version you read is required.
#[utoipa::path(
    patch, path = "/incidents/{number}", tag = "incidents", request_body = UpdateIncident,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("If-Match" = String, Header, description = "The ETag you read", example = "\"3\"")
    ),
    responses((status = 200, description = "The incident", body = IncidentView))
)]
async fn update_incident(
    caller: Caller,
    Path(number): Path<String>,
    version: IfMatch,
    body: Result<Json<UpdateIncident>, Problem>,
) -> Result<Response, Problem> {
    let Json(body) = body.map_err(say_read_only)?;
    let expected = version.required()?;
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            let ticket = commands::update(tx, call, &registries, &number, expected, &body)?;
            let version = ticket.head.version;
            Ok(Reply::ok(shown(tx, call, &registries, ticket)?).with_version(version))
        })
        .await
}
