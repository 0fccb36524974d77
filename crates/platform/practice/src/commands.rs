//! Commands that every practice has: what is said and attached, work that goes
//! back, and how a changed ticket is written. One transaction each, made by
//! whoever calls.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::FactRef;
use steward_people::Call;
use steward_ticket::attachment::{Attachment, Audience, NewAttachment, attach};
use steward_ticket::journal::{EntryKind, NewEntry};
use steward_ticket::{Commands, Effect, Ticket, rich, save, store};

use crate::load::Loaded;
use crate::practice::Practice;
use crate::rules;

/// Persons that one entry can mention.
const MOST_MENTIONS: usize = 20;

impl Practice {
    /// The fact of that name, with nothing else to write yet.
    pub fn effect(&self, fact: &str) -> Effect {
        Effect { fact: format!("{}.{fact}", self.kind), ..Effect::default() }
    }

    /// What an answer of this person changes; `None` when nothing.
    fn answered(&self, ticket: &Ticket, by: Uuid) -> Option<Ticket> {
        self.answered.and_then(|answered| answered(ticket, by))
    }

    /// Writes a comment or a work note. What an answer changes is the
    /// practice's, such as the end of a wait for it.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; those of the writes.
    pub fn write_entry(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        number: &str,
        entry: &NewEntry,
    ) -> Result<Ticket> {
        let loaded = self.load(tx, call, registries, number)?;
        let answers = entry.kind == EntryKind::Comment;
        let answered = answers.then(|| self.answered(&loaded.ticket, call.actor.id)).flatten();
        let mut after = answered.unwrap_or_else(|| loaded.ticket.clone());
        let mut effect = self.effect("resumed");
        let mentioned = mentioned(tx, entry)?;
        effect.entries.push((entry.clone(), mentioned));
        finish(tx, call, &loaded, &loaded.ticket, &mut after, effect)?;
        Ok(after)
    }

    /// Attaches a file. A public one is an answer as a comment is.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; those of the writes.
    pub fn attach_file(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        number: &str,
        new: &NewAttachment,
    ) -> Result<Attachment> {
        let loaded = self.load(tx, call, registries, number)?;
        let made = attach(tx, call, &loaded.registry, &loaded.ticket, new)?;
        if made.audience == Audience::Public {
            let before = store::by_id(tx, loaded.id())?;
            if let Some(mut after) = self.answered(&before, call.actor.id) {
                finish(tx, call, &loaded, &before, &mut after, self.effect("resumed"))?;
            }
        }
        Ok(made)
    }

    /// Returns the open tickets of a person to their groups, in the transaction
    /// that lets the person go. Returns how many.
    ///
    /// # Errors
    /// Those of the writes.
    pub fn return_to_groups(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        person: Uuid,
    ) -> Result<usize> {
        let open = store::open_of(tx, self.kind, person)?;
        let count = open.len();
        for before in open {
            let loaded = self.loaded(tx, call, registries, before.clone())?;
            let mut after = before.clone();
            rules::take_away(self.life_cycle, &mut after);
            finish(tx, call, &loaded, &before, &mut after, self.effect("returned"))?;
        }
        Ok(count)
    }

    /// Adds its commands: `KIND.comment` and `KIND.note` with a text, and its
    /// actions.
    pub fn register(&'static self, table: &mut Commands, registries: &Arc<Registries>) {
        for (name, kind) in [("comment", EntryKind::Comment), ("note", EntryKind::WorkNote)] {
            let name = format!("{}.{name}", self.kind);
            let entry = move |call: &Call, args: &Json| {
                NewEntry::new(call.new_id(), kind, args["text"].as_str().unwrap_or(""), false)
            };
            let registries = registries.clone();
            let run = move |tx: &mut Tx, call: &Call, id: Uuid, args: &Json| {
                let entry = entry(call, args)?;
                self.write_entry(tx, call, &registries, &id.to_string(), &entry).map(drop)
            };
            table.add(&name, Arc::new(run));
            let look = move |_: &mut Tx, call: &Call, args: &Json| entry(call, args).map(drop);
            table.add_check(&name, Arc::new(look));
        }
        self.add_actions(table, registries);
    }
}

/// Writes a ticket and sets its timers; the first fact, if there was anything
/// to write.
///
/// # Errors
/// Those of [`save`] and of the timers.
pub fn finish(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    before: &Ticket,
    after: &mut Ticket,
    effect: Effect,
) -> Result<Option<FactRef>> {
    let fact = save(tx, call, &loaded.registry, before, after, effect)?;
    if fact.is_some() {
        loaded.practice.follow(tx, call, &loaded.registry, (before, after), fact)?;
    }
    Ok(fact)
}

/// Whether a change of fields is a correction of what has ended.
///
/// # Errors
/// `Refused` when it has ended and the actor may not correct it.
pub fn corrects(call: &Call, loaded: &Loaded) -> Result<bool> {
    match loaded.practice.life_cycle.edit_refusal(&loaded.ticket.state) {
        None => Ok(false),
        Some(_) if loaded.allows(call, "correct") => Ok(true),
        Some(reason) => Err(Error::Refused(reason)),
    }
}

/// A comment or work note as plain text, with whom it mentions.
///
/// # Errors
/// `Invalid` on `text` when it is empty or too long.
pub fn plain_entry(
    tx: &mut Tx,
    call: &Call,
    kind: EntryKind,
    text: &str,
) -> Result<(NewEntry, Vec<Uuid>)> {
    let entry = NewEntry::new(call.new_id(), kind, text, false)?;
    let mentioned = mentioned(tx, &entry)?;
    Ok((entry, mentioned))
}

/// The persons an entry mentions by login.
fn mentioned(tx: &mut Tx, entry: &NewEntry) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    let logins = rich::mentions(&rich::plain(&entry.body, entry.format));
    for login in logins.iter().take(MOST_MENTIONS) {
        match steward_people::persons::by_login(tx, login) {
            Ok(person) => found.push(person.id),
            Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(found)
}
