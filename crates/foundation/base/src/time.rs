//! Instants on the wire: always UTC, always milliseconds, always one width.

use std::fmt::{Display, Formatter};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// Writes an instant as `2026-11-24T08:00:00.000Z`.
///
/// ```
/// let t = "2026-11-24T08:00:00.1234567Z".parse().unwrap();
/// assert_eq!(steward_base::time::wire(t), "2026-11-24T08:00:00.123Z");
/// ```
pub fn wire(at: Timestamp) -> String {
    Wire(at).to_string()
}

/// An instant that reads, and is written into an answer, as [`wire`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire(pub Timestamp);

impl Display for Wire {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let at = self.0;
        let at = Timestamp::from_millisecond(at.as_microsecond().div_euclid(1000)).unwrap_or(at);
        write!(f, "{at:.3}")
    }
}

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Cuts an instant to microseconds, the precision both engines keep.
pub fn micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
