//! The commands of an incident: load, ask the matrix, call the pure rule,
//! write the decision. One transaction each, made by whoever calls.

use serde_json::Value as Json;
use std::sync::Arc;
use steward_api::{Patch, check_version};
use steward_base::{Error, Gathered, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::Change;
use steward_people::{Call, Target, allowed, check};
use steward_ticket::journal::{EntryKind, NewEntry};
use steward_ticket::{Effect, Ticket, rich, save, store, target};

use crate::body;
use crate::edit::{Edits, person, team};
use crate::fields::{KIND, Settings};
use crate::life_cycle::{edit_refusal, permission};
use crate::{rules, timers};

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
    let right = permission(action.name());
    let loaded = load_for(tx, call, registries, number, expected, right)?;
    let before = loaded.ticket.clone();
    let (mut after, effect) = decide(tx, call, &loaded, action)?;
    finish(tx, call, &loaded, &before, &mut after, effect)?;
    if matches!(action, Action::Resolve(_)) {
        resolve_children(tx, call, registries, &after)?;
    }
    Ok(after)
}

/// Writes the incident and sets its timers.
pub(crate) fn finish(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    before: &Ticket,
    after: &mut Ticket,
    effect: Effect,
) -> Result<()> {
    let fact = save(tx, call, &loaded.registry, before, after, effect)?;
    if fact.is_some() {
        timers::follow(tx, call, before, after, &loaded.settings, fact)?;
    }
    Ok(())
}

fn effect(fact: &str) -> Effect {
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
            wrong.end()?;
            (rules::assign(before, group, person)?, effect("assigned"))
        }
        Action::Hold(body) => {
            let mut wrong = Gathered::default();
            let reason = loaded.registry.choice("on_hold_reason", &body.on_hold_reason);
            let reason = wrong.take(reason)?.unwrap_or_default();
            let until = wrong.take(parse_time("until", body.until.as_deref()))?.flatten();
            wrong.end()?;
            let mut effect = effect("on_hold");
            if let Some(text) = body.comment.as_deref().filter(|c| !c.trim().is_empty()) {
                effect.entries.push(comment(tx, call, text)?);
            }
            (rules::hold(before, &reason, until, now)?, effect)
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
        Action::Duplicate(body) => duplicate(tx, call, before, &body.of)?,
        Action::Unmerge => unmerge(tx, before)?,
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

fn duplicate(tx: &mut Tx, call: &Call, before: &Ticket, of: &str) -> Result<(Ticket, Effect)> {
    let unknown =
        || Error::invalid("of", "reference", "no incident that you may see has this number");
    let master = store::find(tx, KIND, of).map_err(|_| unknown())?;
    let seen = target(tx, &call.actor, &master)?;
    check(&call.actor, KIND, "duplicate", &seen).map_err(|_| unknown())?;
    let after = rules::duplicate(before, &master, call.now)?;
    let relation = store::Relation {
        id: call.new_id(),
        relation_type: "duplicate_of".into(),
        from: before.head.id,
        to: master.head.id,
        by: call.actor.id,
        at: call.now,
    };
    store::add_relation(tx, &relation)?;
    let mut effect = effect("merged");
    effect.extra.push(Change::plain("state_before_merge", Json::Null, before.state.as_str()));
    Ok((after, effect))
}

fn unmerge(tx: &mut Tx, before: &Ticket) -> Result<(Ticket, Effect)> {
    let facts = steward_history::facts_of(tx, before.head.id, 0, 10_000)?;
    let merged = facts.iter().rev().find(|f| f.kind == "incident.merged");
    let state = merged.and_then(|f| f.to("state_before_merge")).and_then(Json::as_str);
    let after = rules::unmerge(before, state)?;
    for relation in store::relations(tx, before.head.id)? {
        if relation.relation_type == "duplicate_of" && relation.from == before.head.id {
            store::remove_relation(tx, relation.id)?;
        }
    }
    Ok((after, effect("unmerged")))
}

fn work_time(
    tx: &mut Tx,
    call: &Call,
    before: &Ticket,
    body: &body::WorkTime,
) -> Result<(Ticket, Effect)> {
    if !(1..=1440).contains(&body.minutes) {
        return Err(Error::invalid("minutes", "range", "is 1 to 1440"));
    }
    let mut after = before.clone();
    after.time_worked_minutes += body.minutes;
    let mut effect = effect("time_recorded");
    if let Some(note) = body.note.as_deref().filter(|n| !n.trim().is_empty()) {
        let entry = NewEntry::new(call.new_id(), EntryKind::WorkNote, note, false)?;
        let mentioned = mentioned(tx, &entry)?;
        effect.entries.push((entry, mentioned));
    }
    Ok((after, effect))
}

/// Resolving a parent resolves its open children with its notes, where the
/// actor may; reopening does not reopen them.
fn resolve_children(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    parent: &Ticket,
) -> Result<()> {
    let open: Vec<Ticket> = store::children(tx, parent.head.id)?
        .into_iter()
        .filter(|child| child.is_open() && child.kind() == KIND)
        .collect();
    for child in open {
        let seen = target(tx, &call.actor, &child)?;
        if !allowed(&call.actor, KIND, "resolve", &seen) {
            continue;
        }
        let action = Action::Resolve(body::Resolve {
            close_code: parent.close_code.clone().unwrap_or_default(),
            close_notes: parent.close_notes.clone().unwrap_or_default(),
        });
        act(tx, call, registries, child.number(), None, &action)?;
    }
    Ok(())
}

/// Reads a time of a request.
pub(crate) fn parse_time(field: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    let parse = |text: &str| {
        text.parse::<Timestamp>()
            .map(steward_base::time::micros)
            .map_err(|_| Error::invalid(field, "time", "is a time like 2026-11-24T08:00:00.000Z"))
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

/// A patch's value as a new value: left out, emptied or set.
pub(crate) fn given<T: Clone>(patch: &Patch<T>) -> Option<Option<T>> {
    patch.clone().as_option()
}
