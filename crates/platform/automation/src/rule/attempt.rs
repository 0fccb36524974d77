//! Trying a rule: what it would have done in a period of the past, with the
//! values as they were. Nothing is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_fields::Registry;
use steward_history::head;
use steward_people::{Actor, Call, Name, Target, allowed, check, has_action, names, refusal};
use steward_ticket::{reads, store as tickets, target};

use super::acting::acting;
use super::engine::Automation;
use super::store::PastFact;
use super::{KIND, Rule, Step, store, timed};
use crate::evaluate::{condition_for, reference_fields};
use crate::parse_patterns;
use crate::past::Past;

/// Facts looked at in one trial.
const MOST_FACTS: i64 = 20_000;
/// Runs listed by one trial.
const MOST_RUNS: usize = 500;

/// One command as it would have been.
#[derive(Debug, Clone, PartialEq)]
pub struct WouldCommand {
    /// The command with its arguments.
    pub step: Step,
    /// Why the rule's actor may not do it, if so.
    pub refused: Option<String>,
}

/// One run that would have been.
#[derive(Debug, Clone, PartialEq)]
pub struct Would {
    /// When.
    pub at: Timestamp,
    /// The record.
    pub record: Arc<Name>,
    /// The fact that would have set it off.
    pub fact: String,
    /// The door that fact came through. Rules never act on imported facts; a
    /// trial shows them, since often there is no other past.
    pub door: String,
    /// The fields the condition asks for, as they were.
    pub values: BTreeMap<String, Json>,
    /// The commands.
    pub commands: Vec<WouldCommand>,
}

/// What the rule would have done with the facts that happened from `from` up to
/// `to`, and whether there would have been more.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` for a period that ends before it begins;
/// `Refused` for a rule with a rhythm (its condition is a list) and for one
/// whose condition cannot be asked any more.
pub fn try_rule(
    tx: &mut Tx,
    call: &Call,
    engine: &Automation,
    id: Uuid,
    (from, to): (Timestamp, Timestamp),
) -> Result<(Vec<Would>, bool)> {
    let rule = store::load(tx, id)?;
    let own = Target { organisation: rule.organisation, called: false, own: false, team: false };
    check(&call.actor, KIND, "try", &own)?;
    if to <= from {
        return Err(Error::invalid("to", "range", "must be after from"));
    }
    if rule.when.facts.is_empty() {
        let words = "a rule with a rhythm is not set off by facts, so that there is nothing to \
                     try it on; its condition works as a list, with as_of for the past";
        return Err(Error::Refused(words.into()));
    }
    let actor = acting(tx, &rule)?.map_err(Error::Refused)?;
    let patterns = parse_patterns("when.facts", &rule.when.facts)?;
    let facts = store::facts_between(tx, &patterns, from, to, MOST_FACTS + 1)?;
    let mut more = facts.len() as i64 > MOST_FACTS;
    let mut found = Vec::new();
    let actor = Arc::new(actor);
    let acting = Call { actor: actor.clone(), ..call.clone() };
    // The same for every record.
    let looks = rule.then.iter().map(|step| {
        match engine.commands().check(tx, &acting, &step.command, &step.args) {
            Ok(()) => Ok(None),
            Err(Error::Invalid(errors)) => {
                let words = errors.iter().map(|e| format!("{}: {}", e.field, e.message));
                Ok(Some(words.collect::<Vec<_>>().join("; ")))
            }
            Err(other) => Err(other),
        }
    });
    let broken = looks.collect::<Result<Vec<_>>>()?;
    let trial = Trial { engine, rule: &rule, actor: &actor, caller: &call.actor, broken };
    for fact in facts.iter().take(MOST_FACTS as usize) {
        if !patterns.iter().any(|p| p.matches(&fact.kind)) {
            continue;
        }
        if found.len() == MOST_RUNS {
            more = true;
            break;
        }
        found.extend(trial.one(tx, fact)?);
    }
    Ok((found, more))
}

struct Trial<'a> {
    engine: &'a Automation,
    rule: &'a Rule,
    actor: &'a Actor,
    caller: &'a Actor,
    /// Of each command, why its arguments would be refused today.
    broken: Vec<Option<String>>,
}

impl Trial<'_> {
    fn one(&self, tx: &mut Tx, fact: &PastFact) -> Result<Option<Would>> {
        let head = head(tx, fact.record)?;
        let Some(registry) = self.engine.registry(tx, &head.kind)? else { return Ok(None) };
        let ticket = tickets::by_id(tx, fact.record)?;
        let mine = reads(tx, self.actor, &ticket)?;
        let theirs = reads(tx, self.caller, &ticket)?;
        if !mine.ticket || !theirs.ticket {
            return Ok(None);
        }
        let (at, until) = match self.rule.when.after_minutes {
            None => (fact.at, fact.seq),
            Some(minutes) => {
                let at = timed::later(fact.at, minutes);
                (at, store::last_seq_by(tx, fact.record, at)?.max(fact.seq))
            }
        };
        let condition = condition_for(tx.engine(), self.actor, &registry, &self.rule.condition, at);
        let condition = condition.map_err(|e| Error::Refused(format!("condition: {e}")))?;
        let mut past = Past::fold(tx, &head, &registry, until)?;
        past.with_keys(tx, reference_fields(&condition, &registry).map(|(name, _)| name))?;
        if condition.has_free_words() {
            past.with_texts(tx, head.id, until, mine.internal)?;
        }
        if !condition.matches(&past) {
            return Ok(None);
        }
        let shown = |name: &str| theirs.internal || is_shown(&registry, name);
        let fields = condition.fields().iter().map(|used| used.name.clone());
        let values = fields.filter(|f| shown(f)).map(|f| (f.clone(), past.json(&f))).collect();
        let name = names(tx, &[head.id])?.remove(&head.id).ok_or(Error::NotFound)?;
        let target = target(tx, self.actor, &ticket)?;
        let commands = self
            .rule
            .then
            .iter()
            .zip(&self.broken)
            .map(|(step, broken)| self.command(step, &target, broken.clone()))
            .collect();
        let (fact, door) = (fact.kind.clone(), fact.door.clone());
        Ok(Some(Would { at, record: name, fact, door, values, commands }))
    }

    /// Whether the command would be the actor's at all; the life cycle is not
    /// asked, since the other commands of that time are not done either.
    fn command(&self, step: &Step, target: &Target, broken: Option<String>) -> WouldCommand {
        let refused = step.command.split_once('.').and_then(|(kind, action)| {
            let action = match action {
                "note" => "write_work_notes",
                action => action,
            };
            let known = has_action(kind, action);
            (known && !allowed(self.actor, kind, action, target))
                .then(|| refusal(self.actor, kind, action))
        });
        WouldCommand { step: step.clone(), refused: refused.or(broken) }
    }
}

fn is_shown(registry: &Registry, name: &str) -> bool {
    registry.field(name).is_some_and(|f| f.group != "internal")
}
