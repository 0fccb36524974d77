//! The commands that only rules use: `notify` and `webhook`.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_people::{Call, Target, check, persons};
use steward_ticket::{Commands, Ticket, store as tickets, target};

use crate::webhook;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotifyArgs {
    to: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookArgs {
    webhook: Uuid,
}

fn args<T: for<'de> Deserialize<'de>>(command: &str, args: &Json) -> Result<T> {
    serde_json::from_value(args.clone())
        .map_err(|e| Error::invalid("args", "form", format!("{command}: {e}")))
}

/// Adds `notify` (`{"to": ["assigned_to", "caller", "opened_by", "<login>"]}`)
/// and `webhook` (`{"webhook": "<id>"}`) to the table of commands.
pub fn register(commands: &mut Commands) {
    commands.add("notify", Arc::new(notify));
    commands.add("webhook", Arc::new(send));
    commands.add_check("notify", Arc::new(check_notify));
    commands.add_check("webhook", Arc::new(check_send));
}

/// The ticket, readable by the actor.
fn readable(tx: &mut Tx, call: &Call, id: Uuid) -> Result<Ticket> {
    let ticket = tickets::by_id(tx, id)?;
    let target = target(tx, &call.actor, &ticket)?;
    check(&call.actor, ticket.kind(), "read", &target)?;
    Ok(ticket)
}

fn notify(tx: &mut Tx, call: &Call, id: Uuid, given: &Json) -> Result<()> {
    let wanted: NotifyArgs = args("notify", given)?;
    let ticket = readable(tx, call, id)?;
    for to in wanted.to {
        let person = match to.as_str() {
            "assigned_to" => ticket.assigned_to,
            "caller" => ticket.caller,
            "opened_by" => ticket.opened_by,
            login => Some(named(tx, call, login)?),
        };
        if let Some(person) = person {
            steward_notification::notify(tx, call, &call.entropy, person, &ticket)?;
        }
    }
    Ok(())
}

/// Words of `to` that stand for whoever is that on the ticket.
const PARTS: [&str; 3] = ["assigned_to", "caller", "opened_by"];

fn check_notify(tx: &mut Tx, call: &Call, given: &Json) -> Result<()> {
    let wanted: NotifyArgs = args("notify", given)?;
    if wanted.to.is_empty() {
        return Err(Error::invalid("args.to", "required", "name somebody"));
    }
    let mut logins = wanted.to.iter().filter(|to| !PARTS.contains(&to.as_str()));
    logins.try_for_each(|login| named(tx, call, login).map(drop))
}

fn check_send(tx: &mut Tx, _: &Call, given: &Json) -> Result<()> {
    let wanted: WebhookArgs = args("webhook", given)?;
    webhook::load_active(tx, wanted.webhook).map(drop)
}

fn named(tx: &mut Tx, call: &Call, login: &str) -> Result<Uuid> {
    match persons::get(tx, &call.actor, login) {
        Ok(person) => Ok(person.id),
        Err(Error::NotFound) => {
            let words = format!("nobody is called {login:?}");
            Err(Error::invalid("args.to", "reference", words))
        }
        Err(other) => Err(other),
    }
}

fn send(tx: &mut Tx, call: &Call, id: Uuid, given: &Json) -> Result<()> {
    let wanted: WebhookArgs = args("webhook", given)?;
    let ticket = readable(tx, call, id)?;
    let hook = webhook::load_active(tx, wanted.webhook)?;
    let own = Target { organisation: hook.organisation, called: false, own: false, team: false };
    // A rule sends only where those of its roles could look.
    if hook.organisation != ticket.head.organisation {
        check(&call.actor, "webhook", "read", &own)?;
    }
    webhook::enqueue(tx, &call.entropy, &hook, id, ticket.head.seq, call.now)
}
