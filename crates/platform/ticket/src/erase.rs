//! Erased and redacted words leave the tickets' own rows and the full text too.

use std::collections::HashMap;

use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registry;
use steward_people::Call;

use crate::attachment::{forget_file_names, remove_all_of};
use crate::model::{TEXTS, Ticket};
use crate::store;
use crate::text::index;
use crate::write::{Effect, save};

/// What stands where an erased short description stood.
const ERASED: &str = "Erased";

/// Takes a person's words out of the tickets of a kind, after
/// [`steward_people::erase`] and in the same transaction: every field whose
/// text was destroyed, every document that held it, the files they attached.
/// Returns the tickets looked at. After the commit
/// [`steward_database::Db::scrub`] and [`crate::attachment::Files::sweep`] make
/// an end of it.
pub fn forget_person(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    person: Uuid,
) -> Result<Vec<Uuid>> {
    remove_all_of(tx, call, registry, person)?;
    forget_file_names(tx, person)?;
    let tickets = store::with_words_of(tx, &registry.kind, person)?;
    for id in &tickets {
        forget_texts(tx, call, registry, *id)?;
    }
    Ok(tickets)
}

/// Brings a ticket in line with its erased and redacted texts: a field whose
/// last text is gone is emptied, with the fact `<kind>.texts_erased`, and the
/// full text is made anew.
pub fn forget_texts(tx: &mut Tx, call: &Call, registry: &Registry, id: Uuid) -> Result<()> {
    let before = store::by_id(tx, id)?;
    let last = store::last_texts(tx, id)?;
    let mut after = before.clone();
    for field in TEXTS {
        if is_gone(&last, field) {
            empty(&mut after, field)?;
        }
    }
    for field in registry.custom() {
        if is_gone(&last, &format!("custom.{}", field.name)) {
            after.custom.remove(&field.name);
        }
    }
    let effect = Effect { fact: format!("{}.texts_erased", before.kind()), ..Effect::default() };
    save(tx, call, registry, &before, &mut after, effect)?;
    index(tx, &after, registry, false)
}

/// Whether the last text of a field was destroyed.
fn is_gone(last: &HashMap<String, bool>, field: &str) -> bool {
    last.get(field) == Some(&false)
}

/// Takes the words out of a field; one it does not know must not be passed over,
/// or the words would stay.
fn empty(ticket: &mut Ticket, field: &str) -> Result<()> {
    match field {
        "short_description" => ticket.short_description = ERASED.into(),
        "description" => ticket.description = None,
        "priority_reason" => ticket.priority_reason = None,
        "close_notes" => ticket.close_notes = None,
        "external_number" => ticket.external_number = None,
        "external_problem" => ticket.external_problem = None,
        "external_change" => ticket.external_change = None,
        "external_cause" => ticket.external_cause = None,
        "external_vendor" => ticket.external_vendor = None,
        other => return Err(Error::Internal(format!("{other} is a text that cannot be erased"))),
    }
    Ok(())
}
