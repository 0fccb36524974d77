//! The world of these tests, with its engine of rules.
#![allow(dead_code)]

#[path = "../../../notification/tests/common/mod.rs"]
mod world;

use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use steward_automation::rule::{self, Automation, NewRule, Rule, Run, Step, When};
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_history::Subscriber;
use steward_people::Role;
use steward_schema::testing::TestDb;

pub use world::World;

/// A world in which rules and webhooks work.
pub struct House {
    pub world: World,
    pub engine: Arc<Automation>,
    pub rules: Arc<dyn Subscriber>,
    pub runtime: tokio::runtime::Runtime,
}

impl Deref for House {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl House {
    pub fn new(test: TestDb) -> House {
        let world = World::new(test);
        let mut commands = world::commands(&world.registries);
        steward_automation::register(&mut commands);
        let engine = Arc::new(Automation::new(
            world.registries.clone(),
            Arc::new(commands),
            world.entropy.clone(),
        ));
        let rules: Arc<dyn Subscriber> = engine.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let house = House { world, engine, rules, runtime: runtime.expect("a runtime") };
        // From here on the log is read.
        house.feed(&house.rules);
        house
    }

    /// Publishes a rule as `admin` that acts as an agent.
    pub fn rule(&self, facts: &str, condition: &str, then: &[(&str, Json)]) -> Rule {
        self.publish("admin", when(facts), condition, then).expect("a rule")
    }

    pub fn publish(
        &self,
        by: &str,
        when: When,
        condition: &str,
        then: &[(&str, Json)],
    ) -> Result<Rule> {
        let step = |(command, args): &(&str, Json)| Step {
            command: (*command).into(),
            args: args.clone(),
        };
        let new = NewRule {
            name: format!("{condition} {}", then.len()),
            organisation: None,
            when,
            condition: condition.into(),
            then: then.iter().map(step).collect(),
            roles: vec![Role::Agent],
            active: true,
        };
        let (call, engine) = (self.by(by), self.engine.clone());
        self.write(move |tx: &mut Tx| rule::create(tx, &call, &engine, &new))
    }

    /// Reads the log and does what rules want, until all is quiet.
    pub fn settle(&self) {
        loop {
            self.feed(&self.rules);
            let mut done = 0;
            self.runtime.block_on(async {
                while rule::execute_next(self.db(), &self.engine, self.now()).await.expect("runs") {
                    done += 1;
                }
            });
            if done == 0 {
                return;
            }
        }
    }

    /// Fires the timers that are due.
    pub fn fire(&self) -> usize {
        let mut handlers = steward_timer::Handlers::default();
        rule::add_handlers(&mut handlers, &self.engine);
        let handlers = Arc::new(handlers);
        self.runtime.block_on(async {
            let mut fired = 0;
            while steward_timer::fire_next(self.db(), &handlers, self.now()).await.expect("fires") {
                fired += 1;
            }
            fired
        })
    }

    /// Runs of a rule, oldest first.
    pub fn runs(&self, rule: &Rule) -> Vec<Run> {
        let (admin, id) = (self.actor("admin"), rule.id);
        let mut runs = self.read(move |tx| rule::runs(tx, &admin, id, None, 100));
        runs.reverse();
        runs
    }

    /// How the runs of a rule stand, oldest first.
    pub fn states(&self, rule: &Rule) -> Vec<&'static str> {
        self.runs(rule)
            .iter()
            .map(|run| match run.state {
                rule::RunState::Pending => "pending",
                rule::RunState::Done => "done",
                rule::RunState::Skipped => "skipped",
                rule::RunState::Failed => "failed",
                rule::RunState::Stopped => "stopped",
            })
            .collect()
    }

    pub fn kinds(&self, record: Uuid) -> Vec<String> {
        self.facts(record).into_iter().map(|f| f.kind).collect()
    }
}

pub fn when(facts: &str) -> When {
    When { facts: facts.split(' ').map(str::to_owned).collect(), ..When::default() }
}

pub fn category(name: &str) -> (&'static str, Json) {
    ("incident.update", json!({"category": name}))
}
