//! What of a fact somebody may read.

use std::collections::HashSet;

use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registry;
use steward_history::Fact;
use steward_people::{Actor, Names, allowed, names};
use steward_ticket::{Ticket, store, target};

/// What of a ticket an actor may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reads {
    /// The ticket at all.
    pub ticket: bool,
    /// Its internal part too.
    pub internal: bool,
}

/// What the actor may read of this ticket right now.
pub(crate) fn reads(tx: &mut Tx, actor: &Actor, ticket: &Ticket) -> Result<Reads> {
    let target = target(tx, actor, ticket)?;
    let sees = |action| allowed(actor, ticket.kind(), action, &target);
    let ticket = sees("read");
    Ok(Reads { ticket, internal: ticket && sees("read_work_notes") })
}

/// What these tickets are called, as far as the actor may read them: for logs of
/// what was done on records that not every reader of the log may read.
pub fn readable_names(
    tx: &mut Tx,
    actor: &Actor,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Names> {
    let mut readable = Vec::new();
    let mut seen = HashSet::new();
    for id in ids.into_iter().filter(|id| seen.insert(*id)) {
        match store::by_id(tx, id) {
            Ok(ticket) if reads(tx, actor, &ticket)?.ticket => readable.push(id),
            Ok(_) | Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    names(tx, &readable)
}

/// Whether a change of this field may be read without reading work notes. What
/// the registry does not know is taken for internal.
pub(crate) fn is_public(field: &str, registry: &Registry) -> bool {
    if matches!(field, "comments" | "entry" | "mentions") {
        return true;
    }
    let name = field.strip_prefix("custom.").unwrap_or(field);
    registry.field(name).is_some_and(|f| f.group != "internal")
}

/// Whether a fact tells of nothing but internal things.
pub(crate) fn is_internal(fact: &Fact, registry: &Registry) -> bool {
    let field = |change: &Json| change["field"].as_str().unwrap_or("").to_owned();
    let fields: Vec<String> = fact.changes.iter().map(field).collect();
    fields.iter().any(|f| f == "work_notes")
        || (!fields.is_empty() && !fields.iter().any(|f| is_public(f, registry)))
}
