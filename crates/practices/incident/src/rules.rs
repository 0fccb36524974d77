//! The rules of an incident: values in, the incident afterwards or a refusal
//! out. No clock, no database.

use jiff::ToSpan as _;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_practice::set_assignment;
use steward_ticket::Ticket;

use crate::fields::Settings;
use crate::life_cycle::LIFE_CYCLE;

fn refused(reason: &str) -> Error {
    Error::Refused(reason.to_owned())
}

/// Moves through the life cycle, or says why not.
fn move_to(ticket: &mut Ticket, action: &str) -> Result<()> {
    let transition = LIFE_CYCLE.step(&ticket.state, action).map_err(refused)?;
    if transition.to != "on_hold" {
        ticket.on_hold_reason = None;
        ticket.on_hold_until = None;
    }
    ticket.state = transition.to.to_owned();
    Ok(())
}

/// Gives an incident to a group, a person or both. A change of the group after
/// the first counts as a reassignment. Work begins when a person has it.
pub fn assign(
    before: &Ticket,
    group: Option<Option<Uuid>>,
    person: Option<Option<Uuid>>,
) -> Result<Ticket> {
    let mut after = before.clone();
    LIFE_CYCLE.step(&before.state, "assign").map_err(refused)?;
    if group.is_none() && person.is_none() {
        return Err(Error::invalid(
            "assignment_group",
            "required",
            "name an assignment_group, an assigned_to or both",
        ));
    }
    set_assignment(&mut after, group, person);
    if after.assigned_to.is_some() {
        move_to(&mut after, "assign")?;
        if before.state == "on_hold" {
            // Waiting goes on whoever has it.
            after.on_hold_reason.clone_from(&before.on_hold_reason);
            after.on_hold_until = before.on_hold_until;
        }
    }
    Ok(after)
}

/// Work begins when a person has a new incident, however it was given.
pub fn begin_work(before: &Ticket, after: &mut Ticket) {
    if before.state == "new" && after.state == "new" && after.assigned_to.is_some() {
        after.state = "in_progress".into();
    }
}

/// Takes an incident away from whoever has it, since they have left: nobody
/// works on it, so it is new again; what waits goes on waiting.
pub fn take_away(ticket: &mut Ticket) {
    ticket.assigned_to = None;
    if ticket.state == "in_progress" {
        ticket.state = "new".into();
    }
}

/// Puts an incident on hold: for a reason, until a moment, or both.
pub fn hold(
    before: &Ticket,
    reason: Option<&str>,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Ticket> {
    let mut after = before.clone();
    move_to(&mut after, "hold")?;
    if reason.is_none() && until.is_none() {
        let message = "say why it waits, or until when";
        return Err(Error::invalid("on_hold_reason", "required", message));
    }
    if until.is_some_and(|until| until <= now) {
        return Err(Error::invalid("until", "future", "must lie in the future"));
    }
    after.on_hold_reason = reason.map(str::to_owned);
    after.on_hold_until = until;
    Ok(after)
}

/// Takes an incident off hold.
pub fn resume(before: &Ticket) -> Result<Ticket> {
    let mut after = before.clone();
    move_to(&mut after, "resume")?;
    Ok(after)
}

/// Resolves an incident.
pub fn resolve(
    before: &Ticket,
    code: &str,
    notes: &str,
    by: Uuid,
    now: Timestamp,
) -> Result<Ticket> {
    let mut after = before.clone();
    move_to(&mut after, "resolve")?;
    if notes.trim().is_empty() {
        return Err(Error::invalid("close_notes", "required", "say what was done"));
    }
    after.close_code = Some(code.to_owned());
    after.close_notes = Some(notes.to_owned());
    after.resolved_at = Some(now);
    after.resolved_by = Some(by);
    Ok(after)
}

/// Closes a resolved incident: the caller confirms, or time has passed.
pub fn close(before: &Ticket, now: Timestamp) -> Result<Ticket> {
    let mut after = before.clone();
    move_to(&mut after, "close")?;
    after.closed_at = Some(now);
    Ok(after)
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
    let mut after = before.clone();
    move_to(&mut after, "reopen")?;
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

/// Ends an incident without a resolution.
pub fn cancel(before: &Ticket, reason: &str, now: Timestamp) -> Result<Ticket> {
    let mut after = before.clone();
    move_to(&mut after, "cancel")?;
    if reason.trim().is_empty() {
        return Err(Error::invalid("reason", "required", "say why"));
    }
    after.close_code = Some("canceled".into());
    after.close_notes = Some(reason.to_owned());
    after.closed_at = Some(now);
    Ok(after)
}

/// Marks an incident as a duplicate of another.
pub fn duplicate(before: &Ticket, master: &Ticket, now: Timestamp) -> Result<Ticket> {
    let mut after = before.clone();
    move_to(&mut after, "duplicate")?;
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
    let mut after = before.clone();
    if before.duplicate_of.is_none() {
        return Err(Error::Refused("it is not a duplicate".into()));
    }
    move_to(&mut after, "unmerge")?;
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

/// Sets the priority from the matrix, unless it is set by hand.
pub fn prioritise(ticket: &mut Ticket, settings: &Settings) {
    ticket.priority = ticket
        .priority_override
        .unwrap_or_else(|| settings.matrix.priority(ticket.impact, ticket.urgency));
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

/// The sum of time worked afterwards: minutes below zero take away what was
/// recorded by mistake.
pub fn time_worked(sum: i64, minutes: i64) -> Result<i64> {
    let invalid = |message: String| Err(Error::invalid("minutes", "range", message));
    if minutes == 0 || minutes > 1440 {
        return invalid("is 1 to 1440, or below 0 to correct".into());
    }
    match sum.checked_add(minutes) {
        Some(sum) if sum >= 0 => Ok(sum),
        _ => invalid(format!("only {sum} minutes are recorded")),
    }
}
