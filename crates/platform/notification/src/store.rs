//! The bell's rows in the database.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use steward_base::{Entropy, Error, Result, Timestamp, Uuid};
use steward_database::{Row, Tx};
use steward_history::Log;
use steward_people::{Actor, Call, Name, allowed, names};
use steward_ticket::{Ticket, store as tickets, target};

use crate::recipients::Kind;
use crate::subscriber::may_read;

/// Notifications that were read are kept for a while.
pub const READ: Log =
    Log { table: "notification", time: "at", done: "read_at is not null", reader: "notifications" };

/// A row to be written.
pub(crate) struct NewRow {
    pub id: Uuid,
    pub person: Uuid,
    pub record: Uuid,
    pub seq: i64,
    pub kind: Kind,
    pub by: Uuid,
    pub at: Timestamp,
    pub entry: Option<Uuid>,
}

/// Writes a row unless the person was told of this fact already.
pub(crate) fn insert(tx: &mut Tx, row: &NewRow) -> Result<()> {
    tx.run(
        "insert into notification (id, person, record, seq, kind, by_person, at, entry)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (person, record, seq) do nothing",
        &[
            row.id.into(),
            row.person.into(),
            row.record.into(),
            row.seq.into(),
            row.kind.as_str().into(),
            row.by.into(),
            row.at.into(),
            row.entry.into(),
        ],
    )
    .map(drop)
}

/// Tells a person of a ticket as it stands, because a rule says so. Whoever may
/// not read it is not told.
pub fn notify(
    tx: &mut Tx,
    call: &Call,
    entropy: &Entropy,
    person: Uuid,
    ticket: &Ticket,
) -> Result<()> {
    if !may_read(tx, person, ticket, false)? {
        return Ok(());
    }
    let row = NewRow {
        id: entropy.id(call.now),
        person,
        record: ticket.head.id,
        seq: ticket.head.seq,
        kind: Kind::Rule,
        by: call.actor.id,
        at: call.now,
        entry: None,
    };
    insert(tx, &row)
}

/// Watchers of the record who watched at that moment already.
pub(crate) fn watchers_then(tx: &mut Tx, record: Uuid, at: Timestamp) -> Result<Vec<Uuid>> {
    tx.rows(
        "select person from watcher where record = $1 and at <= $2 order by person",
        &[record.into(), at.into()],
        |r| r.get(0),
    )
}

/// A row as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// Grows in the order of writing.
    pub no: i64,
    /// Its id.
    pub id: Uuid,
    /// The ticket.
    pub record: Uuid,
    /// Why.
    pub kind: Kind,
    /// Who acted.
    pub by: Uuid,
    /// When.
    pub at: Timestamp,
    /// The entry it is about.
    pub entry: Option<Uuid>,
    /// When it was marked as read.
    pub read_at: Option<Timestamp>,
    /// Whether that entry was taken back.
    retracted: bool,
}

/// A notification with what it takes to show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The row.
    pub row: Notification,
    /// What the ticket is called.
    pub record: Arc<Name>,
    /// What whoever acted is called.
    pub by: Option<Arc<Name>>,
}

impl Shown {
    /// The key of its text in the translations.
    pub fn text_key(&self) -> String {
        format!("notification.{}", self.row.kind.as_str())
    }

    /// What the text refers to.
    pub fn params(&self) -> Json {
        match self.row.entry {
            Some(entry) => json!({"entry": entry}),
            None => json!({}),
        }
    }
}

const ROW: &str = "select n.no, n.id, n.record, n.kind, n.by_person, n.at, n.entry, n.read_at, \
     e.retracted_at from notification n left join entry e on e.id = n.entry";

fn row(r: &Row) -> Result<Notification> {
    let kind: String = r.get(3)?;
    Ok(Notification {
        no: r.get(0)?,
        id: r.get(1)?,
        record: r.get(2)?,
        kind: Kind::parse(&kind)
            .ok_or_else(|| Error::Internal(format!("a notification has kind {kind}")))?,
        by: r.get(4)?,
        at: r.get(5)?,
        entry: r.opt(6)?,
        read_at: r.opt(7)?,
        retracted: r.opt::<i64>(8)?.is_some(),
    })
}

/// Rows read at a time while they are counted.
const COUNTED_AT_A_TIME: i64 = 1_000;

/// What a list of the bell asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Only those not marked as read.
    pub unread: bool,
    /// Only those before this place (`no`), for the next page.
    pub before: Option<i64>,
    /// Rows wanted, 1-501.
    pub limit: i64,
}

/// A person's notifications, newest first: those it may still read.
pub fn list(tx: &mut Tx, actor: &Actor, asked: &Asked) -> Result<Vec<Shown>> {
    let wanted = usize::try_from(asked.limit).unwrap_or(0);
    let mut kept: Vec<Notification> = Vec::new();
    let mut tickets: HashMap<Uuid, (bool, bool)> = HashMap::new();
    let mut before = asked.before.unwrap_or(i64::MAX);
    while kept.len() < wanted {
        let rows = page(tx, actor.id, asked.unread, before, asked.limit)?;
        let Some(last) = rows.last() else { break };
        before = last.no;
        for row in rows {
            if kept.len() < wanted && readable(tx, actor, &row, &mut tickets)? {
                kept.push(row);
            }
        }
    }
    let ids: Vec<Uuid> = kept.iter().flat_map(|n| [n.record, n.by]).collect();
    let names = names(tx, &ids)?;
    let shown = |row: Notification| {
        let record = names.get(&row.record)?.clone();
        Some(Shown { record, by: names.get(&row.by).cloned(), row })
    };
    Ok(kept.into_iter().filter_map(shown).collect())
}

/// How many [`list`] gives in all.
pub fn count(tx: &mut Tx, actor: &Actor, unread: bool) -> Result<i64> {
    let mut tickets: HashMap<Uuid, (bool, bool)> = HashMap::new();
    let (mut count, mut before) = (0, i64::MAX);
    loop {
        let rows = page(tx, actor.id, unread, before, COUNTED_AT_A_TIME)?;
        let Some(last) = rows.last() else { return Ok(count) };
        before = last.no;
        for row in rows {
            count += i64::from(readable(tx, actor, &row, &mut tickets)?);
        }
    }
}

fn page(
    tx: &mut Tx,
    person: Uuid,
    unread: bool,
    before: i64,
    limit: i64,
) -> Result<Vec<Notification>> {
    let unread = if unread { "and n.read_at is null" } else { "" };
    tx.rows(
        &format!("{ROW} where n.person = $1 and n.no < $2 {unread} order by n.no desc limit $3"),
        &[person.into(), before.into(), limit.into()],
        row,
    )
}

/// Whether the person may still read what it was told of. A comment that was
/// taken back is told of only to those who still read it.
fn readable(
    tx: &mut Tx,
    actor: &Actor,
    row: &Notification,
    known: &mut HashMap<Uuid, (bool, bool)>,
) -> Result<bool> {
    let (read, internal) = match known.get(&row.record) {
        Some(known) => *known,
        None => {
            let ticket = tickets::by_id(tx, row.record)?;
            let target = target(tx, actor, &ticket)?;
            let sees = |action| allowed(actor, ticket.kind(), action, &target);
            let found = (sees("read"), sees("read_work_notes"));
            known.insert(row.record, found);
            found
        }
    };
    let hidden = row.kind == Kind::Noted || row.retracted || is_work_note(tx, row)?;
    Ok(read && (internal || !hidden))
}

/// Whether a mention stands in a work note.
fn is_work_note(tx: &mut Tx, row: &Notification) -> Result<bool> {
    let (Kind::Mentioned, Some(entry)) = (row.kind, row.entry) else { return Ok(false) };
    let kind =
        tx.opt("select kind from entry where id = $1", &[entry.into()], |r| r.get::<String>(0))?;
    Ok(kind.is_none_or(|kind| kind != "comment"))
}

/// Marks some of a person's notifications as read; those of others and unknown
/// ones are passed over. A mark of one's own and no fact.
pub fn mark_read(tx: &mut Tx, call: &Call, ids: &[Uuid]) -> Result<()> {
    for id in ids {
        tx.later(
            "update notification set read_at = $1 where id = $2 and person = $3 and read_at is null",
            &[call.now.into(), (*id).into(), call.actor.id.into()],
        )?;
    }
    Ok(())
}

/// Marks all of a person's notifications as read.
pub fn mark_all_read(tx: &mut Tx, call: &Call) -> Result<()> {
    tx.later(
        "update notification set read_at = $1 where person = $2 and read_at is null",
        &[call.now.into(), call.actor.id.into()],
    )
}

/// Takes away what an erased person was told.
pub fn forget_person(tx: &mut Tx, person: Uuid) -> Result<u64> {
    tx.run("delete from notification where person = $1", &[person.into()])
}

/// The place of the newest row, for [`newer`].
pub fn newest(tx: &mut Tx) -> Result<i64> {
    let last = tx.opt("select no from notification order by no desc limit 1", &[], |r| r.get(0))?;
    Ok(last.unwrap_or(0))
}

/// Rows written after the place `after`, oldest first, as (place, person, id):
/// what live streams tell. Ask after each commit. A rule's row that commits
/// late may be passed over here; the list has it.
pub fn newer(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<(i64, Uuid, Uuid)>> {
    tx.rows(
        "select no, person, id from notification where no > $1 order by no limit $2",
        &[after.into(), limit.into()],
        |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
    )
}
