//! PostgreSQL: a few threads take jobs from one queue; each owns a
//! current-thread runtime, a client and its prepared statements. Statements
//! whose result is not needed travel with the next trip.
//!
//! Writes run at REPEATABLE READ: of two transactions that touch one record
//! the later then has the higher transaction id, so the order of facts never
//! contradicts the order within a record (decisions: "Order on PostgreSQL").

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use steward_base::{Error, Result};
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tokio_postgres::{Client, Config, SimpleQueryMessage, Statement};

use crate::{Memory, Tx};

mod admin;
mod connect;
mod encode;
mod error;
mod horizon;
mod outcome;
mod transaction;

pub use admin::{create_database, drop_database};
use connect::{connect, listen};
pub(crate) use error::error;
pub use horizon::{Holder, horizon};
use outcome::Outcome;
pub use transaction::PgTx;

/// Threads (and so connections) for writes, and as many for reads.
const THREADS: usize = 8;
/// How often a serialisation failure is tried again before the caller is told.
const TRIES: usize = 40;
/// How often a write is repeated whose connection broke before its commit.
const LOST: usize = 3;
/// Our transactions end after this, so that none holds the horizon back.
const LIMIT: Duration = Duration::from_secs(60);

type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// The PostgreSQL side of [`crate::Db`].
pub(crate) struct Pg {
    writes: Sender<Job>,
    reads: Sender<Job>,
    /// Writes that wait for a thread.
    waiting: Arc<AtomicUsize>,
    /// Longest write transaction, in milliseconds.
    limit: Arc<AtomicU64>,
    pub commits: Arc<watch::Sender<u64>>,
}

impl Pg {
    pub fn open(url: &str) -> Result<Pg> {
        let config: Config = url.parse().map_err(|e| {
            Error::invalid("database", "url", format!("is not a PostgreSQL URL: {e}"))
        })?;
        let commits = Arc::new(watch::channel(0).0);
        // The first connection is made here, so that a wrong URL is told at once.
        let memory = Arc::new(Memory::default());
        let mut first = Worker::new(config.clone(), memory.clone())?;
        first.connected()?;
        let writes = pool("pg-write", &config, &memory, Some(first))?;
        let reads = pool("pg-read", &config, &memory, None)?;
        listen(config, commits.clone())?;
        let limit = LIMIT.as_millis().try_into().unwrap_or(u64::MAX);
        let (waiting, limit) = (Arc::default(), Arc::new(AtomicU64::new(limit)));
        Ok(Pg { writes, reads, waiting, limit, commits })
    }

    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = oneshot::channel();
        self.send(&self.reads, Box::new(move |w| drop(sender.send(w.read(f)))))?;
        receiver.await.unwrap_or_else(|_| Err(closed()))
    }

    pub fn read_blocking<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = channel();
        self.send(&self.reads, Box::new(move |w| drop(sender.send(w.read(f)))))?;
        receiver.recv().unwrap_or_else(|_| Err(closed()))
    }

    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = oneshot::channel();
        let (commits, limit) = (self.commits.clone(), self.limit.clone());
        self.send_write(move |w: &mut Worker| {
            let limit = Duration::from_millis(limit.load(Ordering::Relaxed));
            drop(sender.send(w.write(f, &commits, Some(limit))));
        })?;
        receiver.await.unwrap_or_else(|_| Err(closed()))
    }

    /// A write of a command: it may take longer than one of a server, since an
    /// archive is read in one transaction.
    pub fn write_blocking<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = channel();
        let commits = self.commits.clone();
        self.send_write(move |w: &mut Worker| drop(sender.send(w.write(f, &commits, None))))?;
        receiver.recv().unwrap_or_else(|_| Err(closed()))
    }

    /// Vacuums every table that rows are taken from.
    pub fn scrub(&self) -> Result<()> {
        let (sender, receiver) = channel();
        self.send(&self.writes, Box::new(move |w| drop(sender.send(w.vacuum()))))?;
        receiver.recv().unwrap_or_else(|_| Err(closed()))
    }

    /// How many writes wait for a thread.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Sets the longest write transaction of a server.
    pub fn limit_writes(&self, limit: Duration) {
        let limit = limit.as_millis().try_into().unwrap_or(u64::MAX);
        self.limit.store(limit, Ordering::Relaxed);
    }

    fn send_write(&self, job: impl FnOnce(&mut Worker) + Send + 'static) -> Result<()> {
        let waiting = self.waiting.clone();
        waiting.fetch_add(1, Ordering::Relaxed);
        let counted = move |w: &mut Worker| {
            waiting.fetch_sub(1, Ordering::Relaxed);
            job(w);
        };
        self.send(&self.writes, Box::new(counted))
    }

    fn send(&self, queue: &Sender<Job>, job: Job) -> Result<()> {
        queue.send(job).map_err(|_| closed())
    }
}

fn closed() -> Error {
    Error::Unavailable("the database is closing".into())
}

fn pool(
    name: &str,
    config: &Config,
    memory: &Arc<Memory>,
    first: Option<Worker>,
) -> Result<Sender<Job>> {
    let (sender, receiver) = channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    let mut first = first;
    for n in 0..THREADS {
        let (receiver, config, ready) = (receiver.clone(), config.clone(), first.take());
        let memory = memory.clone();
        std::thread::Builder::new()
            .name(format!("{name}-{n}"))
            .spawn(move || {
                let worker = ready.map_or_else(|| Worker::new(config, memory), Ok);
                if let Ok(worker) = worker {
                    work(worker, &receiver);
                }
            })
            .map_err(Error::internal)?;
    }
    Ok(sender)
}

fn work(mut worker: Worker, queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut worker),
            Err(_) => return,
        }
    }
}

/// A connection with its runtime.
struct Worker {
    runtime: Runtime,
    config: Config,
    memory: Arc<Memory>,
    session: Option<Session>,
}

struct Session {
    client: Client,
    /// Which life of the server it talks to: another one after a crash.
    life: String,
    statements: HashMap<String, Statement>,
}

impl Worker {
    fn new(config: Config, memory: Arc<Memory>) -> Result<Worker> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::internal)?;
        Ok(Worker { runtime, config, memory, session: None })
    }

    /// Connects if there is no live connection.
    fn connected(&mut self) -> Result<()> {
        // Lets the connection's task see what has arrived meanwhile: a server
        // that was restarted has closed it.
        self.runtime.block_on(async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
        if self.session.as_ref().is_some_and(|s| !s.client.is_closed()) {
            return Ok(());
        }
        self.session = None;
        let (client, life) = self.runtime.block_on(connect(&self.config))?;
        self.session = Some(Session { client, life, statements: HashMap::new() });
        Ok(())
    }

    fn read<T>(&mut self, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.connected()?;
        match self.transaction(READ, None, |tx| f(tx)) {
            End::Done(answer) => Ok(answer),
            End::Failed(failure) | End::Open { failure, .. } => Err(failure),
        }
    }

    fn write<T>(
        &mut self,
        f: impl Fn(&mut Tx) -> Result<T>,
        commits: &watch::Sender<u64>,
        limit: Option<Duration>,
    ) -> Result<T> {
        let mut lost = 0;
        for _ in 0..TRIES {
            self.connected()?;
            let answer = match self.transaction(WRITE, limit, &f) {
                End::Done(answer) => answer,
                End::Failed(Error::Retry) => continue,
                // Nothing of it is there: once more, on another connection.
                End::Failed(Error::Unavailable(_)) if self.is_lost() && lost < LOST => {
                    lost += 1;
                    continue;
                }
                End::Failed(failure) => return Err(failure),
                End::Open { answer, xid, life, failure } => match self.outcome(xid, &life) {
                    Outcome::Committed => answer,
                    Outcome::Aborted if lost < LOST => {
                        lost += 1;
                        continue;
                    }
                    Outcome::Aborted => return Err(failure),
                    Outcome::Unknown => return Err(outcome::unknown()),
                },
            };
            commits.send_modify(|n| *n += 1);
            return Ok(answer);
        }
        Err(Error::Unavailable("too many others write to the same records; try again".into()))
    }

    /// Whether the last connection broke.
    fn is_lost(&self) -> bool {
        self.session.as_ref().is_none_or(|s| s.client.is_closed())
    }

    fn transaction<T>(
        &mut self,
        begin: &'static str,
        limit: Option<Duration>,
        f: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> End<T> {
        let Some(session) = &mut self.session else { return End::Failed(closed()) };
        let client = &session.client;
        let xid = Rc::new(Cell::new(0));
        let known = xid.clone();
        let first = async move {
            known.set(xid_of(&client.simple_query(begin).await?));
            Ok(())
        };
        let mut tx = Tx::Pg(PgTx {
            memory: &self.memory,
            runtime: &self.runtime,
            client,
            statements: &mut session.statements,
            deferred: vec![Box::pin(first)],
            until: limit.map(|limit| Instant::now() + limit),
            failed: None,
            writes: 0,
            once: crate::Once::default(),
        });
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&mut tx)))
            .unwrap_or_else(|_| Err(Error::Internal("a panic inside a transaction".into())));
        let Tx::Pg(mut tx) = tx else { return End::Failed(closed()) };
        // A failed statement has ended the transaction, whatever the closure
        // made of it: the commit would take nothing and say so to nobody.
        let answer = answer.and_then(|answer| {
            tx.alive()?;
            // The id must be here before the commit goes out.
            if xid.get() == 0 && begin == WRITE {
                tx.flush()?;
            }
            Ok(answer)
        });
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                tx.deferred.clear();
                let _ = tx.runtime.block_on(client.batch_execute("rollback"));
                return End::Failed(failure);
            }
        };
        match tx.commit() {
            Ok(()) => End::Done(answer),
            Err(failure) => {
                let rolled_back = self.runtime.block_on(client.batch_execute("rollback"));
                match rolled_back {
                    // It answers: the commit was refused.
                    Ok(()) => End::Failed(failure),
                    Err(_) => {
                        End::Open { answer, xid: xid.get(), life: session.life.clone(), failure }
                    }
                }
            }
        }
    }
}

const READ: &str = "begin isolation level repeatable read read only";
/// The id comes with the snapshot, in one trip: with it the outcome of a commit
/// can be looked up when its answer is lost. It may not come before the
/// snapshot, or a later transaction could have the lower id.
const WRITE: &str = "begin isolation level repeatable read; select pg_current_xact_id()::text";

fn xid_of(answer: &[SimpleQueryMessage]) -> u64 {
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    });
    row.unwrap_or(0)
}

/// How a transaction ended.
enum End<T> {
    /// Committed (or only read).
    Done(T),
    /// Nothing of it is there.
    Failed(Error),
    /// The connection broke around the commit: it may be there.
    Open { answer: T, xid: u64, life: String, failure: Error },
}
