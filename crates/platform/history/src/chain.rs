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
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(previous);
    part(record.as_bytes());
    part(&seq.to_be_bytes());
    part(kind.as_bytes());
    part(changes.as_bytes());
    part(&stamp.at.as_microsecond().to_be_bytes());
    part(&stamp.recorded_at.as_microsecond().to_be_bytes());
    part(stamp.by.as_bytes());
    part(stamp.on_behalf_of.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
    part(stamp.door.as_str().as_bytes());
    match stamp.cause {
        Some(cause) => {
            part(cause.record.as_bytes());
            part(&cause.seq.to_be_bytes());
        }
        None => {
            part(&[]);
            part(&[]);
        }
    }
    hash.finalize().into()
}
