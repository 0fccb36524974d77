//! What an actor may do with an incident now, and why not the rest.

use std::borrow::Cow;

use serde::Serialize;
use steward_base::Timestamp;
use steward_people::{Actor, Target, allowed, refusal};
use steward_ticket::Ticket;
use utoipa::ToSchema;

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
