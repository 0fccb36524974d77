//! Watchers, relations, children and duplicates.

use steward_base::{Result, Timestamp, Uuid};
use steward_database::{Row, Tx};
use steward_people::in_list;

use super::row::{FROM, TICKET, ticket_row};
use crate::model::Ticket;

/// Most ids asked for in one statement.
const CHUNK: usize = 256;

/// Whether the person watches the record.
pub fn is_watcher(tx: &mut Tx, record: Uuid, person: Uuid) -> Result<bool> {
    let found = tx.opt(
        "select 1 from watcher where record = $1 and person = $2",
        &[record.into(), person.into()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Which of these records the person watches.
pub fn watched(tx: &mut Tx, person: Uuid, records: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for chunk in records.chunks(CHUNK) {
        let (places, mut args) = in_list(chunk);
        args.push(person.into());
        let sql = format!(
            "select record from watcher where record in ({places}) and person = ${}",
            args.len()
        );
        found.extend(tx.rows(&sql, &args, |r| r.get::<Uuid>(0))?);
    }
    Ok(found)
}

/// Who watches the record, oldest first.
pub fn watchers(tx: &mut Tx, record: Uuid) -> Result<Vec<Uuid>> {
    tx.rows(
        "select person from watcher where record = $1 order by at, person limit 5000",
        &[record.into()],
        |r| r.get(0),
    )
}

/// Adds a watcher; false when the person watched already.
pub fn add_watcher(tx: &mut Tx, record: Uuid, person: Uuid, at: Timestamp) -> Result<bool> {
    let made = tx.run(
        "insert into watcher (record, person, at) values ($1, $2, $3)
         on conflict (record, person) do nothing",
        &[record.into(), person.into(), at.into()],
    )?;
    Ok(made == 1)
}

/// Removes a watcher; false when there was none.
pub fn remove_watcher(tx: &mut Tx, record: Uuid, person: Uuid) -> Result<bool> {
    let gone = tx.run(
        "delete from watcher where record = $1 and person = $2",
        &[record.into(), person.into()],
    )?;
    Ok(gone == 1)
}

/// A link between two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its id.
    pub id: Uuid,
    /// Its type, read from `from` to `to`, e.g. `caused_by`.
    pub relation_type: String,
    /// Where it starts.
    pub from: Uuid,
    /// Where it ends.
    pub to: Uuid,
    /// Who made it.
    pub by: Uuid,
    /// When.
    pub at: Timestamp,
}

fn relation_row(r: &Row) -> Result<Relation> {
    Ok(Relation {
        id: r.get(0)?,
        relation_type: r.get(1)?,
        from: r.get(2)?,
        to: r.get(3)?,
        by: r.get(4)?,
        at: r.get(5)?,
    })
}

/// Links that start or end at the record, oldest first.
pub fn relations(tx: &mut Tx, record: Uuid) -> Result<Vec<Relation>> {
    let columns = "select id, type, from_record, to_record, by_person, at from relation";
    tx.rows(
        &format!(
            "select * from ({columns} where from_record = $1
             union {columns} where to_record = $1) x order by 6, 1 limit 5000"
        ),
        &[record.into()],
        relation_row,
    )
}

/// Adds a link; false when it stands already.
pub fn add_relation(tx: &mut Tx, relation: &Relation) -> Result<bool> {
    let made = tx.run(
        "insert into relation (id, type, from_record, to_record, by_person, at)
         values ($1, $2, $3, $4, $5, $6) on conflict (from_record, type, to_record) do nothing",
        &[
            relation.id.into(),
            relation.relation_type.as_str().into(),
            relation.from.into(),
            relation.to.into(),
            relation.by.into(),
            relation.at.into(),
        ],
    )?;
    Ok(made == 1)
}

/// Removes a link.
///
/// # Errors
/// `NotFound`.
pub fn remove_relation(tx: &mut Tx, id: Uuid) -> Result<Relation> {
    let relation = tx.one(
        "select id, type, from_record, to_record, by_person, at from relation where id = $1",
        &[id.into()],
        relation_row,
    )?;
    tx.run_one("delete from relation where id = $1", &[id.into()])?;
    Ok(relation)
}

/// Most tickets of one family read at a time.
const FAMILY: i64 = 1_000;

/// Tickets whose parent this is, oldest first, behind the row `after` (0 for the
/// first), at most 1,000.
pub fn children(tx: &mut Tx, parent: Uuid, after: i64) -> Result<Vec<Ticket>> {
    family(tx, "parent", parent, after)
}

/// Tickets that are duplicates of this, oldest first, behind the row `after` (0
/// for the first), at most 1,000.
pub fn duplicates(tx: &mut Tx, master: Uuid, after: i64) -> Result<Vec<Ticket>> {
    family(tx, "duplicate_of", master, after)
}

fn family(tx: &mut Tx, column: &'static str, of: Uuid, after: i64) -> Result<Vec<Ticket>> {
    tx.rows(
        &format!(
            "{TICKET} {FROM} where t.{column} = $1
             and t.row_no > $2 order by t.row_no limit $3"
        ),
        &[of.into(), after.into(), FAMILY.into()],
        ticket_row,
    )
}

/// Open tickets of a kind that a person has, oldest first, at most 10,000.
pub fn open_of(tx: &mut Tx, kind: &str, person: Uuid) -> Result<Vec<Ticket>> {
    tx.rows(
        &format!(
            "{TICKET} {FROM}
             where t.assigned_to = $1 and t.kind = $2 and t.is_open = 1
             order by t.row_no limit 10000"
        ),
        &[person.into(), kind.into()],
        ticket_row,
    )
}
