//! What to do with an incident's rows, by what is known of it. Pure.

use crate::fact::PlannedFact;
use crate::store::Known;

/// What to do with the rows of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Write the facts from this place (0 is all).
    Write(usize),
    /// All are known.
    Skip,
    /// Leave the record as it is, for this reason.
    Conflict(&'static str),
}

/// Decides by the digests in order.
pub fn decide(known: Option<&Known>, facts: &[PlannedFact]) -> Decision {
    let Some(known) = known else { return Decision::Write(0) };
    if known.now_seq != known.history_seq {
        return Decision::Conflict("was changed here since the last import; it is left as it is");
    }
    if known.digests.iter().zip(facts).any(|(digest, fact)| *digest != fact.digest) {
        return Decision::Conflict("has known rows that have changed; it is left as it is");
    }
    if facts.len() <= known.digests.len() {
        return Decision::Skip;
    }
    Decision::Write(known.digests.len())
}

#[cfg(test)]
mod tests {
    use steward_base::{Timestamp, Uuid};

    use super::*;

    fn fact(digest: u8) -> PlannedFact {
        PlannedFact {
            ordinal: 1,
            row: 2,
            at: Timestamp::UNIX_EPOCH,
            author: None,
            changes: Vec::new(),
            kept: Vec::new(),
            unmapped: Vec::new(),
            digest: [digest; 32],
        }
    }

    #[test]
    fn only_what_is_new_is_written() {
        let known = |digests: &[u8], now_seq| Known {
            record: Uuid::nil(),
            history_seq: digests.len() as i64,
            now_seq,
            digests: digests.iter().map(|d| [*d; 32]).collect(),
        };
        let facts = [fact(1), fact(2), fact(3)];
        for (before, expected) in [
            (None, "Write(0)"),
            (Some(known(&[1, 2, 3], 3)), "Skip"),
            (Some(known(&[1, 2, 3, 4], 4)), "Skip"),
            (Some(known(&[1, 2], 2)), "Write(2)"),
            (Some(known(&[1, 9], 2)), "Conflict(\"has known rows that have changed"),
            (Some(known(&[1, 2], 3)), "Conflict(\"was changed here"),
            (Some(known(&[1, 2, 3], 4)), "Conflict(\"was changed here"),
        ] {
            let got = format!("{:?}", decide(before.as_ref(), &facts));
            assert!(got.starts_with(expected), "{before:?}: {got}");
        }
    }
}
