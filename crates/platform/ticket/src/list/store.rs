//! The statements of a list.

use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp};
use steward_condition::{Args, Condition, Context};
use steward_database::{Tx, Value};
use steward_fields::Registry;
use steward_people::{Actor, Visibility};

use crate::list::schema::{Sees, TicketSchema, condition_error, sees};
use crate::list::sort::{Order, Sort};
use crate::model::{OPEN_STATES, Ticket};
use crate::store::{TICKET, WIDTH, ticket_row};

/// What a list asks for.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// The condition, as written; empty is everything.
    pub q: String,
    /// The order before the id.
    pub sort: Vec<Sort>,
    /// Rows of a page, 1-500.
    pub limit: i64,
    /// Sort values and id of the last row of the page before.
    pub after: Option<Vec<Json>>,
    /// The moment asked for; `None` is now.
    pub as_of: Option<Timestamp>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its rows in order.
    pub items: Vec<Ticket>,
    /// Sort values and id of its last row, when more follow.
    pub next: Option<Vec<Json>>,
}

/// A boolean expression: the ticket `t` is one the actor sees.
pub fn visible(seen: &Visibility, actor: &Actor, args: &mut Args) -> String {
    if seen.all {
        return "true".into();
    }
    let mut parts = Vec::new();
    if !seen.organisations.is_empty() {
        let ids = seen.organisations.iter().map(|id| Value::Id(*id));
        parts.push(format!("t.organisation in ({})", args.push_all(ids)));
    }
    if seen.team && !actor.teams.is_empty() {
        let ids = actor.teams.iter().map(|id| Value::Id(*id));
        parts.push(format!("t.assignment_group in ({})", args.push_all(ids)));
    }
    if seen.own {
        let me = [(); 4].map(|()| args.push(Value::Id(actor.id)));
        parts.push(format!(
            "t.id in (select id from ticket where caller = {} union select id from ticket where
             opened_by = {} union select id from ticket where requested_for = {} union
             select record from watcher where person = {})",
            me[0], me[1], me[2], me[3]
        ));
    }
    if parts.is_empty() { "false".into() } else { format!("({})", parts.join(" or ")) }
}

struct Prepared {
    condition: Condition,
    sees: Sees,
}

fn prepare(
    tx: &Tx,
    actor: &Actor,
    registry: &Registry,
    context: &Context,
    query: &ListQuery,
) -> Result<Prepared> {
    let sees = sees(actor, &registry.kind);
    let schema = schema(tx, actor, registry, &sees, query);
    let condition = super::read_condition(&schema, &query.q, context)?;
    Ok(Prepared { condition, sees })
}

fn schema<'a>(
    tx: &Tx,
    actor: &'a Actor,
    registry: &'a Registry,
    sees: &'a Sees,
    query: &ListQuery,
) -> TicketSchema<'a> {
    TicketSchema { registry, actor, sees, engine: tx.engine(), past: query.as_of.is_some() }
}

/// Rows that indexed terms may leave for terms without an index.
const MOST_UNINDEXED: i64 = 10_000;

/// A field without an index is only asked of few rows.
fn check_indexed(
    tx: &mut Tx,
    actor: &Actor,
    registry: &Registry,
    context: &Context,
    query: &ListQuery,
    prepared: &Prepared,
) -> Result<()> {
    let Some(field) = prepared.condition.fields().iter().find(|f| !f.indexed) else {
        return Ok(());
    };
    if let Some(part) = prepared.condition.indexed_part() {
        let seen = schema(tx, actor, registry, &prepared.sees, query);
        let condition =
            Condition::resolve(&part, &seen, context).map_err(|e| condition_error(&e))?;
        let part = Prepared { condition, sees: prepared.sees.clone() };
        let mut args = Args::new();
        let body = body(tx, actor, registry, &part, query, &mut args)?;
        let limit = args.push(MOST_UNINDEXED + 1);
        let sql = format!("select count(*) from (select 1 {body} limit {limit}) few");
        if tx.one(&sql, args.values(), |r| r.get::<i64>(0))? <= MOST_UNINDEXED {
            return Ok(());
        }
    }
    let name = &field.name;
    let message = format!(
        "“{name}” has no index; add terms that leave at most {MOST_UNINDEXED} tickets, \
         or have the field marked as indexed"
    );
    Err(Error::invalid("q", "not_indexed", message))
}

/// `from ... where ...` of a list, its arguments in `args`.
fn body(
    tx: &Tx,
    actor: &Actor,
    registry: &Registry,
    prepared: &Prepared,
    query: &ListQuery,
    args: &mut Args,
) -> Result<String> {
    let mut text = String::from("from ticket t join record r on r.id = t.id");
    let mut parts: Vec<String> = Vec::new();
    if let Some(at) = query.as_of {
        text.push_str(" join ticket_version v on v.ticket = t.id");
        let (from, to) = (args.push(at), args.push(at));
        parts.push(format!("v.valid_from <= {from} and (v.valid_to is null or v.valid_to > {to})"));
    }
    let kind = args.push(registry.kind.as_str());
    parts.push(format!("t.kind = {kind}"));
    // A literal, so that the engine sees that the index of open tickets will do.
    if query.as_of.is_none() && prepared.condition.implies("state", OPEN_STATES) {
        parts.push("t.is_open = 1".into());
    }
    let seen = visible(&prepared.sees.tickets, actor, args);
    if seen != "true" {
        parts.push(seen);
    }
    if !prepared.condition.is_everything() {
        let schema = schema(tx, actor, registry, &prepared.sees, query);
        let sql = prepared.condition.to_sql(&schema, args).map_err(|e| condition_error(&e))?;
        parts.push(sql);
    }
    Ok(format!("{text} where {}", parts.join(" and ")))
}

/// One page of the tickets the actor sees.
///
/// # Errors
/// `Malformed` on `q`, `limit` or `cursor`.
pub fn list(
    tx: &mut Tx,
    actor: &Actor,
    registry: &Registry,
    context: &Context,
    query: &ListQuery,
) -> Result<Page> {
    if !(1..=500).contains(&query.limit) {
        return Err(Error::malformed("limit", "range", "is 1 to 500"));
    }
    let prepared = prepare(tx, actor, registry, context, query)?;
    check_indexed(tx, actor, registry, context, query, &prepared)?;
    let mut args = Args::new();
    let mut sql = body(tx, actor, registry, &prepared, query, &mut args)?;
    let order = Order::new(&query.sort, query.as_of.is_some());
    if let Some(cursor) = &query.after {
        let after = order.after(cursor, &mut args);
        let after = after.ok_or_else(|| {
            Error::malformed("cursor", "cursor", "this cursor belongs to another list")
        })?;
        sql = format!("{sql} and {after}");
    }
    let limit = args.push(query.limit + 1);
    let past = if query.as_of.is_some() { PAST } else { "" };
    let sql =
        format!("{TICKET}{}{past} {sql} order by {} limit {limit}", order.columns(), order.sql());
    let keys = order.columns().matches(',').count();
    let mut rows = tx.rows(&sql, args.values(), |r| {
        let mut ticket = ticket_row(r)?;
        let place = order.values(r, WIDTH, ticket.head.id)?;
        if query.as_of.is_some() {
            as_it_was(&mut ticket, registry, r, WIDTH + keys)?;
        }
        Ok((ticket, place))
    })?;
    let more = rows.len() as i64 > query.limit;
    if more {
        rows.pop();
    }
    let next = if more { rows.last().map(|(_, place)| place.clone()) } else { None };
    Ok(Page { items: rows.into_iter().map(|(ticket, _)| ticket).collect(), next })
}

/// The tracked columns of the moment asked for.
const PAST: &str = ", v.state, v.on_hold_reason, v.priority, v.assignment_group, v.assigned_to, \
     v.service, v.service_offering, v.category, v.location, v.custom";

fn as_it_was(
    ticket: &mut Ticket,
    registry: &Registry,
    r: &steward_database::Row,
    at: usize,
) -> Result<()> {
    ticket.state = r.get(at)?;
    ticket.on_hold_reason = r.opt(at + 1)?;
    ticket.priority = r.get(at + 2)?;
    ticket.assignment_group = r.opt(at + 3)?;
    ticket.assigned_to = r.opt(at + 4)?;
    ticket.service = r.opt(at + 5)?;
    ticket.service_offering = r.opt(at + 6)?;
    ticket.category = r.opt(at + 7)?;
    ticket.location = r.opt(at + 8)?;
    let was = r.opt::<Json>(at + 9)?.unwrap_or_default();
    for field in registry.custom().filter(|f| f.tracked) {
        match was.get(&field.name) {
            Some(value) => drop(ticket.custom.insert(field.name.clone(), value.clone())),
            None => drop(ticket.custom.remove(&field.name)),
        }
    }
    Ok(())
}

/// How many tickets the whole list has, exactly.
pub fn count(
    tx: &mut Tx,
    actor: &Actor,
    registry: &Registry,
    context: &Context,
    query: &ListQuery,
) -> Result<i64> {
    let prepared = prepare(tx, actor, registry, context, query)?;
    check_indexed(tx, actor, registry, context, query, &prepared)?;
    let mut args = Args::new();
    let sql = body(tx, actor, registry, &prepared, query, &mut args)?;
    tx.one(&format!("select count(*) {sql}"), args.values(), |r| r.get(0))
}
