//! Redacting one text of a ticket: a password pasted into a comment, or a text
//! that mentions an erased person. The words go everywhere they stand, the
//! history goes on verifying and says who did it and why.

use std::collections::HashSet;
use std::sync::Arc;

use steward_api::forget_answers;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::{Change, StandingText, append, redact, save_head, standing_text};
use steward_people::{Call, system_actor};
use steward_ticket::forget_texts;

use crate::load::Loaded;
use crate::practice::Practice;

/// Most characters of a reason.
const MOST_REASON: usize = 1000;

/// Destroys a text of a ticket, with the fact `KIND.text_redacted`; the caller of this function has checked the right. After the commit [`steward_database::Db::scrub`]
/// makes an end of the words.
///
/// # Errors
/// `NotFound`; `Invalid` without a reason; `Refused` for the name
/// of a file, which goes with its attachment.
pub(crate) fn redact_text(
    tx: &mut Tx,
    call: &Call,
    loaded: Loaded,
    text: &StandingText,
    reason: &str,
) -> Result<()> {
    if reason.trim().is_empty() || reason.chars().count() > MOST_REASON {
        let message = "give a reason of at most 1000 characters";
        return Err(Error::invalid("reason", "required", message));
    }
    if text.field == "file_name" {
        let words = "the name of a file goes with its attachment; remove that";
        return Err(Error::Refused(words.into()));
    }
    let Loaded { practice, mut ticket, registry, .. } = loaded;
    let id = ticket.head.id;
    redact(tx, id, text.seq, text.slot)?;
    let changes = [
        Change::plain("redacted", text.field.as_str(), serde_json::Value::Null),
        Change::plain("redacted_fact", serde_json::Value::Null, text.seq),
        Change::plain("redacted_slot", serde_json::Value::Null, text.slot),
        Change::text("redact_reason", reason.trim(), Some(call.actor.id)),
    ];
    let fact = format!("{}.text_redacted", practice.kind);
    append(tx, &call.entropy, &mut ticket.head, &call.stamp(), &fact, &changes)?;
    save_head(tx, &mut ticket.head)?;
    // Whoever may redact may change the ticket for it.
    let system = Call { actor: Arc::new(system_actor()), ..call.clone() };
    forget_texts(tx, &system, &registry, id)?;
    steward_automation::forget_answers(tx, id)?;
    forget_answers(tx, &HashSet::from([id.to_string()])).map(drop)
}

/// Destroys a text by its place: record, fact and place in the fact. As
/// `POST .../redact` of its ticket, for whoever may redact that.
///
/// # Errors
/// `NotFound`, `Forbidden`; those of [`redact_text`].
pub fn redact_place(
    practice: &'static Practice,
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    (record, seq, slot): (Uuid, i64, i64),
    reason: &str,
) -> Result<()> {
    let loaded = practice.load(tx, call, registries, &record.to_string())?;
    loaded.check(call, "redact")?;
    let text = standing_text(tx, record, seq, slot)?;
    redact_text(tx, call, loaded, &text, reason)
}
