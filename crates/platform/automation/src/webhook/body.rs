//! What is sent: a CloudEvents 1.0 document with what the webhook's owner may
//! read of the fact at that moment.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registry;
use steward_history::{Fact, content_of, facts_of};
use steward_people::{access, names};
use steward_ticket::{is_internal, is_public, journal, reads, store as tickets};

use super::{Delivery, Webhook};
use crate::rule::Automation;

/// The document, or why nothing may be sent.
pub(crate) fn body(
    tx: &mut Tx,
    engine: &Automation,
    source: &str,
    webhook: &Webhook,
    delivery: &Delivery,
) -> Result<Result<Json, &'static str>> {
    let Some(owner) = access::actor_of(tx, webhook.owner)? else {
        return Ok(Err("the webhook's owner is disabled; change the webhook to own it"));
    };
    let ticket = match tickets::by_id(tx, delivery.record) {
        Ok(ticket) => ticket,
        Err(Error::NotFound) => return Ok(Err("the record is gone")),
        Err(other) => return Err(other),
    };
    let (Some(registry), Some(fact)) = (
        engine.registry(tx, ticket.kind())?,
        facts_of(tx, delivery.record, delivery.seq - 1, 1)?.pop(),
    ) else {
        return Ok(Err("the fact is gone"));
    };
    let reads = reads(tx, &owner, &ticket)?;
    if !reads.ticket || (is_internal(&fact, &registry) && !reads.internal) {
        return Ok(Err("the webhook's owner may not read this"));
    }
    let changes = changes(tx, &fact, &registry, reads.internal)?;
    let names = names(tx, &[fact.stamp.by, ticket.head.organisation])?;
    let name = |id: Uuid| names.get(&id).map(|n| n.name.clone());
    let login = names.get(&fact.stamp.by).and_then(|n| n.login.clone());
    Ok(Ok(json!({
        "specversion": "1.0",
        "id": delivery.id,
        "source": source,
        "type": fact.kind,
        "subject": ticket.number(),
        "time": wire(fact.stamp.at),
        "datacontenttype": "application/json",
        "data": {
            "record": {
                "kind": ticket.kind(),
                "id": ticket.head.id,
                "number": ticket.number(),
                "short_description": ticket.short_description,
                "organisation": {
                    "id": ticket.head.organisation,
                    "name": name(ticket.head.organisation),
                },
            },
            "fact": {
                "kind": fact.kind,
                "seq": fact.seq,
                "at": wire(fact.stamp.at),
                "by": {"id": fact.stamp.by, "name": name(fact.stamp.by), "login": login},
                "door": fact.stamp.door,
                "changes": changes,
            },
        },
    })))
}

/// The changes the owner may read, texts with their words. Words that were
/// erased, or of a comment that was taken back, are null.
fn changes(tx: &mut Tx, fact: &Fact, registry: &Registry, internal: bool) -> Result<Vec<Json>> {
    let texts = content_of(tx, fact.record, fact.seq, fact.seq)?;
    let texts: HashMap<i64, Option<String>> =
        texts.into_iter().map(|(_, slot, body)| (slot, body)).collect();
    let hide_comment = !internal && is_retracted(tx, fact)?;
    let mut shown = Vec::new();
    for change in &fact.changes {
        let field = change["field"].as_str().unwrap_or("");
        if !internal && !is_public(field, registry) {
            continue;
        }
        let to = match change["to"]["content"].as_i64() {
            Some(_) if hide_comment => Json::Null,
            Some(slot) => texts.get(&slot).cloned().flatten().map_or(Json::Null, Json::from),
            None => change["to"].clone(),
        };
        shown.push(json!({"field": field, "from": change["from"], "to": to}));
    }
    Ok(shown)
}

fn is_retracted(tx: &mut Tx, fact: &Fact) -> Result<bool> {
    let entry = fact.to("entry").and_then(Json::as_str).and_then(|id| id.parse::<Uuid>().ok());
    let Some(entry) = entry else { return Ok(false) };
    match journal::entry(tx, fact.record, entry) {
        Ok(entry) => Ok(entry.retracted.is_some()),
        Err(Error::NotFound) => Ok(true),
        Err(other) => Err(other),
    }
}
