//! The statements of a list.

use std::collections::VecDeque;

use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp};
use steward_condition::{Args, Condition, ConditionError, Context};
use steward_database::{Engine, Tx, Value};
use steward_fields::Registry;
use steward_people::{Actor, Visibility};

use crate::list::order;
use crate::list::ranges::{self, Range};
use crate::list::schema::{Sees, TicketSchema, condition_error, sees};
use crate::list::sort::{Key, Sort, kept_fields, keys};
use crate::model::{OPEN_STATES, Ticket};
use crate::store::{FROM, TICKET, WIDTH, ticket_row};

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
    if seen.called && !seen.own {
        let me = [(); 3].map(|()| args.push(Value::Id(actor.id)));
        parts.push(format!(
            "t.id in (select id from ticket where caller = {} union select id from ticket where
             opened_by = {} union select id from ticket where requested_for = {})",
            me[0], me[1], me[2]
        ));
    }
    if parts.is_empty() { "false".into() } else { format!("({})", parts.join(" or ")) }
}

pub(crate) struct Prepared {
    pub condition: Condition,
    pub sees: Sees,
    /// What is seen, as the statement says it: see [`only_used`].
    pub tickets: Visibility,
}

pub(crate) fn prepare(
    tx: &Tx,
    actor: &Actor,
    registry: &Registry,
    context: &Context,
    query: &ListQuery,
) -> Result<Prepared> {
    let sees = sees(actor, &registry.kind);
    let schema = schema(tx, actor, registry, &sees, query);
    let condition = super::read_condition(&schema, &query.q, context)?;
    let tickets = sees.tickets.clone();
    Ok(Prepared { condition, sees, tickets })
}

pub(super) fn schema<'a>(
    tx: &Tx,
    actor: &'a Actor,
    registry: &'a Registry,
    sees: &'a Sees,
    query: &ListQuery,
) -> TicketSchema<'a> {
    let tickets = &sees.tickets;
    let few = !tickets.all && !tickets.team && tickets.organisations.is_empty();
    TicketSchema { registry, actor, sees, engine: tx.engine(), past: query.as_of.is_some(), few }
}

/// Rows that indexed terms may leave for terms without an index.
const MOST_UNINDEXED: i64 = 10_000;

/// A field without an index is only asked of few rows.
pub(crate) fn check_indexed(
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
        let (sees, tickets) = (prepared.sees.clone(), prepared.tickets.clone());
        let part = Prepared { condition, sees, tickets };
        let mut args = Args::new();
        let body = body(tx, actor, registry, &part, query, "", &mut args)?;
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
pub(crate) fn body(
    tx: &Tx,
    actor: &Actor,
    registry: &Registry,
    prepared: &Prepared,
    query: &ListQuery,
    joins: &str,
    args: &mut Args,
) -> Result<String> {
    let mut text = String::from(FROM);
    let mut parts: Vec<String> = Vec::new();
    if let Some(at) = query.as_of {
        text.push_str(" join ticket_version v on v.ticket = t.id");
        let (from, to) = (args.push(at), args.push(at));
        parts.push(format!("v.valid_from <= {from} and (v.valid_to is null or v.valid_to > {to})"));
    }
    text.push_str(joins);
    let kind = args.push(registry.kind.as_str());
    let open = query.as_of.is_none() && prepared.condition.implies("state", OPEN_STATES);
    // SQLite takes a kind or an organisation for rarer than a word and would try
    // every ticket of it; the plus keeps it from looking up by those.
    let by_words = prepared.condition.needs_words() && !open && tx.engine() == Engine::Sqlite;
    parts.push(format!("{}t.kind = {kind}", if by_words { "+" } else { "" }));
    // A literal, so that the engine sees that the index of open tickets will do.
    if open {
        parts.push("t.is_open = 1".into());
    }
    let seen = visible(&prepared.tickets, actor, args);
    if seen != "true" {
        parts.push(if by_words { seen.replace("t.organisation", "+t.organisation") } else { seen });
    }
    if !prepared.condition.is_everything() {
        let schema = schema(tx, actor, registry, &prepared.sees, query);
        let sql = prepared.condition.to_sql(&schema, args);
        parts.push(sql.map_err(|e| not_asked(&e, &schema))?);
    }
    Ok(format!("{text} where {}", parts.join(" and ")))
}

/// A condition that cannot be asked here; of the past with what can be.
fn not_asked(e: &ConditionError, schema: &TicketSchema) -> Error {
    match condition_error(e) {
        Error::Invalid(mut errors) if schema.past => {
            let kept = kept_fields(schema).join(", ");
            for error in &mut errors {
                error.message += &format!(
                    "; with as_of these can: {kept}. Leave as_of away to search for words \
                     and for other fields"
                );
            }
            Error::Invalid(errors)
        }
        other => other,
    }
}

/// Names have no index in the order of a list: it may hold so many rows.
const MOST_NAMED: i64 = 10_000;

fn check_named(tx: &mut Tx, list: &List) -> Result<()> {
    let named = list.query.sort.iter().zip(&list.keys).find(|(_, key)| key.named.is_some());
    let Some((sort, _)) = named else { return Ok(()) };
    let mut args = Args::new();
    let body = body(tx, list.actor, list.registry, &list.prepared, list.query, "", &mut args)?;
    let limit = args.push(MOST_NAMED + 1);
    let sql = format!("select count(*) from (select 1 {body} limit {limit}) few");
    if tx.one(&sql, args.values(), |r| r.get::<i64>(0))? <= MOST_NAMED {
        return Ok(());
    }
    let message = format!(
        "sorting by “{}” goes by names, which a list of at most {MOST_NAMED} tickets takes; \
         add terms that leave fewer, such as state:open",
        sort.field
    );
    Err(Error::malformed("sort", "too_many", message))
}

/// One page of the tickets the actor sees: its ranges, one after the other,
/// until it is full.
///
/// # Errors
/// `Malformed` on `q`, `sort`, `limit` or `cursor`.
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
    let mut prepared = prepare(tx, actor, registry, context, query)?;
    check_indexed(tx, actor, registry, context, query, &prepared)?;
    let keys = keys(&query.sort, &schema(tx, actor, registry, &prepared.sees, query))?;
    let ranges = match &query.after {
        None => Some(ranges::whole(&keys)),
        Some(cursor) => ranges::after(&keys, cursor),
    };
    let ranges = ranges.ok_or_else(|| {
        Error::malformed("cursor", "cursor", "this cursor belongs to another list")
    })?;
    only_used(tx, &registry.kind, &mut prepared.tickets)?;
    let list = List { actor, registry, query, prepared, keys };
    check_named(tx, &list)?;
    let at_once = query.as_of.is_some() || list.keys.iter().any(|key| key.named.is_some());
    let Read { mut rows, place } = match at_once {
        true => list.at_once(tx, ranges)?,
        false => list.now(tx, ranges)?,
    };
    let more = rows.len() as i64 > query.limit;
    rows.truncate(usize::try_from(query.limit).unwrap_or(0));
    Ok(Page { items: rows, next: place.filter(|_| more) })
}

/// Leaves out organisations without tickets of the kind, such as the one of
/// everybody: what is left is often one, and an index led by it has the order
/// of the list.
pub(crate) fn only_used(tx: &mut Tx, kind: &str, seen: &mut Visibility) -> Result<()> {
    if seen.all || !(2..=8).contains(&seen.organisations.len()) {
        return Ok(());
    }
    let mut used = Vec::new();
    for id in &seen.organisations {
        let any = tx.opt(
            "select 1 from ticket where organisation = $1 and kind = $2 limit 1",
            &[(*id).into(), kind.into()],
            |r| r.get::<i64>(0),
        )?;
        used.extend(any.map(|_| *id));
    }
    // Somebody who sees none keeps what they might see.
    if !used.is_empty() {
        seen.organisations = used;
    }
    Ok(())
}

/// Rows in order, and the sort values and id of the one they were asked of.
#[derive(Default)]
struct Read {
    rows: Vec<Ticket>,
    place: Option<Vec<Json>>,
}

/// A list about to be read.
pub(super) struct List<'a> {
    pub actor: &'a Actor,
    pub registry: &'a Registry,
    pub query: &'a ListQuery,
    pub prepared: Prepared,
    pub keys: Vec<Key>,
}

impl List<'_> {
    /// At most one row more than the page takes, in order, and the place of its last.
    fn now(&self, tx: &mut Tx, ranges: Vec<Range>) -> Result<Read> {
        let mut page = Read::default();
        let mut ahead: VecDeque<Range> = ranges.into();
        while let Some(range) = ahead.pop_front() {
            let left = self.query.limit - page.rows.len() as i64;
            if left < 0 {
                break;
            }
            let Some(at) = ranges::leading(&self.keys, &range) else {
                let order = order::order_by(&self.keys, &range);
                let Read { rows, place } = self.read(tx, &range, &order, left + 1, left - 1)?;
                page.place = place.or(page.place);
                if page.rows.is_empty() {
                    page.rows = rows;
                } else {
                    page.rows.extend(rows);
                }
                continue;
            };
            let order = order::order_by_one(&self.keys, at);
            let first = self.read(tx, &range, &order, 1, 0)?.place;
            if let Some(place) = first {
                for next in ranges::split(&self.keys, &range, place[at].clone()).into_iter().rev() {
                    ahead.push_front(next);
                }
            }
        }
        Ok(page)
    }

    /// At most `limit` rows, and the place of row `placed`, counted from 0.
    fn read(
        &self,
        tx: &mut Tx,
        range: &Range,
        order: &str,
        limit: i64,
        placed: i64,
    ) -> Result<Read> {
        let keys = &self.keys;
        let (sql, args) = self.statement(tx, range, order, limit)?;
        let mut place = None;
        // A row is large: room for all of a page, so that none is moved again.
        let room = usize::try_from(limit).unwrap_or(0);
        let mut rows: Vec<Ticket> = Vec::with_capacity(room);
        tx.rows(&sql, args.values(), |r| {
            let ticket = ticket_row(r)?;
            if rows.len() as i64 == placed {
                place = Some(order::place(keys, range, r, WIDTH, ticket.head.id)?);
            }
            rows.push(ticket);
            Ok(())
        })?;
        Ok(Read { rows, place })
    }

    pub fn statement(
        &self,
        tx: &Tx,
        range: &Range,
        order: &str,
        limit: i64,
    ) -> Result<(String, Args)> {
        let mut args = Args::new();
        let joins = order::joins(&self.keys, range);
        let body =
            body(tx, self.actor, self.registry, &self.prepared, self.query, &joins, &mut args)?;
        let tests = match order::tests(&self.keys, range, &mut args) {
            all if all == "true" => String::new(),
            tests => format!(" and {tests}"),
        };
        let columns = order::columns(&self.keys, range);
        let limit = args.push(limit);
        Ok((format!("{TICKET}{columns} {body}{tests} order by {order} limit {limit}"), args))
    }

    /// As [`List::now`], in one statement: of the past and of names there is no
    /// index in the order of a list, so that more would only look more often.
    fn at_once(&self, tx: &mut Tx, ranges: Vec<Range>) -> Result<Read> {
        let (keys, all) = (&self.keys, Range(Vec::new()));
        let mut args = Args::new();
        let joins = order::joins(keys, &all);
        let body =
            body(tx, self.actor, self.registry, &self.prepared, self.query, &joins, &mut args)?;
        let tests: Vec<String> = match &self.query.after {
            None => vec!["true".into()],
            Some(_) => ranges.iter().map(|r| order::tests(keys, r, &mut args)).collect(),
        };
        let (tests, order) = (tests.join(" or "), order::order_by(keys, &all));
        let limit = args.push(self.query.limit + 1);
        let columns = order::columns(keys, &all);
        let past = if self.query.as_of.is_some() { PAST } else { "" };
        let sql =
            format!("{TICKET}{columns}{past} {body} and ({tests}) order by {order} limit {limit}");
        let (mut place, mut row) = (None, 0);
        let rows = tx.rows(&sql, args.values(), |r| {
            let mut ticket = ticket_row(r)?;
            row += 1;
            if row == self.query.limit {
                place = Some(order::place(keys, &all, r, WIDTH, ticket.head.id)?);
            }
            if let Some(moment) = self.query.as_of {
                // What nobody changed since is today what it was then.
                let changed = ticket.updated_at > moment;
                as_it_was(&mut ticket, self.registry, r, WIDTH + keys.len())?;
                if changed {
                    // Changes of other fields since then are not known.
                    ticket.updated_at = r.get(WIDTH + keys.len() + 10)?;
                    forget_later(&mut ticket, self.registry, moment);
                }
            }
            Ok(ticket)
        })?;
        Ok(Read { rows, place })
    }
}

/// The tracked columns of the moment asked for.
const PAST: &str = ", v.state, v.on_hold_reason, v.priority, v.assignment_group, v.assigned_to, \
     v.service, v.service_offering, v.category, v.location, v.custom, v.valid_from";

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

/// Empties what a row of the past cannot know: values that came later, and
/// fields whose past is not kept. What is left as it is today are what it is
/// about, caller, impact, urgency, the counts and the version.
fn forget_later(ticket: &mut Ticket, registry: &Registry, moment: Timestamp) {
    let later = |at: Option<Timestamp>| at.is_some_and(|at| at > moment);
    let ended = ticket.resolved_at.or(ticket.closed_at);
    if ended.is_none() || later(ended) {
        (ticket.close_code, ticket.close_notes) = (None, None);
    }
    if ticket.resolved_at.is_none() || later(ticket.resolved_at) {
        (ticket.resolved_at, ticket.resolved_by) = (None, None);
    }
    if later(ticket.closed_at) {
        ticket.closed_at = None;
    }
    ticket.on_hold_until = None;
    (ticket.priority_override, ticket.priority_reason) = (None, None);
    ticket.requested_for = None;
    ticket.subcategory = None;
    ticket.configuration_item = None;
    (ticket.parent, ticket.duplicate_of) = (None, None);
    ticket.external_problem = None;
    ticket.external_change = None;
    ticket.external_cause = None;
    ticket.external_vendor = None;
    let kept = |name: &String| registry.field(name).is_some_and(|f| f.tracked);
    ticket.custom.retain(|name, _| kept(name));
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
    let sql = body(tx, actor, registry, &prepared, query, "", &mut args)?;
    tx.one(&format!("select count(*) {sql}"), args.values(), |r| r.get(0))
}
