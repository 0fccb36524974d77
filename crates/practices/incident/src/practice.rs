//! Incident management as the platform knows it.

use serde_json::Value as Json;
use steward_base::{Timestamp, Uuid};
use steward_fields::Registry;
use steward_practice::{Practice, Rows, Seen};
use steward_ticket::Ticket;

use crate::fields::{KIND, PREFIX, Settings, registry};
use crate::life_cycle::LIFE_CYCLE;
use crate::view::{build, whole};
use crate::{api, rules, table, timers};

/// Incident management.
pub static PRACTICE: Practice = Practice {
    kind: KIND,
    prefix: PREFIX,
    path: "incidents",
    registry,
    life_cycle: &LIFE_CYCLE,
    refusal,
    answered,
    take_away: rules::take_away,
    follow: timers::follow,
    write_rows,
    whole_row,
    columns: COLUMNS,
    internal_columns: INTERNAL,
    routes: api::routes,
    add_commands: table::commands,
    add_timers: timers::handlers,
};

/// Why an action is not possible for a reason beside the life cycle.
fn refusal(ticket: &Ticket, action: &str, registry: &Registry, now: Timestamp) -> Option<String> {
    match action {
        "reopen" => rules::reopen_refusal(ticket, &Settings::of(registry), now),
        "unmerge" if ticket.duplicate_of.is_none() => Some("it is not a duplicate".into()),
        _ => None,
    }
}

/// An answer of the caller ends the waiting for the caller.
fn answered(ticket: &Ticket, by: Uuid) -> Option<Ticket> {
    rules::answer_resumes(ticket, by).then(|| rules::resume(ticket).ok()).flatten()
}

fn write_rows(rows: &Rows, out: &mut Vec<u8>) -> serde_json::Result<()> {
    rows.write(out, build)
}

fn whole_row(seen: Seen<'_>) -> serde_json::Result<Json> {
    serde_json::to_value(whole(seen))
}

/// Columns of an export for everybody, in order: names of the API.
const COLUMNS: &[&str] = &[
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
const INTERNAL: &[&str] = &[
    "time_worked_minutes",
    "external_problem",
    "external_change",
    "external_cause",
    "external_vendor",
    "priority_reason",
];
