//! What the parts of automation share.

use std::sync::Arc;

use steward_base::{Entropy, Result, Timestamp};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::{Door, FactRef};
use steward_people::{Actor, Call};
use steward_ticket::Commands;

/// Fields, commands and ids: made once by the composition root. It is the
/// subscriber of rules; workers and routes use it too. Cheap to clone.
#[derive(Clone)]
pub struct Automation {
    registries: Arc<Registries>,
    commands: Arc<Commands>,
    entropy: Entropy,
}

impl Automation {
    /// For the kinds of ticket that have fields.
    pub fn new(
        registries: Arc<Registries>,
        commands: Arc<Commands>,
        entropy: Entropy,
    ) -> Automation {
        Automation { registries, commands, entropy }
    }

    /// The commands rules may use.
    pub fn commands(&self) -> &Commands {
        &self.commands
    }

    /// Ids and salts.
    pub fn entropy(&self) -> &Entropy {
        &self.entropy
    }

    /// The fields of a kind of ticket; `None` for any other kind of record.
    pub(crate) fn registry(&self, tx: &mut Tx, kind: &str) -> Result<Option<Arc<Registry>>> {
        if !self.registries.knows(kind) {
            return Ok(None);
        }
        self.registries.get(tx, kind).map(Some)
    }

    /// The call of a rule's actor.
    pub(crate) fn call(&self, actor: Actor, now: Timestamp, cause: Option<FactRef>) -> Call {
        let entropy = self.entropy.clone();
        Call { actor: Arc::new(actor), now, door: Door::Automation, cause, entropy }
    }
}
