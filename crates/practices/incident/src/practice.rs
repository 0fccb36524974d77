//! Incident management as the platform knows it.

use std::sync::LazyLock;

use steward_base::{Timestamp, Uuid};
use steward_fields::Registry;
use steward_practice::{Action, Practice, Shipped, Term, hold_ends};
use steward_ticket::Ticket;

use crate::fields::{KIND, PREFIX, Settings, registry};
use crate::life_cycle::LIFE_CYCLE;
use crate::{actions, rules, settings};

/// Incident management.
pub static PRACTICE: Practice = Practice {
    kind: KIND,
    prefix: PREFIX,
    path: "incidents",
    schema: "Incident",
    registry: Shipped::new(registry),
    life_cycle: &LIFE_CYCLE,
    actions: || &ACTIONS,
    terms: &[AUTO_CLOSE, hold_ends("incident.hold_ends")],
    refusal: Some(refusal),
    answered: Some(answered),
    routes: Some(settings::routes),
};

static ACTIONS: LazyLock<Vec<Action>> = LazyLock::new(actions::all);

/// A resolved incident closes by itself.
const AUTO_CLOSE: Term = Term {
    timer: "incident.auto_close",
    due: |ticket, registry| rules::auto_close_at(ticket, &Settings::of(registry)),
    action: "close",
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
