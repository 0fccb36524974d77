//! A new ticket.

use std::sync::Arc;

use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::Door;
use steward_people::{Call, DEFAULT_ORGANISATION, EVERYONE, Target, allowed, refusal, resolve};
use steward_ticket::{Ticket, new_head};

use crate::edit::{active, check_short_description};
use crate::load::Loaded;
use crate::patch::beyond_requester;
use crate::practice::Practice;
use crate::rules;
use crate::ticket_body::NewTicket;

impl Practice {
    /// Opens a ticket. It belongs to the organisation of its caller, or of who
    /// opens it where its kind has no caller.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` with each field that is wrong.
    pub fn create(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        body: &NewTicket,
    ) -> Result<Ticket> {
        let mut wrong = Gathered::default();
        let name = wrong.take(check_short_description(&body.short_description))?;
        let caller = match &body.caller {
            Some(text) => {
                let found = resolve(tx, &call.actor, "person", "caller", text)
                    .and_then(|person| active(tx, "caller", person.id).map(|()| person));
                // Who it is for decides whose rights count: without it, one's own.
                wrong.take(found)?.map_or(call.actor.id, |person| person.id)
            }
            None => call.actor.id,
        };
        let organisation = organisation_of(tx, call, caller)?;
        let own = caller == call.actor.id;
        let target = Target { organisation, called: own, own, team: false };
        let registry = registries.get(tx, self.kind)?;
        self.check_rights(call, &target, body, &registry)?;

        let name = name.unwrap_or_default();
        let head = new_head(tx, call, self.kind, self.prefix, &name, organisation)?;
        let mut ticket = Ticket::blank(head, self.life_cycle.start(), call.now);
        ticket.opened_by = Some(call.actor.id);
        ticket.caller = self.registry.has("caller").then_some(caller);
        let loaded =
            Loaded { practice: self, ticket: ticket.clone(), target, registry: registry.clone() };
        body.as_patch().gather(tx, call, &loaded, &mut ticket, &mut wrong)?;
        wrong.end()?;
        self.begin(call, &loaded, &mut ticket)?;
        steward_ticket::create(tx, call, &registry, &mut ticket)?;
        Ok(ticket)
    }

    /// What a new ticket has that nobody named.
    fn begin(&'static self, call: &Call, loaded: &Loaded, ticket: &mut Ticket) -> Result<()> {
        // The first group is no reassignment.
        ticket.reassignment_count = 0;
        let reported = call.door == Door::Web && loaded.target.own && ticket.caller.is_some();
        if ticket.contact_type.is_none() && reported && self.registry.has("contact_type") {
            ticket.contact_type = Some("self_service".into());
        }
        if ticket.assigned_to.is_some() {
            *ticket = rules::assign(self.life_cycle, ticket, None, Some(ticket.assigned_to))?;
        }
        Ok(())
    }

    fn check_rights(
        &self,
        call: &Call,
        target: &Target,
        body: &NewTicket,
        registry: &Registry,
    ) -> Result<()> {
        let may = |action: &str| allowed(&call.actor, self.kind, action, target);
        let refuse = |action: &str| Err(Error::Forbidden(refusal(&call.actor, self.kind, action)));
        if !may("create") {
            return refuse("create");
        }
        if !target.own && !may("create_for_others") {
            return refuse("create_for_others");
        }
        match beyond_requester(body, registry) {
            Some(field) if !may("update") => Err(Error::Forbidden(format!(
                "{field} is set by those who work on {}: {}",
                self.path,
                refusal(&call.actor, self.kind, "update")
            ))),
            _ => Ok(()),
        }
    }

    /// A ticket that is nowhere, of which the actor has every part: for a look at
    /// what would be written.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn blank(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
    ) -> Result<Loaded> {
        let organisation = call.actor.organisation;
        let head = steward_history::Head {
            id: Uuid::nil(),
            kind: self.kind.into(),
            row_no: 0,
            number: None,
            name: String::new(),
            organisation,
            version: 0,
            seq: 0,
            hash: Vec::new(),
            created_at: call.now,
        };
        let ticket = Ticket::blank(head, self.life_cycle.start(), call.now);
        let target = Target { organisation, called: true, own: true, team: true };
        let registry: Arc<Registry> = registries.get(tx, self.kind)?;
        Ok(Loaded { practice: self, ticket, target, registry })
    }
}

fn organisation_of(tx: &mut Tx, call: &Call, caller: Uuid) -> Result<Uuid> {
    let organisation = if caller == call.actor.id {
        call.actor.organisation
    } else {
        steward_history::head(tx, caller)?.organisation
    };
    Ok(if organisation == EVERYONE { DEFAULT_ORGANISATION } else { organisation })
}
