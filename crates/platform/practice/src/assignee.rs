//! Who may have a ticket.

use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_people::{Target, access, allowed, names, persons};
use steward_ticket::Ticket;

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
