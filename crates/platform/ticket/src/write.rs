//! Writing tickets: state and fact are born together, here and nowhere else.

use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_fields::Registry;
use steward_history::{
    Change, FactRef, NewRecord, append, new_record, next_number, save_head, write_record,
};
use steward_people::Call;

use crate::journal::{NewEntry, add_entry};
use crate::model::{TEXTS, Ticket, changes};
use crate::store;
use crate::text::index;

/// A new ticket's record, with the next number of its prefix; [`create`] writes
/// its row.
pub fn new_head(
    tx: &mut Tx,
    call: &Call,
    kind: &'static str,
    prefix: &'static str,
    name: &str,
    organisation: Uuid,
) -> Result<steward_history::Head> {
    let number = next_number(tx, prefix)?;
    let record = NewRecord {
        id: call.new_id(),
        kind,
        number: Some(number),
        name,
        organisation,
        created_at: call.now,
    };
    Ok(new_record(&record))
}

/// Writes a new ticket with its first fact `<kind>.created`.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    ticket: &mut Ticket,
) -> Result<FactRef> {
    let kind = format!("{}.created", ticket.kind());
    let changes = changes(None, ticket, registry);
    let fact = append(tx, &call.entropy, &mut ticket.head, &call.stamp(), &kind, &changes)?;
    write_record(tx, &mut ticket.head)?;
    store::insert(tx, ticket)?;
    store::write_values(tx, None, ticket, registry)?;
    store::track(tx, None, ticket, registry, call.now, call.now)?;
    index(tx, ticket, registry, true)?;
    Ok(fact)
}

/// What a command does to a ticket.
#[derive(Debug, Clone, Default)]
pub struct Effect {
    /// What happened, e.g. `incident.resolved`.
    pub fact: String,
    /// Changes beyond the ticket's own fields.
    pub extra: Vec<Change>,
    /// Entries written with it, with the persons they mention.
    pub entries: Vec<(NewEntry, Vec<Uuid>)>,
}

/// Writes what a command did: the difference between `before` and `after` as
/// one fact, then the entries. Without any difference nothing is written and
/// the version stays. Returns the first fact.
pub fn save(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    before: &Ticket,
    after: &mut Ticket,
    effect: Effect,
) -> Result<Option<FactRef>> {
    let mut changes = changes(Some(before), after, registry);
    changes.extend(effect.extra);
    if changes.is_empty() && effect.entries.is_empty() {
        return Ok(None);
    }
    after.updated_at = call.now;
    let mut first = None;
    if !changes.is_empty() {
        let stamp = call.stamp();
        let fact = append(tx, &call.entropy, &mut after.head, &stamp, &effect.fact, &changes)?;
        first = Some(fact);
        store::track(tx, Some(before), after, registry, call.now, call.now)?;
        store::write_values(tx, Some(before), after, registry)?;
        if before.short_description != after.short_description {
            let name = after.short_description.clone();
            steward_history::rename(tx, &mut after.head, &name)?;
        }
    }
    for (entry, mentions) in &effect.entries {
        let fact = add_entry(tx, call, after, entry, mentions)?;
        first = first.or(Some(fact));
    }
    store::update(tx, after)?;
    if !effect.entries.is_empty() || texts_differ(before, after) {
        index(tx, after, registry, false)?;
    }
    save_head(tx, &mut after.head)?;
    Ok(first)
}

/// Whether the full text has to follow.
fn texts_differ(a: &Ticket, b: &Ticket) -> bool {
    TEXTS.iter().any(|field| a.value(field) != b.value(field)) || a.custom != b.custom
}
