//! What this practice gives the others: its commands by name.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::Head;
use steward_people::{Call, Target};
use steward_ticket::Commands;
use steward_ticket::journal::{EntryKind, NewEntry};

use crate::body::UpdateIncident;
use crate::commands::{Action, Loaded, act, update, write_entry};
use crate::create::blank;
use crate::edit::Edits;
use crate::fields::{KIND, Settings};

/// Actions that rules and other practices may name as `incident.<action>`.
const ACTIONS: [&str; 8] =
    ["assign", "hold", "resume", "resolve", "close", "reopen", "cancel", "duplicate"];

/// Adds the commands of incidents: the actions, `incident.update` with fields
/// as in a patch, `incident.comment` and `incident.note` with a text.
pub fn commands(table: &mut Commands, registries: &Arc<Registries>) {
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
        let body = UpdateIncident::deserialize(args)
            .map_err(|e| Error::invalid("args", "format", e.to_string()))?;
        update(tx, call, &fields, &id.to_string(), None, &body).map(drop)
    };
    table.add("incident.update", Arc::new(change));
    for (name, kind) in
        [("incident.comment", EntryKind::Comment), ("incident.note", EntryKind::WorkNote)]
    {
        let registries = registries.clone();
        let run = move |tx: &mut Tx, call: &Call, id: Uuid, args: &Json| {
            let text = args["text"].as_str().unwrap_or("");
            let entry = NewEntry::new(call.new_id(), kind, text, false)?;
            write_entry(tx, call, &registries, &id.to_string(), &entry).map(drop)
        };
        table.add(name, Arc::new(run));
    }
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
    for name in ["incident.comment", "incident.note"] {
        let look = |_: &mut Tx, call: &Call, args: &Json| {
            let text = args["text"].as_str().unwrap_or("");
            NewEntry::new(call.new_id(), EntryKind::Comment, text, false).map(drop)
        };
        table.add_check(name, Arc::new(look));
    }
}

/// Tries a patch on an incident that is nowhere.
fn look_at_fields(tx: &mut Tx, call: &Call, registries: &Registries, args: &Json) -> Result<()> {
    let body = UpdateIncident::deserialize(args)
        .map_err(|e| Error::invalid("args", "format", e.to_string()))?;
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
    let mut ticket = blank(head, String::new(), call.actor.id, call);
    let settings = Settings::of(&registry);
    let target = Target { organisation, called: true, own: true, team: true };
    let loaded = Loaded { ticket: ticket.clone(), target, registry, settings };
    Edits { call, loaded: &loaded }.apply(tx, &mut ticket, &body)
}

/// Returns the open incidents of a person to their groups, in the transaction
/// that disables the person. Returns how many.
///
/// # Errors
/// Those of the writes.
pub fn return_to_groups(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    person: Uuid,
) -> Result<usize> {
    let open = steward_ticket::store::open_of(tx, crate::KIND, person)?;
    let count = open.len();
    for before in open {
        let loaded = crate::commands::loaded(tx, call, registries, before.clone())?;
        let mut after = before.clone();
        crate::rules::take_away(&mut after);
        let effect =
            steward_ticket::Effect { fact: "incident.returned".into(), ..Default::default() };
        crate::commands::finish(tx, call, &loaded, &before, &mut after, effect)?;
    }
    Ok(count)
}
