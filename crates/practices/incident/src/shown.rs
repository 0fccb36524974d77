//! Incidents read for an answer: their tickets with what their views lend from.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use steward_api::write_struct;
use steward_base::{Result, Timestamp};
use steward_database::Tx;
use steward_fields::Registry;
use steward_people::{Actor, Names, Target, allowed, visibility};
use steward_ticket::{Ticket, names_for};

use crate::actions::{ActionView, actions};
use crate::commands::Loaded;
use crate::fields::KIND;
use crate::view::{IncidentView, build, referenced};

/// One incident with everything its reader sees.
#[derive(Debug)]
pub struct Shown {
    ticket: Ticket,
    names: Names,
    registry: Arc<Registry>,
    internal: bool,
    actions: Vec<ActionView>,
}

impl Shown {
    /// The incident as `actor` sees it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(tx: &mut Tx, actor: &Actor, loaded: Loaded, now: Timestamp) -> Result<Shown> {
        let Loaded { ticket, target, registry, settings } = loaded;
        let internal = allowed(actor, KIND, "read_work_notes", &target);
        let actions = actions(actor, &ticket, &target, &settings, now);
        let names = names_for(tx, actor, &referenced(std::slice::from_ref(&ticket), &registry))?;
        Ok(Shown { ticket, names, registry, internal, actions })
    }

    /// Its version, also the `ETag`.
    pub fn version(&self) -> i64 {
        self.ticket.head.version
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut view = build(&self.ticket, &self.names, &self.registry, self.internal);
        view.description = Some(self.ticket.description.as_deref());
        view.close_notes = Some(self.ticket.close_notes.as_deref());
        view.actions = Some(&self.actions);
        view.serialize(serializer)
    }
}

/// Rows of a list.
#[derive(Debug)]
pub struct Rows {
    tickets: Vec<Ticket>,
    /// Whether the internal part of the ticket at the same place is shown.
    internal: Vec<bool>,
    names: Names,
    registry: Arc<Registry>,
}

/// What a row takes as JSON, so that the answer is seldom moved while it grows.
const ROW_BYTES: usize = 1536;

impl Rows {
    /// These incidents as `actor` sees them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(
        tx: &mut Tx,
        actor: &Actor,
        tickets: Vec<Ticket>,
        registry: Arc<Registry>,
    ) -> Result<Rows> {
        let names = names_for(tx, actor, &referenced(&tickets, &registry))?;
        let internally = visibility(actor, KIND, "read_work_notes");
        let internal = |t: &Ticket| {
            let id = Some(actor.id);
            let own = t.caller == id || t.requested_for == id || t.opened_by == id;
            let team = t.assignment_group.is_some_and(|g| actor.teams.contains(&g));
            let target = Target { organisation: t.head.organisation, called: own, own, team };
            internally.covers(&target)
        };
        let internal = tickets.iter().map(internal).collect();
        Ok(Rows { tickets, internal, names, registry })
    }

    /// The rows, without long texts.
    fn views(&self) -> impl Iterator<Item = IncidentView<'_>> {
        let each = self.tickets.iter().zip(&self.internal);
        each.map(|(ticket, internal)| build(ticket, &self.names, &self.registry, *internal))
    }

    /// The rows with their long texts.
    pub fn whole(&self) -> impl Iterator<Item = IncidentView<'_>> {
        self.views().zip(&self.tickets).map(|(mut view, ticket)| {
            view.description = Some(ticket.description.as_deref());
            view.close_notes = Some(ticket.close_notes.as_deref());
            view
        })
    }

    /// Writes the rows, without long texts, as a JSON array.
    ///
    /// # Errors
    /// None that a value of ours gives.
    pub fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        out.reserve(self.tickets.len() * ROW_BYTES);
        out.push(b'[');
        for (place, view) in self.views().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write_struct(out, &view)?;
        }
        out.push(b']');
        Ok(())
    }
}
