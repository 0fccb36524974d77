//! The hashes: what exactly is covered, in one place.

use sha2::{Digest as _, Sha256};
use steward_base::Uuid;

use crate::fact::Stamp;

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// The digest of a text that stands apart: SHA-256 over salt and body.
pub fn content_digest(salt: &[u8], body: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(body.as_bytes());
    hash.finalize().into()
}

/// The link of a fact: SHA-256 over the link before and every part of the
/// fact, each with its length, so that no two facts share an encoding. Order
/// columns (epoch, xid, position) are not covered: they change with a move.
pub fn fact_hash(
    previous: &[u8],
    record: Uuid,
    seq: i64,
    kind: &str,
    changes: &str,
    stamp: &Stamp,
) -> Digest {
    let covered = Covered {
        record,
        seq,
        kind,
        changes,
        at: stamp.at.as_microsecond(),
        recorded_at: stamp.recorded_at.as_microsecond(),
        by: stamp.by,
        on_behalf_of: stamp.on_behalf_of,
        door: stamp.door.as_str(),
        cause_record: stamp.cause.map(|cause| cause.record),
        cause_seq: stamp.cause.map(|cause| cause.seq),
    };
    covered.hash(previous)
}

/// The covered parts of a fact as they stand in its row: verifying reads them
/// uninterpreted, or an altered part that reads as something else could pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Covered<'a> {
    pub record: Uuid,
    pub seq: i64,
    pub kind: &'a str,
    pub changes: &'a str,
    pub at: i64,
    pub recorded_at: i64,
    pub by: Uuid,
    pub on_behalf_of: Option<Uuid>,
    pub door: &'a str,
    pub cause_record: Option<Uuid>,
    pub cause_seq: Option<i64>,
}

impl Covered<'_> {
    pub fn hash(&self, previous: &[u8]) -> Digest {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(previous);
        part(self.record.as_bytes());
        part(&self.seq.to_be_bytes());
        part(self.kind.as_bytes());
        part(self.changes.as_bytes());
        part(&self.at.to_be_bytes());
        part(&self.recorded_at.to_be_bytes());
        part(self.by.as_bytes());
        part(self.on_behalf_of.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
        part(self.door.as_bytes());
        part(self.cause_record.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
        let seq = self.cause_seq.map(i64::to_be_bytes);
        part(seq.as_ref().map_or(&[], |seq| seq.as_slice()));
        hash.finalize().into()
    }
}
