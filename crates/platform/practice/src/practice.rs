//! A practice, as the platform knows it.

use std::sync::Arc;

use steward_base::{Timestamp, Uuid};
use steward_fields::{Registries, Registry};
use steward_ticket::Ticket;
use utoipa_axum::router::OpenApiRouter;

use crate::act::Action;
use crate::life_cycle::LifeCycle;
use crate::shipped::Shipped;
use crate::term::Term;

/// What the platform asks of a practice: names, tables, and the few decisions
/// that differ. One `static` in each practice, handed to the composition root.
pub struct Practice {
    /// Kind of its records; the first word of its facts, commands and rights:
    /// `incident`.
    pub kind: &'static str,
    /// Prefix of its numbers: `INC`.
    pub prefix: &'static str,
    /// Its place below `/api/v1/`, also the tag of its routes: `incidents`.
    pub path: &'static str,
    /// Name of its record in the API's document: `Incident`; also in
    /// `CreateIncident`. No other schema has it (`Problem` is that of errors).
    pub schema: &'static str,
    /// Its fields as shipped.
    pub registry: Shipped,
    /// Its states and steps.
    pub life_cycle: &'static LifeCycle,
    /// What people do to its tickets, in the order of the document; made once.
    pub actions: fn() -> &'static [Action],
    /// What happens to its tickets later.
    pub terms: &'static [Term],
    /// Why an action is not possible for a reason beside the life cycle, such as
    /// the end of a term. Pure.
    pub refusal: Option<Refusal>,
    /// What an answer of this person changes, such as the end of a wait for it;
    /// `None` when nothing. Pure. Its fact is `KIND.resumed`.
    pub answered: Option<fn(&Ticket, Uuid) -> Option<Ticket>>,
    /// Its routes beside those every practice has, such as its settings.
    pub routes: Option<fn() -> OpenApiRouter>,
}

/// Why an action on a ticket is not possible now.
pub type Refusal = fn(&Ticket, &str, &Registry, Timestamp) -> Option<String>;

/// All practices of this program, with their fields.
pub struct Practices {
    all: Vec<&'static Practice>,
    /// Fields by kind of record.
    pub registries: Arc<Registries>,
}

impl Practices {
    /// These practices.
    pub fn new(all: &[&'static Practice]) -> Practices {
        let shipped =
            all.iter().map(|practice| (practice.kind, practice.registry.make())).collect();
        Practices { all: all.to_vec(), registries: Arc::new(Registries::new(shipped)) }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &'static Practice> {
        self.all.iter().copied()
    }

    /// The practice of a kind of record.
    pub fn of(&self, kind: &str) -> Option<&'static Practice> {
        self.iter().find(|practice| practice.kind == kind)
    }
}
