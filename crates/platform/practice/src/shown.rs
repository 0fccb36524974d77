//! Tickets read for an answer, with what their views lend from.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};
use steward_api::write_struct;
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_fields::{FieldType, Registry};
use steward_people::views::Lent;
use steward_people::{Call, Names, Target, visibility};
use steward_ticket::{Ticket, names_for};
use utoipa::ToSchema;

use crate::actions::{ActionView, actions};
use crate::load::Loaded;
use crate::practice::Practice;
use crate::view::build;

/// A ticket with what its reader may see of it: what a view lends from.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// What its references are called.
    pub names: &'a Names,
    /// Its fields.
    pub registry: &'a Registry,
    /// Whether its internal part is shown.
    pub internal: bool,
}

impl<'a> Seen<'a> {
    /// A reference of the ticket.
    pub fn reference(&self, id: Option<Uuid>) -> Option<Lent<'a>> {
        id.map(|id| Lent::of(id, self.names))
    }

    /// What only readers of the internal part see.
    pub fn inside<T>(&self, value: T) -> Option<T> {
        self.internal.then_some(value)
    }

    /// Its custom fields.
    pub fn custom(&self) -> Custom<'a> {
        let Seen { ticket, names, registry, internal } = *self;
        Custom { values: &ticket.custom, names, registry, internal }
    }

    /// The priority set by hand, for readers of the internal part.
    pub fn by_hand(&self) -> Option<Option<PriorityOverrideView<'a>>> {
        let reason = self.ticket.priority_reason.as_deref();
        let set = |priority| PriorityOverrideView { priority, reason };
        self.inside(self.ticket.priority_override.map(set))
    }
}

/// The priority set by hand.
#[derive(Serialize, ToSchema)]
pub struct PriorityOverrideView<'a> {
    /// 1 to 5.
    pub priority: u8,
    /// Why.
    #[schema(required, value_type = Option<String>)]
    pub reason: Option<&'a str>,
}

/// The custom fields of a ticket that its reader sees.
pub struct Custom<'a> {
    values: &'a Map<String, Json>,
    names: &'a Names,
    registry: &'a Registry,
    internal: bool,
}

impl Serialize for Custom<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let shown = self.values.iter().filter_map(|(name, value)| {
            let field = self.registry.field(name).filter(|f| f.custom)?;
            if field.group == "internal" && !self.internal {
                return None;
            }
            let id = value.as_str().and_then(|s| s.parse::<Uuid>().ok());
            Some(match (&field.ty, id) {
                (FieldType::Reference(_), Some(id)) => {
                    (name, CustomValue::Reference(Lent::of(id, self.names)))
                }
                _ => (name, CustomValue::Plain(value)),
            })
        });
        serializer.collect_map(shown)
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum CustomValue<'a> {
    Plain(&'a Json),
    Reference(Lent<'a>),
}

/// One ticket with everything its reader sees.
pub struct Shown {
    ticket: Ticket,
    practice: &'static Practice,
    names: Names,
    registry: Arc<Registry>,
    internal: bool,
    actions: Vec<ActionView>,
}

impl Shown {
    /// The ticket as the caller sees it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(tx: &mut Tx, call: &Call, loaded: Loaded) -> Result<Shown> {
        let internal = loaded.internal(call);
        let actions = actions(&call.actor, &loaded, call.now);
        let Loaded { practice, ticket, registry, .. } = loaded;
        let referenced = referenced(std::slice::from_ref(&ticket), &registry);
        let names = names_for(tx, &call.actor, &referenced)?;
        Ok(Shown { ticket, practice, names, registry, internal, actions })
    }

    /// Its version, also the `ETag`.
    pub fn version(&self) -> i64 {
        self.ticket.head.version
    }

    /// What its view lends from.
    pub fn seen(&self) -> Seen<'_> {
        let Shown { ticket, names, registry, internal, .. } = self;
        Seen { ticket, names, registry, internal: *internal }
    }

    /// Names of the fields that its kind lacks.
    pub fn lacking(&self) -> &'static [String] {
        self.practice.registry.lacking()
    }

    /// What the caller may do with it.
    pub fn actions(&self) -> &[ActionView] {
        &self.actions
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
    /// These tickets of one kind as the caller sees them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(
        tx: &mut Tx,
        call: &Call,
        tickets: Vec<Ticket>,
        registry: Arc<Registry>,
    ) -> Result<Rows> {
        let actor = &call.actor;
        let names = names_for(tx, actor, &referenced(&tickets, &registry))?;
        let internally = visibility(actor, &registry.kind, "read_work_notes");
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

    /// What the view of each row lends from.
    pub fn each(&self) -> impl Iterator<Item = Seen<'_>> {
        let Rows { names, registry, .. } = self;
        let each = self.tickets.iter().zip(&self.internal);
        each.map(|(ticket, internal)| Seen { ticket, names, registry, internal: *internal })
    }

    /// Writes the rows as a JSON array of their views, without the fields that
    /// their kind lacks.
    ///
    /// # Errors
    /// None that a value of ours gives.
    pub fn write(&self, out: &mut Vec<u8>, lacking: &[String]) -> serde_json::Result<()> {
        out.reserve(self.tickets.len() * ROW_BYTES);
        out.push(b'[');
        for (place, seen) in self.each().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write_struct(out, &build(seen), lacking)?;
        }
        out.push(b']');
        Ok(())
    }
}

/// The references of tickets, to be resolved in one go.
fn referenced(tickets: &[Ticket], registry: &Registry) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(tickets.len() * 10);
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
