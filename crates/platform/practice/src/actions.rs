//! What an actor may do with a ticket now, and why not the rest.

use std::borrow::Cow;

use serde::Serialize;
use steward_base::Timestamp;
use steward_people::{Actor, allowed, has_action, refusal};
use utoipa::ToSchema;

use crate::load::Loaded;
use crate::practice::Refusal;

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

/// Actions beside the life cycle, in the order of the answer; those a kind does
/// not have in the matrix are left out.
const OTHERS: [&str; 10] = [
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
/// Those of them that change fields, which what has ended does not take.
const EDITS: [&str; 3] = ["update", "work-time", "override_priority"];

/// What an actor may do with a ticket now.
pub fn actions(actor: &Actor, loaded: &Loaded, now: Timestamp) -> Vec<ActionView> {
    let Loaded { practice, ticket, target, registry } = loaded;
    let (kind, life_cycle) = (practice.kind, practice.life_cycle);
    let steps = life_cycle.actions.iter().map(|name| {
        let right = life_cycle.right(name);
        if !allowed(actor, kind, right, target) {
            return ActionView::of(name, Some(refusal(actor, kind, right).into()));
        }
        let asked = |refusal: Refusal| refusal(ticket, name, registry, now);
        let reason = practice.refusal.and_then(asked).map(Cow::Owned);
        let step = || life_cycle.step(&ticket.state, name).err().map(Cow::Borrowed);
        ActionView::of(name, reason.or_else(step))
    });
    let others = OTHERS.iter().filter_map(|name| {
        if !allowed(actor, kind, name, target) {
            let reason = || ActionView::of(name, Some(refusal(actor, kind, name).into()));
            return has_action(kind, name).then(reason);
        }
        let ended = EDITS.contains(name) && !allowed(actor, kind, "correct", target);
        let reason = ended.then(|| life_cycle.edit_refusal(&ticket.state)).flatten();
        Some(ActionView::of(name, reason.map(Cow::Owned)))
    });
    steps.chain(others).collect()
}
