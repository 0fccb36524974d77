//! Any list as CSV: the same condition, order and permission, all pages.

use axum::response::Response;
use serde_json::Value as Json;
use steward_api::{CSV_ROWS, Caller, CsvQuery, Problem, Query, csv_line, csv_response, csv_value};
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_people::{Actor, Call, check, visibility};
use steward_ticket::list::{ListQuery as Asked, context, list};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::incidents::asked;
use super::registries;
use crate::fields::KIND;
use crate::shown::Rows;

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new().routes(routes!(export_incidents))
}

/// The columns everybody gets, in order: names of the API.
const COLUMNS: [&str; 36] = [
    "number",
    "short_description",
    "state",
    "on_hold_reason",
    "impact",
    "urgency",
    "priority",
    "caller",
    "opened_by",
    "contact_type",
    "category",
    "subcategory",
    "assignment_group",
    "assigned_to",
    "service",
    "configuration_item",
    "location",
    "organisation",
    "opened_at",
    "updated_at",
    "resolved_at",
    "closed_at",
    "close_code",
    "reassignment_count",
    "id",
    "description",
    "close_notes",
    "on_hold_until",
    "requested_for",
    "service_offering",
    "resolved_by",
    "reopen_count",
    "parent",
    "duplicate_of",
    "external_number",
    "version",
];

/// Columns of the internal part, for those who read it somewhere. The row of an
/// incident whose internal part is hidden has nothing there.
const INTERNAL: [&str; 6] = [
    "time_worked_minutes",
    "external_problem",
    "external_change",
    "external_cause",
    "external_vendor",
    "priority_reason",
];

/// A column of an incident as the API shows it; tickets go by their number.
fn cell(incident: &Json, column: &str) -> String {
    match column {
        "parent" | "duplicate_of" => csv_value(incident[column].get("number")),
        "priority_reason" => csv_value(incident["priority_override"].get("reason")),
        column => csv_value(incident.get(column)),
    }
}

/// The columns this reader gets before the custom fields.
fn columns(actor: &Actor) -> Vec<&'static str> {
    let internal = !visibility(actor, KIND, "read_work_notes").is_none();
    let hidden: &[&str] = if internal { &INTERNAL } else { &[] };
    COLUMNS.iter().chain(hidden).copied().collect()
}

/// The custom fields an export shows, in the registry's order: internal ones
/// only where the caller reads the internal part of some incident.
fn custom_names(registry: &Registry, actor: &Actor) -> Vec<String> {
    let internal = !visibility(actor, KIND, "read_work_notes").is_none();
    let readable = registry.custom().filter(|f| internal || f.group != "internal");
    readable.map(|f| f.name.clone()).collect()
}

/// Incidents as CSV
///
/// Comma-separated with a header line, UTF-8: the whole list, however long, without
/// `limit` and `cursor`, page by page as it is taken. What changes meanwhile is shown as it is when its page is read. Columns of the internal part
/// (`time_worked_minutes`...) and custom fields that the caller may read stand
/// behind the others.
#[utoipa::path(
    get, path = "/incidents.csv", tag = "incidents", params(CsvQuery),
    responses((status = 200, description = "The whole list", body = String, content_type = "text/csv"))
)]
async fn export_incidents(
    caller: Caller,
    Query(query): Query<CsvQuery>,
) -> std::result::Result<Response, Problem> {
    export(caller, query).await
}

/// The whole list as CSV.
pub(super) async fn export(
    caller: Caller,
    query: CsvQuery,
) -> std::result::Result<Response, Problem> {
    let mut asked = asked(&caller.call, &query.into())?;
    asked.limit = CSV_ROWS;
    csv_response("incidents", move |after: Option<Vec<Json>>| {
        let (caller, mut asked) = (caller.clone(), asked.clone());
        asked.after = after;
        async move {
            let registries = registries(caller.app());
            caller.read_long(move |tx, call| page(tx, call, &registries, &asked)).await
        }
    })
    .await
}

/// The lines of one page, and where the list goes on.
fn page(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    asked: &Asked,
) -> Result<(String, Option<Vec<Json>>)> {
    if visibility(&call.actor, KIND, "export").is_none() {
        let organisation = steward_base::Uuid::nil();
        let nowhere = steward_people::Target { organisation, called: true, own: true, team: false };
        check(&call.actor, KIND, "export", &nowhere)?;
    }
    let registry = registries.get(tx, KIND)?;
    let columns = columns(&call.actor);
    let custom = custom_names(&registry, &call.actor);
    let mut text = String::new();
    if asked.after.is_none() {
        text = csv_line(columns.iter().copied().chain(custom.iter().map(String::as_str)));
    }
    let page = list(tx, &call.actor, &registry, &context(call), asked)?;
    let rows = Rows::of(tx, &call.actor, page.items, registry)?;
    for incident in rows.whole() {
        let incident = serde_json::to_value(incident).map_err(Error::internal)?;
        let shipped = columns.iter().map(|column| cell(&incident, column));
        let own = custom.iter().map(|name| csv_value(incident["custom"].get(name)));
        text += &csv_line(shipped.chain(own));
    }
    Ok((text, page.next))
}
