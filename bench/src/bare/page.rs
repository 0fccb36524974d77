//! A page: the one statement behind one route, every column of every row read.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::routing::get;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::Result;
use crate::record::connect;

/// The statement of a page of 50 open incidents by priority and age; one row
/// more tells whether another page follows.
pub fn statement() -> String {
    format!(
        "{} {}
         where t.kind = 'incident' and t.is_open = 1
         and t.state in ('new', 'in_progress', 'on_hold')
         order by t.priority, t.opened_at, t.id limit 51",
        steward_ticket::store::TICKET,
        steward_ticket::store::FROM,
    )
}

/// Reads the page; the bytes of its values.
///
/// # Errors
/// Those of the database.
pub fn read(conn: &Connection, sql: &str) -> rusqlite::Result<usize> {
    let mut statement = conn.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            bytes += match row.get_ref(column)? {
                ValueRef::Null => 0,
                ValueRef::Integer(_) | ValueRef::Real(_) => 8,
                ValueRef::Text(text) | ValueRef::Blob(text) => text.to_vec().len(),
            };
        }
    }
    Ok(bytes)
}

/// Serves the page until it is stopped.
pub fn serve(database: &Path, length: usize, address: &str) -> Result<()> {
    let conn = Arc::new(Mutex::new(connect(database)?));
    let (sql, answer) = (statement(), super::body(length));
    let page = move || async move {
        let conn = conn.lock().unwrap_or_else(PoisonError::into_inner);
        match tokio::task::block_in_place(|| read(&conn, &sql)) {
            Ok(bytes) if bytes > 0 => Ok(answer),
            Ok(_) => Err("an empty page".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    };
    super::serve(axum::Router::new().route("/incidents", get(page)), address)
}
