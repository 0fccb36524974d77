//! `steward verify`: walks every chain and every seal and names what is wrong.

use steward_base::{Result, Uuid};
use steward_database::{Row, Tx};

use super::seal::{Seal, root_between, seal_hash};
use crate::chain::{Covered, content_digest};
use crate::fact::{FactRef, Place};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A fact's link does not follow from its content and the link before.
    Altered(FactRef),
    /// Facts are missing: the next one found is not the next in order.
    Missing {
        /// The first fact that is not there.
        fact: FactRef,
    },
    /// A fact stands in the log before the one it follows in its record.
    Reordered(FactRef),
    /// The record's row names another end of history than there is.
    Truncated {
        /// The record.
        record: Uuid,
        /// The end its row names.
        expected: i64,
        /// The end found.
        found: i64,
    },
    /// A text no longer gives the digest its fact holds.
    ContentAltered(FactRef),
    /// A text is not there at all; one that was erased leaves its empty row.
    ContentMissing(FactRef),
    /// A fact belongs to no record.
    Orphan(Uuid),
    /// A seal does not follow from the facts or from the seal before.
    SealBroken(i64),
    /// The seal given from outside is not one of this database.
    SealUnknown(String),
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Finding::Altered(r) => {
                write!(f, "fact {} of record {} was altered or moved", r.seq, r.record)
            }
            Finding::Missing { fact } => {
                write!(f, "fact {} of record {} is missing", fact.seq, fact.record)
            }
            Finding::Reordered(r) => {
                write!(f, "fact {} of record {} stands before the one it follows", r.seq, r.record)
            }
            Finding::Truncated { record, expected, found } => write!(
                f,
                "the history of record {record} ends at fact {found}, its row says {expected}"
            ),
            Finding::ContentAltered(r) => {
                write!(f, "a text of fact {} of record {} was altered", r.seq, r.record)
            }
            Finding::ContentMissing(r) => {
                write!(f, "a text of fact {} of record {} is missing", r.seq, r.record)
            }
            Finding::Orphan(id) => write!(f, "facts name record {id}, which does not exist"),
            Finding::SealBroken(no) => write!(f, "seal {no} does not match the facts"),
            Finding::SealUnknown(line) => {
                write!(
                    f,
                    "the seal {line} is not of this history: it was rewritten or is another's"
                )
            }
        }
    }
}

/// What a verification looked at and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Records looked at.
    pub records: u64,
    /// Facts looked at.
    pub facts: u64,
    /// Texts whose digest was computed again.
    pub contents: u64,
    /// Texts that were erased; their digests remain.
    pub erased: u64,
    /// Seals computed again.
    pub seals: u64,
    /// What is wrong; empty when all is well. At most 1,000 are kept.
    pub findings: Vec<Finding>,
}

impl Report {
    fn add(&mut self, finding: Finding) {
        if self.findings.len() < 1_000 {
            self.findings.push(finding);
        }
    }
}

const PAGE: i64 = 2_000;

/// Verifies everything, on one snapshot. `against` is a line of a seal printed
/// before.
pub fn verify(tx: &mut Tx, against: Option<&str>) -> Result<Report> {
    let mut report = Report::default();
    verify_chains(tx, &mut report)?;
    verify_orphans(tx, &mut report)?;
    verify_content(tx, &mut report)?;
    verify_seals(tx, &mut report, against)?;
    Ok(report)
}

fn verify_chains(tx: &mut Tx, report: &mut Report) -> Result<()> {
    let mut after = 0;
    loop {
        let heads = tx.rows(
            "select row_no, id, history_seq, history_hash from record where row_no > $1
             order by row_no limit $2",
            &[after.into(), PAGE.into()],
            |r| {
                let id: Uuid = r.get(1)?;
                Ok((r.get::<i64>(0)?, id, r.get::<i64>(2)?, r.get::<Vec<u8>>(3)?))
            },
        )?;
        let Some(last) = heads.last() else { return Ok(()) };
        after = last.0;
        for (_, id, seq, hash) in heads {
            report.records += 1;
            verify_chain(tx, report, id, seq, &hash)?;
        }
    }
}

/// A fact as its row holds it.
struct Link {
    place: Place,
    seq: i64,
    hash: Vec<u8>,
    kind: String,
    changes: String,
    at: i64,
    recorded_at: i64,
    by: Uuid,
    on_behalf_of: Option<Uuid>,
    door: String,
    cause_record: Option<Uuid>,
    cause_seq: Option<i64>,
}

fn link_row(r: &Row) -> Result<Link> {
    Ok(Link {
        place: Place { epoch: r.get(0)?, xid: r.get(1)?, position: r.get(2)? },
        seq: r.get(3)?,
        hash: r.get(4)?,
        kind: r.get(5)?,
        changes: r.get(6)?,
        at: r.get(7)?,
        recorded_at: r.get(8)?,
        by: r.get(9)?,
        on_behalf_of: r.opt(10)?,
        door: r.get(11)?,
        cause_record: r.opt(12)?,
        cause_seq: r.opt(13)?,
    })
}

impl Link {
    fn computed(&self, previous: &[u8], record: Uuid) -> [u8; 32] {
        let covered = Covered {
            record,
            seq: self.seq,
            kind: &self.kind,
            changes: &self.changes,
            at: self.at,
            recorded_at: self.recorded_at,
            by: self.by,
            on_behalf_of: self.on_behalf_of,
            door: &self.door,
            cause_record: self.cause_record,
            cause_seq: self.cause_seq,
        };
        covered.hash(previous)
    }

    /// How many texts stand apart for it.
    fn texts(&self) -> usize {
        let changes: Vec<serde_json::Value> =
            serde_json::from_str(&self.changes).unwrap_or_default();
        changes.iter().filter(|c| c["to"]["content"].is_i64()).count()
    }
}

fn verify_chain(
    tx: &mut Tx,
    report: &mut Report,
    record: Uuid,
    end: i64,
    end_hash: &[u8],
) -> Result<()> {
    let (mut seq, mut hash, mut place) = (0, Vec::new(), Place::default());
    let mut texts = Vec::new();
    loop {
        let links = tx.rows(
            "select epoch, xid, position, seq, hash, kind, changes, at, recorded_at, by_person,
             on_behalf_of, door, cause_record, cause_seq from fact
             where record = $1 and seq > $2 order by seq limit $3",
            &[record.into(), seq.into(), PAGE.into()],
            link_row,
        )?;
        let full = links.len() as i64 == PAGE;
        for link in links {
            report.facts += 1;
            let fact = FactRef { record, seq: link.seq };
            if link.seq != seq + 1 {
                report.add(Finding::Missing { fact: FactRef { record, seq: seq + 1 } });
            } else if link.computed(&hash, record) != link.hash.as_slice() {
                report.add(Finding::Altered(fact));
            }
            if link.place < place {
                report.add(Finding::Reordered(fact));
            }
            match link.texts() {
                0 => {}
                count => texts.push((link.seq, count)),
            }
            // Go on from what is stored, so that one finding is named once.
            (seq, place, hash) = (link.seq, link.place, link.hash);
        }
        if !full {
            break;
        }
    }
    if seq != end || hash != end_hash {
        report.add(Finding::Truncated { record, expected: end, found: seq });
    }
    verify_texts_there(tx, report, record, &texts)
}

/// Every text that a fact set apart has its row, erased or not.
fn verify_texts_there(
    tx: &mut Tx,
    report: &mut Report,
    record: Uuid,
    expected: &[(i64, usize)],
) -> Result<()> {
    if expected.is_empty() {
        return Ok(());
    }
    let found: std::collections::HashMap<i64, i64> = tx
        .rows(
            "select seq, count(*) from content where record = $1 group by seq",
            &[record.into()],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?
        .into_iter()
        .collect();
    for (seq, count) in expected {
        if found.get(seq).copied().unwrap_or(0) < *count as i64 {
            report.add(Finding::ContentMissing(FactRef { record, seq: *seq }));
        }
    }
    Ok(())
}

fn verify_orphans(tx: &mut Tx, report: &mut Report) -> Result<()> {
    let orphans = tx.rows(
        "select distinct f.record from fact f left join record r on r.id = f.record
         where r.id is null limit 100",
        &[],
        |r| r.get::<Uuid>(0),
    )?;
    for id in orphans {
        report.add(Finding::Orphan(id));
    }
    Ok(())
}

fn verify_content(tx: &mut Tx, report: &mut Report) -> Result<()> {
    let nil = Uuid::nil();
    let mut at = (nil, 0, 0);
    loop {
        // The digest is compared with the one inside the fact, which the
        // chain covers; the column alone could have been altered with the body.
        let page = tx.rows(
            "select c.record, c.seq, c.slot, c.salt, c.body, f.changes from content c
             left join fact f on f.record = c.record and f.seq = c.seq
             where (c.record, c.seq, c.slot) > ($1, $2, $3)
             order by c.record, c.seq, c.slot limit $4",
            &[at.0.into(), at.1.into(), at.2.into(), PAGE.into()],
            |r| {
                let place: (Uuid, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
                let text = (r.opt::<Vec<u8>>(3)?, r.opt::<String>(4)?, r.opt::<String>(5)?);
                Ok((place, text))
            },
        )?;
        let Some(last) = page.last() else { return Ok(()) };
        at = last.0;
        for ((record, seq, slot), (salt, body, changes)) in page {
            let digest = match (salt, body) {
                (None, None) => {
                    report.erased += 1;
                    continue;
                }
                (Some(salt), Some(body)) => Some(content_digest(&salt, &body)),
                _ => None,
            };
            report.contents += 1;
            let digest = digest.map(|d| super::hex(&d)).unwrap_or_default();
            let expected = format!("\"content\":{slot},\"digest\":\"{digest}\"");
            if !changes.is_some_and(|c| c.contains(&expected)) {
                report.add(Finding::ContentAltered(FactRef { record, seq }));
            }
        }
    }
}

fn verify_seals(tx: &mut Tx, report: &mut Report, against: Option<&str>) -> Result<()> {
    let mut seals: Vec<Seal> = super::seal::seals(tx, i64::MAX, i64::MAX)?;
    seals.reverse();
    let (mut from, mut previous) = (Place::default(), Vec::new());
    let mut known = false;
    for seal in seals {
        report.seals += 1;
        let root = root_between(tx, from, Some(seal.through))?;
        let good = root.is_some_and(|(_, heads, root)| root == seal.root && heads == seal.heads);
        let hash = seal_hash(seal.no, seal.at, &seal.root, seal.heads, &previous);
        if !good || hash != seal.hash || seal.previous != previous {
            report.add(Finding::SealBroken(seal.no));
        }
        known |= against == Some(seal.line().as_str());
        from = seal.through;
        previous = seal.hash;
    }
    if let (Some(line), false) = (against, known) {
        report.add(Finding::SealUnknown(line.to_owned()));
    }
    Ok(())
}
