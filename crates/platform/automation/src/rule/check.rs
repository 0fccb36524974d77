//! What a rule must look like to be published.

use std::sync::Arc;

use steward_base::{Error, FieldError, Result};
use steward_database::Tx;
use steward_people::Call;

use super::engine::Automation;
use super::{Rule, Step, acting};
use crate::evaluate::condition_for;
use crate::parse_patterns;

/// Most commands of one rule.
const MOST_COMMANDS: usize = 20;
/// Most minutes of a wait or a rhythm: a year.
const YEAR: i64 = 525_600;

/// Checks a rule before whoever calls publishes it.
///
/// # Errors
/// `Invalid`, with every field that breaks a rule.
pub(crate) fn check(tx: &mut Tx, engine: &Automation, rule: &Rule, call: &Call) -> Result<()> {
    let (publisher, now) = (call.actor.as_ref(), call.now);
    let mut broken: Vec<FieldError> = Vec::new();
    let mut add = |answer: Result<()>| match answer {
        Ok(()) => Ok(()),
        Err(Error::Invalid(errors)) => {
            broken.extend(errors);
            Ok(())
        }
        Err(other) => Err(other),
    };
    let length = rule.name.trim().chars().count();
    if length == 0 || length > 255 || rule.name.chars().any(char::is_control) {
        add(Err(Error::invalid("name", "length", "give it a name of 1 to 255 characters")))?;
    }
    let kinds = match kinds(rule) {
        Ok(kinds) => kinds,
        Err(error) => {
            add(Err(error))?;
            Vec::new()
        }
    };
    for step in &rule.then {
        add(command(engine, &kinds, &step.command))?;
    }
    if rule.then.is_empty() || rule.then.len() > MOST_COMMANDS {
        let words = format!("give 1 to {MOST_COMMANDS} commands");
        add(Err(Error::invalid("then", "length", words)))?;
    }
    let grants = acting::grants(rule, publisher);
    if grants.is_empty() {
        let words = "a rule acts with roles that whoever publishes it holds";
        add(Err(Error::invalid("roles", "held", words)))?;
    }
    let mut actor = publisher.clone();
    actor.grants = grants;
    let acting = Call { actor: Arc::new(actor.clone()), ..call.clone() };
    for (place, step) in rule.then.iter().enumerate() {
        let looked = engine.commands().check(tx, &acting, &step.command, &step.args);
        add(looked.map_err(|error| of_step(place, step, error)))?;
    }
    for kind in &kinds {
        let field = if rule.when.every_minutes.is_some() { "when.kind" } else { "when.facts" };
        let Some(registry) = engine.registry(tx, kind)? else {
            add(Err(Error::invalid(
                field,
                "kind",
                format!("there are no tickets of kind {kind}"),
            )))?;
            continue;
        };
        let read = condition_for(tx.engine(), &actor, &registry, &rule.condition, now);
        add(read
            .map(drop)
            .map_err(|error| Error::invalid("condition", "condition", error.to_string())))?;
    }
    if broken.is_empty() { Ok(()) } else { Err(Error::Invalid(broken)) }
}

/// A fault of arguments under the place of its step.
fn of_step(place: usize, step: &Step, error: Error) -> Error {
    let Error::Invalid(errors) = error else { return error };
    let under = |e: FieldError| {
        let inner = e.field.strip_prefix("args").unwrap_or(&e.field).trim_start_matches('.');
        let dot = if inner.is_empty() { "" } else { "." };
        FieldError {
            field: format!("then[{place}].args{dot}{inner}"),
            message: format!("{}: {}", step.command, e.message),
            ..e
        }
    };
    Error::Invalid(errors.into_iter().map(under).collect())
}

/// The kinds of ticket a rule is about.
pub(crate) fn kinds(rule: &Rule) -> Result<Vec<String>> {
    let when = &rule.when;
    let range = |field: &str, minutes: Option<i64>, least: i64| match minutes {
        Some(minutes) if !(least..=YEAR).contains(&minutes) => {
            Err(Error::invalid(field, "range", format!("is {least} to {YEAR} minutes")))
        }
        _ => Ok(()),
    };
    range("when.after_minutes", when.after_minutes, 1)?;
    range("when.every_minutes", when.every_minutes, 5)?;
    match (&when.facts[..], when.every_minutes, &when.kind) {
        (facts @ [_, ..], None, None) => {
            let patterns = parse_patterns("when.facts", facts)?;
            let mut kinds: Vec<String> = patterns.into_iter().map(|p| p.kind).collect();
            kinds.sort();
            kinds.dedup();
            Ok(kinds)
        }
        ([], Some(_), Some(kind)) if when.after_minutes.is_none() => Ok(vec![kind.clone()]),
        _ => Err(Error::invalid(
            "when",
            "form",
            "is either facts (with after_minutes, if some time later) or every_minutes with kind",
        )),
    }
}

fn command(engine: &Automation, kinds: &[String], name: &str) -> Result<()> {
    let wrong = |words: String| Err(Error::invalid("then", "command", words));
    if !engine.commands().names().any(|known| known == name) {
        return wrong(format!("there is no command {name}"));
    }
    match name.split_once('.') {
        Some((kind, _)) if kinds.iter().any(|k| k != kind) => {
            wrong(format!("{name} is not for {}", kinds.join(" and ")))
        }
        _ => Ok(()),
    }
}
