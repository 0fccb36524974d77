//! An incident as the API shows it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use steward_base::time::wire;
use steward_base::{Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_fields::{FieldType, Registry};
use steward_people::views::Reference;
use steward_people::{Actor, Names, Target, allowed, refusal, visibility};
use steward_ticket::{Ticket, names_for};
use utoipa::ToSchema;

use crate::commands::Loaded;
use crate::fields::{KIND, Settings};
use crate::life_cycle::{ACTIONS, edit_refusal, permission, step};
use crate::rules;

/// Whether the caller may do something now, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActionView {
    /// Name of the action.
    #[schema(value_type = String)]
    pub name: &'static str,
    /// Whether it is possible for the caller now.
    pub allowed: bool,
    /// Why not; null when it is possible.
    #[schema(required, value_type = Option<String>)]
    pub reason: Option<Cow<'static, str>>,
}

impl ActionView {
    fn of(name: &'static str, reason: Option<Cow<'static, str>>) -> ActionView {
        ActionView { name, allowed: reason.is_none(), reason }
    }
}

/// The priority set by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriorityOverrideView {
    /// 1 to 5.
    pub priority: u8,
    /// Why.
    #[schema(required)]
    pub reason: Option<String>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Incident)]
pub struct IncidentView {
    /// The record.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// One line that says what it is about.
    pub short_description: String,
    /// The whole story; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// Code of the state.
    pub state: String,
    /// Why it waits.
    #[schema(required)]
    pub on_hold_reason: Option<String>,
    /// When it stops waiting by itself.
    #[schema(required)]
    pub on_hold_until: Option<String>,
    /// 1 (widest) to 3.
    pub impact: u8,
    /// 1 (most urgent) to 3.
    pub urgency: u8,
    /// 1 (critical) to 5 (planning).
    pub priority: u8,
    /// The priority set by hand; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PriorityOverrideView>)]
    pub priority_override: Option<Option<PriorityOverrideView>>,
    /// Who has the trouble.
    #[schema(required)]
    pub caller: Option<Reference>,
    /// Whom it is for, when that is not the caller.
    #[schema(required)]
    pub requested_for: Option<Reference>,
    /// Who wrote it down; history may not say.
    #[schema(required)]
    pub opened_by: Option<Reference>,
    /// How it reached us.
    #[schema(required)]
    pub contact_type: Option<String>,
    /// Category.
    #[schema(required)]
    pub category: Option<String>,
    /// Subcategory.
    #[schema(required)]
    pub subcategory: Option<String>,
    /// The team that has it.
    #[schema(required)]
    pub assignment_group: Option<Reference>,
    /// The person who has it.
    #[schema(required)]
    pub assigned_to: Option<Reference>,
    /// The service concerned.
    #[schema(required)]
    pub service: Option<Reference>,
    /// The offering of that service.
    #[schema(required)]
    pub service_offering: Option<Reference>,
    /// The item concerned.
    #[schema(required)]
    pub configuration_item: Option<Reference>,
    /// Where it happens.
    #[schema(required)]
    pub location: Option<Reference>,
    /// The organisation it belongs to.
    pub organisation: Reference,
    /// When it was opened.
    pub opened_at: String,
    /// When anything last changed.
    pub updated_at: String,
    /// When it was resolved.
    #[schema(required)]
    pub resolved_at: Option<String>,
    /// Who resolved it.
    #[schema(required)]
    pub resolved_by: Option<Reference>,
    /// When it was closed.
    #[schema(required)]
    pub closed_at: Option<String>,
    /// How it ended.
    #[schema(required)]
    pub close_code: Option<String>,
    /// What was done; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub close_notes: Option<Option<String>>,
    /// How often the group changed after the first.
    pub reassignment_count: i64,
    /// How often it came back.
    pub reopen_count: i64,
    /// The incident it is part of.
    #[schema(required)]
    pub parent: Option<Reference>,
    /// The incident it repeats.
    #[schema(required)]
    pub duplicate_of: Option<Reference>,
    /// Minutes worked; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub time_worked_minutes: Option<i64>,
    /// Its number in the tool it came from.
    #[schema(required)]
    pub external_number: Option<String>,
    /// The problem it was linked with there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_problem: Option<Option<String>>,
    /// The change it was linked with there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_change: Option<Option<String>>,
    /// Its cause there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_cause: Option<Option<String>>,
    /// The vendor it waited for there; left out for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_vendor: Option<Option<String>>,
    /// Values of custom fields.
    #[schema(value_type = Object)]
    pub custom: Map<String, Json>,
    /// Its version, also the `ETag`.
    pub version: i64,
    /// What the caller may do; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub actions: Option<Vec<ActionView>>,
}

/// The references of tickets, resolved in one go.
fn referenced(tickets: &[Ticket], registry: &Registry) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for t in tickets {
        ids.push(t.head.organisation);
        let optional = [
            t.caller,
            t.requested_for,
            t.opened_by,
            t.assignment_group,
            t.assigned_to,
            t.service,
            t.service_offering,
            t.configuration_item,
            t.location,
            t.resolved_by,
            t.parent,
            t.duplicate_of,
        ];
        ids.extend(optional.into_iter().flatten());
        for field in registry.custom().filter(|f| matches!(f.ty, FieldType::Reference(_))) {
            let id: Option<Uuid> =
                t.custom.get(&field.name).and_then(Json::as_str).and_then(|s| s.parse().ok());
            ids.extend(id);
        }
    }
    ids
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(wire)
}

fn build(t: Ticket, names: &Names, registry: &Registry, internal: bool) -> IncidentView {
    let reference = |id: Option<Uuid>| id.map(|id| Reference::of(id, names));
    let hidden = |text: Option<String>| internal.then_some(text);
    let by_hand = t
        .priority_override
        .map(|priority| PriorityOverrideView { priority, reason: t.priority_reason.clone() });
    IncidentView {
        id: t.head.id,
        number: t.head.number.unwrap_or_default(),
        description: Some(t.description),
        state: t.state,
        on_hold_reason: t.on_hold_reason,
        on_hold_until: time(t.on_hold_until),
        impact: t.impact,
        urgency: t.urgency,
        priority: t.priority,
        priority_override: internal.then_some(by_hand),
        caller: reference(t.caller),
        requested_for: reference(t.requested_for),
        opened_by: reference(t.opened_by),
        contact_type: t.contact_type,
        category: t.category,
        subcategory: t.subcategory,
        assignment_group: reference(t.assignment_group),
        assigned_to: reference(t.assigned_to),
        service: reference(t.service),
        service_offering: reference(t.service_offering),
        configuration_item: reference(t.configuration_item),
        location: reference(t.location),
        organisation: Reference::of(t.head.organisation, names),
        opened_at: wire(t.opened_at),
        updated_at: wire(t.updated_at),
        resolved_at: time(t.resolved_at),
        resolved_by: reference(t.resolved_by),
        closed_at: time(t.closed_at),
        close_code: t.close_code,
        close_notes: Some(t.close_notes),
        reassignment_count: t.reassignment_count,
        reopen_count: t.reopen_count,
        parent: reference(t.parent),
        duplicate_of: reference(t.duplicate_of),
        time_worked_minutes: internal.then_some(t.time_worked_minutes),
        external_number: t.external_number,
        external_problem: hidden(t.external_problem),
        external_change: hidden(t.external_change),
        external_cause: hidden(t.external_cause),
        external_vendor: hidden(t.external_vendor),
        custom: custom(t.custom, names, registry, internal),
        version: t.head.version,
        actions: None,
        short_description: t.short_description,
    }
}

fn custom(
    values: Map<String, Json>,
    names: &Names,
    registry: &Registry,
    internal: bool,
) -> Map<String, Json> {
    let show = |(name, value): (String, Json)| {
        let field = registry.field(&name).filter(|f| f.custom)?;
        if field.group == "internal" && !internal {
            return None;
        }
        let id = value.as_str().and_then(|s| s.parse::<Uuid>().ok());
        let value = match (&field.ty, id) {
            (FieldType::Reference(_), Some(id)) => {
                serde_json::to_value(Reference::of(id, names)).unwrap_or(value)
            }
            _ => value,
        };
        Some((name, value))
    };
    values.into_iter().filter_map(show).collect()
}

/// Actions that change fields, which what has ended does not take.
const EDITS: [&str; 3] = ["update", "work-time", "override_priority"];

/// What an actor may do with an incident now.
pub fn actions(
    actor: &Actor,
    ticket: &Ticket,
    target: &Target,
    settings: &Settings,
    now: Timestamp,
) -> Vec<ActionView> {
    let life_cycle = ACTIONS.iter().map(|name| {
        let right = permission(name);
        let mut reason = step(&ticket.state, name).err().map(Cow::Borrowed);
        if *name == "reopen" && reason.is_none() {
            reason = rules::reopen_refusal(ticket, settings, now).map(Cow::Owned);
        }
        if *name == "unmerge" && ticket.duplicate_of.is_none() {
            reason = Some("it is not a duplicate".into());
        }
        if !allowed(actor, KIND, right, target) {
            reason = Some(refusal(actor, KIND, right).into());
        }
        ActionView::of(name, reason)
    });
    let others = [
        "update",
        "comment",
        "read_work_notes",
        "write_work_notes",
        "attach",
        "watch",
        "relate",
        "work-time",
        "override_priority",
        "retract_own",
    ];
    let others = others.iter().map(|name| {
        let may = allowed(actor, KIND, name, target);
        let mut reason = (!may).then(|| refusal(actor, KIND, name).into());
        if may && EDITS.contains(name) && !allowed(actor, KIND, "correct", target) {
            reason = edit_refusal(&ticket.state).map(Cow::Owned);
        }
        ActionView::of(name, reason)
    });
    life_cycle.chain(others).collect()
}

/// One incident with everything.
pub fn one(tx: &mut Tx, actor: &Actor, loaded: Loaded, now: Timestamp) -> Result<IncidentView> {
    let Loaded { ticket, target, registry, settings } = loaded;
    let internal = allowed(actor, KIND, "read_work_notes", &target);
    let actions = actions(actor, &ticket, &target, &settings, now);
    let tickets = [ticket];
    let names = names_for(tx, actor, &referenced(&tickets, &registry))?;
    let [ticket] = tickets;
    let mut view = build(ticket, &names, &registry, internal);
    view.actions = Some(actions);
    Ok(view)
}

/// Rows of a list: without the long texts and actions.
pub fn rows(
    tx: &mut Tx,
    actor: &Actor,
    tickets: Vec<Ticket>,
    registry: &Registry,
) -> Result<Vec<IncidentView>> {
    let mut rows = whole_rows(tx, actor, tickets, registry)?;
    for row in &mut rows {
        row.description = None;
        row.close_notes = None;
    }
    Ok(rows)
}

/// Rows with their long texts, without actions.
pub fn whole_rows(
    tx: &mut Tx,
    actor: &Actor,
    tickets: Vec<Ticket>,
    registry: &Registry,
) -> Result<Vec<IncidentView>> {
    let names = names_for(tx, actor, &referenced(&tickets, registry))?;
    let internally = visibility(actor, KIND, "read_work_notes");
    let row = |t: Ticket| {
        let id = Some(actor.id);
        let own = t.caller == id || t.requested_for == id || t.opened_by == id;
        let team = t.assignment_group.is_some_and(|g| actor.teams.contains(&g));
        let target = Target { organisation: t.head.organisation, called: own, own, team };
        build(t, &names, registry, internally.covers(&target))
    };
    Ok(tickets.into_iter().map(row).collect())
}
