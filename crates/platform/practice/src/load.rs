//! A ticket loaded with what decisions about it need.

use std::sync::Arc;

use steward_api::check_version;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::{Change, FactRef, append, save_head};
use steward_people::{Call, Target, allowed, check};
use steward_ticket::{Effect, Ticket, store, target};

use crate::life_cycle::LifeCycle;
use crate::practice::{Practice, Practices};

/// A ticket with what decisions about it need.
#[derive(Clone)]
pub struct Loaded {
    /// Its practice.
    pub practice: &'static Practice,
    /// The ticket.
    pub ticket: Ticket,
    /// What stands between the actor and it.
    pub target: Target,
    /// Its fields.
    pub registry: Arc<Registry>,
}

impl Loaded {
    /// The ticket's id.
    pub fn id(&self) -> Uuid {
        self.ticket.head.id
    }

    /// The life cycle of its kind.
    pub fn life_cycle(&self) -> &'static LifeCycle {
        self.practice.life_cycle
    }

    /// A fact of that name about it, with nothing else to write yet.
    pub fn effect(&self, fact: &str) -> Effect {
        self.practice.effect(fact)
    }

    /// Whether the actor may do this to it.
    pub fn allows(&self, call: &Call, action: &str) -> bool {
        allowed(&call.actor, self.practice.kind, action, &self.target)
    }

    /// The same as a result.
    ///
    /// # Errors
    /// `NotFound` when it is not even visible, `Forbidden` with who may.
    pub fn check(&self, call: &Call, action: &str) -> Result<()> {
        check(&call.actor, self.practice.kind, action, &self.target)
    }

    /// Adds a fact of what is no field, such as a link.
    ///
    /// # Errors
    /// Those of the writes.
    pub fn note(
        &mut self,
        tx: &mut Tx,
        call: &Call,
        fact: &str,
        changes: &[Change],
    ) -> Result<FactRef> {
        let kind = format!("{}.{fact}", self.practice.kind);
        let head = &mut self.ticket.head;
        let fact = append(tx, &call.entropy, head, &call.stamp(), &kind, changes)?;
        save_head(tx, head)?;
        Ok(fact)
    }

    /// Whether the actor reads its internal part.
    pub fn internal(&self, call: &Call) -> bool {
        self.allows(call, "read_work_notes")
    }
}

impl Practice {
    /// A ticket already read, with what decisions about it need.
    ///
    /// # Errors
    /// Those of the database.
    pub fn loaded(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        ticket: Ticket,
    ) -> Result<Loaded> {
        let target = target(tx, &call.actor, &ticket)?;
        let registry = registries.get(tx, self.kind)?;
        Ok(Loaded { practice: self, ticket, target, registry })
    }

    /// Loads a ticket that the actor may read, by number or id.
    ///
    /// # Errors
    /// `NotFound` when it is absent or not visible.
    pub fn load(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        number: &str,
    ) -> Result<Loaded> {
        let ticket = store::find(tx, self.kind, number)?;
        self.readable(tx, call, registries, ticket)
    }

    fn readable(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        ticket: Ticket,
    ) -> Result<Loaded> {
        let loaded = self.loaded(tx, call, registries, ticket)?;
        loaded.check(call, "read")?;
        Ok(loaded)
    }

    /// Loads a ticket for an action: visible, of the version named, and the
    /// action is the actor's.
    ///
    /// # Errors
    /// As [`Practice::load`]; `Forbidden`; `VersionConflict`.
    pub fn load_for(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        number: &str,
        expected: Option<i64>,
        action: &str,
    ) -> Result<Loaded> {
        let loaded = self.load(tx, call, registries, number)?;
        loaded.check(call, action)?;
        check_version(expected, loaded.ticket.head.version)?;
        Ok(loaded)
    }
}

impl Practices {
    /// A ticket of any practice, whoever asks; `None` when its kind is of none.
    ///
    /// # Errors
    /// `NotFound` when there is no such ticket.
    pub(crate) fn loaded(&self, tx: &mut Tx, call: &Call, id: Uuid) -> Result<Option<Loaded>> {
        let ticket = store::by_id(tx, id)?;
        let practice = self.of(ticket.kind());
        practice.map(|practice| practice.loaded(tx, call, &self.registries, ticket)).transpose()
    }

    /// Loads a ticket of any practice that the actor may read, by number or id.
    ///
    /// # Errors
    /// `NotFound` when it is absent or not visible.
    pub fn find(&self, tx: &mut Tx, call: &Call, number: &str) -> Result<Loaded> {
        let ticket = store::find_any(tx, number)?;
        let practice = self.of(ticket.kind()).ok_or(Error::NotFound)?;
        practice.readable(tx, call, &self.registries, ticket)
    }
}
