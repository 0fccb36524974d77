//! What must happen to an incident later: closing by itself, and the end of a
//! wait. A timer carries no decision: when it fires, it looks at what holds then.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_base::time::wire;
use steward_base::{Entropy, Error, Result, Timestamp};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::{Change, Door, FactRef};
use steward_people::{Call, system_actor};
use steward_ticket::{Ticket, store};
use steward_timer::{Handlers, Timer};

use crate::commands::{Action, act_with};
use crate::fields::{KIND, Settings};
use crate::rules;

/// Kind of the timers that close resolved incidents.
const CLOSE: &str = "incident.auto_close";
/// Kind of the timers that end a wait.
const RESUME: &str = "incident.hold_ends";

/// Sets and removes the timers that follow from a change.
pub(crate) fn follow(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    before: &Ticket,
    after: &Ticket,
    fact: Option<FactRef>,
) -> Result<()> {
    let settings = Settings::of(registry);
    let close = |t: &Ticket| rules::auto_close_at(t, &settings);
    if close(before) != close(after) {
        set(tx, call, after, CLOSE, close(after), fact)?;
    }
    if before.on_hold_until != after.on_hold_until {
        set(tx, call, after, RESUME, after.on_hold_until, fact)?;
    }
    Ok(())
}

fn set(
    tx: &mut Tx,
    call: &Call,
    ticket: &Ticket,
    kind: &str,
    due: Option<Timestamp>,
    fact: Option<FactRef>,
) -> Result<()> {
    let Some(due) = due else {
        return steward_timer::cancel(tx, ticket.head.id, kind, "");
    };
    let call = Call { cause: call.cause.or(fact), ..call.clone() };
    steward_timer::set(tx, &call, ticket.head.id, kind, "", due, Json::Null)
}

/// Adds this practice's handlers to the table.
pub(crate) fn handlers(table: &mut Handlers, registries: &Arc<Registries>, entropy: &Entropy) {
    for (kind, action) in [(CLOSE, Action::Close), (RESUME, Action::Resume)] {
        let (registries, entropy) = (registries.clone(), entropy.clone());
        let handler = move |tx: &mut Tx, timer: &Timer, now: Timestamp| {
            fire(tx, &registries, &entropy, timer, now, &action)
        };
        table.add(kind, Arc::new(handler));
    }
}

fn fire(
    tx: &mut Tx,
    registries: &Registries,
    entropy: &Entropy,
    timer: &Timer,
    now: Timestamp,
    action: &Action,
) -> Result<()> {
    let ticket = match store::by_id(tx, timer.record) {
        Err(Error::NotFound) => return Ok(()),
        found => found?,
    };
    let settings = Settings::of(&*registries.get(tx, KIND)?);
    let due = match action {
        Action::Close => rules::auto_close_at(&ticket, &settings),
        _ => ticket.on_hold_until.filter(|_| ticket.state == "on_hold"),
    };
    // The reason is gone: later facts set their own timer.
    let Some(due) = due else { return Ok(()) };
    let call = Call {
        actor: Arc::new(system_actor()),
        now,
        door: Door::Timer,
        cause: timer.cause,
        entropy: entropy.clone(),
    };
    if due > now {
        // The days were raised since: it waits on.
        return set(tx, &call, &ticket, &timer.kind, Some(due), timer.cause);
    }
    let told = vec![Change::plain("due", Json::Null, wire(due))];
    act_with(tx, &call, registries, ticket.number(), None, action, told).map(drop)
}
