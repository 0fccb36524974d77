//! The actions on an incident: load, ask the matrix, call the pure rule, write
//! the decision. One transaction each, made by whoever calls.

use serde_json::Value as Json;
use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::Change;
use steward_people::Call;
use steward_practice::commands::{corrects, finish, plain_entry};
use steward_practice::edit::{person, reference};
use steward_practice::{Loaded, check_assignee, has_left, parse_args, parse_time, said_under};
use steward_ticket::journal::{EntryKind, NewEntry};
use steward_ticket::{Effect, Ticket};

use crate::edit::Edits;
use crate::fields::Settings;
use crate::life_cycle::LIFE_CYCLE;
use crate::practice::PRACTICE;
use crate::{body, family, merge, rules};

/// An action on an incident, as requests, timers and rules name it.
#[derive(Debug, Clone)]
pub enum Action {
    /// Give it to a group, a person or both.
    Assign(body::Assign),
    /// Let it wait.
    Hold(body::Hold),
    /// Go on.
    Resume,
    /// It is solved.
    Resolve(body::Resolve),
    /// Confirm the solution.
    Close,
    /// It is not solved.
    Reopen(body::Reopen),
    /// End it without a solution.
    Cancel(body::Cancel),
    /// It repeats another.
    Duplicate(body::Duplicate),
    /// It does not, after all.
    Unmerge,
    /// Minutes worked.
    WorkTime(body::WorkTime),
}

impl Action {
    /// Its name in the life cycle, in permissions, and in the path of the API.
    pub fn name(&self) -> &'static str {
        match self {
            Action::Assign(_) => "assign",
            Action::Hold(_) => "hold",
            Action::Resume => "resume",
            Action::Resolve(_) => "resolve",
            Action::Close => "close",
            Action::Reopen(_) => "reopen",
            Action::Cancel(_) => "cancel",
            Action::Duplicate(_) => "duplicate",
            Action::Unmerge => "unmerge",
            Action::WorkTime(_) => "work-time",
        }
    }

    /// The action of that name with these arguments.
    ///
    /// # Errors
    /// `Invalid` for an unknown name or arguments that do not fit.
    pub fn parse(name: &str, args: &Json) -> Result<Action> {
        Ok(match name {
            "assign" => Action::Assign(parse_args(args)?),
            "hold" => Action::Hold(parse_args(args)?),
            "resume" => Action::Resume,
            "resolve" => Action::Resolve(parse_args(args)?),
            "close" => Action::Close,
            "reopen" => Action::Reopen(parse_args(args)?),
            "cancel" => Action::Cancel(parse_args(args)?),
            "duplicate" => Action::Duplicate(parse_args(args)?),
            "unmerge" => Action::Unmerge,
            "work-time" => Action::WorkTime(parse_args(args)?),
            _ => return Err(Error::invalid("command", "unknown", "there is no such action")),
        })
    }
}

/// Does an action, with all that follows from it in the same transaction.
pub fn act(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    number: &str,
    expected: Option<i64>,
    action: &Action,
) -> Result<Ticket> {
    act_with(tx, call, registries, number, expected, action, Vec::new())
}

/// The same with more to tell in its fact, such as the time it was due.
pub(crate) fn act_with(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    number: &str,
    expected: Option<i64>,
    action: &Action,
    told: Vec<Change>,
) -> Result<Ticket> {
    let right = LIFE_CYCLE.right(action.name());
    let loaded = PRACTICE.load_for(tx, call, registries, number, expected, right)?;
    let before = loaded.ticket.clone();
    let (mut after, mut effect) = decide(tx, call, &loaded, action)?;
    if matches!(action, Action::Reopen(_) | Action::Unmerge) && has_left(tx, &after)? {
        rules::take_away(&mut after);
    }
    let children = match action {
        Action::Resolve(_) => family::children(tx, call, &before)?,
        _ => family::Children::default(),
    };
    effect.extra.extend(children.left());
    effect.extra.extend(told);
    let fact = finish(tx, call, &loaded, &before, &mut after, effect)?;
    // What follows on other incidents follows from this fact.
    let call = Call { cause: call.cause.or(fact), ..call.clone() };
    match action {
        Action::Resolve(_) => {
            family::resolve(tx, &call, registries, &after, &children)?;
            merge::resolved(tx, &call, registries, &after)?;
        }
        Action::Duplicate(_) => merge::merged(tx, &call, registries, &after)?,
        Action::Unmerge => merge::unmerged(tx, &call, registries, &before)?,
        _ => {}
    }
    Ok(after)
}

pub(crate) fn effect(fact: &str) -> Effect {
    PRACTICE.effect(fact)
}

fn decide(tx: &mut Tx, call: &Call, loaded: &Loaded, action: &Action) -> Result<(Ticket, Effect)> {
    let before = &loaded.ticket;
    let now = call.now;
    Ok(match action {
        Action::Assign(body) => {
            let mut wrong = Gathered::default();
            let group = reference(tx, call, "team", "assignment_group", &body.assignment_group);
            let group = wrong.take(group)?.flatten();
            let person = person(tx, call, "assigned_to", &body.assigned_to);
            let person = wrong.take(person)?.flatten();
            wrong.take(check_assignee(tx, before, group, person))?;
            wrong.end()?;
            (rules::assign(before, group, person)?, effect("assigned"))
        }
        Action::Hold(body) => {
            let mut wrong = Gathered::default();
            let choice = |code: &String| loaded.registry.choice("on_hold_reason", code);
            let reason = body.on_hold_reason.as_ref().map(choice).transpose();
            let reason = wrong.take(reason)?.flatten();
            let until = parse_time("until", body.until.as_deref(), &call.actor.zone);
            let until = wrong.take(until)?.flatten();
            wrong.end()?;
            let mut effect = effect("on_hold");
            if let Some(text) = body.comment.as_deref().filter(|c| !c.trim().is_empty()) {
                effect.entries.push(comment(tx, call, text)?);
            }
            (rules::hold(before, reason.as_deref(), until, now)?, effect)
        }
        Action::Resume => (rules::resume(before)?, effect("resumed")),
        Action::Resolve(body) => {
            let mut wrong = Gathered::default();
            let code = loaded.registry.choice("close_code", &body.close_code);
            let code = wrong.take(code)?.unwrap_or_default();
            wrong.take(check_notes("close_notes", &body.close_notes))?;
            if body.close_notes.trim().is_empty() {
                let message = "say what was done";
                wrong.take::<()>(Err(Error::invalid("close_notes", "required", message)))?;
            }
            wrong.end()?;
            let by = call.actor.id;
            (rules::resolve(before, &code, &body.close_notes, by, now)?, effect("resolved"))
        }
        Action::Close => (rules::close(before, now)?, effect("closed")),
        Action::Reopen(body) => {
            let after = rules::reopen(before, &Settings::of(&loaded.registry), now)?;
            let mut effect = effect("reopened");
            effect
                .entries
                .push(comment(tx, call, &body.comment).map_err(|e| said_under(e, "comment"))?);
            (after, effect)
        }
        Action::Cancel(body) => {
            check_notes("reason", &body.reason)?;
            (rules::cancel(before, &body.reason, now)?, effect("canceled"))
        }
        Action::Duplicate(body) => merge::duplicate(tx, call, before, &body.of)?,
        Action::Unmerge => merge::unmerge(tx, before)?,
        Action::WorkTime(body) => {
            corrects(call, loaded)?;
            work_time(tx, call, before, body)?
        }
    })
}

fn check_notes(field: &str, text: &str) -> Result<()> {
    if text.len() > 65_536 {
        return Err(Error::invalid(field, "length", "has more than 64 KiB"));
    }
    Ok(())
}

fn comment(tx: &mut Tx, call: &Call, text: &str) -> Result<(NewEntry, Vec<Uuid>)> {
    plain_entry(tx, call, EntryKind::Comment, text)
}

fn work_time(
    tx: &mut Tx,
    call: &Call,
    before: &Ticket,
    body: &body::WorkTime,
) -> Result<(Ticket, Effect)> {
    let mut after = before.clone();
    after.time_worked_minutes = rules::time_worked(before.time_worked_minutes, body.minutes)?;
    let mut effect = effect("time_recorded");
    if let Some(note) = body.note.as_deref().filter(|n| !n.trim().is_empty()) {
        effect.entries.push(plain_entry(tx, call, EntryKind::WorkNote, note)?);
    }
    Ok((after, effect))
}

/// Changes fields.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    number: &str,
    expected: Option<i64>,
    body: &body::UpdateIncident,
) -> Result<Ticket> {
    let loaded = PRACTICE.load_for(tx, call, registries, number, expected, "update")?;
    let fact = if corrects(call, &loaded)? { "corrected" } else { "updated" };
    let before = loaded.ticket.clone();
    let mut after = before.clone();
    Edits { call, loaded: &loaded }.apply(tx, &mut after, body)?;
    rules::begin_work(&before, &mut after);
    finish(tx, call, &loaded, &before, &mut after, effect(fact))?;
    Ok(after)
}
