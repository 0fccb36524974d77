//! Rules and their runs in the database.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_condition::Args;
use steward_database::{Engine, Row, Tx, Value};
use steward_history::{FactRef, Log};

use super::{Rule, Run, RunState};
use crate::pattern::Pattern;

/// Runs that have ended are kept for a while.
pub const RUNS: Log = Log {
    table: "automation_run",
    time: "created_at",
    done: "state <> 'pending'",
    reader: "automation",
};

const RULE: &str = "select r.id, r.name, r.organisation, r.version, a.actor, a.trigger_on, \
     a.condition, a.commands, a.roles, a.active, a.published_by, a.published_at \
     from automation_rule a join record r on r.id = a.id";

fn from_json<T: DeserializeOwned>(value: Json) -> Result<T> {
    serde_json::from_value(value).map_err(Error::internal)
}

fn to_json<T: Serialize>(value: &T) -> Result<Value> {
    serde_json::to_value(value).map(Value::Json).map_err(Error::internal)
}

fn rule_row(r: &Row) -> Result<Rule> {
    Ok(Rule {
        id: r.get(0)?,
        name: r.get(1)?,
        organisation: r.get(2)?,
        version: r.get(3)?,
        actor: r.get(4)?,
        when: from_json(r.get(5)?)?,
        condition: r.get(6)?,
        then: from_json(r.get(7)?)?,
        roles: from_json(r.get(8)?)?,
        active: r.get(9)?,
        published_by: r.get(10)?,
        published_at: r.get(11)?,
    })
}

/// The rule with this id.
///
/// # Errors
/// `NotFound`, also for a deleted one.
pub(crate) fn load(tx: &mut Tx, id: Uuid) -> Result<Rule> {
    tx.one(&format!("{RULE} where a.id = $1 and not a.deleted"), &[id.into()], rule_row)
}

/// All rules that are on, oldest first. Sorted here: an engine asked for the
/// order of records would read all of those.
pub(crate) fn active(tx: &mut Tx) -> Result<Vec<Rule>> {
    let mut rules = tx.rows(&format!("{RULE} where a.active and not a.deleted"), &[], rule_row)?;
    rules.sort_by_key(|rule| rule.id);
    Ok(rules)
}

/// Rules of which `visible` holds, by name, after the one named `after`.
pub(crate) fn page(
    tx: &mut Tx,
    visible: &str,
    mut args: Args,
    after: Option<(String, Uuid)>,
    limit: i64,
) -> Result<Vec<Rule>> {
    // The kind is said so that an index in the order of names holds rules alone.
    let mut sql =
        format!("{RULE} where r.kind = 'automation_rule' and not a.deleted and {visible}");
    if let Some((name, id)) = after {
        let (name, id) = (args.push(name), args.push(id));
        sql += &format!(" and (r.name_key, r.id) > ({name}, {id})");
    }
    let limit = args.push(limit);
    sql += &format!(" order by r.name_key, r.id limit {limit}");
    tx.rows(&sql, args.values(), rule_row)
}

/// How many rules `visible` holds for.
pub(crate) fn count(tx: &mut Tx, visible: &str, args: &Args) -> Result<i64> {
    let sql = format!(
        "select count(*) from automation_rule a join record r on r.id = a.id
         where not a.deleted and {visible}"
    );
    tx.one(&sql, args.values(), |r| r.get(0))
}

/// How many runs a rule has.
pub(crate) fn count_runs(tx: &mut Tx, rule: Uuid) -> Result<i64> {
    tx.one("select count(*) from automation_run where rule = $1", &[rule.into()], |r| r.get(0))
}

/// Writes the row of a new rule.
pub(crate) fn insert(tx: &mut Tx, rule: &Rule) -> Result<()> {
    tx.run_one(
        "insert into automation_rule (id, actor, trigger_on, condition, commands, roles, active,
         deleted, published_by, published_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            rule.id.into(),
            rule.actor.into(),
            to_json(&rule.when)?,
            rule.condition.as_str().into(),
            to_json(&rule.then)?,
            to_json(&rule.roles)?,
            rule.active.into(),
            false.into(),
            rule.published_by.into(),
            rule.published_at.into(),
        ],
    )
}

/// Writes a rule's row anew.
pub(crate) fn save(tx: &mut Tx, rule: &Rule, deleted: bool) -> Result<()> {
    tx.run_one(
        "update automation_rule set trigger_on = $1, condition = $2, commands = $3, roles = $4,
         active = $5, deleted = $6, published_by = $7, published_at = $8 where id = $9",
        &[
            to_json(&rule.when)?,
            rule.condition.as_str().into(),
            to_json(&rule.then)?,
            to_json(&rule.roles)?,
            rule.active.into(),
            deleted.into(),
            rule.published_by.into(),
            rule.published_at.into(),
            rule.id.into(),
        ],
    )
}

const RUN: &str = "select no, id, rule, record, origin, chain_record, chain_seq, depth, state, error, \
     attempts, created_at, finished_at from automation_run";

fn run_row(r: &Row) -> Result<Run> {
    let chain = match (r.opt(5)?, r.opt(6)?) {
        (Some(record), Some(seq)) => Some(FactRef { record, seq }),
        _ => None,
    };
    Ok(Run {
        no: r.get(0)?,
        id: r.get(1)?,
        rule: r.get(2)?,
        record: r.get(3)?,
        origin: r.get(4)?,
        chain,
        depth: r.get(7)?,
        state: RunState::parse(&r.get::<String>(8)?),
        error: r.opt(9)?,
        attempts: r.get(10)?,
        created_at: r.get(11)?,
        finished_at: r.opt(12)?,
    })
}

/// Writes a new run; `false` when this origin set the rule off already.
pub(crate) fn add_run(tx: &mut Tx, run: &Run, actor: Uuid) -> Result<bool> {
    let finished = (run.state != RunState::Pending).then_some(run.created_at);
    let made = tx.run(
        "insert into automation_run (id, rule, actor, record, origin, chain_record, chain_seq,
         depth, state, error, attempts, created_at, try_at, finished_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $11, $12)
         on conflict (rule, record, origin) do nothing",
        &[
            run.id.into(),
            run.rule.into(),
            actor.into(),
            run.record.into(),
            run.origin.as_str().into(),
            run.chain.map(|c| c.record).into(),
            run.chain.map(|c| c.seq).into(),
            run.depth.into(),
            run.state.as_str().into(),
            run.error.clone().into(),
            run.created_at.into(),
            finished.into(),
        ],
    )?;
    Ok(made == 1)
}

/// Whether the rule was set off for the record in this chain before.
pub(crate) fn ran_in_chain(tx: &mut Tx, rule: Uuid, record: Uuid, chain: FactRef) -> Result<bool> {
    let found = tx.opt(
        "select 1 from automation_run where chain_record = $1 and chain_seq = $2 and rule = $3
         and record = $4 and state <> 'skipped' limit 1",
        &[chain.record.into(), chain.seq.into(), rule.into(), record.into()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// How deep in the chain this actor has acted; 0 when it has not.
pub(crate) fn depth_of(tx: &mut Tx, actor: Uuid, chain: FactRef) -> Result<i64> {
    let depth = tx.one(
        "select max(depth) from automation_run where chain_record = $1 and chain_seq = $2
         and actor = $3",
        &[chain.record.into(), chain.seq.into(), actor.into()],
        |r| r.opt(0),
    )?;
    Ok(depth.unwrap_or(0))
}

/// When the next pending run is to be done.
pub(crate) fn next_run(tx: &mut Tx) -> Result<Option<Timestamp>> {
    tx.opt(
        "select try_at from automation_run where state = 'pending' order by try_at, no limit 1",
        &[],
        |r| r.get(0),
    )
}

/// Takes the first pending run that no other node holds; the lock on its row is
/// the lease.
pub(crate) fn take_run(tx: &mut Tx, now: Timestamp) -> Result<Option<Run>> {
    let lock = match tx.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => "for update skip locked",
    };
    let sql = format!(
        "{RUN} where state = 'pending' and try_at <= $1 order by try_at, no limit 1 {lock}"
    );
    tx.opt(&sql, &[now.into()], run_row)
}

/// Ends a run.
pub(crate) fn end_run(
    tx: &mut Tx,
    id: Uuid,
    state: RunState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    tx.run(
        "update automation_run set state = $1, error = $2, finished_at = $3
         where id = $4 and state = 'pending'",
        &[state.as_str().into(), error.into(), now.into(), id.into()],
    )
    .map(drop)
}

/// Puts a run off after an attempt that failed for a reason that may pass.
pub(crate) fn put_off(
    tx: &mut Tx,
    id: Uuid,
    attempts: i64,
    error: &str,
    try_at: Timestamp,
) -> Result<()> {
    tx.run(
        "update automation_run set attempts = $1, error = $2, try_at = $3
         where id = $4 and state = 'pending'",
        &[attempts.into(), error.into(), try_at.into(), id.into()],
    )
    .map(drop)
}

/// Runs of a rule, newest first, before place `before`.
pub(crate) fn runs_of(
    tx: &mut Tx,
    rule: Uuid,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Run>> {
    tx.rows(
        &format!("{RUN} where rule = $1 and no < $2 order by no desc limit $3"),
        &[rule.into(), before.unwrap_or(i64::MAX).into(), limit.into()],
        run_row,
    )
}

/// A past fact that a rule would have been set off by.
pub(crate) struct PastFact {
    pub record: Uuid,
    pub seq: i64,
    pub kind: String,
    pub at: Timestamp,
    pub door: String,
}

/// Facts of these kinds that happened in a period, oldest first. Reads the
/// whole log once; for the trial of a rule only.
pub(crate) fn facts_between(
    tx: &mut Tx,
    patterns: &[Pattern],
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<PastFact>> {
    let mut args = Args::new();
    let (from, to) = (args.push(from), args.push(to));
    let kinds: Vec<String> = patterns
        .iter()
        .map(|pattern| match &pattern.event {
            Some(event) => format!("kind = {}", args.push(format!("{}.{event}", pattern.kind))),
            None => format!("kind like {}", args.push(format!("{}.%", pattern.kind))),
        })
        .collect();
    let limit = args.push(limit);
    let sql = format!(
        "select record, seq, kind, at, door from fact where at >= {from} and at < {to}
         and ({}) order by at, position limit {limit}",
        kinds.join(" or ")
    );
    tx.rows(&sql, args.values(), |r| {
        Ok(PastFact {
            record: r.get(0)?,
            seq: r.get(1)?,
            kind: r.get(2)?,
            at: r.get(3)?,
            door: r.get(4)?,
        })
    })
}

/// The place of the last fact of a record that had happened by then.
pub(crate) fn last_seq_by(tx: &mut Tx, record: Uuid, at: Timestamp) -> Result<i64> {
    let seq = tx.one(
        "select max(seq) from fact where record = $1 and at <= $2",
        &[record.into(), at.into()],
        |r| r.opt(0),
    )?;
    Ok(seq.unwrap_or(0))
}

/// Takes the words of a rule away that was deleted.
pub(crate) fn forget_deleted(tx: &mut Tx, record: Uuid) -> Result<()> {
    tx.run(
        "update automation_rule set condition = '', commands = $1 where id = $2 and deleted",
        &[Value::Json(Json::Array(Vec::new())), record.into()],
    )
    .map(drop)
}

/// Takes away what went wrong with runs on a record, in words.
pub(crate) fn forget_errors(tx: &mut Tx, record: Uuid) -> Result<()> {
    tx.run("update automation_run set error = null where record = $1", &[record.into()]).map(drop)
}
