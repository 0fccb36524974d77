//! The actions that every kind of ticket may have, ready to be listed by a
//! practice whose life cycle has them.

mod body;

use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_people::Call;
use steward_ticket::journal::{EntryKind, NewEntry};

pub use self::body::{Assign, Cancel, Hold, Nothing, Resolve, WorkTime};
use crate::act::{Action, Decision, look_no_further};
use crate::assignee::check as check_assignee;
use crate::body::parse_time;
use crate::commands::{corrects, plain_entry};
use crate::edit::{check_text, person, reference};
use crate::load::Loaded;
use crate::rules;

/// Give it to a team, a person or both.
pub fn assign() -> Action {
    let look = |tx: &mut Tx, call: &Call, blank: &Loaded, body: &Assign| {
        named(tx, call, blank, body).map(drop)
    };
    Action::new("assign", "Give it to a team, a person or both", assigned, look)
}

/// Put it on hold.
pub fn hold() -> Action {
    let look = |_: &mut Tx, _: &Call, blank: &Loaded, body: &Hold| {
        reason(blank, body.on_hold_reason.as_deref()).map(drop)
    };
    Action::new("hold", "Put it on hold", held, look)
}

/// Take it off hold.
pub fn resume() -> Action {
    let decide = |_: &mut Tx, _: &Call, loaded: &Loaded, _: &Nothing| {
        let after = rules::step(loaded.life_cycle(), &loaded.ticket, "resume")?;
        Ok(Decision::new(after, loaded.effect("resumed")))
    };
    Action::new("resume", "Take it off hold", decide, look_no_further)
}

/// Resolve it. What follows from that on other tickets is the practice's: it
/// lists an action of its own that begins with [`resolved`].
pub fn resolve() -> Action {
    Action::new("resolve", "Resolve it", resolved, look_at_resolution)
}

/// Confirm the solution.
pub fn close() -> Action {
    let decide = |_: &mut Tx, call: &Call, loaded: &Loaded, _: &Nothing| {
        let after = rules::close(loaded.life_cycle(), &loaded.ticket, call.now)?;
        Ok(Decision::new(after, loaded.effect("closed")))
    };
    Action::new("close", "Confirm the solution", decide, look_no_further)
}

/// End it without a solution.
pub fn cancel() -> Action {
    let decide = |_: &mut Tx, call: &Call, loaded: &Loaded, body: &Cancel| {
        check_text("reason", &body.reason)?;
        let after = rules::cancel(loaded.life_cycle(), &loaded.ticket, &body.reason, call.now)?;
        Ok(Decision::new(after, loaded.effect("canceled")))
    };
    Action::new("cancel", "End it without a solution", decide, look_no_further)
}

/// Record time worked; only people do.
pub fn work_time() -> Action {
    let action = Action::new("work-time", "Record time worked", worked, look_no_further);
    action.by_hand().called("record_time")
}

type Named = (Option<Option<Uuid>>, Option<Option<Uuid>>);

/// The group and the person of a body, who may have it.
fn named(tx: &mut Tx, call: &Call, loaded: &Loaded, body: &Assign) -> Result<Named> {
    let mut wrong = Gathered::default();
    let group = reference(tx, call, "team", "assignment_group", &body.assignment_group);
    let group = wrong.take(group)?.flatten();
    let to = person(tx, call, "assigned_to", &body.assigned_to);
    let to = wrong.take(to)?.flatten();
    wrong.take(check_assignee(tx, &loaded.ticket, group, to))?;
    wrong.end()?;
    Ok((group, to))
}

fn assigned(tx: &mut Tx, call: &Call, loaded: &Loaded, body: &Assign) -> Result<Decision> {
    let (group, to) = named(tx, call, loaded, body)?;
    let after = rules::assign(loaded.life_cycle(), &loaded.ticket, group, to)?;
    Ok(Decision::new(after, loaded.effect("assigned")))
}

/// The code of a reason, by code or label.
fn reason(loaded: &Loaded, given: Option<&str>) -> Result<Option<String>> {
    given.map(|code| loaded.registry.choice("on_hold_reason", code)).transpose()
}

fn held(tx: &mut Tx, call: &Call, loaded: &Loaded, body: &Hold) -> Result<Decision> {
    let mut wrong = Gathered::default();
    let reason = wrong.take(reason(loaded, body.on_hold_reason.as_deref()))?.flatten();
    let until = parse_time("until", body.until.as_deref(), &call.actor.zone);
    let until = wrong.take(until)?.flatten();
    wrong.end()?;
    let mut effect = loaded.effect("on_hold");
    if let Some(text) = body.comment.as_deref().filter(|c| !c.trim().is_empty()) {
        effect.entries.push(comment(tx, call, text)?);
    }
    let (before, reason) = (&loaded.ticket, reason.as_deref());
    let after = rules::hold(loaded.life_cycle(), before, reason, until, call.now)?;
    Ok(Decision::new(after, effect))
}

/// Resolves the ticket with a code and notes.
///
/// # Errors
/// `Refused` by the life cycle; `Invalid` with each field that is wrong.
pub fn resolved(_: &mut Tx, call: &Call, loaded: &Loaded, body: &Resolve) -> Result<Decision> {
    let mut wrong = Gathered::default();
    let code = loaded.registry.choice("close_code", &body.close_code);
    let code = wrong.take(code)?.unwrap_or_default();
    wrong.take(check_text("close_notes", &body.close_notes))?;
    if body.close_notes.trim().is_empty() {
        let message = "say what was done";
        wrong.take::<()>(Err(Error::invalid("close_notes", "required", message)))?;
    }
    wrong.end()?;
    let solution = (code.as_str(), body.close_notes.as_str());
    let (life_cycle, before) = (loaded.life_cycle(), &loaded.ticket);
    let after = rules::resolve(life_cycle, before, solution, call.actor.id, call.now)?;
    Ok(Decision::new(after, loaded.effect("resolved")))
}

/// Looks at what a rule resolves with.
///
/// # Errors
/// `Invalid` for a code that is none.
pub fn look_at_resolution(_: &mut Tx, _: &Call, blank: &Loaded, body: &Resolve) -> Result<()> {
    blank.registry.choice("close_code", &body.close_code).map(drop)
}

/// A comment that goes with an action, with whom it mentions.
///
/// # Errors
/// `Invalid` on `text`.
pub fn comment(tx: &mut Tx, call: &Call, text: &str) -> Result<(NewEntry, Vec<Uuid>)> {
    plain_entry(tx, call, EntryKind::Comment, text)
}

fn worked(tx: &mut Tx, call: &Call, loaded: &Loaded, body: &WorkTime) -> Result<Decision> {
    corrects(call, loaded)?;
    let mut after = loaded.ticket.clone();
    after.time_worked_minutes = rules::time_worked(after.time_worked_minutes, body.minutes)?;
    let mut effect = loaded.effect("time_recorded");
    if let Some(note) = body.note.as_deref().filter(|n| !n.trim().is_empty()) {
        effect.entries.push(plain_entry(tx, call, EntryKind::WorkNote, note)?);
    }
    Ok(Decision::new(after, effect))
}
