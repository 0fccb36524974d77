//! Any list as CSV: the same condition, order and permission, all pages.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;
use steward_api::{Caller, ListQuery, Problem, Query};
use steward_fields::Registry;
use steward_people::{Actor, check, visibility};
use steward_ticket::list::{context, list};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::incidents::asked;
use super::registries;
use crate::fields::KIND;
use crate::view::{self, IncidentView};

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new().routes(routes!(export_incidents))
}

/// Rows an export may hold; a longer list is cut by its condition.
const MAX_ROWS: usize = 100_000;

const HEADER: [&str; 24] = [
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
];

fn row(i: &IncidentView) -> Vec<String> {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let name = |r: &Option<steward_people::views::Reference>| {
        r.as_ref().map(|r| r.name.clone()).unwrap_or_default()
    };
    vec![
        i.number.clone(),
        i.short_description.clone(),
        i.state.clone(),
        text(&i.on_hold_reason),
        i.impact.to_string(),
        i.urgency.to_string(),
        i.priority.to_string(),
        name(&i.caller),
        name(&i.opened_by),
        text(&i.contact_type),
        text(&i.category),
        text(&i.subcategory),
        name(&i.assignment_group),
        name(&i.assigned_to),
        name(&i.service),
        name(&i.configuration_item),
        name(&i.location),
        i.organisation.name.clone(),
        i.opened_at.clone(),
        i.updated_at.clone(),
        text(&i.resolved_at),
        text(&i.closed_at),
        text(&i.close_code),
        i.reassignment_count.to_string(),
    ]
}

/// One field of CSV. A text that a spreadsheet would take for a formula gets
/// an apostrophe before it; a number below zero is none.
fn field(text: &str) -> String {
    let number = text.parse().is_ok_and(f64::is_finite);
    let risky = !number && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The custom fields an export shows, in the registry's order: internal ones
/// only where the caller reads the internal part of some incident. The row of
/// one whose internal part is hidden has nothing there.
fn custom_names(registry: &Registry, actor: &Actor) -> Vec<String> {
    let internal = !visibility(actor, KIND, "read_work_notes").is_none();
    let readable = registry.custom().filter(|f| internal || f.group != "internal");
    readable.map(|f| f.name.clone()).collect()
}

/// A value of a custom field as text; of a reference the name.
fn plain(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Object(reference)) => plain(reference.get("name")),
        Some(other) => other.to_string(),
    }
}

/// Incidents as CSV
///
/// Comma-separated with a header line, UTF-8; `limit` and `cursor` do not
/// apply, at most 100,000 rows. Custom fields that the caller may read stand
/// behind the others.
#[utoipa::path(
    get, path = "/incidents.csv", tag = "incidents", params(ListQuery),
    responses((status = 200, description = "The whole list", body = String, content_type = "text/csv"))
)]
async fn export_incidents(
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    export(caller, query).await
}

/// The whole list as CSV.
pub(super) async fn export(caller: Caller, query: ListQuery) -> Result<Response, Problem> {
    let mut asked = asked(&caller.call, &query)?;
    asked.limit = 500;
    asked.after = None;
    let registries = registries(caller.app());
    let text = caller
        .read_long(move |tx, call| {
            let seen = visibility(&call.actor, KIND, "export");
            if seen.is_none() {
                let nowhere = steward_people::Target {
                    organisation: steward_base::Uuid::nil(),
                    own: true,
                    team: false,
                };
                check(&call.actor, KIND, "export", &nowhere)?;
            }
            let registry = registries.get(tx, KIND)?;
            let context = context(call);
            let custom = custom_names(&registry, &call.actor);
            let names = HEADER.iter().copied().chain(custom.iter().map(String::as_str));
            let mut text = names.collect::<Vec<_>>().join(",") + "\r\n";
            let mut rows = 0;
            loop {
                let page = list(tx, &call.actor, &registry, &context, &asked)?;
                let shown = view::rows(tx, &call.actor, page.items, &registry)?;
                rows += shown.len();
                for incident in &shown {
                    let own = custom.iter().map(|name| plain(incident.custom.get(name)));
                    let fields: Vec<String> =
                        row(incident).into_iter().chain(own).map(|f| field(&f)).collect();
                    text.push_str(&fields.join(","));
                    text.push_str("\r\n");
                }
                asked.after = page.next;
                if asked.after.is_none() || rows >= MAX_ROWS {
                    return Ok(text);
                }
            }
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"incidents.csv\""),
    ];
    Ok((headers, text).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{field, plain};

    #[test]
    fn a_custom_value_is_plain_text() {
        for (value, expected) in [
            (json!(null), ""),
            (json!("a"), "a"),
            (json!(2.5), "2.5"),
            (json!(true), "true"),
            (json!({"id": "0190", "name": "Ann", "login": "ann"}), "Ann"),
        ] {
            assert_eq!(plain(Some(&value)), expected);
        }
        assert_eq!(plain(None), "");
    }

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        for (given, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("-1+1", "'-1+1"),
            ("-1.5", "-1.5"),
        ] {
            assert_eq!(field(given), expected);
        }
    }
}
