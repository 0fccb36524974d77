//! `ticket_version`: the tracked fields as they were, one row for each change
//! of any of them, so that the past is asked with the same conditions.

use serde_json::{Map, Value as Json};
use steward_base::{Result, Timestamp, Uuid};
use steward_database::{Tx, Value};
use steward_fields::Registry;

use crate::model::{TRACKED, Ticket};

/// Notes the new values after fact `after.head.seq` if a tracked field changed.
/// `at` is when it happened; time within a record never runs backwards.
pub fn track(
    tx: &mut Tx,
    before: Option<&Ticket>,
    after: &Ticket,
    registry: &Registry,
    at: Timestamp,
    recorded_at: Timestamp,
) -> Result<()> {
    let custom = tracked_custom(after, registry);
    if let Some(before) = before
        && !tracked_differ(before, after, registry)
    {
        return Ok(());
    }
    let mut from = at;
    if before.is_some() {
        let current = valid_from(tx, after.head.id)?;
        from = current.map_or(at, |c| c.max(at));
        tx.later(
            "update ticket_version set valid_to = $1 where ticket = $2 and valid_to is null",
            &[from.into(), after.head.id.into()],
        )?;
    }
    insert(tx, after, custom, from, recorded_at)
}

/// Whether a tracked field differs.
pub(crate) fn tracked_differ(before: &Ticket, after: &Ticket, registry: &Registry) -> bool {
    TRACKED.iter().any(|f| before.value(f) != after.value(f))
        || tracked_custom(before, registry) != tracked_custom(after, registry)
}

/// Since when the newest version of a ticket holds.
pub(crate) fn valid_from(tx: &mut Tx, ticket: Uuid) -> Result<Option<Timestamp>> {
    tx.opt(
        "select valid_from from ticket_version where ticket = $1 and valid_to is null",
        &[ticket.into()],
        |r| r.get::<Timestamp>(0),
    )
}

/// [`track`] for an import that knows the effective time of the row before.
pub fn track_from(
    tx: &mut Tx,
    after: &Ticket,
    registry: &Registry,
    valid_from: Timestamp,
    recorded_at: Timestamp,
    close_previous: bool,
) -> Result<()> {
    if close_previous {
        tx.later(
            "update ticket_version set valid_to = $1 where ticket = $2 and valid_to is null",
            &[valid_from.into(), after.head.id.into()],
        )?;
    }
    insert(tx, after, tracked_custom(after, registry), valid_from, recorded_at)
}

fn tracked_custom(ticket: &Ticket, registry: &Registry) -> Map<String, Json> {
    let tracked = registry.custom().filter(|f| f.tracked);
    tracked.filter_map(|f| Some((f.name.clone(), ticket.custom.get(&f.name)?.clone()))).collect()
}

fn insert(
    tx: &mut Tx,
    t: &Ticket,
    custom: Map<String, Json>,
    from: Timestamp,
    recorded_at: Timestamp,
) -> Result<()> {
    let custom = if custom.is_empty() { Value::Null } else { Value::Json(custom.into()) };
    tx.later(
        "insert into ticket_version (ticket, seq, valid_from, recorded_at, state, on_hold_reason,
         priority, assignment_group, assigned_to, service, service_offering, category, location,
         custom) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            t.head.id.into(),
            t.head.seq.into(),
            from.into(),
            recorded_at.into(),
            t.state.as_str().into(),
            t.on_hold_reason.clone().into(),
            t.priority.into(),
            t.assignment_group.into(),
            t.assigned_to.into(),
            t.service.into(),
            t.service_offering.into(),
            t.category.clone().into(),
            t.location.into(),
            custom,
        ],
    )
}

/// One tracked state while it is folded from facts.
#[derive(Clone, PartialEq, Default)]
struct Tracked {
    plain: Map<String, Json>,
    custom: Map<String, Json>,
}

/// Makes the versions of one ticket anew from its facts.
pub fn rebuild_versions(tx: &mut Tx, ticket: Uuid, registry: &Registry) -> Result<()> {
    tx.run("delete from ticket_version where ticket = $1", &[ticket.into()])?;
    let mut state = Tracked::default();
    let (mut from, mut after): (Option<Timestamp>, i64) = (None, 0);
    loop {
        let facts = steward_history::facts_of(tx, ticket, after, 500)?;
        let Some(last) = facts.last() else { return Ok(()) };
        after = last.seq;
        for fact in facts {
            let mut next = state.clone();
            for change in &fact.changes {
                fold(&mut next, registry, change);
            }
            let first = from.is_none();
            if next == state && !first {
                continue;
            }
            let valid_from = from.map_or(fact.stamp.at, |f| f.max(fact.stamp.at));
            if !first {
                tx.run(
                    "update ticket_version set valid_to = $1
                     where ticket = $2 and valid_to is null",
                    &[valid_from.into(), ticket.into()],
                )?;
            }
            insert_folded(tx, ticket, fact.seq, &next, valid_from, fact.stamp.recorded_at)?;
            from = Some(valid_from);
            state = next;
        }
    }
}

fn fold(state: &mut Tracked, registry: &Registry, change: &Json) {
    let Some(field) = change["field"].as_str() else { return };
    let to = &change["to"];
    if TRACKED.contains(&field) {
        state.plain.insert(field.to_owned(), to.clone());
    } else if let Some(name) = field.strip_prefix("custom.")
        && registry.field(name).is_some_and(|f| f.custom && f.tracked)
    {
        match to {
            Json::Null => drop(state.custom.remove(name)),
            value => drop(state.custom.insert(name.to_owned(), value.clone())),
        }
    }
}

fn insert_folded(
    tx: &mut Tx,
    ticket: Uuid,
    seq: i64,
    state: &Tracked,
    from: Timestamp,
    recorded_at: Timestamp,
) -> Result<()> {
    let text =
        |f: &str| -> Value { state.plain.get(f).and_then(Json::as_str).map(str::to_owned).into() };
    let id = |f: &str| -> Value {
        state.plain.get(f).and_then(Json::as_str).and_then(|s| s.parse::<Uuid>().ok()).into()
    };
    let custom = match state.custom.is_empty() {
        true => Value::Null,
        false => Value::Json(state.custom.clone().into()),
    };
    tx.run(
        "insert into ticket_version (ticket, seq, valid_from, recorded_at, state, on_hold_reason,
         priority, assignment_group, assigned_to, service, service_offering, category, location,
         custom) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            ticket.into(),
            seq.into(),
            from.into(),
            recorded_at.into(),
            text("state"),
            text("on_hold_reason"),
            state.plain.get("priority").and_then(Json::as_i64).unwrap_or(0).into(),
            id("assignment_group"),
            id("assigned_to"),
            id("service"),
            id("service_offering"),
            text("category"),
            id("location"),
            custom,
        ],
    )?;
    Ok(())
}
