//! Seals: a root over the record heads changed since the last seal, chained.
//! Kept outside, a seal proves that the whole database was not rewritten.

use sha2::{Digest as _, Sha256};
use steward_base::{Result, Timestamp, Uuid};
use steward_database::{Row, Tx};

use super::hex;
use super::subscriber::rows_after;
use crate::fact::Place;

/// One seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Its number, from 1.
    pub no: i64,
    /// When it was made.
    pub at: Timestamp,
    /// The last fact it covers.
    pub through: Place,
    /// How many records changed since the seal before.
    pub heads: i64,
    /// Root over those heads.
    pub root: Vec<u8>,
    /// Hash of the seal before; empty for the first.
    pub previous: Vec<u8>,
    /// Hash over all of the above.
    pub hash: Vec<u8>,
}

impl Seal {
    /// The line `steward seal print` gives, and `verify --against` takes.
    pub fn line(&self) -> String {
        format!("steward-seal-1:{}:{}", self.no, hex(&self.hash))
    }
}

/// Facts read at a time while a root is made.
const PAGE: i64 = 5_000;

/// Makes a seal over what changed since the last one; `None` when nothing did.
pub fn seal_now(tx: &mut Tx, now: Timestamp) -> Result<Option<Seal>> {
    let last = seals(tx, i64::MAX, 1)?.pop();
    let from = last.as_ref().map_or_else(Place::default, |s| s.through);
    let Some((through, heads, root)) = root_between(tx, from, None)? else {
        return Ok(None);
    };
    let no = last.as_ref().map_or(1, |s| s.no + 1);
    let previous = last.map_or_else(Vec::new, |s| s.hash);
    let hash = seal_hash(no, now, &root, heads, &previous);
    let seal = Seal { no, at: now, through, heads, root, previous, hash };
    tx.run(
        "insert into seal (no, at, epoch, xid, position, heads, root, previous, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (no) do nothing",
        &[
            seal.no.into(),
            seal.at.into(),
            through.epoch.into(),
            through.xid.into(),
            through.position.into(),
            seal.heads.into(),
            seal.root.as_slice().into(),
            seal.previous.as_slice().into(),
            seal.hash.as_slice().into(),
        ],
    )?;
    Ok(Some(seal))
}

/// Seals numbered below `below`, newest first.
pub fn seals(tx: &mut Tx, below: i64, limit: i64) -> Result<Vec<Seal>> {
    tx.rows(
        "select no, at, epoch, xid, position, heads, root, previous, hash from seal
         where no < $1 order by no desc limit $2",
        &[below.into(), limit.into()],
        |r: &Row| {
            Ok(Seal {
                no: r.get(0)?,
                at: r.get(1)?,
                through: Place { epoch: r.get(2)?, xid: r.get(3)?, position: r.get(4)? },
                heads: r.get(5)?,
                root: r.get(6)?,
                previous: r.get(7)?,
                hash: r.get(8)?,
            })
        },
    )
}

/// How many seals there are.
pub fn count_seals(tx: &mut Tx) -> Result<i64> {
    tx.one("select count(*) from seal", &[], |r| r.get(0))
}

/// The hash of a seal. The order columns are not covered: they say where to
/// look, and a wrong one makes the root wrong.
pub(crate) fn seal_hash(
    no: i64,
    at: Timestamp,
    root: &[u8],
    heads: i64,
    previous: &[u8],
) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(no.to_be_bytes());
    hash.update(at.as_microsecond().to_be_bytes());
    hash.update(heads.to_be_bytes());
    hash.update(root);
    hash.update(previous);
    hash.finalize().to_vec()
}

/// The last place, the number of heads and the root of the facts after `from`
/// up to `to` (or all that is final); `None` when there are none.
pub(crate) fn root_between(
    tx: &mut Tx,
    from: Place,
    to: Option<Place>,
) -> Result<Option<(Place, i64, Vec<u8>)>> {
    let mut heads: std::collections::BTreeMap<Uuid, (i64, Vec<u8>)> = Default::default();
    let mut at = from;
    'pages: loop {
        let links = links_after(tx, at)?;
        let full = links.len() as i64 == PAGE;
        for (place, record, seq, hash) in links {
            if to.is_some_and(|to| place > to) {
                break 'pages;
            }
            at = place;
            let head = heads.entry(record).or_default();
            if seq > head.0 {
                *head = (seq, hash);
            }
        }
        if !full {
            break;
        }
    }
    if heads.is_empty() {
        return Ok(None);
    }
    let mut root = Sha256::new();
    for (record, (seq, hash)) in &heads {
        root.update(record.as_bytes());
        root.update(seq.to_be_bytes());
        root.update(hash);
    }
    Ok(Some((at, heads.len() as i64, root.finalize().to_vec())))
}

/// Place of a fact, its record, its number there, its hash.
type Link = (Place, Uuid, i64, Vec<u8>);

/// The links of the facts after a place, without what they say: a root needs no
/// more, and no damage to the words may keep it from being computed.
fn links_after(tx: &mut Tx, after: Place) -> Result<Vec<Link>> {
    rows_after(
        tx,
        "select f.epoch, f.xid, f.position, f.record, f.seq, f.hash from fact f",
        after,
        PAGE,
        |r| {
            let place = Place { epoch: r.get(0)?, xid: r.get(1)?, position: r.get(2)? };
            Ok((place, r.get(3)?, r.get(4)?, r.get(5)?))
        },
    )
}
