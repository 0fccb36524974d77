//! Instants on the wire: always UTC, always milliseconds, always one width.

use jiff::Timestamp;

/// Writes an instant as `2026-11-24T08:00:00.000Z`.
///
/// ```
/// let t = "2026-11-24T08:00:00.1234567Z".parse().unwrap();
/// assert_eq!(steward_base::time::wire(t), "2026-11-24T08:00:00.123Z");
/// ```
pub fn wire(at: Timestamp) -> String {
    let at = Timestamp::from_millisecond(at.as_microsecond().div_euclid(1000)).unwrap_or(at);
    format!("{at:.3}")
}

/// Cuts an instant to microseconds, the precision both engines keep.
pub fn micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
