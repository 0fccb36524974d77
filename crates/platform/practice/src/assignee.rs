//! Who has a ticket, and who may.

use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_people::{Target, access, allowed, names, persons};
use steward_ticket::Ticket;

use crate::life_cycle::LifeCycle;

/// Whoever is given a ticket must work on those of its organisation, and be a
/// member of the group that is named with them.
///
/// # Errors
/// `Invalid` on `assigned_to`.
pub fn check(
    tx: &mut Tx,
    ticket: &Ticket,
    group: Option<Option<Uuid>>,
    person: Option<Option<Uuid>>,
) -> Result<()> {
    let Some(Some(person)) = person else { return Ok(()) };
    if ticket.assigned_to == Some(person) && group.is_none() {
        return Ok(());
    }
    let refuse = |rule: &str, message: String| Err(Error::invalid("assigned_to", rule, message));
    let Some(actor) = access::actor_of(tx, person)? else {
        return refuse("active", "this person is disabled".into());
    };
    let group = group.flatten();
    let member = |group: Option<Uuid>| group.is_some_and(|group| actor.teams.contains(&group));
    let target = Target {
        organisation: ticket.head.organisation,
        called: false,
        own: false,
        team: member(group.or(ticket.assignment_group)),
    };
    if !allowed(&actor, ticket.kind(), "update", &target) {
        let message = "this person has no role that works on it in this organisation";
        return refuse("role", message.into());
    }
    if let Some(group) = group.filter(|group| !member(Some(*group))) {
        let named = names(tx, &[group])?.get(&group).map(|name| name.name.clone());
        let named = named.unwrap_or_default();
        return refuse("member", format!("this person is not a member of {named}"));
    }
    Ok(())
}

/// Whether whoever has the ticket is disabled or erased.
///
/// # Errors
/// Those of the database.
pub fn has_left(tx: &mut Tx, ticket: &Ticket) -> Result<bool> {
    match ticket.assigned_to {
        None => Ok(false),
        Some(person) => Ok(!persons::load(tx, person)?.active),
    }
}

/// Sets group and person; a new group without a person named takes the person
/// away, since they may not be of that group.
pub fn set_assignment(
    ticket: &mut Ticket,
    group: Option<Option<Uuid>>,
    person: Option<Option<Uuid>>,
) {
    if let Some(group) = group {
        if ticket.assignment_group.is_some() && group.is_some() && group != ticket.assignment_group
        {
            ticket.reassignment_count += 1;
        }
        if group != ticket.assignment_group && person.is_none() {
            ticket.assigned_to = None;
        }
        ticket.assignment_group = group;
    }
    if let Some(person) = person {
        ticket.assigned_to = person;
    }
}

/// Whether fields may change who has a ticket: where `assign` may, and as a
/// correction of what has ended.
///
/// # Errors
/// `Refused` with the states in which it may.
pub fn check_assignment(
    life_cycle: &'static LifeCycle,
    before: &Ticket,
    after: &Ticket,
) -> Result<()> {
    let has = |t: &Ticket| (t.assignment_group, t.assigned_to);
    if has(before) != has(after) && !life_cycle.ended.contains(&before.state.as_str()) {
        let refused = |reason: &str| Error::Refused(reason.to_owned());
        life_cycle.step(&before.state, "assign").map_err(refused)?;
    }
    Ok(())
}
