//! The commands of an incident: load, ask the matrix, call the pure rule,
//! write the decision. One transaction each, made by whoever calls.

use serde_json::Value as Json;
use std::sync::Arc;
use steward_api::{Patch, check_version};
use steward_base::{Error, Gathered, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::{Change, FactRef};
use steward_people::{Call, Target, allowed, check};
use steward_ticket::attachment::{Attachment, Audience, NewAttachment, attach};
use steward_ticket::journal::{EntryKind, NewEntry};
use steward_ticket::{Effect, Ticket, rich, save, store, target};

use crate::body;
use crate::edit::{Edits, person, team};
use crate::fields::{KIND, Settings};
use crate::life_cycle::{edit_refusal, permission};
use crate::{assignee, family, merge, rules, timers};

/// An incident with what decisions about it need.
pub struct Loaded {
    /// The incident.
    pub ticket: Ticket,
    /// What stands between the actor and it.
    pub target: Target,
    /// Its fields.
    pub registry: Arc<Registry>,
    /// What administrators decided.
    pub settings: Settings,
}

/// An incident already read, with what decisions about it need.
pub(crate) fn loaded(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    ticket: Ticket,
) -> Result<Loaded> {
    let target = target(tx, &call.actor, &ticket)?;
    let registry = registries.get(tx, KIND)?;
    let settings = Settings::of(&registry);
    Ok(Loaded { ticket, target, registry, settings })
}

/// Loads an incident that the actor may read.
///
/// # Errors
/// `NotFound` when it is absent or not visible.
pub fn load(tx: &mut Tx, call: &Call, registries: &Registries, number: &str) -> Result<Loaded> {
    let ticket = store::find(tx, KIND, number)?;
    let loaded = loaded(tx, call, registries, ticket)?;
    check(&call.actor, KIND, "read", &loaded.target)?;
    Ok(loaded)
}

/// Loads an incident for an action: visible, of the version named, and the
/// action is the actor's.
pub fn load_for(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    number: &str,
    expected: Option<i64>,
    action: &str,
) -> Result<Loaded> {
    let loaded = load(tx, call, registries, number)?;
    check(&call.actor, KIND, action, &loaded.target)?;
    check_version(expected, loaded.ticket.head.version)?;
    Ok(loaded)
}

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
        fn read<T: serde::de::DeserializeOwned>(args: &Json) -> Result<T> {
            let empty = Json::Object(Default::default());
            let args = if args.is_null() { &empty } else { args };
            T::deserialize(args).map_err(|e| Error::invalid("args", "format", e.to_string()))
        }
        Ok(match name {
            "assign" => Action::Assign(read(args)?),
            "hold" => Action::Hold(read(args)?),
            "resume" => Action::Resume,
            "resolve" => Action::Resolve(read(args)?),
            "close" => Action::Close,
            "reopen" => Action::Reopen(read(args)?),
            "cancel" => Action::Cancel(read(args)?),
            "duplicate" => Action::Duplicate(read(args)?),
            "unmerge" => Action::Unmerge,
            "work-time" => Action::WorkTime(read(args)?),
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
    let right = permission(action.name());
    let loaded = load_for(tx, call, registries, number, expected, right)?;
    let before = loaded.ticket.clone();
    let (mut after, mut effect) = decide(tx, call, &loaded, action)?;
    if matches!(action, Action::Reopen(_) | Action::Unmerge) && assignee::has_left(tx, &after)? {
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

/// Writes the incident and sets its timers; the first fact, if there was
/// anything to write.
pub(crate) fn finish(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    before: &Ticket,
    after: &mut Ticket,
    effect: Effect,
) -> Result<Option<FactRef>> {
    let fact = save(tx, call, &loaded.registry, before, after, effect)?;
    if fact.is_some() {
        timers::follow(tx, call, before, after, &loaded.settings, fact)?;
    }
    Ok(fact)
}

pub(crate) fn effect(fact: &str) -> Effect {
    Effect { fact: format!("{KIND}.{fact}"), ..Effect::default() }
}

fn decide(tx: &mut Tx, call: &Call, loaded: &Loaded, action: &Action) -> Result<(Ticket, Effect)> {
    let before = &loaded.ticket;
    let now = call.now;
    Ok(match action {
        Action::Assign(body) => {
            let mut wrong = Gathered::default();
            let group = wrong.take(team(tx, call, &body.assignment_group))?.flatten();
            let person = person(tx, call, "assigned_to", &body.assigned_to);
            let person = wrong.take(person)?.flatten();
            wrong.take(assignee::check(tx, before, group, person))?;
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
            let after = rules::reopen(before, &loaded.settings, now)?;
            let mut effect = effect("reopened");
            effect.entries.push(comment(tx, call, &body.comment).map_err(|e| on(e, "comment"))?);
            (after, effect)
        }
        Action::Cancel(body) => {
            check_notes("reason", &body.reason)?;
            (rules::cancel(before, &body.reason, now)?, effect("canceled"))
        }
        Action::Duplicate(body) => merge::duplicate(tx, call, before, &body.of)?,
        Action::Unmerge => merge::unmerge(tx, before)?,
        Action::WorkTime(body) => {
            check_open_to_edits(call, loaded)?;
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

/// The same refusal under the name the request used.
fn on(error: Error, field: &str) -> Error {
    match error {
        Error::Invalid(mut errors) => {
            for e in &mut errors {
                e.field = field.to_owned();
            }
            Error::Invalid(errors)
        }
        other => other,
    }
}

fn comment(tx: &mut Tx, call: &Call, text: &str) -> Result<(NewEntry, Vec<Uuid>)> {
    let entry = NewEntry::new(call.new_id(), EntryKind::Comment, text, false)?;
    let mentioned = mentioned(tx, &entry)?;
    Ok((entry, mentioned))
}

/// The persons an entry mentions by login.
pub fn mentioned(tx: &mut Tx, entry: &NewEntry) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for login in rich::mentions(&rich::plain(&entry.body, entry.format)).iter().take(20) {
        match steward_people::persons::by_login(tx, login) {
            Ok(person) => found.push(person.id),
            Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(found)
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
        let entry = NewEntry::new(call.new_id(), EntryKind::WorkNote, note, false)?;
        let mentioned = mentioned(tx, &entry)?;
        effect.entries.push((entry, mentioned));
    }
    Ok((after, effect))
}

/// Reads a time of a request; a day is its beginning in that zone.
fn parse_time(field: &str, text: Option<&str>, zone: &str) -> Result<Option<Timestamp>> {
    let message = "is a time like 2026-11-24T08:00:00.000Z or a day like 2026-11-24";
    let begins = |day: jiff::civil::Date| {
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
    };
    let parse = |text: &str| {
        // A time without a zone begins like a day and is none.
        let day = text.parse().ok().filter(|_| text.len() == "2026-11-24".len());
        day.map_or_else(|| text.parse::<Timestamp>(), begins)
            .map(steward_base::time::micros)
            .map_err(|_| Error::invalid(field, "time", message))
    };
    text.map(parse).transpose()
}

/// Whether a change of fields is a correction of what has ended.
///
/// # Errors
/// `Refused` when it has ended and the actor may not correct it.
fn check_open_to_edits(call: &Call, loaded: &Loaded) -> Result<bool> {
    match edit_refusal(&loaded.ticket.state) {
        None => Ok(false),
        Some(_) if allowed(&call.actor, KIND, "correct", &loaded.target) => Ok(true),
        Some(reason) => Err(Error::Refused(reason)),
    }
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
    let loaded = load_for(tx, call, registries, number, expected, "update")?;
    let fact = if check_open_to_edits(call, &loaded)? { "corrected" } else { "updated" };
    let before = loaded.ticket.clone();
    let mut after = before.clone();
    Edits { call, loaded: &loaded }.apply(tx, &mut after, body)?;
    rules::begin_work(&before, &mut after);
    finish(tx, call, &loaded, &before, &mut after, effect(fact))?;
    Ok(after)
}

/// Writes a comment or a work note. An answer of the caller ends the waiting
/// for the caller.
pub fn write_entry(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    number: &str,
    entry: &NewEntry,
) -> Result<Ticket> {
    let loaded = load(tx, call, registries, number)?;
    let before = loaded.ticket.clone();
    let resumes = entry.kind == EntryKind::Comment && rules::answer_resumes(&before, call.actor.id);
    let mut after = if resumes { rules::resume(&before)? } else { before.clone() };
    let mut effect = effect("resumed");
    let mentioned = mentioned(tx, entry)?;
    effect.entries.push((entry.clone(), mentioned));
    finish(tx, call, &loaded, &before, &mut after, effect)?;
    Ok(after)
}

/// Attaches a file. A public one of the caller is an answer, and ends the
/// waiting for the caller.
pub fn attach_file(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    number: &str,
    new: &NewAttachment,
) -> Result<Attachment> {
    let loaded = load(tx, call, registries, number)?;
    let made = attach(tx, call, &loaded.registry, &loaded.ticket, new)?;
    if made.audience == Audience::Public && rules::answer_resumes(&loaded.ticket, call.actor.id) {
        let before = store::by_id(tx, loaded.ticket.head.id)?;
        let mut after = rules::resume(&before)?;
        finish(tx, call, &loaded, &before, &mut after, effect("resumed"))?;
    }
    Ok(made)
}

/// A patch's value as a new value: left out, emptied or set.
pub(crate) fn given<T: Clone>(patch: &Patch<T>) -> Option<Option<T>> {
    patch.clone().as_option()
}
