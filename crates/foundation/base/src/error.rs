//! One error type for the whole house. A rule says what is wrong in the
//! caller's words; the door turns the variant into a status, once.

use serde::Serialize;

/// The result type of the house.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One field that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Name of the field as it stands in the API, e.g. `short_description`.
    pub field: String,
    /// Stable name of the broken rule, e.g. `required`, `range`, `unknown_field`.
    pub rule: String,
    /// One sentence for a person.
    pub message: String,
}

/// Why something was not done. Each variant maps to exactly one HTTP status
/// (`docs/errors.md` says what user and operator do about it).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// 400: cannot be parsed (JSON, condition, cursor, query parameter).
    #[error("{}", .0.message)]
    Malformed(FieldError),
    /// 401: no or bad credentials.
    #[error("sign-in required")]
    Unauthenticated,
    /// 403: visible, but this action is not the caller's.
    #[error("{0}")]
    Forbidden(String),
    /// 404: absent, or not visible to the caller: the two must look the same.
    #[error("not found")]
    NotFound,
    /// 409: the life cycle (or another state of things) forbids it.
    #[error("{0}")]
    Refused(String),
    /// 412: `If-Match` named another version.
    #[error("{}", conflict(*.expected, *.actual))]
    VersionConflict {
        /// The version the caller named; below 0 when it was none of ours.
        expected: i64,
        /// The version the record has.
        actual: i64,
    },
    /// 413: more bytes than allowed.
    #[error("{0}")]
    TooLarge(String),
    /// 415: a content type we do not take.
    #[error("{}", .0.message)]
    Unsupported(FieldError),
    /// 422: one or more fields break a rule.
    #[error("{}", join(.0))]
    Invalid(Vec<FieldError>),
    /// 428: `If-Match` is required here.
    #[error("send If-Match with the version you read")]
    PreconditionRequired,
    /// 429: too many failed attempts; retry after so many seconds.
    #[error("too many attempts; try again in {0} s")]
    TooMany(u64),
    /// A unique rule of the database was broken; `constraint` is the column
    /// (`ticket.number`) or the constraint (`ticket_number_key`).
    #[error("duplicate value for {0}")]
    Duplicate(String),
    /// 503: the database cannot be reached or is busy.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// 503: the connection broke while the write was committed, and the database
    /// could not be asked what became of it.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(String),
    /// 507: the disk is full or read-only.
    #[error("the disk cannot be written: {0}")]
    DiskFull(String),
    /// A serialisation failure; the door of the database repeats the closure.
    #[error("the transaction must be repeated")]
    Retry,
    /// 500: a fault of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

/// Collects fields that break rules, so that a person reads all of them at once.
#[derive(Debug, Default)]
pub struct Gathered(Vec<FieldError>);

impl Gathered {
    /// The value, or `None` when a field breaks a rule, which is kept.
    ///
    /// # Errors
    /// Every error but `Invalid`.
    pub fn take<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(errors)) => {
                self.0.extend(errors);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// The end: `Invalid` when any field broke a rule.
    ///
    /// # Errors
    /// `Invalid` with all of them, in the order found.
    pub fn end(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

fn conflict(expected: i64, actual: i64) -> String {
    match expected {
        ..0 => format!(
            "If-Match names no version of this record, which is at version {actual} now: send the \
             ETag exactly as you received it; a weak one (W/) never matches"
        ),
        _ => format!(
            "the record has changed since version {expected}; it is at version {actual} now"
        ),
    }
}

fn join(errors: &[FieldError]) -> String {
    let parts: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
    parts.join("; ")
}

impl Error {
    /// A 422 for one field.
    pub fn invalid(field: impl Into<String>, rule: &str, message: impl Into<String>) -> Error {
        Error::Invalid(vec![FieldError {
            field: field.into(),
            rule: rule.into(),
            message: message.into(),
        }])
    }

    /// A 400 for one part of the request.
    pub fn malformed(field: impl Into<String>, rule: &str, message: impl Into<String>) -> Error {
        Error::Malformed(FieldError {
            field: field.into(),
            rule: rule.into(),
            message: message.into(),
        })
    }

    /// A 415 for one part of the request.
    pub fn unsupported(field: impl Into<String>, rule: &str, message: impl Into<String>) -> Error {
        Error::Unsupported(FieldError {
            field: field.into(),
            rule: rule.into(),
            message: message.into(),
        })
    }

    /// A fault of ours, with the words for the log.
    pub fn internal(message: impl std::fmt::Display) -> Error {
        Error::Internal(message.to_string())
    }

    /// Turns a duplicate of the constraint (or column) into a 422 on `field`.
    pub fn duplicate_as(self, constraint: &str, field: &str) -> Error {
        match self {
            Error::Duplicate(name) if name.contains(constraint) => Error::invalid(
                field,
                "unique",
                format!("this {} is taken", field.replace('_', " ")),
            ),
            other => other,
        }
    }
}
