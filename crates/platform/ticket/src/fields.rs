//! The fields every ticket has.

use steward_fields::{Field, FieldType, Writer};

/// Reasons for waiting, as (code, label).
pub const HOLD_REASONS: &[(&str, &str)] = &[
    ("awaiting_caller", "Awaiting caller"),
    ("awaiting_problem", "Awaiting problem"),
    ("awaiting_vendor", "Awaiting vendor"),
    ("awaiting_change", "Awaiting change"),
    ("awaiting_evidence", "Awaiting evidence"),
];

/// Levels of impact, as (code, label).
pub const IMPACTS: &[(&str, &str)] = &[("1", "High"), ("2", "Medium"), ("3", "Low")];
/// Levels of urgency, as (code, label).
pub const URGENCIES: &[(&str, &str)] = &[("1", "High"), ("2", "Medium"), ("3", "Low")];
/// Levels of priority, as (code, label).
pub const PRIORITIES: &[(&str, &str)] =
    &[("1", "Critical"), ("2", "High"), ("3", "Moderate"), ("4", "Low"), ("5", "Planning")];

/// The common fields; a practice adds the choices of `state` and its own.
pub fn common(states: &[(&str, &str)]) -> Vec<Field> {
    use FieldType::{Choice, Date, Integer, LongText, Text};
    use Writer::{Action, Body, System};
    let reference = |target: &str| FieldType::Reference(target.to_owned());
    let f = Field::shipped;
    vec![
        f("number", Text, System),
        f("short_description", Text, Body),
        f("description", LongText, Body),
        f("state", Choice, Action).with_choices(states).tracked(),
        f("on_hold_reason", Choice, Action).with_choices(HOLD_REASONS).tracked(),
        f("on_hold_until", Date, Action),
        f("impact", Integer, Body).with_choices(IMPACTS),
        f("urgency", Integer, Body).with_choices(URGENCIES),
        f("priority", Integer, System).with_choices(PRIORITIES).tracked(),
        f("priority_override", Integer, Body).internal(),
        f("priority_reason", LongText, Body).internal(),
        f("caller", reference("person"), Body),
        f("requested_for", reference("person"), Body),
        f("opened_by", reference("person"), System),
        f("contact_type", Choice, Body),
        f("category", Choice, Body).tracked(),
        f("subcategory", Choice, Body),
        f("assignment_group", reference("team"), Body).tracked(),
        f("assigned_to", reference("person"), Body).tracked(),
        f("service", reference("service"), Body).tracked(),
        f("service_offering", reference("service_offering"), Body).tracked(),
        f("configuration_item", reference("configuration_item"), Body),
        f("location", reference("location"), Body).tracked(),
        f("organisation", reference("organisation"), System),
        f("opened_at", Date, System),
        f("updated_at", Date, System),
        f("resolved_at", Date, System),
        f("resolved_by", reference("person"), System),
        f("closed_at", Date, System),
        f("close_code", Choice, Action),
        f("close_notes", LongText, Action),
        f("reassignment_count", Integer, System),
        f("reopen_count", Integer, System),
        f("parent", reference("ticket"), Body),
        f("duplicate_of", reference("ticket"), Action),
        f("time_worked_minutes", Integer, Action).internal(),
        f("external_number", Text, System),
        f("external_problem", Text, System).internal(),
        f("external_change", Text, System).internal(),
        f("external_cause", Text, System).internal(),
        f("external_vendor", Text, System).internal(),
    ]
}
