//! The reader of the log that sets rules off. It only writes pending runs and
//! timers: what a rule does happens later, in a transaction of its own, so that
//! no command that fails holds the log up.

use serde_json::json;
use steward_base::{Error, Result, Timestamp};
use steward_database::Tx;
use steward_fields::Registry;
use steward_history::{Change, Door, Fact, FactRef, Subscriber, append, head, save_head};
use steward_people::Actor;
use steward_ticket::{Ticket, is_internal, reads, store as tickets};

use super::acting::acting;
use super::engine::Automation;
use super::{AFTER, MAX_DEPTH, Rule, Run, RunState, store};
use crate::Pattern;
use crate::evaluate::{Verdict, holds};

impl Subscriber for Automation {
    fn name(&self) -> &'static str {
        "automation"
    }

    fn listens(&self, tx: &mut Tx) -> Result<bool> {
        Ok(!store::active(tx)?.is_empty())
    }

    fn passes_over(&self, _kind: &str, door: Door, _changes: &str) -> bool {
        door == Door::Import
    }

    fn handle(&self, tx: &mut Tx, facts: &[Fact], now: Timestamp) -> Result<()> {
        let rules = store::active(tx)?;
        for fact in facts {
            for rule in rules.iter().filter(|rule| concerns(rule, fact)) {
                self.set_off(tx, rule, fact, now)?;
            }
        }
        Ok(())
    }

    // A rule acts on what happens from now on, never on the past: of a fact it passed
    // over (its condition did not hold, it was off, its publisher might not) there is no
    // trace, and read again it could set off a run that was never due.
    fn starts_at_the_end(&self) -> bool {
        true
    }
}

/// Whether the rule waits for such facts, and was published before this one.
fn concerns(rule: &Rule, fact: &Fact) -> bool {
    let matches = |text: &String| Pattern::parse(text).is_some_and(|p| p.matches(&fact.kind));
    rule.published_at <= fact.stamp.recorded_at && rule.when.facts.iter().any(matches)
}

impl Automation {
    fn set_off(&self, tx: &mut Tx, rule: &Rule, fact: &Fact, now: Timestamp) -> Result<()> {
        let Some(registry) = self.registry(tx, &fact.record_kind)? else { return Ok(()) };
        let ticket = match tickets::by_id(tx, fact.record) {
            Ok(ticket) => ticket,
            Err(Error::NotFound) => return Ok(()),
            Err(other) => return Err(other),
        };
        // Whoever may not act now may again when the run's turn comes; the run
        // then says so in the log.
        let actor = acting(tx, rule)?.ok();
        if let Some(actor) = &actor
            && !self.wanted(tx, rule, actor, &registry, fact, &ticket, now)?
        {
            return Ok(());
        }
        let chain = fact.stamp.cause.unwrap_or(fact.reference());
        let depth = 1 + match fact.stamp.cause {
            Some(chain) => store::depth_of(tx, fact.stamp.by, chain)?,
            None => 0,
        };
        let mut run = Run {
            no: 0,
            id: self.entropy().id(now),
            rule: rule.id,
            record: fact.record,
            origin: format!("fact:{}", fact.seq),
            chain: Some(chain),
            depth,
            state: RunState::Pending,
            error: None,
            attempts: 0,
            created_at: now,
            finished_at: None,
        };
        if let Some(reason) = circle(tx, rule, fact, chain, depth)? {
            run.state = RunState::Stopped;
            run.error = Some(reason.into());
            if store::add_run(tx, &run, rule.actor)? {
                self.say_stopped(tx, rule, &run, reason)?;
            }
            return Ok(());
        }
        if let Some(minutes) = rule.when.after_minutes {
            return self.wait(tx, rule, fact, chain, depth, minutes);
        }
        store::add_run(tx, &run, rule.actor).map(drop)
    }

    /// Whether the actor may read the fact and the condition holds now. A rule
    /// that waits asks its condition only when its time has come.
    #[expect(clippy::too_many_arguments, reason = "one question, asked once")]
    fn wanted(
        &self,
        tx: &mut Tx,
        rule: &Rule,
        actor: &Actor,
        registry: &Registry,
        fact: &Fact,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<bool> {
        let reads = reads(tx, actor, ticket)?;
        if !reads.ticket || (is_internal(fact, registry) && !reads.internal) {
            return Ok(false);
        }
        if rule.when.after_minutes.is_some() {
            return Ok(true);
        }
        Ok(holds(tx, actor, registry, &rule.condition, ticket, now)? != Verdict::No)
    }

    /// Sets the timer of a rule that waits; a later fact begins the wait anew.
    fn wait(
        &self,
        tx: &mut Tx,
        rule: &Rule,
        fact: &Fact,
        chain: FactRef,
        depth: i64,
        minutes: i64,
    ) -> Result<()> {
        let call = self.call(steward_people::system_actor(), fact.stamp.recorded_at, Some(chain));
        let due = super::timed::later(fact.stamp.recorded_at, minutes);
        let purpose = rule.id.to_string();
        let payload = json!({"rule": rule.id, "depth": depth});
        steward_timer::set(tx, &call, fact.record, AFTER, &purpose, due, payload)
    }

    /// Leaves the fact that a chain was stopped, on the rule.
    fn say_stopped(&self, tx: &mut Tx, rule: &Rule, run: &Run, reason: &str) -> Result<()> {
        let base = steward_people::system_actor();
        let actor = Actor { id: rule.actor, name: rule.name.clone(), ..base };
        let call = self.call(actor, run.created_at, run.chain);
        let mut head = head(tx, rule.id)?;
        let changes = [
            Change::plain("record", json!(null), run.record.to_string()),
            Change::plain("reason", json!(null), reason),
            Change::plain("depth", json!(null), run.depth),
        ];
        let stamp = call.stamp();
        append(tx, &call.entropy, &mut head, &stamp, "automation_rule.stopped", &changes)?;
        // Nobody's open form is refused for it.
        head.version -= 1;
        save_head(tx, &mut head)
    }
}

/// Why the chain must stop here, if so.
fn circle(
    tx: &mut Tx,
    rule: &Rule,
    fact: &Fact,
    chain: FactRef,
    depth: i64,
) -> Result<Option<&'static str>> {
    if depth > MAX_DEPTH {
        return Ok(Some("depth"));
    }
    let again = fact.stamp.cause.is_some() && store::ran_in_chain(tx, rule.id, fact.record, chain)?;
    Ok(again.then_some("same_rule_same_record"))
}
