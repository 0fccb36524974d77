//! One open transaction: statements prepared once on a connection, and trips
//! that take along what was deferred.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use steward_base::{Error, Result};
use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::error;
use crate::{Memory, Once, Value};

type Deferred<'t> = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + 't>>;

/// An open transaction on PostgreSQL.
pub struct PgTx<'t> {
    pub(crate) memory: &'t Memory,
    pub(super) runtime: &'t Runtime,
    pub(super) client: &'t Client,
    pub(super) statements: &'t mut HashMap<String, Statement>,
    pub(super) deferred: Vec<Deferred<'t>>,
    /// When it must have ended.
    pub(super) until: Option<Instant>,
    /// What ended it early.
    pub(super) failed: Option<Error>,
    /// Statements that were not only reading.
    pub(crate) writes: usize,
    pub(crate) once: Once,
}

impl<'t> PgTx<'t> {
    /// A prepared statement; made on first use on this connection.
    fn statement(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        // Tables made earlier in this transaction must exist before the text
        // that names them is prepared, and `begin` must come before it: an
        // error in it would otherwise not end the transaction it belongs to.
        self.flush()?;
        let prepared = self.runtime.block_on(self.client.prepare(sql)).map_err(error);
        let statement = prepared.inspect_err(|failure| self.failed = Some(failure.clone()))?;
        if self.statements.len() >= 1024 {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Sends what was deferred, with `last` behind it, in one trip.
    fn trip<T>(
        &mut self,
        last: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        if let Some(failure) = &self.failed {
            return Err(failure.clone());
        }
        if self.until.is_some_and(|until| Instant::now() > until) {
            let words = "the transaction took longer than it may".to_owned();
            self.failed = Some(Error::Unavailable(words.clone()));
            return Err(Error::Unavailable(words));
        }
        let mut deferred: FuturesOrdered<Deferred<'t>> = self.deferred.drain(..).collect();
        let answer = self.runtime.block_on(async move {
            // Each future queues its message when first polled; polling the
            // deferred ones once before `last` keeps the order on the wire.
            let mut first = Vec::new();
            let mut last = std::pin::pin!(last);
            let mut answer = None;
            std::future::poll_fn(|cx| {
                loop {
                    match deferred.poll_next_unpin(cx) {
                        std::task::Poll::Ready(Some(done)) => first.push(done),
                        std::task::Poll::Ready(None) => break,
                        std::task::Poll::Pending => {
                            if answer.is_none()
                                && let std::task::Poll::Ready(a) = last.as_mut().poll(cx)
                            {
                                answer = Some(a);
                            }
                            return std::task::Poll::Pending;
                        }
                    }
                }
                if answer.is_none() {
                    match last.as_mut().poll(cx) {
                        std::task::Poll::Ready(a) => answer = Some(a),
                        std::task::Poll::Pending => return std::task::Poll::Pending,
                    }
                }
                std::task::Poll::Ready(())
            })
            .await;
            for done in first {
                done.map_err(error)?;
            }
            answer.unwrap_or_else(|| unreachable!("polled to its end")).map_err(error)
        });
        if let Err(failure) = &answer {
            self.failed = Some(failure.clone());
        }
        answer
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        if self.deferred.is_empty() {
            return Ok(());
        }
        self.trip(async { Ok(()) })
    }

    /// Prepares a statement without running it.
    pub(crate) fn check(&mut self, sql: &str) -> Result<()> {
        self.statement(sql).map(drop)
    }

    pub(crate) fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<tokio_postgres::Row>> {
        // A query that only reads begins like this; others may write and return.
        self.writes += usize::from(!sql.trim_start().starts_with("select"));
        let statement = self.statement(sql)?;
        let client = self.client;
        let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
        self.trip(client.query(&statement, &params))
    }

    pub(crate) fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        self.writes += 1;
        let statement = self.statement(sql)?;
        let client = self.client;
        let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
        self.trip(client.execute(&statement, &params))
    }

    pub(crate) fn later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        self.writes += 1;
        let statement = self.statement(sql)?;
        let (client, args) = (self.client, args.to_vec());
        self.deferred.push(Box::pin(async move {
            let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
            client.execute(&statement, &params).await.map(drop)
        }));
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.writes += 1;
        let client = self.client;
        self.trip(client.batch_execute(sql))
    }

    /// Whether a commit would take what was done.
    pub(super) fn alive(&self) -> Result<()> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        let client = self.client;
        self.trip(client.batch_execute("commit"))
    }
}
