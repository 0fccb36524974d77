//! One statement on SQLite, and what its errors mean.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, params_from_iter};
use steward_base::{Error, Result};

use crate::{Row, Value, group};

/// Prepares a statement, or finds it prepared; notes what may write.
fn prepare<'c>(conn: &'c Connection, sql: &str) -> Result<CachedStatement<'c>> {
    let statement = conn.prepare_cached(sql).map_err(error)?;
    if !statement.readonly() {
        group::wrote();
    }
    Ok(statement)
}

/// All rows of a query.
pub(crate) fn rows<T>(
    conn: &Connection,
    sql: &str,
    args: &[Value],
    map: &mut impl FnMut(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = prepare(conn, sql)?;
    let mut rows = statement.query(params_from_iter(args)).map_err(error)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(error)? {
        all.push(map(&Row::Lite(row))?);
    }
    Ok(all)
}

/// The first row of a query.
pub(crate) fn first<T>(
    conn: &Connection,
    sql: &str,
    args: &[Value],
    map: &mut impl FnMut(&Row) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = prepare(conn, sql)?;
    let mut rows = statement.query(params_from_iter(args)).map_err(error)?;
    match rows.next().map_err(error)? {
        Some(row) => map(&Row::Lite(row)).map(Some),
        None => Ok(None),
    }
}

/// Runs a statement to its end; rows it returns are passed over.
pub(crate) fn run(conn: &Connection, sql: &str, args: &[Value]) -> Result<u64> {
    let mut statement = prepare(conn, sql)?;
    if statement.column_count() > 0 {
        let mut rows = statement.query(params_from_iter(args)).map_err(error)?;
        let mut count = 0;
        while rows.next().map_err(error)?.is_some() {
            count += 1;
        }
        return Ok(count);
    }
    statement.execute(params_from_iter(args)).map(|n| n as u64).map_err(error)
}

/// An error of SQLite as ours.
pub(crate) fn error(failure: rusqlite::Error) -> Error {
    error_of(&failure)
}

pub(super) fn error_of(failure: &rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(code, message) = failure else {
        return Error::Internal(failure.to_string());
    };
    let text = message.clone().unwrap_or_else(|| failure.to_string());
    match code.code {
        ErrorCode::ConstraintViolation if text.starts_with("UNIQUE constraint failed: ") => {
            Error::Duplicate(text["UNIQUE constraint failed: ".len()..].to_owned())
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Unavailable(text),
        ErrorCode::DiskFull | ErrorCode::ReadOnly => Error::DiskFull(text),
        ErrorCode::SystemIoFailure if super::is_failed_sync(failure) => Error::Unavailable(text),
        ErrorCode::SystemIoFailure => Error::DiskFull(text),
        ErrorCode::CannotOpen => Error::Unavailable(text),
        _ => Error::Internal(text),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Bool(v) => ToSqlOutput::from(i64::from(*v)),
            Value::Int(v) => ToSqlOutput::from(*v),
            Value::Float(v) => ToSqlOutput::from(*v),
            Value::Text(v) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
            Value::Bytes(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
            Value::Id(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v.as_bytes())),
            Value::Time(v) => ToSqlOutput::from(v.as_microsecond()),
            Value::Json(v) => ToSqlOutput::from(v.to_string()),
        })
    }
}
