//! The worker that does pending runs, each in a transaction of its own.

use std::sync::{Arc, Mutex, PoisonError};

use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Db, Tx};
use steward_ticket::store as tickets;

use super::acting::acting;
use super::engine::Automation;
use super::{Run, RunState, store};
use crate::evaluate::{Verdict, holds};
use crate::poll::rest;

/// Attempts at a run that fails for reasons that may pass.
const MAX_ATTEMPTS: i64 = 5;

/// Which run, and which of its commands, an attempt was about; it survives the
/// rolled back transaction.
#[derive(Debug, Clone)]
struct Tried {
    id: Uuid,
    attempts: i64,
    command: Option<String>,
}

type Note = Arc<Mutex<Option<Tried>>>;

fn note(place: &Note, tried: Option<Tried>) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = tried;
}

/// How a run ends that was not broken off by an error.
enum End {
    Done,
    Skipped(&'static str),
    Failed(String),
}

/// Does one pending run; `false` when there is none. A command that is refused
/// undoes the whole run and is written into its log.
///
/// # Errors
/// When not even that can be written.
pub async fn execute_next(db: &Db, engine: &Arc<Automation>, now: Timestamp) -> Result<bool> {
    let tried = Note::default();
    let (inner, place) = (engine.clone(), tried.clone());
    let answer = db.write(move |tx| inner.execute(tx, now, &place)).await;
    let tried = tried.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match (answer, tried) {
        (Ok(found), _) => Ok(found),
        (Err(error), Some(tried)) => {
            db.write(move |tx| record_failure(tx, &tried, &error, now)).await?;
            Ok(true)
        }
        (Err(error), None) => Err(error),
    }
}

impl Automation {
    fn execute(&self, tx: &mut Tx, now: Timestamp, place: &Note) -> Result<bool> {
        note(place, None);
        let Some(run) = store::take_run(tx, now)? else { return Ok(false) };
        let tried = Tried { id: run.id, attempts: run.attempts, command: None };
        note(place, Some(tried.clone()));
        let (state, words) = match self.perform(tx, &run, now, place, tried)? {
            End::Done => (RunState::Done, None),
            End::Skipped(why) => (RunState::Skipped, Some(why.to_owned())),
            End::Failed(why) => (RunState::Failed, Some(why)),
        };
        store::end_run(tx, run.id, state, words.as_deref(), now)?;
        Ok(true)
    }

    /// Looks at what holds now and, if the reason still stands, does it.
    fn perform(
        &self,
        tx: &mut Tx,
        run: &Run,
        now: Timestamp,
        place: &Note,
        tried: Tried,
    ) -> Result<End> {
        let rule = match store::load(tx, run.rule) {
            Ok(rule) if rule.active => rule,
            Ok(_) | Err(Error::NotFound) => return Ok(End::Skipped("the rule is off")),
            Err(other) => return Err(other),
        };
        let actor = match acting(tx, &rule)? {
            Ok(actor) => actor,
            Err(why) => return Ok(End::Failed(why)),
        };
        let ticket = tickets::by_id(tx, run.record)?;
        let Some(registry) = self.registry(tx, ticket.kind())? else {
            return Ok(End::Skipped("there are no tickets of this kind any more"));
        };
        match holds(tx, &actor, &registry, &rule.condition, &ticket, now)? {
            Verdict::Yes => {}
            Verdict::No => return Ok(End::Skipped("the condition no longer holds")),
            Verdict::Broken(why) => return Ok(End::Failed(format!("condition: {why}"))),
        }
        let call = self.call(actor, now, run.chain);
        for step in &rule.then {
            note(place, Some(Tried { command: Some(step.command.clone()), ..tried.clone() }));
            self.commands().run(tx, &call, &step.command, run.record, &step.args)?;
        }
        Ok(End::Done)
    }
}

fn record_failure(tx: &mut Tx, tried: &Tried, error: &Error, now: Timestamp) -> Result<()> {
    let words = match &tried.command {
        Some(command) => format!("{command}: {error}"),
        None => error.to_string(),
    };
    let attempts = tried.attempts + 1;
    if may_pass(error) && attempts < MAX_ATTEMPTS {
        let try_at = steward_timer::back_off(now, attempts);
        return store::put_off(tx, tried.id, attempts, &words, try_at);
    }
    store::end_run(tx, tried.id, RunState::Failed, Some(&words), now)
}

/// Whether the same may succeed later. A refusal does not change by itself.
fn may_pass(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::DiskFull(_) | Error::Retry | Error::Internal(_))
}

/// Does pending runs as they come, until the future is dropped.
pub async fn run(db: Db, engine: Arc<Automation>, clock: impl Fn() -> Timestamp + Send) {
    let mut commits = db.commits();
    loop {
        commits.borrow_and_update();
        loop {
            let now = clock();
            let due = match db.read(store::next_run).await {
                Ok(due) => due.is_some_and(|due| due <= now),
                Err(_) => false,
            };
            match if due { execute_next(&db, &engine, now).await } else { Ok(false) } {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "rules wait for the database");
                    break;
                }
            }
        }
        rest(&db, &mut commits, store::next_run, clock()).await;
    }
}
