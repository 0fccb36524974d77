//! A ticket: what incidents, requests, problems and changes have in common.

use serde_json::{Map, Value as Json};
use steward_base::{Timestamp, Uuid, time::wire};
use steward_condition::FieldValue;
use steward_fields::{FieldType, Registry};
use steward_history::{Change, Head};

/// One ticket as its row holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// The record: id, number, organisation, version.
    pub head: Head,
    /// One line that says what it is about, 1-255 characters.
    pub short_description: String,
    /// The whole story.
    pub description: Option<String>,
    /// Code of the state in the life cycle of its kind.
    pub state: String,
    /// Why it waits.
    pub on_hold_reason: Option<String>,
    /// When it stops waiting by itself.
    pub on_hold_until: Option<Timestamp>,
    /// 1 (widest) to 3.
    pub impact: u8,
    /// 1 (most urgent) to 3.
    pub urgency: u8,
    /// 1 to 5, from the matrix or by override.
    pub priority: u8,
    /// The priority set by hand.
    pub priority_override: Option<u8>,
    /// Why it was set by hand.
    pub priority_reason: Option<String>,
    /// Who has the trouble.
    pub caller: Option<Uuid>,
    /// For whom it is asked.
    pub requested_for: Option<Uuid>,
    /// Who wrote it down; history may not say.
    pub opened_by: Option<Uuid>,
    /// How it reached us.
    pub contact_type: Option<String>,
    /// Code of the category.
    pub category: Option<String>,
    /// Code of the subcategory.
    pub subcategory: Option<String>,
    /// The team that has it.
    pub assignment_group: Option<Uuid>,
    /// The person who has it.
    pub assigned_to: Option<Uuid>,
    /// The business service concerned.
    pub service: Option<Uuid>,
    /// The offering of that service.
    pub service_offering: Option<Uuid>,
    /// The item that is broken or changed.
    pub configuration_item: Option<Uuid>,
    /// Where it happens.
    pub location: Option<Uuid>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When anything last changed.
    pub updated_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// Who resolved it.
    pub resolved_by: Option<Uuid>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub close_code: Option<String>,
    /// What was done.
    pub close_notes: Option<String>,
    /// How often the group changed after the first.
    pub reassignment_count: i64,
    /// How often it came back after being resolved.
    pub reopen_count: i64,
    /// The ticket this is part of.
    pub parent: Option<Uuid>,
    /// The ticket this repeats.
    pub duplicate_of: Option<Uuid>,
    /// Minutes worked, in all.
    pub time_worked_minutes: i64,
    /// Its number in the tool it came from.
    pub external_number: Option<String>,
    /// The problem it was linked with there.
    pub external_problem: Option<String>,
    /// The change it was linked with there.
    pub external_change: Option<String>,
    /// What it was said to be caused by there.
    pub external_cause: Option<String>,
    /// The vendor it waited for there.
    pub external_vendor: Option<String>,
    /// Values of custom fields, by name.
    pub custom: Map<String, Json>,
}

/// Open: somebody still has to act.
pub const OPEN_STATES: &[&str] = &[
    "new",
    "in_progress",
    "on_hold",
    "assess",
    "root_cause_analysis",
    "fix_in_progress",
    "authorize",
    "scheduled",
    "implement",
    "review",
];

/// The shipped fields whose values are codes, numbers, ids or times, in the
/// order facts list them.
const PLAIN: &[&str] = &[
    "state",
    "on_hold_reason",
    "on_hold_until",
    "impact",
    "urgency",
    "priority",
    "priority_override",
    "caller",
    "requested_for",
    "opened_by",
    "contact_type",
    "category",
    "subcategory",
    "assignment_group",
    "assigned_to",
    "service",
    "service_offering",
    "configuration_item",
    "location",
    "opened_at",
    "resolved_at",
    "resolved_by",
    "closed_at",
    "close_code",
    "reassignment_count",
    "reopen_count",
    "parent",
    "duplicate_of",
    "time_worked_minutes",
];

/// The shipped fields whose values are words.
pub(crate) const TEXTS: &[&str] = &[
    "short_description",
    "description",
    "priority_reason",
    "close_notes",
    "external_number",
    "external_problem",
    "external_change",
    "external_cause",
    "external_vendor",
];

/// The shipped fields whose past is kept in `ticket_version`.
pub const TRACKED: &[&str] = &[
    "state",
    "on_hold_reason",
    "priority",
    "assignment_group",
    "assigned_to",
    "service",
    "service_offering",
    "category",
    "location",
];

impl Ticket {
    /// Whether somebody still has to act.
    pub fn is_open(&self) -> bool {
        OPEN_STATES.contains(&self.state.as_str())
    }

    /// A ticket of which no more is known than its head and state, opened at that
    /// moment; it is called as its head is. Impact and urgency are 3.
    pub fn blank(head: Head, state: &str, at: Timestamp) -> Ticket {
        Ticket {
            short_description: head.name.clone(),
            description: None,
            state: state.into(),
            on_hold_reason: None,
            on_hold_until: None,
            impact: 3,
            urgency: 3,
            priority: 4,
            priority_override: None,
            priority_reason: None,
            caller: None,
            requested_for: None,
            opened_by: None,
            contact_type: None,
            category: None,
            subcategory: None,
            assignment_group: None,
            assigned_to: None,
            service: None,
            service_offering: None,
            configuration_item: None,
            location: None,
            opened_at: at,
            updated_at: at,
            resolved_at: None,
            resolved_by: None,
            closed_at: None,
            close_code: None,
            close_notes: None,
            reassignment_count: 0,
            reopen_count: 0,
            parent: None,
            duplicate_of: None,
            time_worked_minutes: 0,
            external_number: None,
            external_problem: None,
            external_change: None,
            external_cause: None,
            external_vendor: None,
            custom: Map::new(),
            head,
        }
    }

    /// Its kind, e.g. `incident`.
    pub fn kind(&self) -> &str {
        &self.head.kind
    }

    /// Its number; tickets always have one.
    pub fn number(&self) -> &str {
        self.head.number.as_deref().unwrap_or("")
    }

    /// The value of a field by name, custom ones included; `None` when empty.
    pub fn value(&self, field: &str) -> Option<FieldValue> {
        let text = |t: &Option<String>| t.clone().map(FieldValue::Text);
        let id = |i: &Option<Uuid>| i.map(FieldValue::Id);
        let time = |t: &Option<Timestamp>| t.map(FieldValue::Time);
        let int = |n: i64| Some(FieldValue::Int(n));
        match field {
            "number" => Some(FieldValue::Text(self.number().into())),
            "short_description" => Some(FieldValue::Text(self.short_description.clone())),
            "description" => text(&self.description),
            "state" => Some(FieldValue::Text(self.state.clone())),
            "on_hold_reason" => text(&self.on_hold_reason),
            "on_hold_until" => time(&self.on_hold_until),
            "impact" => int(self.impact.into()),
            "urgency" => int(self.urgency.into()),
            "priority" => int(self.priority.into()),
            "priority_override" => self.priority_override.map(|p| FieldValue::Int(p.into())),
            "priority_reason" => text(&self.priority_reason),
            "caller" => id(&self.caller),
            "requested_for" => id(&self.requested_for),
            "opened_by" => id(&self.opened_by),
            "contact_type" => text(&self.contact_type),
            "category" => text(&self.category),
            "subcategory" => text(&self.subcategory),
            "assignment_group" => id(&self.assignment_group),
            "assigned_to" => id(&self.assigned_to),
            "service" => id(&self.service),
            "service_offering" => id(&self.service_offering),
            "configuration_item" => id(&self.configuration_item),
            "location" => id(&self.location),
            "organisation" => Some(FieldValue::Id(self.head.organisation)),
            "opened_at" => Some(FieldValue::Time(self.opened_at)),
            "updated_at" => Some(FieldValue::Time(self.updated_at)),
            "resolved_at" => time(&self.resolved_at),
            "resolved_by" => id(&self.resolved_by),
            "closed_at" => time(&self.closed_at),
            "close_code" => text(&self.close_code),
            "close_notes" => text(&self.close_notes),
            "reassignment_count" => int(self.reassignment_count),
            "reopen_count" => int(self.reopen_count),
            "parent" => id(&self.parent),
            "duplicate_of" => id(&self.duplicate_of),
            "time_worked_minutes" => int(self.time_worked_minutes),
            "external_number" => text(&self.external_number),
            "external_problem" => text(&self.external_problem),
            "external_change" => text(&self.external_change),
            "external_cause" => text(&self.external_cause),
            "external_vendor" => text(&self.external_vendor),
            _ => None,
        }
    }

    /// The value of a field in the form facts store.
    pub fn json(&self, field: &str) -> Json {
        self.value(field).map_or(Json::Null, |v| to_json(&v))
    }

    /// The value of a custom field, typed.
    pub fn custom_value(&self, ty: &FieldType, name: &str) -> Option<FieldValue> {
        let value = self.custom.get(name)?;
        match ty {
            FieldType::Integer => value.as_i64().map(FieldValue::Int),
            FieldType::Number => value.as_f64().map(FieldValue::Float),
            FieldType::Boolean => value.as_bool().map(FieldValue::Bool),
            FieldType::Date => {
                value.as_str().and_then(steward_fields::date_instant).map(FieldValue::Time)
            }
            FieldType::Reference(_) => {
                value.as_str().and_then(|s| s.parse().ok()).map(FieldValue::Id)
            }
            FieldType::Text | FieldType::LongText | FieldType::Choice => {
                value.as_str().map(|s| FieldValue::Text(s.into()))
            }
        }
    }
}

/// A value in the form facts store.
pub fn to_json(value: &FieldValue) -> Json {
    match value {
        FieldValue::Int(n) => (*n).into(),
        FieldValue::Float(n) => (*n).into(),
        FieldValue::Text(t) => t.as_str().into(),
        FieldValue::Bool(b) => (*b).into(),
        FieldValue::Time(t) => wire(*t).into(),
        FieldValue::Id(id) => id.to_string().into(),
    }
}

/// What differs between two states of a ticket, in the form facts take.
/// Without `before` everything that has a value is a change.
pub fn changes(before: Option<&Ticket>, after: &Ticket, registry: &Registry) -> Vec<Change> {
    let mut found = Vec::new();
    let was = |field: &str| before.map_or(Json::Null, |t| t.json(field));
    for field in PLAIN {
        let (from, to) = (was(field), after.json(field));
        if from != to {
            found.push(Change::plain(field, from, to));
        }
    }
    for field in TEXTS {
        let (from, to) = (was(field), after.json(field));
        if from != to {
            found.push(text_change(field, &to, after.caller));
        }
    }
    let empty = Map::new();
    let old = before.map_or(&empty, |t| &t.custom);
    for field in registry.custom() {
        let (from, to) = (old.get(&field.name), after.custom.get(&field.name));
        // By type: a database may give 1e16 back as 10000000000000000.
        let was = before.and_then(|t| t.custom_value(&field.ty, &field.name));
        // A day is not the midnight it begins with.
        let rewritten = field.ty == FieldType::Date && from != to;
        if was == after.custom_value(&field.ty, &field.name) && !rewritten {
            continue;
        }
        let name = format!("custom.{}", field.name);
        let (from, to) = (from.cloned().unwrap_or_default(), to.cloned().unwrap_or_default());
        found.push(match field.ty {
            FieldType::Text | FieldType::LongText => text_change(&name, &to, after.caller),
            _ => Change::plain(&name, from, to),
        });
    }
    found
}

/// An emptied text leaves a plain null, so that there is nothing to erase.
fn text_change(field: &str, to: &Json, subject: Option<Uuid>) -> Change {
    match to.as_str() {
        Some(text) => Change::text(field, text, subject),
        None => Change::plain(field, Json::Null, Json::Null),
    }
}
