//! Records, facts and contents in the database.

pub(crate) mod epoch;
pub(crate) mod marks;
pub(crate) mod number;
pub(crate) mod prune;
pub(crate) mod seal;
pub(crate) mod subscriber;
pub(crate) mod verify;

use serde_json::{Value as Json, json};
use steward_base::text::key;
use steward_base::{Entropy, Error, Result, Timestamp, Uuid};
use steward_database::{Engine, Row, Tx};

use crate::chain::{content_digest, fact_hash};
use crate::fact::{Change, Door, Fact, FactRef, Place, Stamp, Written};

/// A record's own row: what every kind of thing has.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Its id.
    pub id: Uuid,
    /// Its kind, e.g. `incident`, `person`.
    pub kind: String,
    /// Row number: grows with creation; full text finds records by it.
    pub row_no: i64,
    /// Its number, for kinds that have one.
    pub number: Option<String>,
    /// Its name or short description.
    pub name: String,
    /// The organisation it belongs to.
    pub organisation: Uuid,
    /// Counts the writes; the `ETag`.
    pub version: i64,
    /// Place of its last fact.
    pub seq: i64,
    /// Link of its last fact.
    pub hash: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a new record needs.
#[derive(Debug, Clone)]
pub struct NewRecord<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: &'static str,
    /// Its number, for kinds that have one.
    pub number: Option<String>,
    /// Its name.
    pub name: &'a str,
    /// Its organisation.
    pub organisation: Uuid,
    /// When it is made.
    pub created_at: Timestamp,
}

const HEAD: &str = "select id, kind, row_no, number, name, organisation, version, history_seq, \
     history_hash, created_at from record";

fn head_row(row: &Row) -> Result<Head> {
    Ok(Head {
        id: row.get(0)?,
        kind: row.get(1)?,
        row_no: row.get(2)?,
        number: row.opt(3)?,
        name: row.get(4)?,
        organisation: row.get(5)?,
        version: row.get(6)?,
        seq: row.get(7)?,
        hash: row.get(8)?,
        created_at: row.get(9)?,
    })
}

/// The record with this id.
///
/// # Errors
/// `NotFound`.
pub fn head(tx: &mut Tx, id: Uuid) -> Result<Head> {
    tx.one(&format!("{HEAD} where id = $1"), &[id.into()], head_row)
}

/// The record with this number.
///
/// # Errors
/// `NotFound`.
pub fn head_by_number(tx: &mut Tx, number: &str) -> Result<Head> {
    tx.one(&format!("{HEAD} where number = $1"), &[number.into()], head_row)
}

/// Makes the row of a new record, without history yet: [`append`] its first
/// fact, then [`save_head`].
pub fn create_record(tx: &mut Tx, new: &NewRecord) -> Result<Head> {
    let mut head = new_record(new);
    insert_head(tx, &mut head)?;
    Ok(head)
}

/// A new record that has no row yet: [`append`] its first facts, then
/// [`write_record`]. One statement less than [`create_record`].
pub fn new_record(new: &NewRecord) -> Head {
    Head {
        id: new.id,
        kind: new.kind.into(),
        row_no: 0,
        number: new.number.clone(),
        name: new.name.into(),
        organisation: new.organisation,
        version: 0,
        seq: 0,
        hash: vec![],
        created_at: new.created_at,
    }
}

/// Writes the row of a new record with its first version and the end of its
/// history; fills in the row number.
pub fn write_record(tx: &mut Tx, head: &mut Head) -> Result<()> {
    head.version += 1;
    insert_head(tx, head)
}

fn insert_head(tx: &mut Tx, head: &mut Head) -> Result<()> {
    head.row_no = tx.one(
        "insert into record (id, kind, number, name, name_key, organisation, version, history_seq,
         history_hash, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         returning row_no",
        &[
            head.id.into(),
            head.kind.as_str().into(),
            head.number.clone().into(),
            head.name.as_str().into(),
            key(&head.name).into(),
            head.organisation.into(),
            head.version.into(),
            head.seq.into(),
            head.hash.as_slice().into(),
            head.created_at.into(),
        ],
        |r| r.get(0),
    )?;
    Ok(())
}

/// Gives a record another name.
pub fn rename(tx: &mut Tx, head: &mut Head, name: &str) -> Result<()> {
    head.name = name.to_owned();
    tx.run_one(
        "update record set name = $1, name_key = $2 where id = $3",
        &[name.into(), key(name).into(), head.id.into()],
    )
}

/// Appends one fact to a record's history. The record's row follows with
/// [`save_head`], once for all facts of a command.
pub fn append(
    tx: &mut Tx,
    entropy: &Entropy,
    head: &mut Head,
    stamp: &Stamp,
    kind: &str,
    changes: &[Change],
) -> Result<FactRef> {
    let seq = head.seq + 1;
    let mut stored = Vec::with_capacity(changes.len());
    let mut slot = 0_i64;
    for change in changes {
        let to = match &change.to {
            Written::Plain(value) => value.clone(),
            Written::Text { body, subject } => {
                slot += 1;
                let salt = entropy.salt();
                let digest = content_digest(&salt, body);
                tx.later(
                    "insert into content (record, seq, slot, field, subject, salt, digest, body)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &[
                        head.id.into(),
                        seq.into(),
                        slot.into(),
                        change.field.as_str().into(),
                        (*subject).into(),
                        salt.as_slice().into(),
                        digest.as_slice().into(),
                        body.into(),
                    ],
                )?;
                json!({"content": slot, "digest": hex(&digest)})
            }
        };
        stored.push(json!({"field": change.field, "from": change.from, "to": to}));
    }
    let changes = Json::Array(stored).to_string();
    let hash = fact_hash(&head.hash, head.id, seq, kind, &changes, stamp);
    insert_fact(tx, head.id, seq, kind, &changes, stamp, &hash)?;
    head.seq = seq;
    head.hash = hash.to_vec();
    Ok(FactRef { record: head.id, seq })
}

fn insert_fact(
    tx: &mut Tx,
    record: Uuid,
    seq: i64,
    kind: &str,
    changes: &str,
    stamp: &Stamp,
    hash: &[u8],
) -> Result<()> {
    // The order columns: SQLite's row number is commit order by itself;
    // PostgreSQL's is not, so the transaction's id stands before it.
    let xid = match tx.engine() {
        Engine::Sqlite => "0",
        Engine::Postgres => "pg_current_xact_id()::text::bigint",
    };
    tx.later(
        &format!(
            "insert into fact (epoch, xid, record, seq, kind, changes, at, recorded_at, by_person,
             on_behalf_of, door, cause_record, cause_seq, hash)
             values ((select cast(value as bigint) from setting where key = 'epoch'), {xid},
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        ),
        &[
            record.into(),
            seq.into(),
            kind.into(),
            changes.into(),
            stamp.at.into(),
            stamp.recorded_at.into(),
            stamp.by.into(),
            stamp.on_behalf_of.into(),
            stamp.door.as_str().into(),
            stamp.cause.map(|c| c.record).into(),
            stamp.cause.map(|c| c.seq).into(),
            hash.into(),
        ],
    )
}

/// Writes the record's new version and the end of its history.
pub fn save_head(tx: &mut Tx, head: &mut Head) -> Result<()> {
    head.version += 1;
    tx.later(
        "update record set version = $1, history_seq = $2, history_hash = $3 where id = $4",
        &[head.version.into(), head.seq.into(), head.hash.as_slice().into(), head.id.into()],
    )
}

/// Columns of a fact joined with its record, in the order [`fact_row`] reads.
pub(crate) const FACT: &str = "select f.epoch, f.xid, f.position, f.record, r.kind, r.organisation, f.seq, f.kind, \
     f.changes, f.at, f.recorded_at, f.by_person, f.on_behalf_of, f.door, f.cause_record, \
     f.cause_seq, f.hash from fact f join record r on r.id = f.record";

/// Reads what [`FACT`] selects.
pub(crate) fn fact_row(row: &Row) -> Result<Fact> {
    let changes: String = row.get(8)?;
    let cause = match (row.opt(14)?, row.opt(15)?) {
        (Some(record), Some(seq)) => Some(FactRef { record, seq }),
        _ => None,
    };
    Ok(Fact {
        place: Place { epoch: row.get(0)?, xid: row.get(1)?, position: row.get(2)? },
        record: row.get(3)?,
        record_kind: row.get(4)?,
        organisation: row.get(5)?,
        seq: row.get(6)?,
        kind: row.get(7)?,
        changes: serde_json::from_str(&changes).map_err(Error::internal)?,
        stamp: Stamp {
            at: row.get(9)?,
            recorded_at: row.get(10)?,
            by: row.get(11)?,
            on_behalf_of: row.opt(12)?,
            door: Door::parse(&row.get::<String>(13)?),
            cause,
        },
        hash: row.get(16)?,
    })
}

/// Facts of a record after place `after`, oldest first, at most `limit`.
pub fn facts_of(tx: &mut Tx, record: Uuid, after: i64, limit: i64) -> Result<Vec<Fact>> {
    tx.rows(
        &format!("{FACT} where f.record = $1 and f.seq > $2 order by f.seq limit $3"),
        &[record.into(), after.into(), limit.into()],
        fact_row,
    )
}

/// Facts of a record before one, newest first.
pub fn facts_before(tx: &mut Tx, record: Uuid, before: i64, limit: i64) -> Result<Vec<Fact>> {
    tx.rows(
        &format!("{FACT} where f.record = $1 and f.seq < $2 order by f.seq desc limit $3"),
        &[record.into(), before.into(), limit.into()],
        fact_row,
    )
}

/// The texts of a record's facts: (seq, slot, body); an erased one has no body.
pub fn content_of(
    tx: &mut Tx,
    record: Uuid,
    from: i64,
    to: i64,
) -> Result<Vec<(i64, i64, Option<String>)>> {
    tx.rows(
        "select seq, slot, body from content where record = $1 and seq >= $2 and seq <= $3
         order by seq, slot",
        &[record.into(), from.into(), to.into()],
        |r| Ok((r.get(0)?, r.get(1)?, r.opt(2)?)),
    )
}

/// Where a text stands that was not destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingText {
    /// The fact that brought it.
    pub seq: i64,
    /// Its place in that fact.
    pub slot: i64,
    /// The field it was written to.
    pub field: String,
}

fn standing(row: &Row) -> Result<StandingText> {
    Ok(StandingText { seq: row.get(0)?, slot: row.get(1)?, field: row.get(2)? })
}

/// One text of one fact.
///
/// # Errors
/// `NotFound` when there is no such text or it was destroyed.
pub fn standing_text(tx: &mut Tx, record: Uuid, seq: i64, slot: i64) -> Result<StandingText> {
    tx.one(
        "select seq, slot, field from content
         where record = $1 and seq = $2 and slot = $3 and body is not null",
        &[record.into(), seq.into(), slot.into()],
        standing,
    )
}

/// The last text of a field of a record.
///
/// # Errors
/// `NotFound` when it never had one or it was destroyed.
pub fn last_text(tx: &mut Tx, record: Uuid, field: &str) -> Result<StandingText> {
    tx.one(
        "select seq, slot, field from content where record = $1 and field = $2
         and body is not null order by seq desc, slot desc limit 1",
        &[record.into(), field.into()],
        standing,
    )
}

/// Destroys every text that stands for `subject`, salts included. Returns how
/// many went. The chain goes on verifying: it covers the digests.
pub fn erase_subject(tx: &mut Tx, subject: Uuid) -> Result<u64> {
    tx.run(
        "update content set body = null, salt = null where subject = $1 and body is not null",
        &[subject.into()],
    )
}

/// Destroys one text of one fact (a password pasted into a ticket).
///
/// # Errors
/// `NotFound` when there is no such text or it is gone already.
pub fn redact(tx: &mut Tx, record: Uuid, seq: i64, slot: i64) -> Result<()> {
    let gone = tx.run(
        "update content set body = null, salt = null
         where record = $1 and seq = $2 and slot = $3 and body is not null",
        &[record.into(), seq.into(), slot.into()],
    )?;
    if gone == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// A setting of the installation.
pub fn setting(tx: &mut Tx, name: &str) -> Result<Option<String>> {
    tx.opt("select value from setting where key = $1", &[name.into()], |r| r.get(0))
}

/// Writes a setting of the installation.
pub fn set_setting(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    tx.run(
        "insert into setting (key, value) values ($1, $2)
         on conflict (key) do update set value = excluded.value",
        &[name.into(), value.into()],
    )?;
    Ok(())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
