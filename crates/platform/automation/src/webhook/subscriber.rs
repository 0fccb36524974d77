//! The reader of the log that writes deliveries.

use std::sync::Arc;

use steward_base::{Error, Result, Timestamp};
use steward_database::Tx;
use steward_history::{Door, Fact, Subscriber};
use steward_people::{EVERYONE, access};
use steward_ticket::{is_internal, reads, store as tickets};

use super::{Webhook, store};
use crate::Pattern;
use crate::evaluate::{Verdict, holds};
use crate::rule::Automation;

/// Writes a delivery for each webhook that wants a fact.
pub struct Webhooks {
    engine: Arc<Automation>,
}

impl Webhooks {
    /// With the fields and ids of the automation.
    pub fn new(engine: Arc<Automation>) -> Webhooks {
        Webhooks { engine }
    }

    fn take(&self, tx: &mut Tx, webhook: &Webhook, fact: &Fact, now: Timestamp) -> Result<()> {
        let Some(registry) = self.engine.registry(tx, &fact.record_kind)? else { return Ok(()) };
        let Some(owner) = access::actor_of(tx, webhook.owner)? else { return Ok(()) };
        let ticket = match tickets::by_id(tx, fact.record) {
            Ok(ticket) => ticket,
            Err(Error::NotFound) => return Ok(()),
            Err(other) => return Err(other),
        };
        let reads = reads(tx, &owner, &ticket)?;
        if !reads.ticket || (is_internal(fact, &registry) && !reads.internal) {
            return Ok(());
        }
        if holds(tx, &owner, &registry, &webhook.condition, &ticket, now)? != Verdict::Yes {
            return Ok(());
        }
        store::enqueue(tx, self.engine.entropy(), webhook, fact.record, fact.seq, now)
    }
}

/// Whether the webhook is for facts of this kind and organisation, and was
/// there before this one.
fn concerns(webhook: &Webhook, fact: &Fact) -> bool {
    let ours = webhook.organisation == EVERYONE || webhook.organisation == fact.organisation;
    let matches = |text: &String| Pattern::parse(text).is_some_and(|p| p.matches(&fact.kind));
    let since = webhook.created_at <= fact.stamp.recorded_at;
    ours && since && webhook.facts.iter().any(matches)
}

impl Subscriber for Webhooks {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn listens(&self, tx: &mut Tx) -> Result<bool> {
        Ok(!store::active(tx)?.is_empty())
    }

    fn passes_over(&self, _kind: &str, door: Door, _changes: &str) -> bool {
        door == Door::Import
    }

    fn handle(&self, tx: &mut Tx, facts: &[Fact], now: Timestamp) -> Result<()> {
        let webhooks = store::active(tx)?;
        for fact in facts {
            for webhook in webhooks.iter().filter(|w| concerns(w, fact)) {
                self.take(tx, webhook, fact, now)?;
            }
        }
        Ok(())
    }

    // What has happened before is not sent; of what was rightly kept back then (the
    // condition, the owner's rights, a webhook that was off) there is no trace.
    fn starts_at_the_end(&self) -> bool {
        true
    }
}
