//! A new incident.

use std::sync::Arc;

use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_people::{Call, DEFAULT_ORGANISATION, EVERYONE, Target, allowed, refusal, resolve};
use steward_practice::Loaded;
use steward_practice::edit::{active, check_short_description};
use steward_ticket::{Ticket, new_head};

use crate::body::CreateIncident;
use crate::edit::{Edits, as_patch, beyond_requester};
use crate::fields::{KIND, PREFIX};
use crate::practice::PRACTICE;
use crate::rules;

/// Opens an incident. It belongs to the organisation of its caller.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    body: &CreateIncident,
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
    let registry = registries.get(tx, KIND)?;
    check_rights(call, &target, body, &registry)?;

    let name = name.unwrap_or_default();
    let head = new_head(tx, call, KIND, PREFIX, &name, organisation)?;
    let (caller, opened_by) = (Some(caller), Some(call.actor.id));
    let mut ticket = Ticket { caller, opened_by, ..Ticket::blank(head, "new", call.now) };
    let (practice, registry_of) = (&PRACTICE, Arc::clone(&registry));
    let loaded = Loaded { practice, ticket: ticket.clone(), target, registry: registry_of };
    let mut patch = as_patch(body);
    patch.short_description = steward_api::Patch::Keep;
    Edits { call, loaded: &loaded }.check(tx, &mut ticket, &patch, &mut wrong)?;
    wrong.end()?;
    // The first group is no reassignment.
    ticket.reassignment_count = 0;
    if ticket.contact_type.is_none() && call.door == steward_history::Door::Web && target.own {
        ticket.contact_type = Some("self_service".into());
    }
    if ticket.assigned_to.is_some() {
        ticket = rules::assign(&ticket, None, Some(ticket.assigned_to))?;
    }
    steward_ticket::create(tx, call, &registry, &mut ticket)?;
    Ok(ticket)
}

fn organisation_of(tx: &mut Tx, call: &Call, caller: Uuid) -> Result<Uuid> {
    let organisation = if caller == call.actor.id {
        call.actor.organisation
    } else {
        steward_history::head(tx, caller)?.organisation
    };
    Ok(if organisation == EVERYONE { DEFAULT_ORGANISATION } else { organisation })
}

fn check_rights(
    call: &Call,
    target: &Target,
    body: &CreateIncident,
    registry: &steward_fields::Registry,
) -> Result<()> {
    let may = |action: &str| allowed(&call.actor, KIND, action, target);
    let refuse = |action: &str| Err(Error::Forbidden(refusal(&call.actor, KIND, action)));
    if !may("create") {
        return refuse("create");
    }
    if !target.own && !may("create_for_others") {
        return refuse("create_for_others");
    }
    if let Some(field) = beyond_requester(body, registry)
        && !may("update")
    {
        return Err(Error::Forbidden(format!(
            "{field} is set by those who work on incidents: {}",
            refusal(&call.actor, KIND, "update")
        )));
    }
    Ok(())
}
