//! What bodies of requests and arguments of commands have in common.

use serde_json::Value as Json;
use steward_base::{Error, Result, Timestamp};

/// Reads the arguments of a command as the body a person would send.
///
/// # Errors
/// `Invalid` on `args`.
pub fn parse_args<T: serde::de::DeserializeOwned>(args: &Json) -> Result<T> {
    let empty = Json::Object(Default::default());
    let args = if args.is_null() { &empty } else { args };
    T::deserialize(args).map_err(|e| Error::invalid("args", "format", e.to_string()))
}

/// Reads a time of a request; a day is its beginning in that zone.
///
/// # Errors
/// `Invalid` on the field.
pub fn parse_time(field: &str, text: Option<&str>, zone: &str) -> Result<Option<Timestamp>> {
    let message = "is a time like 2026-11-24T08:00:00.000Z or a day like 2026-11-24";
    let begins = |day: jiff::civil::Date| {
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
    };
    let parse = |text: &str| {
        // A time without a zone begins like a day and is none.
        let day = text.parse().ok().filter(|_| text.len() == "2026-11-24".len());
        day.map_or_else(|| text.parse::<Timestamp>(), begins)
            .map(steward_base::time::micros)
            .map_err(|_| Error::invalid(field, "time", message))
    };
    text.map(parse).transpose()
}

/// The same refusal under the name the request used.
pub fn said_under(error: Error, field: &str) -> Error {
    match error {
        Error::Invalid(mut errors) => {
            for e in &mut errors {
                e.field = field.to_owned();
            }
            Error::Invalid(errors)
        }
        other => other,
    }
}
