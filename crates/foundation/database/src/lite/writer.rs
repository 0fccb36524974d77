//! The one thread that writes: it takes the commands that wait into one
//! transaction, so that durability costs one sync for many.
//!
//! A savepoint for each command would cost a copy of every page it touches, and
//! nearly all commands succeed or are refused before they write. So a group runs
//! without; only when a command fails that has written something, the group goes
//! back and runs again, each command in a savepoint of its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use steward_base::{Error, Result};
use tokio::sync::watch;

use super::statement::error_of;
use super::{LiteTx, closed, full, is_failed_sync, panic_text, raw_command};
use crate::{Memory, Tx, group};

/// Most commands that share one transaction.
const GROUP: usize = 256;

/// A queued command.
pub(super) trait Job: Send {
    /// Runs it, perhaps again; whether to keep what it did.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Answers its caller: what came of it, or the failure of its group.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

/// A command with the way to its caller.
pub(super) struct Command<T, F, A> {
    pub command: F,
    pub answer: A,
    pub result: Option<Result<T>>,
    pub waiting: Option<Waiting>,
}

impl<T, F, A> Job for Command<T, F, A>
where
    T: Send,
    F: Fn(&mut Tx) -> Result<T> + Send,
    A: FnOnce(Result<T>) + Send,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        self.waiting = None;
        let command = std::panic::AssertUnwindSafe(|| (self.command)(tx));
        let result = std::panic::catch_unwind(command)
            .unwrap_or_else(|panic| Err(Error::Internal(panic_text(&panic))));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        (self.answer)(match (failure, self.result) {
            (failure, None) => Err(failure.unwrap_or_else(closed)),
            (Some(failure), Some(Ok(_))) => Err(failure),
            (_, Some(result)) => result,
        });
    }
}

/// Counts a command until it begins or is refused.
pub(super) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    pub fn new(count: &Arc<AtomicUsize>) -> Waiting {
        count.fetch_add(1, Ordering::Relaxed);
        Waiting(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the thread works with.
pub(super) struct Writer {
    pub conn: Connection,
    pub path: PathBuf,
    pub memory: Arc<Memory>,
    pub stopped: Arc<Mutex<Option<String>>>,
    pub commits: Arc<watch::Sender<u64>>,
}

impl Writer {
    /// Runs until nobody can queue anything any more.
    pub fn run(&self, queue: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = queue.recv() {
            let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(reason) = stopped {
                first.answer(Some(Error::Unavailable(reason)));
                continue;
            }
            match self.group(queue, first) {
                Ok(()) => self.commits.send_modify(|n| *n += 1),
                Err(failure) if is_failed_sync(&failure) => self.stop(),
                Err(_) => {}
            }
        }
    }

    /// After a failed sync nobody knows what is on disk: only a restart, which
    /// reads the file anew, can tell.
    fn stop(&self) {
        let words = "the disk failed to sync; nothing is written until Steward is restarted";
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(words.into());
    }

    /// One transaction for as many commands as wait. Everybody is answered in
    /// here.
    fn group(
        &self,
        queue: &Receiver<Box<dyn Job>>,
        first: Box<dyn Job>,
    ) -> std::result::Result<(), rusqlite::Error> {
        let mut jobs = vec![first];
        let outcome = self.try_group(queue, &mut jobs);
        group::end();
        if outcome.is_err() && !self.conn.is_autocommit() {
            let _ = raw_command(&self.conn, "rollback");
        }
        if outcome.as_ref().is_err_and(is_failed_sync) {
            forget_unsynced(&self.path);
        }
        tracing::trace!(commands = jobs.len(), "a group ended");
        for job in jobs {
            job.answer(outcome.as_ref().err().map(error_of));
        }
        outcome
    }

    fn try_group(
        &self,
        queue: &Receiver<Box<dyn Job>>,
        jobs: &mut Vec<Box<dyn Job>>,
    ) -> std::result::Result<(), rusqlite::Error> {
        self.begin()?;
        if !self.run_plainly(queue, jobs)? {
            raw_command(&self.conn, "rollback")?;
            self.begin()?;
            self.run_apart(jobs)?;
        }
        for (sql, args) in group::end() {
            group::run(&self.conn, &sql, &args)?;
        }
        raw_command(&self.conn, "commit")
    }

    fn tx(&self) -> Tx<'_> {
        Tx::Lite(LiteTx::open(&self.conn, &self.memory))
    }

    fn begin(&self) -> std::result::Result<(), rusqlite::Error> {
        raw_command(&self.conn, "begin immediate")?;
        group::begin();
        Ok(())
    }

    /// Runs commands as long as some wait. False when one failed that has
    /// written: what it wrote goes back only with the whole group.
    fn run_plainly(
        &self,
        queue: &Receiver<Box<dyn Job>>,
        jobs: &mut Vec<Box<dyn Job>>,
    ) -> std::result::Result<bool, rusqlite::Error> {
        let mut at = 0;
        while let Some(job) = jobs.get_mut(at) {
            let place = group::place();
            let keep = job.run(&mut self.tx());
            self.still_open()?;
            if !keep && group::wrote_since(&place) {
                return Ok(false);
            }
            if !keep {
                group::back_to(&place);
            }
            at += 1;
            if at < GROUP {
                jobs.extend(queue.try_recv());
            }
        }
        Ok(true)
    }

    /// Runs each command in a savepoint of its own.
    fn run_apart(&self, jobs: &mut [Box<dyn Job>]) -> std::result::Result<(), rusqlite::Error> {
        for job in jobs {
            raw_command(&self.conn, "savepoint c")?;
            let place = group::place();
            let keep = job.run(&mut self.tx());
            self.still_open()?;
            if !keep {
                group::back_to(&place);
                raw_command(&self.conn, "rollback to c")?;
            }
            raw_command(&self.conn, "release c")?;
        }
        Ok(())
    }

    /// A full disk or an I/O error rolls the whole group back by itself;
    /// nothing may run on outside a transaction then.
    fn still_open(&self) -> std::result::Result<(), rusqlite::Error> {
        if self.conn.is_autocommit() { Err(full()) } else { Ok(()) }
    }
}

/// Takes the frames of a failed group out of the write-ahead log before its
/// callers are told: they are complete but for the sync, and the next start
/// would take them for committed. The shared index names the last valid frame
/// (https://sqlite.org/walformat.html, "The WAL-Index Header").
fn forget_unsynced(path: &Path) {
    let beside = |end: &str| PathBuf::from(format!("{}{end}", path.display()));
    let cut = || -> std::io::Result<()> {
        let mut header = [0; 24];
        std::io::Read::read_exact(&mut std::fs::File::open(beside("-shm"))?, &mut header)?;
        let frames = u32::from_ne_bytes([header[16], header[17], header[18], header[19]]);
        let page = match u16::from_ne_bytes([header[14], header[15]]) {
            1 => 65_536,
            size => u64::from(size),
        };
        let log = std::fs::OpenOptions::new().write(true).open(beside("-wal"))?;
        log.set_len(32 + u64::from(frames) * (24 + page))?;
        log.sync_all()
    };
    if let Err(error) = cut() {
        tracing::error!(%error, "the write-ahead log could not be cut after a failed sync");
    }
}
