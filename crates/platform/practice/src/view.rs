//! A ticket as the API shows it: every field that some kind has. What a kind lacks
//! is left out.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use steward_api::write_struct;
use steward_base::time::Wire;
use steward_base::{Timestamp, Uuid};
use steward_people::views::{Lent, Reference};
use utoipa::ToSchema;

use crate::actions::ActionView;
use crate::shown::{Custom, PriorityOverrideView, Seen, Shown};

// Lent by its ticket and written at once: a page has thousands of values.
/// {An} {one}.
#[derive(Serialize, ToSchema)]
#[schema(as = Ticket)]
pub struct TicketView<'a> {
    /// The record.
    pub id: Uuid,
    /// Its number.
    #[schema(value_type = String)]
    pub number: &'a str,
    /// One line that says what it is about.
    #[schema(value_type = String)]
    pub short_description: &'a str,
    /// The whole story; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<&'a str>>,
    /// Code of the state.
    #[schema(value_type = String)]
    pub state: &'a str,
    /// Why it waits.
    #[schema(required, value_type = Option<String>)]
    pub on_hold_reason: Option<&'a str>,
    /// When it stops waiting by itself.
    #[schema(required, value_type = Option<String>)]
    pub on_hold_until: Option<Wire>,
    /// 1 (widest) to 3.
    pub impact: u8,
    /// 1 (most urgent) to 3.
    pub urgency: u8,
    /// 1 (critical) to 5 (planning).
    pub priority: u8,
    /// The priority set by hand; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PriorityOverrideView>)]
    pub priority_override: Option<Option<PriorityOverrideView<'a>>>,
    /// Who has the trouble.
    #[schema(required, value_type = Option<Reference>)]
    pub caller: Option<Lent<'a>>,
    /// Whom it is for, when that is not the caller.
    #[schema(required, value_type = Option<Reference>)]
    pub requested_for: Option<Lent<'a>>,
    /// Who wrote it down; history may not say.
    #[schema(required, value_type = Option<Reference>)]
    pub opened_by: Option<Lent<'a>>,
    /// How it reached us.
    #[schema(required, value_type = Option<String>)]
    pub contact_type: Option<&'a str>,
    /// Category.
    #[schema(required, value_type = Option<String>)]
    pub category: Option<&'a str>,
    /// Subcategory.
    #[schema(required, value_type = Option<String>)]
    pub subcategory: Option<&'a str>,
    /// The team that has it.
    #[schema(required, value_type = Option<Reference>)]
    pub assignment_group: Option<Lent<'a>>,
    /// The person who has it.
    #[schema(required, value_type = Option<Reference>)]
    pub assigned_to: Option<Lent<'a>>,
    /// The service concerned.
    #[schema(required, value_type = Option<Reference>)]
    pub service: Option<Lent<'a>>,
    /// The offering of that service.
    #[schema(required, value_type = Option<Reference>)]
    pub service_offering: Option<Lent<'a>>,
    /// The item concerned.
    #[schema(required, value_type = Option<Reference>)]
    pub configuration_item: Option<Lent<'a>>,
    /// Where it happens.
    #[schema(required, value_type = Option<Reference>)]
    pub location: Option<Lent<'a>>,
    /// The organisation it belongs to.
    #[schema(value_type = Reference)]
    pub organisation: Lent<'a>,
    /// When it was opened.
    #[schema(value_type = String)]
    pub opened_at: Wire,
    /// When anything last changed.
    #[schema(value_type = String)]
    pub updated_at: Wire,
    /// When it was resolved.
    #[schema(required, value_type = Option<String>)]
    pub resolved_at: Option<Wire>,
    /// Who resolved it.
    #[schema(required, value_type = Option<Reference>)]
    pub resolved_by: Option<Lent<'a>>,
    /// When it was closed.
    #[schema(required, value_type = Option<String>)]
    pub closed_at: Option<Wire>,
    /// How it ended.
    #[schema(required, value_type = Option<String>)]
    pub close_code: Option<&'a str>,
    /// What was done; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub close_notes: Option<Option<&'a str>>,
    /// How often the group changed after the first.
    pub reassignment_count: i64,
    /// How often it came back.
    pub reopen_count: i64,
    /// The {one} it is part of.
    #[schema(required, value_type = Option<Reference>)]
    pub parent: Option<Lent<'a>>,
    /// The {one} it repeats.
    #[schema(required, value_type = Option<Reference>)]
    pub duplicate_of: Option<Lent<'a>>,
    /// Minutes worked; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub time_worked_minutes: Option<i64>,
    /// Its number in the tool it came from.
    #[schema(required, value_type = Option<String>)]
    pub external_number: Option<&'a str>,
    /// The problem it was linked with there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_problem: Option<Option<&'a str>>,
    /// The change it was linked with there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_change: Option<Option<&'a str>>,
    /// Its cause there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_cause: Option<Option<&'a str>>,
    /// The vendor it waited for there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_vendor: Option<Option<&'a str>>,
    /// Values of custom fields.
    #[schema(value_type = Object)]
    pub custom: Custom<'a>,
    /// Its version, also the `ETag`.
    pub version: i64,
    /// What the caller may do; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Vec<ActionView>)]
    pub actions: Option<&'a [ActionView]>,
}

/// What of a ticket its reader sees, without the long texts and actions.
pub(crate) fn build(seen: Seen<'_>) -> TicketView<'_> {
    let Seen { ticket: t, .. } = seen;
    let reference = |id| seen.reference(id);
    let time = |at: Option<Timestamp>| at.map(Wire);
    TicketView {
        id: t.head.id,
        number: t.number(),
        short_description: &t.short_description,
        description: None,
        state: &t.state,
        on_hold_reason: t.on_hold_reason.as_deref(),
        on_hold_until: time(t.on_hold_until),
        impact: t.impact,
        urgency: t.urgency,
        priority: t.priority,
        priority_override: seen.by_hand(),
        caller: reference(t.caller),
        requested_for: reference(t.requested_for),
        opened_by: reference(t.opened_by),
        contact_type: t.contact_type.as_deref(),
        category: t.category.as_deref(),
        subcategory: t.subcategory.as_deref(),
        assignment_group: reference(t.assignment_group),
        assigned_to: reference(t.assigned_to),
        service: reference(t.service),
        service_offering: reference(t.service_offering),
        configuration_item: reference(t.configuration_item),
        location: reference(t.location),
        organisation: Lent::of(t.head.organisation, seen.names),
        opened_at: Wire(t.opened_at),
        updated_at: Wire(t.updated_at),
        resolved_at: time(t.resolved_at),
        resolved_by: reference(t.resolved_by),
        closed_at: time(t.closed_at),
        close_code: t.close_code.as_deref(),
        close_notes: None,
        reassignment_count: t.reassignment_count,
        reopen_count: t.reopen_count,
        parent: reference(t.parent),
        duplicate_of: reference(t.duplicate_of),
        time_worked_minutes: seen.inside(t.time_worked_minutes),
        external_number: t.external_number.as_deref(),
        external_problem: seen.inside(t.external_problem.as_deref()),
        external_change: seen.inside(t.external_change.as_deref()),
        external_cause: seen.inside(t.external_cause.as_deref()),
        external_vendor: seen.inside(t.external_vendor.as_deref()),
        custom: seen.custom(),
        version: t.head.version,
        actions: None,
    }
}

/// The same with the long texts.
pub(crate) fn whole(seen: Seen<'_>) -> TicketView<'_> {
    let mut view = build(seen);
    view.description = Some(seen.ticket.description.as_deref());
    view.close_notes = Some(seen.ticket.close_notes.as_deref());
    view
}

/// One ticket for an answer, with everything its reader sees.
pub(crate) struct One(pub Shown);

impl Serialize for One {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut view = whole(self.0.seen());
        view.actions = Some(self.0.actions());
        let lacking = self.0.lacking();
        if lacking.is_empty() {
            return view.serialize(serializer);
        }
        let mut bytes = Vec::new();
        write_struct(&mut bytes, &view, lacking).map_err(serde::ser::Error::custom)?;
        let text = String::from_utf8(bytes).map_err(serde::ser::Error::custom)?;
        RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// Columns of an export for everybody, in order: names of the API.
pub(crate) const COLUMNS: &[&str] = &[
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

/// Columns of the internal part, for those who read it somewhere. The row of a
/// ticket whose internal part is hidden has nothing there.
pub(crate) const INTERNAL_COLUMNS: &[&str] = &[
    "time_worked_minutes",
    "external_problem",
    "external_change",
    "external_cause",
    "external_vendor",
    "priority_reason",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;
    use steward_fields::Writer;
    use steward_ticket::fields::common;
    use utoipa::PartialSchema;

    use super::*;
    use crate::ticket_body::{NewTicket, TicketPatch};

    /// What a ticket has beside its fields.
    const BESIDE: [&str; 3] = ["id", "version", "custom"];

    fn properties<T: PartialSchema>() -> BTreeSet<String> {
        let schema = serde_json::to_value(T::schema()).expect("a schema");
        let Json::Object(properties) = &schema["properties"] else { panic!("{schema}") };
        properties.keys().cloned().collect()
    }

    fn fields(of: impl Fn(Writer) -> bool) -> BTreeSet<String> {
        common(&[]).into_iter().filter(|f| of(f.writer)).map(|f| f.name).collect()
    }

    /// A field is declared once in the registry; whoever forgets it here, forgets
    /// it in answers, bodies or exports.
    #[test]
    fn answers_bodies_and_exports_have_the_fields_of_the_registry() {
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
        // Stands inside priority_override.
        let reason = owned(&["priority_reason"]);
        let all = fields(|_| true);
        let mut shown = &(&all - &reason) | &owned(&BESIDE);
        shown.insert("actions".into());
        assert_eq!(properties::<TicketView<'_>>(), shown);

        let mut taken = &fields(|writer| writer == Writer::Body) - &reason;
        taken.insert("custom".into());
        assert_eq!(properties::<NewTicket>(), taken);
        assert_eq!(properties::<TicketPatch>(), taken);

        // The priority set by hand is told by the priority and its reason.
        let told = &all - &owned(&["priority_override"]);
        let columns = &owned(COLUMNS) | &owned(INTERNAL_COLUMNS);
        assert_eq!(columns, &told | &owned(&["id", "version"]));
        assert_eq!(columns.len(), COLUMNS.len() + INTERNAL_COLUMNS.len(), "a column stands twice");
        let internal = common(&[]).into_iter().filter(|f| f.group == "internal");
        let internal = internal.map(|f| f.name).collect();
        assert_eq!(&owned(INTERNAL_COLUMNS) | &owned(&["priority_override"]), internal);
    }
}
