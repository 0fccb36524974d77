//! The rules that only incidents have: values in, the incident afterwards or a
//! refusal out. No clock, no database. Those of all tickets are the platform's.

use jiff::ToSpan as _;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_ticket::Ticket;

use crate::fields::Settings;
use crate::life_cycle::LIFE_CYCLE;

/// Moves through the life cycle, or says why not.
fn step(before: &Ticket, action: &str) -> Result<Ticket> {
    steward_practice::rules::step(&LIFE_CYCLE, before, action)
}

/// Takes an incident off hold.
pub fn resume(before: &Ticket) -> Result<Ticket> {
    step(before, "resume")
}

/// Until when a closed incident may be reopened.
pub fn reopen_until(ticket: &Ticket, settings: &Settings) -> Option<Timestamp> {
    ticket.closed_at.and_then(|at| at.checked_add((settings.reopen_days * 24).hours()).ok())
}

/// Why an incident may not be reopened, if so.
pub fn reopen_refusal(ticket: &Ticket, settings: &Settings, now: Timestamp) -> Option<String> {
    let over = reopen_until(ticket, settings).is_some_and(|until| now > until);
    over.then(|| {
        format!(
            "it was closed more than {} days ago; open a new incident that names {}",
            settings.reopen_days,
            ticket.number()
        )
    })
}

/// Takes a resolved or closed incident up again.
pub fn reopen(before: &Ticket, settings: &Settings, now: Timestamp) -> Result<Ticket> {
    let mut after = step(before, "reopen")?;
    if let Some(reason) = reopen_refusal(before, settings, now) {
        return Err(Error::Refused(reason));
    }
    after.reopen_count += 1;
    after.resolved_at = None;
    after.resolved_by = None;
    after.closed_at = None;
    after.close_code = None;
    after.close_notes = None;
    Ok(after)
}

/// Marks an incident as a duplicate of another.
pub fn duplicate(before: &Ticket, master: &Ticket, now: Timestamp) -> Result<Ticket> {
    let mut after = step(before, "duplicate")?;
    if master.head.id == before.head.id {
        return Err(Error::invalid("of", "self", "an incident is not its own duplicate"));
    }
    if master.state == "canceled" && master.duplicate_of.is_none() {
        return Err(Error::Refused(format!(
            "{} is canceled; name an incident that is worked on or was resolved",
            master.number()
        )));
    }
    if master.duplicate_of.is_some() {
        let message = "that incident is a duplicate itself; name the one it repeats";
        return Err(Error::invalid("of", "duplicate", message));
    }
    after.duplicate_of = Some(master.head.id);
    after.close_code = Some("duplicate".into());
    after.closed_at = Some(now);
    Ok(after)
}

/// What a merge took from an incident, as its fact tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The state it was in; unknown for one that was imported as a duplicate.
    pub state: Option<String>,
    /// Why it waited.
    pub on_hold_reason: Option<String>,
    /// Until when it waited.
    pub on_hold_until: Option<Timestamp>,
}

/// Takes a duplicate apart again; it goes on where it was, or in progress. A
/// date that has passed since ends the wait at once, by its timer.
pub fn unmerge(before: &Ticket, taken: &Taken) -> Result<Ticket> {
    if before.duplicate_of.is_none() {
        return Err(Error::Refused("it is not a duplicate".into()));
    }
    let mut after = step(before, "unmerge")?;
    match taken.state.as_deref() {
        Some("new") => after.state = "new".into(),
        Some("on_hold") => {
            after.state = "on_hold".into();
            after.on_hold_reason.clone_from(&taken.on_hold_reason);
            after.on_hold_until = taken.on_hold_until;
        }
        _ => {}
    }
    after.duplicate_of = None;
    after.close_code = None;
    after.closed_at = None;
    Ok(after)
}

/// When a resolved incident closes by itself; `None` is never.
pub fn auto_close_at(ticket: &Ticket, settings: &Settings) -> Option<Timestamp> {
    if ticket.state != "resolved" || settings.auto_close_days == 0 {
        return None;
    }
    ticket.resolved_at?.checked_add((settings.auto_close_days * 24).hours()).ok()
}

/// Whether an answer of the caller ends the waiting.
pub fn answer_resumes(ticket: &Ticket, by: Uuid) -> bool {
    ticket.state == "on_hold"
        && ticket.on_hold_reason.as_deref() == Some("awaiting_caller")
        && (ticket.caller == Some(by) || ticket.requested_for == Some(by))
}
