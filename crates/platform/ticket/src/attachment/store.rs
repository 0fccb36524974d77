//! Attachments in the database.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Row, Tx};
use steward_fields::Registry;
use steward_history::Change;
use steward_people::{Actor, Call, allowed, check};

use super::files::Upload;
use crate::audience::target;
use crate::journal::{EntryKind, Since, entry};
use crate::model::Ticket;
use crate::store::by_id;
use crate::write::{Effect, save};

/// Who sees an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Whoever sees the ticket.
    Public,
    /// Whoever reads its work notes.
    Internal,
}

impl Audience {
    /// Its name in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::Internal => "internal",
        }
    }

    /// The audience of that name.
    pub fn parse(name: &str) -> Option<Audience> {
        match name {
            "public" => Some(Audience::Public),
            "internal" => Some(Audience::Internal),
            _ => None,
        }
    }
}

/// An attachment as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// The ticket.
    pub record: Uuid,
    /// The entry it belongs to, if any.
    pub entry: Option<Uuid>,
    /// Who sees it; internal also where its comment was retracted.
    pub audience: Audience,
    /// The file's name.
    pub file_name: String,
    /// The file's type as it was sent, cleaned.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 over the bytes.
    pub sha256: Vec<u8>,
    /// Who attached it.
    pub by: Uuid,
    /// When.
    pub at: Timestamp,
    /// Place of its fact.
    pub seq: i64,
}

/// What an upload becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// The file that came in.
    pub upload: Upload,
    /// Who is to see it; an entry's audience wins.
    pub audience: Audience,
    /// The entry it belongs to.
    pub entry: Option<Uuid>,
}

const ATTACHMENT: &str = "select a.id, a.record, a.entry, a.audience, a.file_name, \
     a.content_type, a.size, a.sha256, a.by_person, a.at, a.seq, e.retracted_at from attachment a \
     left join entry e on e.id = a.entry";

fn attachment_row(r: &Row) -> Result<Attachment> {
    let public = r.get::<String>(3)? == "public" && r.opt::<i64>(11)?.is_none();
    Ok(Attachment {
        id: r.get(0)?,
        record: r.get(1)?,
        entry: r.opt(2)?,
        audience: if public { Audience::Public } else { Audience::Internal },
        file_name: r.get(4)?,
        content_type: r.get(5)?,
        size: r.get(6)?,
        sha256: r.get(7)?,
        by: r.get(8)?,
        at: r.get(9)?,
        seq: r.get(10)?,
    })
}

/// Attaches a file to a ticket, with the fact `<kind>.attachment_added`.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` on `entry` for one that is not the
/// actor's own on this ticket.
pub fn attach(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    ticket: &Ticket,
    new: &NewAttachment,
) -> Result<Attachment> {
    let reach = target(tx, &call.actor, ticket)?;
    check(&call.actor, ticket.kind(), "attach", &reach)?;
    let audience = audience_of(tx, call, ticket, new)?;
    if audience == Audience::Internal {
        check(&call.actor, ticket.kind(), "write_work_notes", &reach)?;
    }
    let file = &new.upload;
    let mut changes = vec![
        Change::plain("attachment", Json::Null, file.id.to_string()),
        Change::plain("audience", Json::Null, audience.as_str()),
        Change::plain("size", Json::Null, file.size),
        Change::text("file_name", file.file_name.as_str(), Some(call.actor.id)),
    ];
    if let Some(entry) = new.entry {
        changes.push(Change::plain("entry", Json::Null, entry.to_string()));
    }
    let effect = Effect {
        fact: format!("{}.attachment_added", ticket.kind()),
        extra: changes,
        entries: vec![],
    };
    let mut after = ticket.clone();
    let fact = save(tx, call, registry, ticket, &mut after, effect)?
        .ok_or_else(|| Error::internal("an attachment left no fact"))?;
    // Touching the row of a known content makes a sweep that is about to take
    // it repeat and look again.
    tx.later(
        "insert into file_content (sha256, object, size, at) values ($1, $2, $3, $4)
         on conflict (sha256) do update set at = excluded.at",
        &[
            file.sha256.as_slice().into(),
            file.object.as_str().into(),
            file.size.into(),
            call.now.into(),
        ],
    )?;
    tx.later(
        "insert into attachment (id, record, entry, audience, file_name, content_type, size,
         sha256, by_person, at, seq) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            file.id.into(),
            ticket.head.id.into(),
            new.entry.into(),
            audience.as_str().into(),
            file.file_name.as_str().into(),
            file.content_type.as_str().into(),
            file.size.into(),
            file.sha256.as_slice().into(),
            call.actor.id.into(),
            call.now.into(),
            fact.seq.into(),
        ],
    )?;
    one(tx, file.id)
}

/// What belongs to an entry has the entry's audience.
fn audience_of(tx: &mut Tx, call: &Call, ticket: &Ticket, new: &NewAttachment) -> Result<Audience> {
    let Some(id) = new.entry else { return Ok(new.audience) };
    let wrong = || Error::invalid("entry", "own", "is not an entry of yours on this ticket");
    let entry = match entry(tx, ticket.head.id, id) {
        Ok(entry) => entry,
        Err(Error::NotFound) => return Err(wrong()),
        Err(other) => return Err(other),
    };
    if entry.author != call.actor.id || entry.retracted.is_some() {
        return Err(wrong());
    }
    Ok(match entry.kind {
        EntryKind::Comment => Audience::Public,
        EntryKind::WorkNote => Audience::Internal,
    })
}

fn one(tx: &mut Tx, id: Uuid) -> Result<Attachment> {
    let sql = format!("{ATTACHMENT} where a.id = $1 and a.removed_at is null");
    tx.one(&sql, &[id.into()], attachment_row)
}

/// Attachments of a ticket that the actor sees, from a place on in order of
/// time, at most `limit`. The ticket itself was checked already.
pub fn attachments(
    tx: &mut Tx,
    actor: &Actor,
    ticket: &Ticket,
    from: Since,
    limit: i64,
) -> Result<Vec<Attachment>> {
    let (after, than, way) = from.parts();
    // In the statement and not after it, so that pages are full.
    let seen = seen(tx, actor, ticket)?;
    tx.rows(
        &format!(
            "{ATTACHMENT} where a.record = $1 and a.removed_at is null {seen}
             and (a.at, a.id) {than} ($2, $3) order by a.at{way}, a.id{way} limit $4"
        ),
        &[ticket.head.id.into(), after.0.into(), after.1.into(), limit.into()],
        attachment_row,
    )
}

/// How many attachments of a ticket the actor sees.
///
/// # Errors
/// Those of the database.
pub fn count_attachments(tx: &mut Tx, actor: &Actor, ticket: &Ticket) -> Result<i64> {
    let seen = seen(tx, actor, ticket)?;
    let sql = format!(
        "select count(*) from ({ATTACHMENT} where a.record = $1 and a.removed_at is null {seen}) x"
    );
    tx.one(&sql, &[ticket.head.id.into()], |r| r.get(0))
}

/// Which attachments of a ticket the actor sees.
fn seen(tx: &mut Tx, actor: &Actor, ticket: &Ticket) -> Result<&'static str> {
    let reach = target(tx, actor, ticket)?;
    Ok(match allowed(actor, ticket.kind(), "read_work_notes", &reach) {
        true => "",
        false => "and a.audience = 'public' and e.retracted_at is null",
    })
}

/// One attachment that the actor sees, with its ticket.
///
/// # Errors
/// `NotFound`, also for one that is not the actor's to see.
pub fn attachment(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<(Attachment, Ticket)> {
    let found = one(tx, id)?;
    let ticket = by_id(tx, found.record)?;
    let reach = target(tx, actor, &ticket)?;
    let action = match found.audience {
        Audience::Public => "read",
        Audience::Internal => "read_work_notes",
    };
    match allowed(actor, ticket.kind(), action, &reach) {
        true => Ok((found, ticket)),
        false => Err(Error::NotFound),
    }
}

/// Removes an attachment, with the fact `<kind>.attachment_removed`: the own,
/// or any by whoever may retract. The bytes go with the next sweep when nothing
/// else holds them.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn remove(tx: &mut Tx, call: &Call, registry: &Registry, id: Uuid) -> Result<()> {
    let (found, ticket) = attachment(tx, &call.actor, id)?;
    let reach = target(tx, &call.actor, &ticket)?;
    let action = if found.by == call.actor.id { "attach" } else { "retract" };
    check(&call.actor, ticket.kind(), action, &reach)?;
    take_away(tx, call, registry, &found, &ticket)
}

/// Removes everything a person attached to tickets of a kind: an erasure. The
/// right to erase was asked for already.
///
/// # Errors
/// Those of the writes.
pub fn remove_all_of(tx: &mut Tx, call: &Call, registry: &Registry, person: Uuid) -> Result<()> {
    let sql = format!(
        "{ATTACHMENT} join ticket t on t.id = a.record
         where a.by_person = $1 and a.removed_at is null and t.kind = $2 order by a.at, a.id"
    );
    let all = tx.rows(&sql, &[person.into(), registry.kind.as_str().into()], attachment_row)?;
    for found in all {
        let ticket = by_id(tx, found.record)?;
        take_away(tx, call, registry, &found, &ticket)?;
    }
    Ok(())
}

fn take_away(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    found: &Attachment,
    ticket: &Ticket,
) -> Result<()> {
    let id = found.id;
    tx.run_one(
        "update attachment set removed_at = $1 where id = $2 and removed_at is null",
        &[call.now.into(), id.into()],
    )?;
    let changes = vec![
        Change::plain("attachment", id.to_string(), Json::Null),
        Change::plain("audience", found.audience.as_str(), Json::Null),
    ];
    let effect = Effect {
        fact: format!("{}.attachment_removed", ticket.kind()),
        extra: changes,
        entries: vec![],
    };
    let mut after = ticket.clone();
    save(tx, call, registry, ticket, &mut after, effect).map(drop)
}

/// The object that holds a content.
pub fn object_of(tx: &mut Tx, sha256: &[u8]) -> Result<Option<String>> {
    let sql = "select object from file_content where sha256 = $1";
    tx.opt(sql, &[sha256.into()], |r| r.get(0))
}

/// Whether an object holds a content.
pub(super) fn is_object(tx: &mut Tx, object: &str) -> Result<bool> {
    let sql = "select 1 from file_content where object = $1";
    Ok(tx.opt(sql, &[object.into()], |_| Ok(()))?.is_some())
}

/// Contents after this digest, with object and bytes (export, backup).
pub fn objects(tx: &mut Tx, after: &[u8], limit: i64) -> Result<Vec<(Vec<u8>, String, i64)>> {
    tx.rows(
        "select sha256, object, size from file_content where sha256 > $1
         order by sha256 limit $2",
        &[after.into(), limit.into()],
        |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
    )
}

/// Forgets contents that no attachment refers to; the objects that held them.
pub(super) fn forget_unreferenced(tx: &mut Tx) -> Result<Vec<String>> {
    tx.rows(
        "delete from file_content where not exists (select 1 from attachment a
         where a.sha256 = file_content.sha256 and a.removed_at is null) returning object",
        &[],
        |r| r.get(0),
    )
}

/// Takes a person's words out of the rows: the names of the files they attached.
pub fn forget_file_names(tx: &mut Tx, person: Uuid) -> Result<u64> {
    tx.run("update attachment set file_name = 'erased' where by_person = $1", &[person.into()])
}
