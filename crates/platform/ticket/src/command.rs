//! Commands by name: how a timer, a rule or another practice acts on a ticket
//! without knowing its practice. The composition root fills the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_people::Call;

/// Does something to the record `id` with the arguments a person would send in
/// the body, under the actor's own rights.
pub type Command = Arc<dyn Fn(&mut Tx, &Call, Uuid, &Json) -> Result<()> + Send + Sync>;

/// Looks at the arguments of a command before there is a record to do it to:
/// unknown fields, persons, teams and choices, as the actor may name them.
pub type ArgsCheck = Arc<dyn Fn(&mut Tx, &Call, &Json) -> Result<()> + Send + Sync>;

/// The table of commands, e.g. `incident.resolve`.
#[derive(Clone, Default)]
pub struct Commands {
    table: BTreeMap<String, Command>,
    checks: BTreeMap<String, ArgsCheck>,
}

impl Commands {
    /// Adds a command.
    pub fn add(&mut self, name: &str, command: Command) {
        self.table.insert(name.to_owned(), command);
    }

    /// Adds what looks at the arguments of a command.
    pub fn add_check(&mut self, name: &str, check: ArgsCheck) {
        self.checks.insert(name.to_owned(), check);
    }

    /// Looks at the arguments of a command without doing it. That the actor may
    /// not do it on some record is no fault of theirs.
    ///
    /// # Errors
    /// `Invalid`, with each argument that the command would refuse.
    pub fn check(&self, tx: &mut Tx, call: &Call, name: &str, args: &Json) -> Result<()> {
        match self.checks.get(name).map_or(Ok(()), |check| check(tx, call, args)) {
            Err(Error::Forbidden(_)) => Ok(()),
            other => other,
        }
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(String::as_str)
    }

    /// Runs a command.
    ///
    /// # Errors
    /// `Invalid` on `command` for an unknown name, else the command's own.
    pub fn run(&self, tx: &mut Tx, call: &Call, name: &str, id: Uuid, args: &Json) -> Result<()> {
        let command = self.table.get(name).ok_or_else(|| {
            Error::invalid("command", "unknown", format!("there is no command {name}"))
        })?;
        command(tx, call, id, args)
    }
}
