//! What is done to a whole database or server: making, dropping, vacuuming.

use std::sync::Arc;

use steward_base::{Error, Result};
use tokio_postgres::Config;

use super::{LIMIT, Worker, closed, error};

impl Worker {
    /// One statement at a time: a vacuum runs in no transaction. Facts are only
    /// ever added.
    pub(super) fn vacuum(&mut self) -> Result<()> {
        self.connected()?;
        let Some(session) = &self.session else { return Err(closed()) };
        let client = &session.client;
        self.runtime.block_on(async {
            let tables = client
                .query(
                    "select quote_ident(relname::text) from pg_class where relkind = 'r'
                     and relnamespace = current_schema()::regnamespace and relname <> 'fact'",
                    &[],
                )
                .await
                .map_err(error)?;
            client.batch_execute("set statement_timeout = 0").await.map_err(error)?;
            let mut done = Ok(());
            for table in tables {
                let vacuum = format!("vacuum {}", table.get::<_, String>(0));
                done = client.batch_execute(&vacuum).await.map_err(error);
                if done.is_err() {
                    break;
                }
            }
            let limit = format!("set statement_timeout = {}", LIMIT.as_millis());
            client.batch_execute(&limit).await.map_err(error)?;
            done
        })
    }
}

/// Creates an empty database on a server (tests, moving to PostgreSQL).
///
/// # Errors
/// `Invalid` for a name that is not plain letters, digits and `_`.
pub fn create_database(server: &str, name: &str) -> Result<()> {
    on_server(server, name, |name| format!("create database {name}"))
}

/// Drops a database with whoever is still connected to it (tests).
///
/// # Errors
/// `Invalid` for a name that is not plain letters, digits and `_`.
pub fn drop_database(server: &str, name: &str) -> Result<()> {
    on_server(server, name, |name| format!("drop database if exists {name} with (force)"))
}

fn on_server(server: &str, name: &str, sql: impl Fn(&str) -> String) -> Result<()> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(Error::invalid("name", "identifier", "use letters, digits and _ only"));
    }
    let config: Config = server
        .parse()
        .map_err(|e| Error::invalid("database", "url", format!("is not a PostgreSQL URL: {e}")))?;
    let mut worker = Worker::new(config, Arc::default())?;
    worker.connected()?;
    let Some(session) = &worker.session else { return Err(closed()) };
    worker.runtime.block_on(session.client.batch_execute(&sql(name))).map_err(error)
}
