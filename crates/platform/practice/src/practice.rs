//! A practice, as the platform knows it.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_base::{Entropy, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::FactRef;
use steward_people::Call;
use steward_ticket::{Commands, Ticket};
use steward_timer::Handlers;
use utoipa_axum::router::OpenApiRouter;

use crate::life_cycle::LifeCycle;
use crate::shown::{Rows, Seen};

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
    /// Its fields as shipped.
    pub registry: fn() -> Registry,
    /// Its states and steps.
    pub life_cycle: &'static LifeCycle,
    /// Why an action is not possible for a reason beside the life cycle, such as
    /// the end of a term. Pure.
    pub refusal: fn(&Ticket, &str, &Registry, Timestamp) -> Option<String>,
    /// What an answer of this person changes, such as the end of a wait for it;
    /// `None` when nothing. Pure. Its fact is `KIND.resumed`.
    pub answered: fn(&Ticket, Uuid) -> Option<Ticket>,
    /// Takes a ticket away from whoever has it, since they have left. Pure.
    pub take_away: fn(&mut Ticket),
    /// Sets and removes the timers that follow from a change.
    pub follow: Follow,
    /// Writes the rows of a list as a JSON array.
    pub write_rows: fn(&Rows, &mut Vec<u8>) -> serde_json::Result<()>,
    /// A row with its long texts, for exports.
    pub whole_row: fn(Seen<'_>) -> serde_json::Result<Json>,
    /// Columns of an export for everybody, in order: names of the API.
    pub columns: &'static [&'static str],
    /// Columns behind them for those who read the internal part somewhere.
    pub internal_columns: &'static [&'static str],
    /// Its routes beside those every practice has, each below its place.
    pub routes: fn() -> OpenApiRouter,
    /// Adds its commands by name, beside those every practice has.
    pub add_commands: fn(&mut Commands, &Arc<Registries>),
    /// Adds what its timers do.
    pub add_timers: fn(&mut Handlers, &Arc<Registries>, &Entropy),
}

/// What is done when a ticket changed from the first to the second by that fact.
pub type Follow = fn(&mut Tx, &Call, &Registry, &Ticket, &Ticket, Option<FactRef>) -> Result<()>;

/// All practices of this program, with their fields.
pub struct Practices {
    all: Vec<&'static Practice>,
    /// Fields by kind of record.
    pub registries: Arc<Registries>,
}

impl Practices {
    /// These practices.
    pub fn new(all: &[&'static Practice]) -> Practices {
        let shipped = all.iter().map(|practice| (practice.kind, practice.registry)).collect();
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
