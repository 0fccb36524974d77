//! Any list as CSV: the same condition, order and permission, all pages.

use axum::response::Response;
use serde_json::Value as Json;
use steward_api::{CSV_ROWS, CsvQuery, Problem, Query, csv_line, csv_response, csv_value};
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_fields::Registry;
use steward_people::{Actor, Call, refusal, visibility};
use steward_ticket::list::{ListQuery as Asked, context, list};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;
use super::list::asked;
use crate::practice::Practice;
use crate::shown::Rows;
use crate::view::{COLUMNS, INTERNAL_COLUMNS, whole};

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(export_list)]
}

/// A column of a ticket as the API shows it; tickets go by their number.
fn cell(row: &Json, column: &str) -> String {
    match column {
        "parent" | "duplicate_of" => csv_value(row[column].get("number")),
        "priority_reason" => csv_value(row["priority_override"].get("reason")),
        column => csv_value(row.get(column)),
    }
}

/// Whether this reader reads the internal part of some ticket of the kind. The
/// row of one whose internal part is hidden has nothing there.
fn reads_inside(practice: &Practice, actor: &Actor) -> bool {
    !visibility(actor, practice.kind, "read_work_notes").is_none()
}

/// The columns this reader gets before the custom fields.
fn columns(practice: &Practice, actor: &Actor) -> Vec<&'static str> {
    let hidden = if reads_inside(practice, actor) { INTERNAL_COLUMNS } else { &[] };
    let all = COLUMNS.iter().chain(hidden).copied();
    all.filter(|column| practice.registry.has(column)).collect()
}

/// The custom fields an export shows, in the registry's order: internal ones
/// only where the caller reads the internal part of some ticket.
fn custom_names(practice: &Practice, registry: &Registry, actor: &Actor) -> Vec<String> {
    let internal = reads_inside(practice, actor);
    let readable = registry.custom().filter(|f| internal || f.group != "internal");
    readable.map(|f| f.name.clone()).collect()
}

/// The list as CSV
///
/// Comma-separated with a header line, UTF-8: the whole list, however long, without
/// `limit` and `cursor`, page by page as it is taken. What changes meanwhile is shown as it is when its page is read. Columns of the internal part
/// (`time_worked_minutes`...) and custom fields that the caller may read stand
/// behind the others.
#[utoipa::path(
    get, path = "", params(CsvQuery),
    responses((status = 200, description = "The whole list", body = String, content_type = "text/csv"))
)]
async fn export_list(
    desk: Desk,
    Query(query): Query<CsvQuery>,
) -> std::result::Result<Response, Problem> {
    export(desk, query).await
}

/// The whole list as CSV.
pub(super) async fn export(desk: Desk, query: CsvQuery) -> std::result::Result<Response, Problem> {
    let mut asked = asked(&desk.caller.call, &query.into())?;
    asked.limit = CSV_ROWS;
    csv_response(desk.practice.path, move |after: Option<Vec<Json>>| {
        let (desk, mut asked) = (desk.clone(), asked.clone());
        asked.after = after;
        async move {
            let Desk { caller, practice, registries } = desk;
            let read = move |tx: &mut Tx, call: &Call| {
                let registry = registries.get(tx, practice.kind)?;
                page(tx, call, practice, registry, &asked)
            };
            caller.read_long(read).await
        }
    })
    .await
}

/// The lines of one page, and where the list goes on.
fn page(
    tx: &mut Tx,
    call: &Call,
    practice: &Practice,
    registry: std::sync::Arc<Registry>,
    asked: &Asked,
) -> Result<(String, Option<Vec<Json>>)> {
    if visibility(&call.actor, practice.kind, "export").is_none() {
        return Err(Error::Forbidden(refusal(&call.actor, practice.kind, "export")));
    }
    let columns = columns(practice, &call.actor);
    let custom = custom_names(practice, &registry, &call.actor);
    let mut text = String::new();
    if asked.after.is_none() {
        text = csv_line(columns.iter().copied().chain(custom.iter().map(String::as_str)));
    }
    let page = list(tx, &call.actor, &registry, &context(call), asked)?;
    let rows = Rows::of(tx, call, page.items, registry)?;
    for seen in rows.each() {
        let row = serde_json::to_value(whole(seen)).map_err(Error::internal)?;
        let shipped = columns.iter().map(|column| cell(&row, column));
        let own = custom.iter().map(|name| csv_value(row["custom"].get(name)));
        text += &csv_line(shipped.chain(own));
    }
    Ok((text, page.next))
}
