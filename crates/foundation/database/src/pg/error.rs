//! What PostgreSQL says, as an error of the house.

use steward_base::Error;

/// Keys that only a commit after our snapshot can have taken: PostgreSQL tells
/// of the key before it tells that the transaction must be repeated.
const RACES: &[&str] = &["schema_migration_pkey", "fact_record_seq", "content_pkey"];

pub(crate) fn error(failure: tokio_postgres::Error) -> Error {
    let Some(db) = failure.as_db_error() else {
        return if failure.is_closed() {
            Error::Unavailable("the connection to PostgreSQL was lost".into())
        } else {
            Error::Unavailable(chain(&failure))
        };
    };
    match db.code().code() {
        "40001" | "40P01" => Error::Retry,
        // Two schema changes or two first numbers at once: repeat and look.
        "23505" if db.constraint().is_some_and(|c| RACES.contains(&c)) => Error::Retry,
        "42P07" | "XX000" if db.message().contains("concurrently") => Error::Retry,
        "23505" => Error::Duplicate(db.constraint().unwrap_or_default().to_owned()),
        "53100" => Error::DiskFull(db.message().to_owned()),
        "25006" => Error::DiskFull(db.message().to_owned()),
        "57014" => Error::Unavailable("the statement took longer than 60 s".into()),
        code if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => {
            Error::Unavailable(db.message().to_owned())
        }
        code => Error::Internal(format!("PostgreSQL {code}: {}", db.message())),
    }
}

fn chain(failure: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(failure).map(|s| format!(": {s}"));
    format!("{failure}{}", source.unwrap_or_default())
}
