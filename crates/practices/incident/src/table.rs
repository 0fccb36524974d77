//! What this practice gives the others: its commands by name.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::Head;
use steward_people::{Call, Target};
use steward_practice::{Loaded, parse_args};
use steward_ticket::{Commands, Ticket};

use crate::body::UpdateIncident;
use crate::commands::{Action, act, update};
use crate::edit::Edits;
use crate::fields::KIND;
use crate::practice::PRACTICE;

/// Actions that rules and other practices may name as `incident.<action>`.
const ACTIONS: [&str; 8] =
    ["assign", "hold", "resume", "resolve", "close", "reopen", "cancel", "duplicate"];

/// Adds the commands of incidents: the actions, and `incident.update` with fields
/// as in a patch.
pub(crate) fn commands(table: &mut Commands, registries: &Arc<Registries>) {
    for name in ACTIONS {
        let registries = registries.clone();
        let run = move |tx: &mut Tx, call: &Call, id: Uuid, args: &Json| {
            let action = Action::parse(name, args)?;
            act(tx, call, &registries, &id.to_string(), None, &action).map(drop)
        };
        table.add(&format!("incident.{name}"), Arc::new(run));
    }
    let fields = registries.clone();
    let change = move |tx: &mut Tx, call: &Call, id: Uuid, args: &Json| {
        let body: UpdateIncident = parse_args(args)?;
        update(tx, call, &fields, &id.to_string(), None, &body).map(drop)
    };
    table.add("incident.update", Arc::new(change));
    checks(table, registries);
}

/// Adds what looks at the arguments of these commands when a rule is published.
fn checks(table: &mut Commands, registries: &Arc<Registries>) {
    for name in ACTIONS {
        let registries = registries.clone();
        let look = move |tx: &mut Tx, call: &Call, args: &Json| {
            Action::parse(name, args)?;
            let registry = registries.get(tx, KIND)?;
            for (action, field) in [("hold", "on_hold_reason"), ("resolve", "close_code")] {
                if let Some(code) = args[field].as_str().filter(|_| action == name) {
                    registry.choice(field, code)?;
                }
            }
            match name {
                "assign" => look_at_fields(tx, call, &registries, args),
                _ => Ok(()),
            }
        };
        table.add_check(&format!("incident.{name}"), Arc::new(look));
    }
    let fields = registries.clone();
    let look = move |tx: &mut Tx, call: &Call, args: &Json| look_at_fields(tx, call, &fields, args);
    table.add_check("incident.update", Arc::new(look));
}

/// Tries a patch on an incident that is nowhere.
fn look_at_fields(tx: &mut Tx, call: &Call, registries: &Registries, args: &Json) -> Result<()> {
    let body: UpdateIncident = parse_args(args)?;
    let registry = registries.get(tx, KIND)?;
    let organisation = call.actor.organisation;
    let head = Head {
        id: Uuid::nil(),
        kind: KIND.into(),
        row_no: 0,
        number: None,
        name: String::new(),
        organisation,
        version: 0,
        seq: 0,
        hash: Vec::new(),
        created_at: call.now,
    };
    let mut ticket = Ticket::blank(head, "new", call.now);
    let target = Target { organisation, called: true, own: true, team: true };
    let loaded = Loaded { practice: &PRACTICE, ticket: ticket.clone(), target, registry };
    Edits { call, loaded: &loaded }.apply(tx, &mut ticket, &body)
}
