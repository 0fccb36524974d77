//! Rules made, changed, read: each write checks the matrix and leaves a fact.

use serde_json::{Value as Json, json};
use steward_base::{Error, Result, Uuid};
use steward_condition::Args;
use steward_database::Tx;
use steward_history::{Change, Head, NewRecord, append, create_record, head, rename, save_head};
use steward_people::persons::{self, NewPerson, PersonKind};
use steward_people::{
    Actor, Call, Role, Target, check, check_create, refusal, visibility, visible_sql,
};

use super::engine::Automation;
use super::timed::reschedule;
use super::{KIND, Rule, Run, Step, When, check as rules, store};

/// What a new rule needs.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// Its name.
    pub name: String,
    /// Whose records; the actor's own organisation when not given.
    pub organisation: Option<Uuid>,
    /// What sets it off.
    pub when: When,
    /// The condition; empty is always.
    pub condition: String,
    /// What it does.
    pub then: Vec<Step>,
    /// The roles it acts with.
    pub roles: Vec<Role>,
    /// Whether it is on.
    pub active: bool,
}

/// What changes; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct RuleChange {
    /// Its name.
    pub name: Option<String>,
    /// What sets it off.
    pub when: Option<When>,
    /// The condition.
    pub condition: Option<String>,
    /// What it does.
    pub then: Option<Vec<Step>>,
    /// The roles it acts with.
    pub roles: Option<Vec<Role>>,
    /// Whether it is on.
    pub active: Option<bool>,
}

fn target(head: &Head) -> Target {
    Target { organisation: head.organisation, called: false, own: false, team: false }
}

/// Makes a rule and the service actor it acts as.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field that breaks a rule.
pub fn create(tx: &mut Tx, call: &Call, engine: &Automation, new: &NewRule) -> Result<Rule> {
    let organisation = new.organisation.unwrap_or(call.actor.organisation);
    check_create(&call.actor, KIND, organisation)?;
    let id = call.new_id();
    let mut rule = Rule {
        id,
        name: new.name.trim().to_owned(),
        organisation,
        version: 1,
        actor: Uuid::nil(),
        when: new.when.clone(),
        condition: new.condition.clone(),
        then: new.then.clone(),
        roles: new.roles.clone(),
        active: new.active,
        published_by: call.actor.id,
        published_at: call.now,
    };
    rules::check(tx, engine, &rule, call)?;
    let actor = NewPerson {
        kind: PersonKind::Service,
        login: format!("rule-{}", id.simple()),
        name: rule.name.clone(),
        organisation: Some(organisation),
        ..NewPerson::default()
    };
    rule.actor = persons::create(tx, call, &actor)?.id;
    let record = NewRecord {
        id,
        kind: KIND,
        number: None,
        name: &rule.name,
        organisation,
        created_at: call.now,
    };
    let mut head = create_record(tx, &record)?;
    store::insert(tx, &rule)?;
    let mut changes = changes(None, &rule)?;
    changes.push(Change::plain("actor", Json::Null, rule.actor.to_string()));
    append(tx, &call.entropy, &mut head, &call.stamp(), "automation_rule.created", &changes)?;
    save_head(tx, &mut head)?;
    reschedule(tx, call, &rule)?;
    Ok(rule)
}

/// What differs, in the form facts take. Conditions and arguments may hold
/// words of people, so they stand apart.
fn changes(before: Option<&Rule>, after: &Rule) -> Result<Vec<Change>> {
    let value = |of: &Rule| -> Result<[(&'static str, Json); 6]> {
        Ok([
            ("name", json!(of.name)),
            ("when", serde_json::to_value(&of.when).map_err(Error::internal)?),
            ("condition", json!(of.condition)),
            ("then", serde_json::to_value(&of.then).map_err(Error::internal)?),
            ("roles", json!(of.roles)),
            ("active", json!(of.active)),
        ])
    };
    let old = before.map(value).transpose()?;
    let mut found = Vec::new();
    for (i, (field, to)) in value(after)?.into_iter().enumerate() {
        let from = old.as_ref().map_or(Json::Null, |old| old[i].1.clone());
        if from == to {
            continue;
        }
        found.push(match (field, &to) {
            ("name" | "condition", Json::String(text)) => Change::text(field, text.clone(), None),
            ("then", to) => Change::text(field, to.to_string(), None),
            _ => Change::plain(field, from, to),
        });
    }
    Ok(found)
}

fn open(
    tx: &mut Tx,
    call: &Call,
    id: Uuid,
    action: &str,
    expected: Option<i64>,
) -> Result<(Head, Rule)> {
    let rule = store::load(tx, id)?;
    let head = head(tx, id)?;
    check(&call.actor, KIND, action, &target(&head))?;
    match expected {
        Some(expected) if expected != head.version => {
            Err(Error::VersionConflict { expected, actual: head.version })
        }
        _ => Ok((head, rule)),
    }
}

/// Changes a rule; whoever does publishes it: it acts with their rights from
/// then on.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`, `Invalid`.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    engine: &Automation,
    id: Uuid,
    change: &RuleChange,
    expected: Option<i64>,
) -> Result<Rule> {
    let (mut head, before) = open(tx, call, id, "update", expected)?;
    let change = change.clone();
    let mut rule = Rule {
        name: change.name.map_or(before.name.clone(), |name| name.trim().to_owned()),
        when: change.when.unwrap_or(before.when.clone()),
        condition: change.condition.unwrap_or(before.condition.clone()),
        then: change.then.unwrap_or(before.then.clone()),
        roles: change.roles.unwrap_or(before.roles.clone()),
        active: change.active.unwrap_or(before.active),
        published_by: call.actor.id,
        published_at: call.now,
        ..before.clone()
    };
    rules::check(tx, engine, &rule, call)?;
    let mut changes = changes(Some(&before), &rule)?;
    if before.published_by != rule.published_by {
        let (from, to) = (before.published_by.to_string(), rule.published_by.to_string());
        changes.push(Change::plain("published_by", from, to));
    }
    if changes.is_empty() {
        return Ok(before);
    }
    if rule.name != before.name {
        rename(tx, &mut head, &rule.name)?;
    }
    append(tx, &call.entropy, &mut head, &call.stamp(), "automation_rule.updated", &changes)?;
    save_head(tx, &mut head)?;
    store::save(tx, &rule, false)?;
    reschedule(tx, call, &rule)?;
    rule.version = head.version;
    Ok(rule)
}

/// Deletes a rule: it acts no more and is no longer listed; its history stays.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`.
pub fn delete(tx: &mut Tx, call: &Call, id: Uuid, expected: Option<i64>) -> Result<()> {
    let (mut head, mut rule) = open(tx, call, id, "delete", expected)?;
    rule.active = false;
    let change = [Change::plain("deleted", false, true)];
    append(tx, &call.entropy, &mut head, &call.stamp(), "automation_rule.deleted", &change)?;
    save_head(tx, &mut head)?;
    store::save(tx, &rule, true)?;
    reschedule(tx, call, &rule)
}

/// One rule, as far as the actor may read it.
///
/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<Rule> {
    let rule = store::load(tx, id)?;
    let target = Target { organisation: rule.organisation, called: false, own: false, team: false };
    check(actor, KIND, "read", &target)?;
    Ok(rule)
}

/// Rules the actor may read, by name, after the one with this folded name and
/// id.
///
/// # Errors
/// `Forbidden` for who may read none.
pub fn list(
    tx: &mut Tx,
    actor: &Actor,
    after: Option<(String, Uuid)>,
    limit: i64,
) -> Result<Vec<Rule>> {
    let (visible, args) = visible(actor)?;
    store::page(tx, &visible, args, after, limit)
}

/// How many rules the actor may read.
///
/// # Errors
/// `Forbidden` for who may read none.
pub fn count(tx: &mut Tx, actor: &Actor) -> Result<i64> {
    let (visible, args) = visible(actor)?;
    store::count(tx, &visible, &args)
}

fn visible(actor: &Actor) -> Result<(String, Args)> {
    let seen = visibility(actor, KIND, "read");
    if seen.is_none() {
        return Err(Error::Forbidden(refusal(actor, KIND, "read")));
    }
    let mut args = Args::new();
    let visible = visible_sql(&seen, actor, KIND, &mut args);
    Ok((visible, args))
}

/// How many runs a rule has.
///
/// # Errors
/// `NotFound`.
pub fn count_runs(tx: &mut Tx, actor: &Actor, rule: Uuid) -> Result<i64> {
    get(tx, actor, rule)?;
    store::count_runs(tx, rule)
}

/// Runs of a rule, newest first, before the place `before`.
///
/// # Errors
/// `NotFound`.
pub fn runs(
    tx: &mut Tx,
    actor: &Actor,
    rule: Uuid,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Run>> {
    get(tx, actor, rule)?;
    store::runs_of(tx, rule, before, limit)
}
