//! A new incident.

use std::sync::Arc;

use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_people::{Call, DEFAULT_ORGANISATION, EVERYONE, Target, allowed, refusal, resolve};
use steward_ticket::{Ticket, new_head};

use crate::body::CreateIncident;
use crate::commands::Loaded;
use crate::edit::{Edits, active, as_patch, beyond_requester};
use crate::fields::{KIND, PREFIX, Settings};
use crate::rules;

/// Opens an incident. It belongs to the organisation of its caller.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    body: &CreateIncident,
) -> Result<Ticket> {
    let mut wrong = Gathered::default();
    let name = wrong.take(rules::check_short_description(&body.short_description))?;
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
    let mut ticket = blank(head, name, caller, call);
    let settings = Settings::of(&registry);
    let loaded =
        Loaded { ticket: ticket.clone(), target, registry: Arc::clone(&registry), settings };
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

pub(crate) fn blank(
    head: steward_history::Head,
    name: String,
    caller: Uuid,
    call: &Call,
) -> Ticket {
    Ticket {
        head,
        short_description: name,
        description: None,
        state: "new".into(),
        on_hold_reason: None,
        on_hold_until: None,
        impact: 3,
        urgency: 3,
        priority: 4,
        priority_override: None,
        priority_reason: None,
        caller: Some(caller),
        requested_for: None,
        opened_by: Some(call.actor.id),
        contact_type: None,
        category: None,
        subcategory: None,
        assignment_group: None,
        assigned_to: None,
        service: None,
        service_offering: None,
        configuration_item: None,
        location: None,
        opened_at: call.now,
        updated_at: call.now,
        resolved_at: None,
        resolved_by: None,
        closed_at: None,
        close_code: None,
        close_notes: None,
        reassignment_count: 0,
        reopen_count: 0,
        parent: None,
        duplicate_of: None,
        time_worked_minutes: 0,
        external_number: None,
        external_problem: None,
        external_change: None,
        external_cause: None,
        external_vendor: None,
        custom: serde_json::Map::new(),
    }
}
