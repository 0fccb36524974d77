//! The ticket's own row.

use steward_base::text::key;
use steward_base::{Error, Result, Uuid};
use steward_database::{Row, Tx, Value};
use steward_history::{Head, MARKS, WITH_MARKS, marks_from};
use steward_people::in_list;

use crate::model::Ticket;

/// Selects a ticket with its record, in the order [`ticket_row`] reads.
pub const TICKET: &str = "select r.id, r.kind, r.row_no, r.number, r.name, r.organisation, r.version, \
r.history_seq, r.history_hash, r.created_at, \
t.short_description, t.description, t.state, t.on_hold_reason, t.on_hold_until, t.impact, t.urgency, \
t.priority, t.priority_override, t.priority_reason, t.caller, t.requested_for, t.opened_by, \
t.contact_type, t.category, t.subcategory, t.assignment_group, t.assigned_to, t.service, \
t.service_offering, t.configuration_item, t.location, t.opened_at, t.updated_at, t.resolved_at, \
t.resolved_by, t.closed_at, t.close_code, t.close_notes, t.reassignment_count, t.reopen_count, \
t.parent, t.duplicate_of, t.time_worked_minutes, t.external_number, t.external_problem, \
t.external_change, t.external_cause, t.external_vendor, t.custom";

/// How many columns [`TICKET`] selects: what a statement adds stands behind them.
pub const WIDTH: usize = 50;

/// A ticket has the row number of its record, by which the two are joined.
pub const FROM: &str = "from ticket t join record r on r.row_no = t.row_no";

/// Reads what [`TICKET`] selects.
pub fn ticket_row(r: &Row) -> Result<Ticket> {
    let head = Head {
        id: r.get(0)?,
        kind: r.get(1)?,
        row_no: r.get(2)?,
        number: r.opt(3)?,
        name: r.get(4)?,
        organisation: r.get(5)?,
        version: r.get(6)?,
        seq: r.get(7)?,
        hash: r.get(8)?,
        created_at: r.get(9)?,
    };
    let custom = match r.opt::<serde_json::Value>(49)? {
        Some(serde_json::Value::Object(map)) => map,
        _ => Default::default(),
    };
    Ok(Ticket {
        head,
        short_description: r.get(10)?,
        description: r.opt(11)?,
        state: r.get(12)?,
        on_hold_reason: r.opt(13)?,
        on_hold_until: r.opt(14)?,
        impact: r.get(15)?,
        urgency: r.get(16)?,
        priority: r.get(17)?,
        priority_override: r.opt(18)?,
        priority_reason: r.opt(19)?,
        caller: r.opt(20)?,
        requested_for: r.opt(21)?,
        opened_by: r.opt(22)?,
        contact_type: r.opt(23)?,
        category: r.opt(24)?,
        subcategory: r.opt(25)?,
        assignment_group: r.opt(26)?,
        assigned_to: r.opt(27)?,
        service: r.opt(28)?,
        service_offering: r.opt(29)?,
        configuration_item: r.opt(30)?,
        location: r.opt(31)?,
        opened_at: r.get(32)?,
        updated_at: r.get(33)?,
        resolved_at: r.opt(34)?,
        resolved_by: r.opt(35)?,
        closed_at: r.opt(36)?,
        close_code: r.opt(37)?,
        close_notes: r.opt(38)?,
        reassignment_count: r.get(39)?,
        reopen_count: r.get(40)?,
        parent: r.opt(41)?,
        duplicate_of: r.opt(42)?,
        time_worked_minutes: r.get(43)?,
        external_number: r.opt(44)?,
        external_problem: r.opt(45)?,
        external_change: r.opt(46)?,
        external_cause: r.opt(47)?,
        external_vendor: r.opt(48)?,
        custom,
    })
}

/// The ticket with this number.
///
/// # Errors
/// `NotFound`.
pub fn by_number(tx: &mut Tx, number: &str) -> Result<Ticket> {
    one(tx, "r.number", number.into())
}

/// The ticket with this id.
///
/// # Errors
/// `NotFound`.
pub fn by_id(tx: &mut Tx, id: Uuid) -> Result<Ticket> {
    one(tx, "t.id", id.into())
}

/// The marks are read along: whoever loads a ticket asks for them next.
fn one(tx: &mut Tx, column: &str, value: Value) -> Result<Ticket> {
    let sql = format!("{TICKET}, {MARKS} {FROM} {WITH_MARKS} where {column} = $1");
    let (ticket, marks) =
        tx.one(&sql, &[value], |r| Ok((ticket_row(r)?, marks_from(r, WIDTH)?)))?;
    tx.keep_once(marks);
    Ok(ticket)
}

/// Most ids asked for in one statement.
const CHUNK: usize = 256;

/// These tickets, in no order; what is no ticket is left out.
pub fn by_ids(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Ticket>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let (places, args) = in_list(chunk);
        let sql = format!("{TICKET} {FROM} where t.id in ({places})");
        found.extend(tx.rows(&sql, &args, ticket_row)?);
    }
    Ok(found)
}

/// The ticket of this kind with this number or id.
///
/// # Errors
/// `NotFound`, also for a ticket of another kind.
pub fn find(tx: &mut Tx, kind: &str, number_or_id: &str) -> Result<Ticket> {
    let ticket = find_any(tx, number_or_id)?;
    if ticket.kind() == kind { Ok(ticket) } else { Err(Error::NotFound) }
}

/// The ticket of any kind with this number or id.
///
/// # Errors
/// `NotFound`.
pub fn find_any(tx: &mut Tx, number_or_id: &str) -> Result<Ticket> {
    match number_or_id.parse::<Uuid>() {
        Ok(id) => by_id(tx, id),
        Err(_) => by_number(tx, &number_or_id.to_ascii_uppercase()),
    }
}

/// Whether no record has this number.
pub fn number_is_free(tx: &mut Tx, number: &str) -> Result<bool> {
    let taken =
        tx.opt("select id from record where number = $1", &[number.into()], |r| r.get::<Uuid>(0))?;
    Ok(taken.is_none())
}

/// All columns after the fixed ones, in one order for insert and update.
const COLUMNS: [&str; 41] = [
    "short_description",
    "short_description_key",
    "description",
    "state",
    "is_open",
    "on_hold_reason",
    "on_hold_until",
    "impact",
    "urgency",
    "priority",
    "priority_override",
    "priority_reason",
    "caller",
    "requested_for",
    "opened_by",
    "contact_type",
    "category",
    "subcategory",
    "assignment_group",
    "assigned_to",
    "service",
    "service_offering",
    "configuration_item",
    "location",
    "opened_at",
    "updated_at",
    "resolved_at",
    "resolved_by",
    "closed_at",
    "close_code",
    "close_notes",
    "reassignment_count",
    "reopen_count",
    "parent",
    "duplicate_of",
    "time_worked_minutes",
    "external_number",
    "external_problem",
    "external_change",
    "external_cause",
    "external_vendor",
];

fn values(t: &Ticket) -> Vec<Value> {
    vec![
        t.short_description.as_str().into(),
        key(&t.short_description).into(),
        t.description.clone().into(),
        t.state.as_str().into(),
        i64::from(t.is_open()).into(),
        t.on_hold_reason.clone().into(),
        t.on_hold_until.into(),
        t.impact.into(),
        t.urgency.into(),
        t.priority.into(),
        t.priority_override.into(),
        t.priority_reason.clone().into(),
        t.caller.into(),
        t.requested_for.into(),
        t.opened_by.into(),
        t.contact_type.clone().into(),
        t.category.clone().into(),
        t.subcategory.clone().into(),
        t.assignment_group.into(),
        t.assigned_to.into(),
        t.service.into(),
        t.service_offering.into(),
        t.configuration_item.into(),
        t.location.into(),
        t.opened_at.into(),
        t.updated_at.into(),
        t.resolved_at.into(),
        t.resolved_by.into(),
        t.closed_at.into(),
        t.close_code.clone().into(),
        t.close_notes.clone().into(),
        t.reassignment_count.into(),
        t.reopen_count.into(),
        t.parent.into(),
        t.duplicate_of.into(),
        t.time_worked_minutes.into(),
        t.external_number.clone().into(),
        t.external_problem.clone().into(),
        t.external_change.clone().into(),
        t.external_cause.clone().into(),
        t.external_vendor.clone().into(),
    ]
}

fn custom(t: &Ticket) -> Value {
    if t.custom.is_empty() {
        return Value::Null;
    }
    Value::Json(serde_json::Value::Object(t.custom.clone()))
}

/// Writes a new ticket's row.
pub fn insert(tx: &mut Tx, t: &Ticket) -> Result<()> {
    static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let places: Vec<String> = (1..=COLUMNS.len() + 5).map(|n| format!("${n}")).collect();
        format!(
            "insert into ticket (row_no, id, kind, organisation, {}, custom) values ({})",
            COLUMNS.join(", "),
            places.join(", ")
        )
    });
    let mut args = vec![
        t.head.row_no.into(),
        t.head.id.into(),
        t.head.kind.as_str().into(),
        t.head.organisation.into(),
    ];
    args.extend(values(t));
    args.push(custom(t));
    tx.later(&SQL, &args)
}

/// Writes a ticket's row anew.
pub fn update(tx: &mut Tx, t: &Ticket) -> Result<()> {
    static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let sets: Vec<String> =
            COLUMNS.iter().enumerate().map(|(i, c)| format!("{c} = ${}", i + 1)).collect();
        let n = COLUMNS.len();
        format!("update ticket set {}, custom = ${} where id = ${}", sets.join(", "), n + 1, n + 2)
    });
    let mut args = values(t);
    args.push(custom(t));
    args.push(t.head.id.into());
    tx.later(&SQL, &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_that_of_the_statement() {
        assert_eq!(TICKET.split(',').count(), WIDTH);
    }
}
