//! What must happen to a ticket later: closing by itself, the end of a wait. A
//! timer carries no decision: when it fires, it looks at what holds then.

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

use crate::act::To;
use crate::practice::Practice;

/// A term: the action that happens by itself at a moment the ticket says.
pub struct Term {
    /// Kind of its timers: `incident.auto_close`.
    pub timer: &'static str,
    /// When it happens, as the ticket and the settings of its kind say; `None` is
    /// never. Pure.
    pub due: fn(&Ticket, &Registry) -> Option<Timestamp>,
    /// What happens, by name; it takes no arguments.
    pub action: &'static str,
}

/// The end of a wait that has a date. Every kind that can be put on hold has it.
pub const fn hold_ends(timer: &'static str) -> Term {
    Term { timer, due: |ticket, _| ticket.on_hold_until, action: "resume" }
}

impl Practice {
    /// Sets and removes the timers that follow from a change.
    pub(crate) fn follow(
        &self,
        tx: &mut Tx,
        call: &Call,
        registry: &Registry,
        (before, after): (&Ticket, &Ticket),
        fact: Option<FactRef>,
    ) -> Result<()> {
        for term in self.terms {
            let due = (term.due)(after, registry);
            if due != (term.due)(before, registry) {
                set(tx, call, after, term.timer, due, fact)?;
            }
        }
        Ok(())
    }

    /// Adds what its timers do to the table.
    pub(crate) fn add_timers(
        &'static self,
        table: &mut Handlers,
        registries: &Arc<Registries>,
        entropy: &Entropy,
    ) {
        for term in self.terms {
            let (registries, entropy) = (registries.clone(), entropy.clone());
            let handler = move |tx: &mut Tx, timer: &Timer, now: Timestamp| {
                let call = Call {
                    actor: Arc::new(system_actor()),
                    now,
                    door: Door::Timer,
                    cause: timer.cause,
                    entropy: entropy.clone(),
                };
                self.fire(tx, &call, &registries, timer, term)
            };
            table.add(term.timer, Arc::new(handler));
        }
    }

    fn fire(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        timer: &Timer,
        term: &Term,
    ) -> Result<()> {
        let ticket = match store::by_id(tx, timer.record) {
            Err(Error::NotFound) => return Ok(()),
            found => found?,
        };
        // The reason is gone: later facts set their own timer.
        if self.life_cycle.step(&ticket.state, term.action).is_err() {
            return Ok(());
        }
        let due = (term.due)(&ticket, &*registries.get(tx, self.kind)?);
        let Some(due) = due else { return Ok(()) };
        if due > call.now {
            // The days were raised since: it waits on.
            return set(tx, call, &ticket, term.timer, Some(due), timer.cause);
        }
        let told = vec![Change::plain("due", Json::Null, wire(due))];
        let to = To { number: ticket.number(), expected: None, told };
        self.act_by_name(tx, call, registries, to, (term.action, &Json::Null)).map(drop)
    }
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
