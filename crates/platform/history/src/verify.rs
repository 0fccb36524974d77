//! `steward verify`: walks every chain and every seal and names what is wrong.

use steward_base::{Result, Uuid};
use steward_database::Tx;

use crate::chain::{content_digest, fact_hash};
use crate::fact::{Fact, FactRef, Place};
use crate::seal::{Seal, root_between, seal_hash};
use crate::store::{FACT, fact_row};

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
            Finding::Truncated { record, expected, found } => write!(
                f,
                "the history of record {record} ends at fact {found}, its row says {expected}"
            ),
            Finding::ContentAltered(r) => {
                write!(f, "a text of fact {} of record {} was altered", r.seq, r.record)
            }
            Finding::Orphan(id) => write!(f, "facts name record {id}, which does not exist"),
            Finding::SealBroken(no) => write!(f, "seal {no} does not match the facts"),
            Finding::SealUnknown(line) => {
                write!(f, "the seal {line} is not of this history: it was rewritten or is another's")
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

fn verify_chain(
    tx: &mut Tx,
    report: &mut Report,
    record: Uuid,
    end: i64,
    end_hash: &[u8],
) -> Result<()> {
    let (mut seq, mut hash) = (0, Vec::new());
    loop {
        let facts = tx.rows(
            &format!(
                "{FACT_WITH_TEXT} where f.record = $1 and f.seq > $2 order by f.seq limit $3"
            ),
            &[record.into(), seq.into(), PAGE.into()],
            |r| Ok((fact_row(r)?, r.get::<String>(8)?)),
        )?;
        let full = facts.len() as i64 == PAGE;
        for (fact, changes) in facts {
            report.facts += 1;
            if fact.seq != seq + 1 {
                report.add(Finding::Missing { fact: FactRef { record, seq: seq + 1 } });
            } else if link(&hash, &fact, &changes) != fact.hash.as_slice() {
                report.add(Finding::Altered(fact.reference()));
            }
            // Go on from what is stored, so that one finding is named once.
            seq = fact.seq;
            hash = fact.hash;
        }
        if !full {
            break;
        }
    }
    if seq != end || hash != end_hash {
        report.add(Finding::Truncated { record, expected: end, found: seq });
    }
    Ok(())
}

/// [`FACT`] already selects the changes' exact text as column 8.
const FACT_WITH_TEXT: &str = FACT;

fn link(previous: &[u8], fact: &Fact, changes: &str) -> [u8; 32] {
    fact_hash(previous, fact.record, fact.seq, &fact.kind, changes, &fact.stamp)
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
            let (Some(salt), Some(body)) = (salt, body) else {
                report.erased += 1;
                continue;
            };
            report.contents += 1;
            let digest = crate::store::hex(&content_digest(&salt, &body));
            let expected = format!("\"content\":{slot},\"digest\":\"{digest}\"");
            if !changes.is_some_and(|c| c.contains(&expected)) {
                report.add(Finding::ContentAltered(FactRef { record, seq }));
            }
        }
    }
}

fn verify_seals(tx: &mut Tx, report: &mut Report, against: Option<&str>) -> Result<()> {
    let mut seals: Vec<Seal> = crate::seal::seals(tx, i64::MAX, i64::MAX)?;
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
