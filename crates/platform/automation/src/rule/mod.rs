//! Rules: what they are, and the parts that make them work.

mod acting;
mod attempt;
mod check;
mod engine;
mod manage;
mod run;
mod store;
mod subscriber;
mod timed;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use steward_base::{Timestamp, Uuid};
use steward_history::FactRef;
use steward_people::Role;

pub use attempt::{Would, WouldCommand, try_rule};
pub use engine::Automation;
pub use manage::{NewRule, RuleChange, count, count_runs, create, delete, get, list, runs, update};
pub use run::{execute_next, run};
pub use store::RUNS;
pub(crate) use store::{forget_deleted, forget_errors};
pub use timed::{AFTER, SCHEDULE, add_handlers};

/// The kind of record.
pub const KIND: &str = "automation_rule";
/// Rules that may follow from each other before the chain is stopped.
pub const MAX_DEPTH: i64 = 10;

/// What sets a rule off: either facts, at once or some time after, or a rhythm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"facts": ["incident.created"]}))]
pub struct When {
    /// Kinds of fact: `incident.created`, `incident.*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
    /// Minutes to wait after the last such fact, 1 to 525,600; the condition is
    /// asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 525_600)]
    pub after_minutes: Option<i64>,
    /// Instead of facts: every so many minutes, 5 to 525,600, for each record
    /// that meets the condition then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 5, maximum = 525_600)]
    pub every_minutes: Option<i64>,
    /// With `every_minutes`: the kind of record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// One command of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"command": "incident.assign", "args": {"assignment_group": "Network"}}))]
pub struct Step {
    /// Its name: `incident.assign`, `notify`, `webhook`.
    pub command: String,
    /// What a person would send as the body.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub args: Json,
}

/// A rule as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its record.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The organisation whose records it acts on; that of what is global: all
    /// that its publisher reaches.
    pub organisation: Uuid,
    /// Counts its changes.
    pub version: i64,
    /// The service actor it acts as.
    pub actor: Uuid,
    /// What sets it off.
    pub when: When,
    /// The condition; empty is always.
    pub condition: String,
    /// What it does, in order, all or nothing.
    pub then: Vec<Step>,
    /// The roles it acts with, as far as its publisher holds them at that time.
    pub roles: Vec<Role>,
    /// Whether it is on.
    pub active: bool,
    /// Who last published it.
    pub published_by: Uuid,
    /// When; earlier facts are not its business.
    pub published_at: Timestamp,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// To be done.
    Pending,
    /// All commands were done.
    Done,
    /// Nothing was done: the reason was gone.
    Skipped,
    /// A command was refused; nothing was done.
    Failed,
    /// Not begun, since the chain turned in a circle.
    Stopped,
}

impl RunState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RunState::Pending => "pending",
            RunState::Done => "done",
            RunState::Skipped => "skipped",
            RunState::Failed => "failed",
            RunState::Stopped => "stopped",
        }
    }

    fn parse(name: &str) -> RunState {
        match name {
            "pending" => RunState::Pending,
            "done" => RunState::Done,
            "skipped" => RunState::Skipped,
            "stopped" => RunState::Stopped,
            _ => RunState::Failed,
        }
    }
}

/// One run of a rule on a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Grows with every run.
    pub no: i64,
    /// Its id.
    pub id: Uuid,
    /// The rule.
    pub rule: Uuid,
    /// The record.
    pub record: Uuid,
    /// What set it off: `fact:<seq>`, `after:<due>` or `schedule:<due>`, due in
    /// microseconds.
    pub origin: String,
    /// The first fact of the chain.
    pub chain: Option<FactRef>,
    /// How many rules led here, this one included.
    pub depth: i64,
    /// How it stands.
    pub state: RunState,
    /// Why it was not done.
    pub error: Option<String>,
    /// Attempts that failed for reasons that may pass.
    pub attempts: i64,
    /// When it was set off.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}
