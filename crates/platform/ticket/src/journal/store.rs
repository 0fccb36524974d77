//! Entries in the database; their words stand in `content`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Row, Tx};
use steward_history::{Change, FactRef, append};
use steward_people::{Call, check};

use crate::audience::target;
use crate::model::Ticket;

/// Which of the two kinds an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Public: the caller reads it.
    Comment,
    /// Internal: only those who work on tickets read it.
    WorkNote,
}

impl EntryKind {
    /// Its name in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::Comment => "comment",
            EntryKind::WorkNote => "work_note",
        }
    }

    /// The field under which facts carry the words.
    pub fn field(self) -> &'static str {
        match self {
            EntryKind::Comment => "comments",
            EntryKind::WorkNote => "work_notes",
        }
    }

    fn parse(name: &str) -> EntryKind {
        if name == "comment" { EntryKind::Comment } else { EntryKind::WorkNote }
    }
}

/// An entry as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// The ticket.
    pub record: Uuid,
    /// Which kind.
    pub kind: EntryKind,
    /// `text` or `html`.
    pub format: String,
    /// Its words; `None` when they were erased.
    pub body: Option<String>,
    /// Who wrote it.
    pub author: Uuid,
    /// When.
    pub at: Timestamp,
    /// Through which door.
    pub door: String,
    /// Place of its fact.
    pub seq: i64,
    /// When and by whom a wrongly public one was taken back.
    pub retracted: Option<(Timestamp, Uuid)>,
}

/// An entry to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Its id.
    pub id: Uuid,
    /// Which kind.
    pub kind: EntryKind,
    /// `text` or `html` (cleaned already).
    pub format: &'static str,
    /// Its words, 1 byte to 64 KiB.
    pub body: String,
}

/// Most bytes of an entry.
const MAX_BODY: usize = 65_536;

impl NewEntry {
    /// Checks and cleans what somebody wrote.
    ///
    /// # Errors
    /// `Invalid` on `text` when it is empty or over 64 KiB.
    pub fn new(id: Uuid, kind: EntryKind, text: &str, is_html: bool) -> Result<NewEntry> {
        if text.len() > MAX_BODY {
            return Err(Error::invalid("text", "length", "has more than 64 KiB"));
        }
        let body = if is_html { crate::rich::clean(text) } else { text.trim_end().to_owned() };
        let format = if is_html { "html" } else { "text" };
        if crate::rich::plain(&body, format).trim().is_empty() {
            return Err(Error::invalid("text", "required", "write something"));
        }
        Ok(NewEntry { id, kind, format, body })
    }
}

/// Writes an entry and its fact; the caller of this function saves the head
/// and the full text. The permission is checked here, beside the effect.
pub fn add_entry(
    tx: &mut Tx,
    call: &Call,
    ticket: &mut Ticket,
    new: &NewEntry,
    mentions: &[Uuid],
) -> Result<FactRef> {
    let (action, happened) = match new.kind {
        EntryKind::Comment => ("comment", "commented"),
        EntryKind::WorkNote => ("write_work_notes", "noted"),
    };
    let target = target(tx, &call.actor, ticket)?;
    check(&call.actor, ticket.kind(), action, &target)?;
    let kind = format!("{}.{happened}", ticket.kind());
    let mut changes = vec![
        Change::text(new.kind.field(), new.body.as_str(), Some(call.actor.id)),
        Change::plain("entry", Json::Null, new.id.to_string()),
    ];
    if !mentions.is_empty() {
        let ids: Vec<Json> = mentions.iter().map(|id| id.to_string().into()).collect();
        changes.push(Change::plain("mentions", Json::Null, ids));
    }
    let fact = append(tx, &call.entropy, &mut ticket.head, &call.stamp(), &kind, &changes)?;
    tx.later(
        "insert into entry (id, record, kind, format, author, at, recorded_at, door, seq)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            new.id.into(),
            ticket.head.id.into(),
            new.kind.as_str().into(),
            new.format.into(),
            call.actor.id.into(),
            call.now.into(),
            call.now.into(),
            call.door.as_str().into(),
            fact.seq.into(),
        ],
    )?;
    Ok(fact)
}

const ENTRY: &str = "select e.id, e.record, e.kind, e.format, c.body, e.author, e.at, e.door, e.seq, \
     e.retracted_at, e.retracted_by from entry e \
     left join content c on c.record = e.record and c.seq = e.seq and c.slot = 1";

fn entry_row(r: &Row) -> Result<Entry> {
    let retracted = match (r.opt(9)?, r.opt(10)?) {
        (Some(at), Some(by)) => Some((at, by)),
        _ => None,
    };
    Ok(Entry {
        id: r.get(0)?,
        record: r.get(1)?,
        kind: EntryKind::parse(&r.get::<String>(2)?),
        format: r.get(3)?,
        body: r.opt(4)?,
        author: r.get(5)?,
        at: r.get(6)?,
        door: r.get(7)?,
        seq: r.get(8)?,
        retracted,
    })
}

/// Entries of a ticket of these kinds after the one at (`at`, `id`), oldest first.
pub fn entries(
    tx: &mut Tx,
    record: Uuid,
    kinds: &[EntryKind],
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Entry>> {
    let names: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
    let (first, second) = (names.first().copied().unwrap_or(""), names.get(1).copied());
    tx.rows(
        &format!(
            "{ENTRY} where e.record = $1 and (e.kind = $2 or e.kind = $3)
             and (e.at, e.id) > ($4, $5) order by e.at, e.id limit $6"
        ),
        &[
            record.into(),
            first.into(),
            second.unwrap_or("").into(),
            after.0.into(),
            after.1.into(),
            limit.into(),
        ],
        entry_row,
    )
}

/// Where a list in order of time goes on: behind (`at`, `id`), in its direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Since {
    /// The last row of the page before; `None` is the beginning.
    pub after: Option<(Timestamp, Uuid)>,
    /// Newest first.
    pub descending: bool,
}

impl Since {
    /// The bound, how it is compared, and the direction of both keys.
    pub(crate) fn parts(self) -> ((Timestamp, Uuid), &'static str, &'static str) {
        match self.descending {
            false => (self.after.unwrap_or((Timestamp::MIN, Uuid::nil())), ">", ""),
            true => (self.after.unwrap_or((Timestamp::MAX, Uuid::max())), "<", " desc"),
        }
    }
}

/// Entries of one kind from a place on, in order of time; retracted ones only
/// where `internal`.
pub fn entries_seen(
    tx: &mut Tx,
    record: Uuid,
    kind: EntryKind,
    internal: bool,
    from: Since,
    limit: i64,
) -> Result<Vec<Entry>> {
    let (after, than, way) = from.parts();
    let seen = if internal { "" } else { "and e.retracted_at is null" };
    tx.rows(
        &format!(
            "{ENTRY} where e.record = $1 and e.kind = $2 {seen}
             and (e.at, e.id) {than} ($3, $4) order by e.at{way}, e.id{way} limit $5"
        ),
        &[record.into(), kind.as_str().into(), after.0.into(), after.1.into(), limit.into()],
        entry_row,
    )
}

/// How many entries [`entries_seen`] gives in all.
pub fn count_entries(tx: &mut Tx, record: Uuid, kind: EntryKind, internal: bool) -> Result<i64> {
    let seen = if internal { "" } else { "and e.retracted_at is null" };
    tx.one(
        &format!("select count(*) from entry e where e.record = $1 and e.kind = $2 {seen}"),
        &[record.into(), kind.as_str().into()],
        |r| r.get(0),
    )
}

/// One entry of a ticket.
///
/// # Errors
/// `NotFound`.
pub fn entry(tx: &mut Tx, record: Uuid, id: Uuid) -> Result<Entry> {
    tx.one(
        &format!("{ENTRY} where e.id = $1 and e.record = $2"),
        &[id.into(), record.into()],
        entry_row,
    )
}

/// Takes back a wrongly public comment: the caller no longer reads it, agents
/// still do, and the fact says who did it and why. The caller of this function
/// saves the head and the full text.
///
/// # Errors
/// `Refused` for a work note or one taken back already.
pub fn retract(
    tx: &mut Tx,
    call: &Call,
    ticket: &mut Ticket,
    id: Uuid,
    reason: &str,
) -> Result<FactRef> {
    let found = entry(tx, ticket.head.id, id)?;
    let target = target(tx, &call.actor, ticket)?;
    let action = if found.author == call.actor.id { "retract_own" } else { "retract" };
    check(&call.actor, ticket.kind(), action, &target)?;
    if found.kind != EntryKind::Comment {
        return Err(Error::Refused("only a public comment can be retracted".into()));
    }
    if found.retracted.is_some() {
        return Err(Error::Refused("this comment was retracted already".into()));
    }
    if reason.trim().is_empty() || reason.len() > 4_000 {
        return Err(Error::invalid("reason", "required", "say why in 1 to 4000 characters"));
    }
    tx.run_one(
        "update entry set retracted_at = $1, retracted_by = $2 where id = $3",
        &[call.now.into(), call.actor.id.into(), id.into()],
    )?;
    let changes = [
        Change::text("retract_reason", reason, Some(call.actor.id)),
        Change::plain("entry", Json::Null, id.to_string()),
    ];
    let kind = format!("{}.comment_retracted", ticket.kind());
    append(tx, &call.entropy, &mut ticket.head, &call.stamp(), &kind, &changes)
}
