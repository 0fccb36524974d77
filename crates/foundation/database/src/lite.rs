//! SQLite: one writer thread that takes the queued commands of many callers
//! into one transaction, so that durability costs one sync for many; reads on a
//! few connections of their own.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};
use steward_base::{Error, Result};
use tokio::sync::{Semaphore, SemaphorePermit, oneshot, watch};

use crate::memory::HEAD;
use crate::{Health, Memory, Stamp, Tx};

mod statement;
mod tx;
mod writer;

pub(crate) use statement::{error, first, rows, run};
pub(crate) use tx::LiteTx;
use writer::{Command, Job, Waiting, Writer};

/// Oldest SQLite we run on: before it a WAL reset can corrupt the file.
const MIN_SQLITE: i32 = 3_051_003;
/// Most reads of any length at once. Further ones wait without a thread: one
/// each, with what it has allocated, took hundreds of megabytes under load.
const READS: usize = 6;
/// Most reports and exports at once, which wait for each other and nobody for them.
const REPORTS: usize = 2;
/// Read connections kept: reads of a few rows find one that those two leave.
const READERS: usize = READS + REPORTS + 2;
/// What every connection is set to; benchmarks set theirs to the same.
pub const SQLITE_SETTINGS: &str = "pragma journal_mode = wal; pragma synchronous = full; \
     pragma secure_delete = on; pragma temp_store = memory; pragma cache_size = -8000; \
     pragma wal_autocheckpoint = 4000;";
/// What a short read may take on the thread that asks: so many times so many steps
/// of SQLite's machine, some milliseconds.
const SHORT: (i32, i32) = (100, 1_000);
/// How often another process's commits are looked for.
const LOOK: Duration = Duration::from_millis(100);

/// The SQLite side of [`crate::Db`].
pub(crate) struct Lite {
    path: PathBuf,
    jobs: Option<SyncSender<Box<dyn Job>>>,
    writer: Option<std::thread::JoinHandle<()>>,
    readers: Mutex<Vec<Connection>>,
    freed: Condvar,
    reads: Semaphore,
    reports: Semaphore,
    stopped: Arc<Mutex<Option<String>>>,
    memory: Arc<Memory>,
    closing: Arc<AtomicBool>,
    /// The shared index of the write-ahead log, once it is there.
    index: OnceLock<File>,
    /// Commands in the queue.
    waiting: Arc<AtomicUsize>,
    pub commits: Arc<watch::Sender<u64>>,
}

impl Lite {
    pub fn open(path: &Path) -> Result<Lite> {
        new_enough(rusqlite::version_number(), rusqlite::version())?;
        let conn = connect(path)?;
        let (jobs, queue) = sync_channel::<Box<dyn Job>>(4096);
        let (stopped, memory) = (Arc::new(Mutex::new(None)), Arc::new(Memory::default()));
        let commits = Arc::new(watch::channel(0).0);
        let closing = Arc::new(AtomicBool::new(false));
        let writer = Writer {
            conn,
            path: path.to_owned(),
            memory: memory.clone(),
            stopped: stopped.clone(),
            commits: commits.clone(),
        };
        let writer = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || writer.run(&queue))
            .map_err(Error::internal)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            readers.push(connect(path)?);
        }
        watch_others(connect(path)?, commits.clone(), closing.clone())?;
        Ok(Lite {
            path: path.to_owned(),
            jobs: Some(jobs),
            writer: Some(writer),
            readers: Mutex::new(readers),
            freed: Condvar::new(),
            reads: Semaphore::new(READS),
            reports: Semaphore::new(REPORTS),
            stopped,
            memory,
            closing,
            index: OnceLock::new(),
            waiting: Arc::default(),
            commits,
        })
    }

    /// How many commands wait for the writer.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// A command as the writer takes it.
    fn job<T: Send + 'static>(
        &self,
        command: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
        answer: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Box<dyn Job> {
        let waiting = Some(Waiting::new(&self.waiting));
        Box::new(Command { command, answer, result: None, waiting })
    }

    /// The head of the log's shared index, which every commit of every process
    /// changes (https://sqlite.org/walformat.html, "The WAL-Index Header"). It
    /// stands there twice, and counts only when both are the same.
    pub fn stamp(&self) -> Option<Stamp> {
        let file = match self.index.get() {
            Some(file) => file,
            None => {
                let file = File::open(format!("{}-shm", self.path.display())).ok()?;
                self.index.get_or_init(|| file)
            }
        };
        let mut heads = [0; 2 * HEAD];
        file.read_exact_at(&mut heads, 0).ok()?;
        let (one, other) = heads.split_first_chunk::<HEAD>()?;
        (other == one).then_some(Stamp(*one))
    }

    pub fn memory<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.memory.of()
    }

    pub fn health(&self) -> Health {
        match &*self.stopped.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Health::Good,
            Some(reason) => Health::WritesStopped(reason.clone()),
        }
    }

    /// On a runtime thread the other tasks of the thread move elsewhere while
    /// this one reads; that is four times cheaper than a hand-over.
    pub async fn read<T>(&self, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        use tokio::runtime::{Handle, RuntimeFlavor};
        let _place = self.reads.acquire().await.map_err(|_| closed())?;
        match Handle::try_current().map(|h| h.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(|| self.read_here(f)),
            _ => self.read_here(f),
        }
    }

    /// A read that is short as a rule stays on the thread that asks: making room
    /// for the thread's other tasks is a good part of its time. One that turns out
    /// to be long is broken off and begins again as [`Lite::read`].
    pub async fn read_short<T>(&self, f: impl Fn(&mut Tx) -> Result<T>) -> Result<T> {
        let place = self.reads.acquire().await.map_err(|_| closed())?;
        let answer = self.with_reader(|conn| Ok(self.unless_long(conn, &f)));
        drop(place);
        match answer? {
            Some(answer) => answer,
            None => self.read(f).await,
        }
    }

    /// The answer of a read within [`SHORT`], `None` when it takes longer.
    fn unless_long<T>(
        &self,
        conn: &mut Connection,
        f: impl Fn(&mut Tx) -> Result<T>,
    ) -> Option<Result<T>> {
        let long = Arc::new(AtomicBool::new(false));
        let (steps, told, mut left) = (SHORT.1, long.clone(), SHORT.0);
        let look = move || {
            left -= 1;
            told.fetch_or(left < 0, Ordering::Relaxed);
            left < 0
        };
        let answer = conn.progress_handler(steps, Some(look)).map_err(error);
        let answer = answer.and_then(|()| self.transaction(conn, f));
        match end_of_short(conn) {
            _ if long.load(Ordering::Relaxed) => None,
            ended => Some(ended.and(answer)),
        }
    }

    /// A place among the reports, held while one is read.
    pub async fn report(&self) -> Result<SemaphorePermit<'_>> {
        self.reports.acquire().await.map_err(|_| closed())
    }

    pub fn read_here<T>(&self, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.with_reader(|conn| self.transaction(conn, f))
    }

    fn transaction<T>(&self, conn: &Connection, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        command(conn, "begin")?;
        let answer = f(&mut Tx::Lite(LiteTx::open(conn, &self.memory)));
        command(conn, "commit").or_else(|_| command(conn, "rollback"))?;
        answer
    }

    /// Without a transaction while one statement is enough: see [`LiteTx::single`].
    pub fn read_few<T>(&self, f: impl Fn(&mut Tx) -> Result<T>) -> Result<T> {
        let single = self.with_reader(|conn| {
            let mut tx = Tx::Lite(LiteTx::single(conn, &self.memory));
            let answer = f(&mut tx);
            Ok(match tx {
                Tx::Lite(tx) if tx.refused() => None,
                _ => Some(answer),
            })
        })?;
        single.unwrap_or_else(|| self.read_here(f))
    }

    fn with_reader<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        let mut conn = self.take_reader();
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&mut conn)));
        if answer.is_err() {
            let _ = end_of_short(&mut conn);
        }
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        self.freed.notify_one();
        answer.unwrap_or_else(|panic| Err(Error::Internal(panic_text(&panic))))
    }

    fn take_reader(&self) -> Connection {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(conn) = readers.pop() {
                return conn;
            }
            readers = self.freed.wait(readers).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Some(jobs) = &self.jobs else { return Err(closed()) };
        let (sender, receiver) = oneshot::channel();
        match jobs.try_send(self.job(f, move |answer| drop(sender.send(answer)))) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(Error::Unavailable("too many writes are waiting; try again".into()));
            }
            Err(TrySendError::Disconnected(_)) => return Err(closed()),
        }
        receiver.await.unwrap_or_else(|_| Err(closed()))
    }

    pub fn write_blocking<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = std::sync::mpsc::channel();
        let job = self.job(f, move |answer| drop(sender.send(answer)));
        self.jobs.as_ref().ok_or_else(closed)?.send(job).map_err(|_| closed())?;
        receiver.recv().unwrap_or_else(|_| Err(closed()))
    }

    pub fn scrub(&self) -> Result<()> {
        let tables = self.read_here(|tx| {
            tx.rows(
                "select name from sqlite_master where type = 'table' and lower(sql) like $1",
                &["create virtual table % using fts5%".into()],
                |r| r.get::<String>(0),
            )
        })?;
        for table in tables {
            // In steps of a transaction each, so that others write in between.
            self.merge(&table, -200)?;
            while self.merge(&table, 200)? {}
        }
        self.cut_log()
    }

    /// One step of merging a full text index: deleted words leave with the
    /// segments they stood in. False when nothing was left to merge.
    fn merge(&self, table: &str, pages: i64) -> Result<bool> {
        let sql = format!("insert into {table} ({table}, rank) values ('merge', $1)");
        self.write_blocking(move |tx| {
            let changes = |tx: &mut Tx| tx.one("select total_changes()", &[], |r| r.get::<i64>(0));
            let before = changes(tx)?;
            tx.run(&sql, &[pages.into()])?;
            Ok(changes(tx)? - before >= 2)
        })
    }

    /// Moves the whole log into the database and leaves it empty.
    fn cut_log(&self) -> Result<()> {
        let conn = connect(&self.path)?;
        // The waiting is done here, and has an end.
        conn.busy_timeout(Duration::ZERO).map_err(error)?;
        for _ in 0..100 {
            let busy: i64 = conn
                .query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))
                .map_err(error)?;
            if busy == 0 {
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Err(Error::Unavailable("readers keep the log from being cut; try again".into()))
    }

    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let source = connect(&self.path)?;
        let mut target = Connection::open(path).map_err(error)?;
        let backup = rusqlite::backup::Backup::new(&source, &mut target).map_err(error)?;
        // A read transaction on the source keeps one snapshot for the copy.
        backup.run_to_completion(4096, Duration::ZERO, None).map_err(error)
    }
}

impl Drop for Lite {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        self.jobs = None; // ends the loop after what is queued
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Lets a connection take its time again, out of any transaction: also after a
/// panic, and when the end of the transaction itself was broken off.
fn end_of_short(conn: &mut Connection) -> Result<()> {
    conn.progress_handler(0, None::<fn() -> bool>).map_err(error)?;
    if conn.is_autocommit() { Ok(()) } else { command(conn, "rollback") }
}

fn new_enough(number: i32, name: &str) -> Result<()> {
    if number >= MIN_SQLITE {
        return Ok(());
    }
    Err(Error::Internal(format!(
        "SQLite {name} is too old: 3.51.3 or newer is needed, since older ones can corrupt a database"
    )))
}

fn closed() -> Error {
    Error::Unavailable("the database is closing".into())
}

fn connect(path: &Path) -> Result<Connection> {
    let conn = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(error)?;
    conn.busy_timeout(Duration::from_secs(10)).map_err(error)?;
    conn.execute_batch(SQLITE_SETTINGS).map_err(error)?;
    // Plans do not depend on values: else a statement whose plan might is
    // prepared anew at each use, since its values are cleared in between.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(error)?;
    conn.set_prepared_statement_cache_capacity(256);
    Ok(conn)
}

/// Wakes the subscribers when another process has committed.
fn watch_others(
    conn: Connection,
    commits: Arc<watch::Sender<u64>>,
    closing: Arc<AtomicBool>,
) -> Result<()> {
    let version = |conn: &Connection| {
        conn.query_row("pragma data_version", [], |row| row.get::<_, i64>(0)).unwrap_or(0)
    };
    let look = move || {
        let mut seen = version(&conn);
        while !closing.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
            let current = version(&conn);
            if current != seen {
                seen = current;
                commits.send_modify(|n| *n += 1);
            }
        }
    };
    std::thread::Builder::new().name("sqlite-watch".into()).spawn(look).map_err(Error::internal)?;
    Ok(())
}

fn full() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), None)
}

fn is_failed_sync(failure: &rusqlite::Error) -> bool {
    let codes = [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC];
    matches!(failure, rusqlite::Error::SqliteFailure(e, _) if codes.contains(&e.extended_code))
}

fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".into())
}

fn raw_command(conn: &Connection, sql: &str) -> std::result::Result<(), rusqlite::Error> {
    conn.prepare_cached(sql)?.execute([]).map(drop)
}

fn command(conn: &Connection, sql: &str) -> Result<()> {
    raw_command(conn, sql).map_err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_older_than_3_51_3_is_refused() {
        for (number, name, good) in [
            (3_045_001, "3.45.1", false),
            (3_051_002, "3.51.2", false),
            (3_051_003, "3.51.3", true),
            (3_060_000, "3.60.0", true),
        ] {
            assert_eq!(new_enough(number, name).is_ok(), good, "{name}");
        }
        let words = new_enough(3_045_001, "3.45.1").expect_err("too old").to_string();
        assert!(words.contains("3.45.1 is too old: 3.51.3 or newer"), "{words}");
    }
}
