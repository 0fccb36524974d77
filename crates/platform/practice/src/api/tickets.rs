//! The tickets of a practice: listed, opened, read, changed.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use steward_api::{IfMatch, ListQuery, Page, Path, Problem, Query, RawJson, Reply};
use steward_base::Result;
use steward_database::Tx;
use steward_fields::Registries;
use steward_people::Call;
use steward_ticket::Ticket;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;
use super::body::read_body;
use super::list::{list_page, read_one};
use crate::practice::Practice;
use crate::shown::Shown;
use crate::ticket_body::{NewTicket, TicketPatch};
use crate::view::{One, TicketView};

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(list_all, create), routes!(get, update)]
}

/// {Many}
///
/// Those the caller may see that meet the condition. With `Accept: text/csv` the
/// whole list as CSV, as at `/{path}.csv`, and without `limit`, `cursor` and `count`.
///
/// Sorted by a reference (`assigned_to`, `caller`, `assignment_group`, `service`,
/// `location`, `organisation`...), it goes by names, and the condition must leave
/// at most 10,000 {many}.
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
    get, path = "", params(ListQuery), operation_id = "list_all",
    responses((status = 200, description = "A page of {many}", content(
        (Page<TicketView> = "application/json"), (String = "text/csv")
    )))
)]
async fn list_all(
    desk: Desk,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    list_page(desk, &headers, &uri, query).await
}

/// Open {a} {one}
///
/// Only `short_description` is required. Where {a} {one} has a caller, that is you when
/// left out.
#[utoipa::path(
    post, path = "", request_body = NewTicket,
    responses((status = 201, description = "The {one}", body = TicketView))
)]
async fn create(desk: Desk, body: RawJson) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let body: NewTicket = read_body(practice, &body)?;
    caller
        .write(move |tx, call| {
            let ticket = practice.create(tx, call, &registries, &body)?;
            let location = format!("/api/v1/{}/{}", practice.path, ticket.number());
            let version = ticket.head.version;
            let shown = shown(tx, call, practice, &registries, ticket)?;
            Ok(Reply::created(location, shown).with_version(version))
        })
        .await
}

/// One {one}
#[utoipa::path(
    get, path = "/{number}",
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 200, description = "The {one}", body = TicketView))
)]
async fn get(desk: Desk, Path(number): Path<String>) -> Result<Response, Problem> {
    let shown = read_one(desk, number).await?;
    let version = shown.version();
    Ok(Reply::ok(One(shown)).with_version(version).into_response())
}

/// Change {a} {one}
///
/// A merge patch; `If-Match` with the version you read is required.
#[utoipa::path(
    patch, path = "/{number}", request_body = TicketPatch,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("If-Match" = String, Header, description = "The ETag you read", example = "\"3\"")
    ),
    responses((status = 200, description = "The {one}", body = TicketView))
)]
async fn update(
    desk: Desk,
    Path(number): Path<String>,
    version: IfMatch,
    body: RawJson,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let body: TicketPatch = read_body(practice, &body)?;
    let expected = version.required()?;
    caller
        .write(move |tx, call| {
            let ticket = practice.update(tx, call, &registries, (&number, expected), &body)?;
            let version = ticket.head.version;
            let shown = shown(tx, call, practice, &registries, ticket)?;
            Ok(Reply::ok(shown).with_version(version))
        })
        .await
}

/// A ticket after a write, as its actor sees it.
pub(super) fn shown(
    tx: &mut Tx,
    call: &Call,
    practice: &'static Practice,
    registries: &Registries,
    ticket: Ticket,
) -> Result<One> {
    let loaded = practice.loaded(tx, call, registries, ticket)?;
    Shown::of(tx, call, loaded).map(One)
}
