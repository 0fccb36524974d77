//! What of tickets and their facts somebody may read. Timelines, histories, live
//! updates, webhooks and rules ask here, so that none of them shows what another
//! one hides.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_fields::Registry;
use steward_history::Fact;
use steward_people::{Actor, Name, Names, Target, allowed, names, visibility, watching_matters};

use crate::model::Ticket;
use crate::store;

/// What of a ticket an actor may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reads {
    /// The ticket at all.
    pub ticket: bool,
    /// Its internal part too.
    pub internal: bool,
}

impl Reads {
    fn of(actor: &Actor, ticket: &Ticket, target: &Target) -> Reads {
        let sees = |action| allowed(actor, ticket.kind(), action, target);
        let reads = sees("read");
        Reads { ticket: reads, internal: reads && sees("read_work_notes") }
    }
}

/// What stands between an actor and a ticket.
pub fn target(tx: &mut Tx, actor: &Actor, ticket: &Ticket) -> Result<Target> {
    let target = between(actor, ticket, false);
    if target.own || !watching_matters(actor, ticket.kind(), &target) {
        return Ok(target);
    }
    let own = store::is_watcher(tx, ticket.head.id, actor.id)?;
    Ok(Target { own, ..target })
}

fn calls(actor: &Actor, ticket: &Ticket) -> bool {
    [ticket.caller, ticket.requested_for, ticket.opened_by].contains(&Some(actor.id))
}

fn between(actor: &Actor, ticket: &Ticket, watches: bool) -> Target {
    let team = ticket.assignment_group.is_some_and(|group| actor.teams.contains(&group));
    let called = calls(actor, ticket);
    Target { organisation: ticket.head.organisation, called, own: called || watches, team }
}

/// What the actor may read of this ticket right now.
pub fn reads(tx: &mut Tx, actor: &Actor, ticket: &Ticket) -> Result<Reads> {
    let target = target(tx, actor, ticket)?;
    Ok(Reads::of(actor, ticket, &target))
}

/// [`reads`] of many tickets, in order, with one statement for all.
pub fn reads_of(tx: &mut Tx, actor: &Actor, tickets: &[Ticket]) -> Result<Vec<Reads>> {
    let asked: Vec<Uuid> = tickets.iter().filter(|t| !calls(actor, t)).map(|t| t.head.id).collect();
    let watched: HashSet<Uuid> = store::watched(tx, actor.id, &asked)?.into_iter().collect();
    let reads = |ticket: &Ticket| {
        Reads::of(actor, ticket, &between(actor, ticket, watched.contains(&ticket.head.id)))
    };
    Ok(tickets.iter().map(reads).collect())
}

/// Those of these tickets that the actor may read.
pub fn readable_of(tx: &mut Tx, actor: &Actor, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let tickets = store::by_ids(tx, ids)?;
    let reads = reads_of(tx, actor, &tickets)?;
    let seen = tickets.iter().zip(reads).filter(|(_, reads)| reads.ticket);
    Ok(seen.map(|(ticket, _)| ticket.head.id).collect())
}

/// What these records are called for a reader: of a ticket that is not theirs to
/// read only its number is told, since what it is called is what it is about.
pub fn names_for(tx: &mut Tx, actor: &Actor, ids: &[Uuid]) -> Result<Names> {
    let mut names = names(tx, ids)?;
    let asked =
        |name: &&Arc<Name>| name.number.is_some() && !visibility(actor, &name.kind, "read").all;
    let tickets: Vec<Uuid> = names.values().filter(asked).map(|name| name.id).collect();
    if tickets.is_empty() {
        return Ok(names);
    }
    let seen = readable_of(tx, actor, &tickets)?;
    for id in tickets.iter().filter(|id| !seen.contains(id)) {
        if let Some(name) = names.get_mut(id) {
            *name = Arc::new(name.by_number());
        }
    }
    Ok(names)
}

/// Facts that tell of nothing but internal things, by the end of their kind.
const INTERNAL_FACTS: [&str; 2] = [".noted", ".time_recorded"];
/// Changes that are no fields and that everybody who sees the ticket may know;
/// all others are internal.
const PUBLIC_CHANGES: [&str; 12] = [
    "comments",
    "entry",
    "mentions",
    "watcher",
    "file_name",
    "content_type",
    "size",
    "audience",
    "attachment",
    "sha256",
    "due",
    "original",
];

/// Whether a change of this field may be read without reading work notes. What
/// the registry does not know, and what no longer has a field, is taken for
/// internal.
pub fn is_public(field: &str, registry: &Registry) -> bool {
    let name = field.strip_prefix("custom.").unwrap_or(field);
    match registry.field(name) {
        Some(field) => field.group != "internal",
        None => PUBLIC_CHANGES.contains(&name),
    }
}

/// Whether a fact tells of nothing but internal things: a work note, time worked,
/// an internal file that came or went, fields of the internal group.
pub fn is_internal(fact: &Fact, registry: &Registry) -> bool {
    let of_internal_file = fact.changes.iter().any(|change| {
        change["field"] == "audience"
            && (change["to"] == "internal" || change["from"] == "internal")
    });
    if of_internal_file || INTERNAL_FACTS.iter().any(|end| fact.kind.ends_with(end)) {
        return true;
    }
    !fact.changes.is_empty() && !fact.changes.iter().any(|change| shows(change, registry))
}

fn shows(change: &Json, registry: &Registry) -> bool {
    match change["field"].as_str().unwrap_or("") {
        // Whoever could read a text may know that it is gone. A file's name is not
        // said to be public here: the file may be internal.
        "redacted" => match change["from"].as_str() {
            None | Some("file_name") => false,
            Some(of) => is_public(of, registry),
        },
        field => is_public(field, registry),
    }
}

/// The fact as its reader may see it: without `internal` only the public changes,
/// and `None` for a fact that is internal as a whole.
pub fn readable(mut fact: Fact, registry: &Registry, internal: bool) -> Option<Fact> {
    if internal {
        return Some(fact);
    }
    if is_internal(&fact, registry) {
        return None;
    }
    fact.changes.retain(|change| shows(change, registry));
    Some(fact)
}
