//! Duplicates: merged into the incident they repeat, moved along with it, told
//! of its end, and taken apart again.

use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::{Change, facts_before};
use steward_people::{Call, check};
use steward_practice::commands::finish;
use steward_ticket::{Effect, Ticket, store, target};

use crate::fields::KIND;
use crate::practice::PRACTICE;
use crate::rules::{self, Taken};

/// The relation of a duplicate to what it repeats.
const DUPLICATE_OF: &str = "duplicate_of";

/// Decides that an incident repeats the one of that number or id.
pub(crate) fn duplicate(
    tx: &mut Tx,
    call: &Call,
    before: &Ticket,
    of: &str,
) -> Result<(Ticket, Effect)> {
    let unknown =
        || Error::invalid("of", "reference", "no incident that you may see has this number");
    let master = store::find(tx, KIND, of).map_err(|_| unknown())?;
    let seen = target(tx, &call.actor, &master)?;
    check(&call.actor, KIND, "duplicate", &seen).map_err(|_| unknown())?;
    let after = rules::duplicate(before, &master, call.now)?;
    relate(tx, call, before.head.id, master.head.id)?;
    let mut effect = PRACTICE.effect("merged");
    effect.extra.push(Change::plain("state_before_merge", Json::Null, before.state.as_str()));
    Ok((after, effect))
}

/// Decides that it does not, after all.
pub(crate) fn unmerge(tx: &mut Tx, before: &Ticket) -> Result<(Ticket, Effect)> {
    let after = rules::unmerge(before, &taken(tx, before.head.id)?)?;
    unrelate(tx, before.head.id)?;
    Ok((after, PRACTICE.effect("unmerged")))
}

/// What the last merge took, read from its fact.
fn taken(tx: &mut Tx, record: Uuid) -> Result<Taken> {
    let mut before = i64::MAX;
    let merged = loop {
        let facts = facts_before(tx, record, before, 100)?;
        let Some(last) = facts.last() else { return Ok(Taken::default()) };
        before = last.seq;
        if let Some(merged) = facts.into_iter().find(|f| f.kind == "incident.merged") {
            break merged;
        }
    };
    let was = |field: &str| {
        let change = merged.changes.iter().find(|c| c["field"] == field)?;
        change["from"].as_str().map(str::to_owned)
    };
    Ok(Taken {
        state: was("state"),
        on_hold_reason: was("on_hold_reason"),
        on_hold_until: was("on_hold_until").and_then(|at| at.parse().ok()),
    })
}

/// What follows from a merge: the duplicates of the duplicate move along, and
/// the incident that is left tells of all of them.
pub(crate) fn merged(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    twin: &Ticket,
) -> Result<()> {
    let Some(master) = twin.duplicate_of else { return Ok(()) };
    let mut added = vec![twin.head.id];
    loop {
        // So many at a time; each that moved is no longer among them.
        let moving = store::duplicates(tx, twin.head.id, 0)?;
        if moving.is_empty() {
            break;
        }
        for before in moving {
            let mut after = before.clone();
            after.duplicate_of = Some(master);
            unrelate(tx, before.head.id)?;
            relate(tx, call, before.head.id, master)?;
            added.push(before.head.id);
            tell(tx, call, registries, before, after, PRACTICE.effect("duplicate_moved"))?;
        }
    }
    let added = added.into_iter();
    let mut effect = PRACTICE.effect("duplicate_added");
    effect.extra = added.map(|id| Change::plain("duplicate", Json::Null, id.to_string())).collect();
    on(tx, call, registries, master, effect)
}

/// What follows from taking apart: the incident it repeated tells of it.
pub(crate) fn unmerged(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    before: &Ticket,
) -> Result<()> {
    let Some(master) = before.duplicate_of else { return Ok(()) };
    let mut effect = PRACTICE.effect("duplicate_removed");
    effect.extra = vec![Change::plain("duplicate", before.head.id.to_string(), Json::Null)];
    on(tx, call, registries, master, effect)
}

/// Tells the duplicates of an incident that it is resolved, so that those who
/// called there hear of it.
pub(crate) fn resolved(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    master: &Ticket,
) -> Result<()> {
    let mut after = 0;
    loop {
        let twins = store::duplicates(tx, master.head.id, after)?;
        let Some(last) = twins.last() else { return Ok(()) };
        after = last.head.row_no;
        for twin in twins {
            let mut effect = PRACTICE.effect("original_resolved");
            effect.extra = vec![Change::plain("original", Json::Null, master.head.id.to_string())];
            tell(tx, call, registries, twin.clone(), twin, effect)?;
        }
    }
}

fn on(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    record: Uuid,
    effect: Effect,
) -> Result<()> {
    let ticket = store::by_id(tx, record)?;
    tell(tx, call, registries, ticket.clone(), ticket, effect)
}

fn tell(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    before: Ticket,
    mut after: Ticket,
    effect: Effect,
) -> Result<()> {
    let loaded = PRACTICE.loaded(tx, call, registries, before.clone())?;
    finish(tx, call, &loaded, &before, &mut after, effect).map(drop)
}

fn relate(tx: &mut Tx, call: &Call, from: Uuid, to: Uuid) -> Result<()> {
    let relation = store::Relation {
        id: call.new_id(),
        relation_type: DUPLICATE_OF.into(),
        from,
        to,
        by: call.actor.id,
        at: call.now,
    };
    store::add_relation(tx, &relation).map(drop)
}

fn unrelate(tx: &mut Tx, from: Uuid) -> Result<()> {
    for relation in store::relations(tx, from)? {
        if relation.relation_type == DUPLICATE_OF && relation.from == from {
            store::remove_relation(tx, relation.id)?;
        }
    }
    Ok(())
}
