//! `Db`, `Tx` and `Row`: two variants each, the ifs inside.

use std::path::PathBuf;
use std::sync::Arc;

use steward_base::{Error, Result};
use tokio::sync::watch;

use crate::column::{Column, Raw};
use crate::lite::{Lite, LiteTx};
use crate::memory::{Once, Stamp};
use crate::pg::{Pg, PgTx};
use crate::{Value, lite, pg};

/// Which database is behind the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Options {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

/// What `/readyz` shows of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It takes reads and writes.
    Good,
    /// Writing is stopped until a restart, with the reason (a failed fsync).
    WritesStopped(String),
}

/// The database. Cheap to clone; all clones share connections.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

enum Inner {
    Lite(Lite),
    Pg(Pg),
}

impl Db {
    /// Opens the database; does not migrate it.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be reached, `Internal` when SQLite is too old.
    pub fn open(options: &Options) -> Result<Db> {
        let inner = match options {
            Options::Sqlite(path) => Inner::Lite(Lite::open(path)?),
            Options::Postgres(url) => Inner::Pg(Pg::open(url)?),
        };
        Ok(Db { inner: Arc::new(inner) })
    }

    /// Which engine is behind the door.
    pub fn engine(&self) -> Engine {
        match &*self.inner {
            Inner::Lite(_) => Engine::Sqlite,
            Inner::Pg(_) => Engine::Postgres,
        }
    }

    /// Runs `f` on one consistent snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &*self.inner {
            Inner::Lite(lite) => lite.read(f).await,
            Inner::Pg(pg) => pg.read(f).await,
        }
    }

    /// [`Db::read`] for a few rows by their keys: on SQLite it runs on the thread
    /// that asks, which costs less than making room for the thread's other tasks,
    /// and without a transaction as long as it is one statement. With its second
    /// statement `f` begins again, in one, so it has no other effects.
    pub async fn read_few<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &*self.inner {
            Inner::Lite(lite) => lite.read_few(f),
            Inner::Pg(pg) => pg.read(f).await,
        }
    }

    /// [`Db::read`] for what is short as a rule, such as a page: on SQLite it runs
    /// on the thread that asks. What takes more than some milliseconds begins again
    /// beside it, so `f` has no other effects.
    pub async fn read_short<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &*self.inner {
            Inner::Lite(lite) => lite.read_short(f).await,
            Inner::Pg(pg) => pg.read(f).await,
        }
    }

    /// Runs a read that may take long (reports, exports) without holding up
    /// the threads that answer requests.
    pub async fn read_long<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &*self.inner {
            Inner::Lite(lite) => {
                let (_place, db) = (lite.report().await?, self.clone());
                tokio::task::spawn_blocking(move || db.read_blocking(f))
                    .await
                    .map_err(Error::internal)?
            }
            Inner::Pg(pg) => pg.read(f).await,
        }
    }

    /// Runs `f` in one transaction. `Ok` means the commit is on disk; any error
    /// but `OutcomeUnknown` means nothing of it is there. `f` may run more than once (PostgreSQL
    /// repeats on a serialisation failure, SQLite a group of which a command failed after writing), so
    /// it has no other effects.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &*self.inner {
            Inner::Lite(lite) => lite.write(f).await,
            Inner::Pg(pg) => pg.write(f).await,
        }
    }

    /// [`Db::read`] for threads without a runtime (commands, tests).
    pub fn read_blocking<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &*self.inner {
            Inner::Lite(lite) => lite.read_here(f),
            Inner::Pg(pg) => pg.read_blocking(f),
        }
    }

    /// [`Db::write`] for threads without a runtime (commands, tests).
    pub fn write_blocking<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &*self.inner {
            Inner::Lite(lite) => lite.write_blocking(f),
            Inner::Pg(pg) => pg.write_blocking(f),
        }
    }

    /// Moves whenever something may have been committed, here or by another
    /// process. Not a count of commits: a wake-up, to be followed by a look.
    pub fn commits(&self) -> watch::Receiver<u64> {
        match &*self.inner {
            Inner::Lite(lite) => lite.commits.subscribe(),
            Inner::Pg(pg) => pg.commits.subscribe(),
        }
    }

    /// The stamp of the last commit, read without a transaction; `None` where
    /// none can be had so, as on PostgreSQL.
    pub fn stamp(&self) -> Option<Stamp> {
        match &*self.inner {
            Inner::Lite(lite) => lite.stamp(),
            Inner::Pg(_) => None,
        }
    }

    /// The stamp with what is kept in memory beside this database.
    pub fn stamped<T: Default + Send + Sync + 'static>(&self) -> Option<(Stamp, Arc<T>)> {
        match &*self.inner {
            Inner::Lite(lite) => Some((lite.stamp()?, lite.memory())),
            Inner::Pg(_) => None,
        }
    }

    /// How many writes wait for their turn.
    pub fn waiting(&self) -> usize {
        match &*self.inner {
            Inner::Lite(lite) => lite.waiting(),
            Inner::Pg(pg) => pg.waiting(),
        }
    }

    /// Ends the write transactions of [`Db::write`] after this time instead of
    /// 60 s (tests). On SQLite they stand in one queue and have no limit.
    pub fn limit_writes(&self, limit: std::time::Duration) {
        if let Inner::Pg(pg) = &*self.inner {
            pg.limit_writes(limit);
        }
    }

    /// Whether writes are taken.
    pub fn health(&self) -> Health {
        match &*self.inner {
            Inner::Lite(lite) => lite.health(),
            Inner::Pg(_) => Health::Good,
        }
    }

    /// Overwrites what was deleted: after an erasure no page, log or index of
    /// the database holds the words any more. On SQLite the full text is merged
    /// and the log cut to nothing; on PostgreSQL the tables are vacuumed (its
    /// WAL, replicas and base backups keep the words for their own retention).
    ///
    /// # Errors
    /// `Unavailable` when readers keep the log from being cut for 10 s.
    pub async fn scrub(&self) -> Result<()> {
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.scrub_blocking()).await.map_err(Error::internal)?
    }

    /// [`Db::scrub`] for threads without a runtime (commands, tests).
    pub fn scrub_blocking(&self) -> Result<()> {
        match &*self.inner {
            Inner::Lite(lite) => lite.scrub(),
            Inner::Pg(pg) => pg.scrub(),
        }
    }

    /// Copies a SQLite database to `path` while it serves, consistent as of
    /// one commit.
    ///
    /// # Errors
    /// `Refused` on PostgreSQL, where `pg_dump` or [`export`] is the way.
    pub fn copy_to(&self, path: &std::path::Path) -> Result<()> {
        match &*self.inner {
            Inner::Lite(lite) => lite.copy_to(path),
            Inner::Pg(_) => Err(Error::Refused(
                "a file copy exists for SQLite only; on PostgreSQL use export".into(),
            )),
        }
    }
}

/// One open transaction.
pub enum Tx<'t> {
    /// On SQLite.
    Lite(LiteTx<'t>),
    /// On PostgreSQL.
    Pg(PgTx<'t>),
}

impl Tx<'_> {
    /// Which engine this transaction runs on.
    pub fn engine(&self) -> Engine {
        match self {
            Tx::Lite(..) => Engine::Sqlite,
            Tx::Pg(_) => Engine::Postgres,
        }
    }

    /// What is kept in memory beside this database; see [`Memory`].
    pub fn memory<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        match self {
            Tx::Lite(tx) => tx.memory.of(),
            Tx::Pg(tx) => tx.memory.of(),
        }
    }

    /// Keeps what a statement has read along for [`Tx::once`].
    pub fn keep_once<T: Send + 'static>(&mut self, value: T) {
        let writes = self.writes();
        self.kept().keep(writes, value);
    }

    fn writes(&self) -> usize {
        match self {
            Tx::Lite(..) => crate::group::writes(),
            Tx::Pg(tx) => tx.writes,
        }
    }

    /// What `read` reads, once as long as this transaction writes nothing.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn once<T: Clone + Send + 'static>(
        &mut self,
        read: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let writes = self.writes();
        if let Some(value) = self.kept().get(writes) {
            return Ok(value);
        }
        let value = read(self)?;
        self.kept().keep(writes, value.clone());
        Ok(value)
    }

    fn kept(&mut self) -> &mut Once {
        match self {
            Tx::Lite(tx) => &mut tx.once,
            Tx::Pg(tx) => &mut tx.once,
        }
    }

    /// All rows of a query, mapped.
    #[track_caller]
    pub fn rows<T>(
        &mut self,
        sql: &str,
        args: &[Value],
        mut map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        debug_parameters(sql, args);
        crate::record::note(self.engine(), sql);
        match self {
            Tx::Lite(tx) => lite::rows(tx.conn()?, sql, args, &mut map),
            Tx::Pg(tx) => tx.query(sql, args)?.iter().map(|row| map(&Row::Pg(row))).collect(),
        }
    }

    /// The one row of a query.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    #[track_caller]
    pub fn one<T>(
        &mut self,
        sql: &str,
        args: &[Value],
        map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<T> {
        self.opt(sql, args, map)?.ok_or(Error::NotFound)
    }

    /// The first row of a query, if there is one.
    #[track_caller]
    pub fn opt<T>(
        &mut self,
        sql: &str,
        args: &[Value],
        mut map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        debug_parameters(sql, args);
        crate::record::note(self.engine(), sql);
        match self {
            Tx::Lite(tx) => lite::first(tx.conn()?, sql, args, &mut map),
            Tx::Pg(tx) => tx.query(sql, args)?.first().map(|row| map(&Row::Pg(row))).transpose(),
        }
    }

    /// Runs a statement; returns how many rows it touched.
    #[track_caller]
    pub fn run(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        debug_parameters(sql, args);
        crate::record::note(self.engine(), sql);
        match self {
            Tx::Lite(tx) => lite::run(tx.conn()?, sql, args),
            Tx::Pg(tx) => tx.execute(sql, args),
        }
    }

    /// Runs a statement that must touch exactly one row.
    ///
    /// # Errors
    /// `Internal` for any other number: a store that aims at one row and hits
    /// another number has a bug, and the transaction goes back.
    #[track_caller]
    pub fn run_one(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        match self.run(sql, args)? {
            1 => Ok(()),
            n => Err(Error::Internal(format!("a statement for one row touched {n}: {sql}"))),
        }
    }

    /// Runs a statement whose result is not needed and which cannot be
    /// refused: SQLite at once, PostgreSQL with the next trip or the commit.
    #[track_caller]
    pub fn later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        debug_parameters(sql, args);
        crate::record::note(self.engine(), sql);
        match self {
            Tx::Lite(tx) => lite::run(tx.conn()?, sql, args).map(drop),
            Tx::Pg(tx) => tx.later(sql, args),
        }
    }

    /// [`Tx::later`] for what nothing reads before the commit: SQLite runs it
    /// after all commands that share the commit.
    #[track_caller]
    pub fn at_the_end(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        debug_parameters(sql, args);
        crate::record::note(self.engine(), sql);
        match self {
            Tx::Lite(..) => crate::group::add(sql, args),
            Tx::Pg(tx) => tx.later(sql, args),
        }
    }

    /// Prepares a statement without running it: whether this engine takes it.
    ///
    /// # Errors
    /// `Internal` with the engine's words.
    pub fn check(&mut self, sql: &str) -> Result<()> {
        match self {
            Tx::Lite(tx) => tx.conn()?.prepare(sql).map(drop).map_err(lite::error),
            Tx::Pg(tx) => tx.check(sql),
        }
    }

    /// Runs several statements without parameters (migrations).
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Tx::Lite(tx) => {
                crate::group::wrote();
                tx.conn()?.execute_batch(sql).map_err(lite::error)
            }
            Tx::Pg(tx) => tx.batch(sql),
        }
    }
}

fn debug_parameters(sql: &str, args: &[Value]) {
    debug_assert_eq!(
        crate::sql::check_parameters(sql),
        Ok(args.len()),
        "parameters are numbered by first appearance: {sql}"
    );
}

/// One row of an answer.
pub enum Row<'r> {
    /// Of SQLite.
    Lite(&'r rusqlite::Row<'r>),
    /// Of PostgreSQL.
    Pg(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// The value of a column that is never null.
    ///
    /// # Errors
    /// `Internal` when it is null or of another type.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        self.opt(index)?.ok_or_else(|| Error::Internal(format!("column {index} of a row is null")))
    }

    /// The value of a column, `None` when it is null.
    pub fn opt<T: Column>(&self, index: usize) -> Result<Option<T>> {
        let wrong = |ty: &str| Error::Internal(format!("column {index} of a row has type {ty}"));
        match self {
            Row::Lite(row) => {
                let value = row.get_ref(index).map_err(lite::error)?;
                if matches!(value, rusqlite::types::ValueRef::Null) {
                    return Ok(None);
                }
                T::lite(value).map(Some).ok_or_else(|| wrong(&value.data_type().to_string()))
            }
            Row::Pg(row) => {
                let raw: Option<Raw> = row.try_get(index).map_err(pg::error)?;
                match raw {
                    None => Ok(None),
                    Some(raw) => {
                        T::pg(&raw.ty, raw.bytes).map(Some).ok_or_else(|| wrong(raw.ty.name()))
                    }
                }
            }
        }
    }
}
