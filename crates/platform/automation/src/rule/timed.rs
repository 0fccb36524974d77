//! Rules that wait, and rules with a rhythm.

use std::sync::Arc;

use serde_json::json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_condition::Context;
use steward_database::Tx;
use steward_people::{Actor, Call};
use steward_ticket::list::{ListQuery, list};
use steward_timer::{Handlers, Timer};

use super::acting::acting;
use super::engine::Automation;
use super::{Rule, Run, RunState, store};

/// The kind of timer of a rule that waits, on the ticket.
pub const AFTER: &str = "automation.after";
/// The kind of timer of a rule with a rhythm, on the rule.
pub const SCHEDULE: &str = "automation.schedule";
/// Most records a rule with a rhythm is set off for at a time.
const MOST_RECORDS: i64 = 500;

/// Some minutes later.
pub(crate) fn later(at: Timestamp, minutes: i64) -> Timestamp {
    let micros = minutes.saturating_mul(60_000_000);
    Timestamp::from_microsecond(at.as_microsecond().saturating_add(micros))
        .unwrap_or(Timestamp::MAX)
}

/// Adds the handlers of this crate's timers.
pub fn add_handlers(handlers: &mut Handlers, engine: &Arc<Automation>) {
    let waits = engine.clone();
    handlers.add(AFTER, Arc::new(move |tx, timer, now| waits.after(tx, timer, now)));
    let rhythm = engine.clone();
    handlers.add(SCHEDULE, Arc::new(move |tx, timer, now| rhythm.scheduled(tx, timer, now)));
}

/// Sets or takes back the timer of a rule's rhythm, after the rule changed.
pub(crate) fn reschedule(tx: &mut Tx, call: &Call, rule: &Rule) -> Result<()> {
    match rule.when.every_minutes.filter(|_| rule.active) {
        None => steward_timer::cancel(tx, rule.id, SCHEDULE, ""),
        Some(minutes) => {
            let due = later(call.now, minutes);
            steward_timer::set(tx, call, rule.id, SCHEDULE, "", due, json!({}))
        }
    }
}

impl Automation {
    /// The wait is over: the run asks the condition.
    fn after(&self, tx: &mut Tx, timer: &Timer, now: Timestamp) -> Result<()> {
        let rule = timer.payload["rule"].as_str().and_then(|id| id.parse::<Uuid>().ok());
        let rule = match rule.map(|id| store::load(tx, id)) {
            Some(Ok(rule)) if rule.active => rule,
            Some(Err(Error::NotFound)) | Some(Ok(_)) | None => return Ok(()),
            Some(Err(other)) => return Err(other),
        };
        let run = Run {
            chain: timer.cause,
            depth: timer.payload["depth"].as_i64().unwrap_or(1),
            ..self.new_run(
                &rule,
                timer.record,
                format!("after:{}", timer.due.as_microsecond()),
                now,
            )
        };
        store::add_run(tx, &run, rule.actor).map(drop)
    }

    /// The rule's hour has come: a run for each record that meets its condition.
    fn scheduled(&self, tx: &mut Tx, timer: &Timer, now: Timestamp) -> Result<()> {
        let rule = match store::load(tx, timer.record) {
            Ok(rule) if rule.active => rule,
            Ok(_) | Err(Error::NotFound) => return Ok(()),
            Err(other) => return Err(other),
        };
        let Some(minutes) = rule.when.every_minutes else { return Ok(()) };
        if let Ok(actor) = acting(tx, &rule)? {
            for record in self.met_by(tx, &rule, &actor, now)? {
                let origin = format!("schedule:{}", timer.due.as_microsecond());
                let run = self.new_run(&rule, record, origin, now);
                store::add_run(tx, &run, rule.actor)?;
            }
        }
        // After a stop the rule runs once, not once for each missed time.
        let mut due = later(timer.due, minutes);
        if due <= now {
            due = later(now, minutes);
        }
        let call = self.call(steward_people::system_actor(), now, None);
        steward_timer::set(tx, &call, rule.id, SCHEDULE, "", due, json!({}))
    }

    fn met_by(&self, tx: &mut Tx, rule: &Rule, actor: &Actor, now: Timestamp) -> Result<Vec<Uuid>> {
        let kind = rule.when.kind.as_deref().unwrap_or("");
        let Some(registry) = self.registry(tx, kind)? else { return Ok(vec![]) };
        let query =
            ListQuery { q: rule.condition.clone(), limit: MOST_RECORDS, ..ListQuery::default() };
        let zone = jiff::tz::TimeZone::get(&actor.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let context = Context { now, zone, me: Some(actor.id), my_teams: actor.teams.clone() };
        let page = list(tx, actor, &registry, &context, &query)?;
        Ok(page.items.into_iter().map(|ticket| ticket.head.id).collect())
    }

    fn new_run(&self, rule: &Rule, record: Uuid, origin: String, now: Timestamp) -> Run {
        Run {
            no: 0,
            id: self.entropy().id(now),
            rule: rule.id,
            record,
            origin,
            chain: None,
            depth: 1,
            state: RunState::Pending,
            error: None,
            attempts: 0,
            created_at: now,
            finished_at: None,
        }
    }
}
