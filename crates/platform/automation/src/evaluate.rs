//! Asking a condition of one ticket, as somebody who may not read everything.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use steward_base::text::{fold, words};
use steward_base::{Result, Timestamp, Uuid};
use steward_condition::{Condition, Context, FieldValue};
use steward_database::{Engine, Tx};
use steward_fields::{FieldType, Registry};
use steward_people::{Actor, names, persons};
use steward_ticket::journal::{Entry, EntryKind, entries};
use steward_ticket::list::{TicketSchema, read_condition, sees};
use steward_ticket::text::Document;
use steward_ticket::{InMemory, Ticket, reads, rich};

/// Most entries whose words a condition looks into: as many as the full text.
const MOST_ENTRIES: i64 = 2000;

/// The answer of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It holds.
    Yes,
    /// It does not hold, or the ticket is not the actor's to read.
    No,
    /// It cannot be asked any more, with the reason (a field is gone, or no
    /// longer the actor's to read).
    Broken(String),
}

/// Reads a condition for an actor at a moment.
///
/// # Errors
/// `Malformed` on `q`.
pub(crate) fn condition_for(
    engine: Engine,
    actor: &Actor,
    registry: &Registry,
    text: &str,
    now: Timestamp,
) -> Result<Condition> {
    let sees = sees(actor, &registry.kind);
    let schema = TicketSchema { registry, actor, sees: &sees, engine, past: false, few: false };
    let context = Context {
        now,
        zone: TimeZone::get(&actor.zone).unwrap_or(TimeZone::UTC),
        me: Some(actor.id),
        my_teams: actor.teams.clone(),
    };
    read_condition(&schema, text, &context)
}

/// Whether the condition holds for the ticket as it stands.
pub(crate) fn holds(
    tx: &mut Tx,
    actor: &Actor,
    registry: &Registry,
    text: &str,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<Verdict> {
    let reads = reads(tx, actor, ticket)?;
    if !reads.ticket {
        return Ok(Verdict::No);
    }
    let condition = match condition_for(tx.engine(), actor, registry, text, now) {
        Ok(condition) => condition,
        Err(error) => return Ok(Verdict::Broken(error.to_string())),
    };
    let texts = match condition.has_free_words() {
        true => texts(tx, ticket, registry, reads.internal)?,
        false => Vec::new(),
    };
    let ids = reference_fields(&condition, registry).filter_map(|(field, custom)| {
        let value = match custom {
            Some(ty) => ticket.custom_value(ty, field),
            None => ticket.value(field),
        };
        match value {
            Some(FieldValue::Id(id)) => Some(id),
            _ => None,
        }
    });
    let keys = keys(tx, &ids.collect::<Vec<_>>())?;
    let record = InMemory { ticket, registry, texts, keys };
    Ok(if condition.matches(&record) { Verdict::Yes } else { Verdict::No })
}

/// The references a condition asks for, custom ones with their type.
pub(crate) fn reference_fields<'a>(
    condition: &'a Condition,
    registry: &'a Registry,
) -> impl Iterator<Item = (&'a str, Option<&'a FieldType>)> {
    condition.fields().iter().filter_map(|used| {
        let field = registry.field(&used.name)?;
        let is_reference = matches!(field.ty, FieldType::Reference(_));
        is_reference.then(|| (field.name.as_str(), field.custom.then_some(&field.ty)))
    })
}

/// What these records can be called in a condition: people by name, login and
/// e-mail, tickets by number, the rest by name.
pub(crate) fn keys(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>> {
    let mut keys = HashMap::new();
    for (id, name) in names(tx, ids)? {
        let mut own = match &name.number {
            Some(number) => vec![fold(number)],
            None => vec![fold(&name.name)],
        };
        if name.kind == "person" {
            own.extend(name.login.as_deref().map(fold));
            own.extend(persons::load(tx, id)?.email.as_deref().map(fold));
        }
        keys.insert(id, own);
    }
    Ok(keys)
}

/// Entries the reader sees, newest first: a comment that was taken back is
/// internal.
pub(crate) fn seen_entries(tx: &mut Tx, record: Uuid, internal: bool) -> Result<Vec<Entry>> {
    let kinds: &[EntryKind] = match internal {
        true => &[EntryKind::Comment, EntryKind::WorkNote],
        false => &[EntryKind::Comment],
    };
    let start = (Timestamp::MIN, Uuid::nil());
    let mut found = entries(tx, record, kinds, start, MOST_ENTRIES)?;
    found.retain(|entry| internal || entry.retracted.is_none());
    found.reverse();
    Ok(found)
}

/// The words of an entry.
pub(crate) fn words_of(entry: &Entry) -> Option<String> {
    entry.body.as_deref().map(|body| rich::plain(body, &entry.format))
}

/// The words of the documents the reader sees, as the full text holds them.
fn texts(
    tx: &mut Tx,
    ticket: &Ticket,
    registry: &Registry,
    internal: bool,
) -> Result<Vec<Vec<String>>> {
    let entries = seen_entries(tx, ticket.head.id, internal)?;
    let bodies: Vec<String> = entries.iter().filter_map(words_of).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let mut fields = vec![ticket.number()];
    let texty =
        |ty: &FieldType| matches!(ty, FieldType::Text | FieldType::LongText | FieldType::Choice);
    for field in registry.custom().filter(|f| texty(&f.ty) && (internal || f.group != "internal")) {
        fields.extend(ticket.custom.get(&field.name).and_then(|v| v.as_str()));
    }
    fields.extend(ticket.external_number.as_deref());
    let mut all = Document::cut(
        &ticket.short_description,
        ticket.description.as_deref(),
        ticket.close_notes.as_deref(),
        &fields,
        &bodies,
    )
    .texts();
    if internal {
        let hidden = [
            &ticket.external_problem,
            &ticket.external_change,
            &ticket.external_cause,
            &ticket.external_vendor,
            &ticket.priority_reason,
        ];
        all.extend(hidden.into_iter().flatten().map(|text| words(text)));
    }
    Ok(all)
}
