//! PostgreSQL: a few threads take jobs from one queue; each owns a
//! current-thread runtime, a client and its prepared statements. Statements
//! whose result is not needed travel with the next trip.
//!
//! Writes run at REPEATABLE READ: of two transactions that touch one record
//! the later then has the higher transaction id, so the order of facts never
//! contradicts the order within a record (decisions: "Order on PostgreSQL").

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use steward_base::{Error, Result};
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Statement};

use crate::{Tx, Value};

mod admin;
mod encode;

pub use admin::{create_database, drop_database};

/// Threads (and so connections) for writes, and as many for reads.
const THREADS: usize = 8;
/// How often a serialisation failure is tried again before the caller is told.
const TRIES: usize = 40;
/// Our transactions end after this, so that none holds the horizon back.
const LIMIT: Duration = Duration::from_secs(60);
/// The channel on which nodes tell each other of commits.
const CHANNEL: &str = "steward_commit";

type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// The PostgreSQL side of [`crate::Db`].
pub(crate) struct Pg {
    writes: Sender<Job>,
    reads: Sender<Job>,
    pub commits: Arc<watch::Sender<u64>>,
}

impl Pg {
    pub fn open(url: &str) -> Result<Pg> {
        let config: Config = url.parse().map_err(|e| {
            Error::invalid("database", "url", format!("is not a PostgreSQL URL: {e}"))
        })?;
        let commits = Arc::new(watch::channel(0).0);
        // The first connection is made here, so that a wrong URL is told at once.
        let mut first = Worker::new(config.clone())?;
        first.connected()?;
        let writes = pool("pg-write", &config, Some(first))?;
        let reads = pool("pg-read", &config, None)?;
        listen(config, commits.clone())?;
        Ok(Pg { writes, reads, commits })
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
        let commits = self.commits.clone();
        let job = move |w: &mut Worker| drop(sender.send(w.write(f, &commits)));
        self.send(&self.writes, Box::new(job))?;
        receiver.await.unwrap_or_else(|_| Err(closed()))
    }

    pub fn write_blocking<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = channel();
        let commits = self.commits.clone();
        let job = move |w: &mut Worker| drop(sender.send(w.write(f, &commits)));
        self.send(&self.writes, Box::new(job))?;
        receiver.recv().unwrap_or_else(|_| Err(closed()))
    }

    /// Vacuums every table that rows are taken from.
    pub fn scrub(&self) -> Result<()> {
        let (sender, receiver) = channel();
        self.send(&self.writes, Box::new(move |w| drop(sender.send(w.vacuum()))))?;
        receiver.recv().unwrap_or_else(|_| Err(closed()))
    }

    fn send(&self, queue: &Sender<Job>, job: Job) -> Result<()> {
        queue.send(job).map_err(|_| closed())
    }
}

fn closed() -> Error {
    Error::Unavailable("the database is closing".into())
}

fn pool(name: &str, config: &Config, first: Option<Worker>) -> Result<Sender<Job>> {
    let (sender, receiver) = channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    let mut first = first;
    for n in 0..THREADS {
        let (receiver, config, ready) = (receiver.clone(), config.clone(), first.take());
        std::thread::Builder::new()
            .name(format!("{name}-{n}"))
            .spawn(move || {
                let worker = ready.map_or_else(|| Worker::new(config), Ok);
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
    session: Option<Session>,
}

struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Worker {
    fn new(config: Config) -> Result<Worker> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::internal)?;
        Ok(Worker { runtime, config, session: None })
    }

    /// Connects if there is no live connection.
    fn connected(&mut self) -> Result<()> {
        if self.session.as_ref().is_some_and(|s| !s.client.is_closed()) {
            return Ok(());
        }
        self.session = None;
        let client = self.runtime.block_on(connect(&self.config))?;
        self.session = Some(Session { client, statements: HashMap::new() });
        Ok(())
    }

    fn read<T>(&mut self, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.connected()?;
        let begin = "begin isolation level repeatable read read only";
        self.transaction(begin, |tx| f(tx)).0
    }

    fn write<T>(
        &mut self,
        f: impl Fn(&mut Tx) -> Result<T>,
        commits: &watch::Sender<u64>,
    ) -> Result<T> {
        for _ in 0..TRIES {
            self.connected()?;
            let (answer, wrote) = self.transaction("begin isolation level repeatable read", &f);
            match answer {
                Err(Error::Retry) => {}
                answer => {
                    if wrote && answer.is_ok() {
                        commits.send_modify(|n| *n += 1);
                    }
                    return answer;
                }
            }
        }
        Err(Error::Unavailable("too many others write to the same records; try again".into()))
    }

    fn transaction<T>(
        &mut self,
        begin: &'static str,
        f: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> (Result<T>, bool) {
        let Some(session) = &mut self.session else { return (Err(closed()), false) };
        let client = &session.client;
        let mut tx = Tx::Pg(PgTx {
            runtime: &self.runtime,
            client,
            statements: &mut session.statements,
            deferred: vec![Box::pin(async move { client.batch_execute(begin).await })],
        });
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&mut tx)))
            .unwrap_or_else(|_| Err(Error::Internal("a panic inside a transaction".into())));
        let Tx::Pg(mut tx) = tx else { return (Err(closed()), false) };
        if answer.is_err() {
            tx.deferred.clear();
            let _ = tx.runtime.block_on(client.batch_execute("rollback"));
            return (answer, false);
        }
        match tx.commit() {
            Ok(()) => (answer, true),
            Err(failure) => {
                let _ = self.runtime.block_on(client.batch_execute("rollback"));
                (Err(failure), false)
            }
        }
    }
}

async fn connect(config: &Config) -> Result<Client> {
    let client = match config.get_ssl_mode() {
        tokio_postgres::config::SslMode::Disable => plain(config).await?,
        _ => match secure(config).await {
            Ok(client) => client,
            // `prefer`, the default, goes on without TLS where the server has none.
            Err(e) if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require => {
                return Err(e);
            }
            Err(_) => plain(config).await?,
        },
    };
    let limit = LIMIT.as_millis();
    client
        .batch_execute(&format!(
            "set statement_timeout = {limit}; set idle_in_transaction_session_timeout = {limit};
             set synchronous_commit = on; set search_path = public; set jit = off"
        ))
        .await
        .map_err(error)?;
    Ok(client)
}

async fn plain(config: &Config) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
    tokio::spawn(connection);
    Ok(client)
}

async fn secure(config: &Config) -> Result<Client> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_postgres_rustls::MakeRustlsConnect::new(tls);
    let (client, connection) = config.connect(connector).await.map_err(unreachable)?;
    tokio::spawn(connection);
    Ok(client)
}

fn unreachable(failure: tokio_postgres::Error) -> Error {
    Error::Unavailable(format!("PostgreSQL cannot be reached: {failure}"))
}

/// Hears other nodes' commits, and tells them of ours: at most one notice in
/// 20 ms, since a notice inside every commit would make commits queue up.
fn listen(config: Config, commits: Arc<watch::Sender<u64>>) -> Result<()> {
    let run = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        runtime.block_on(async move {
            let mut ours = commits.subscribe();
            while !commits.is_closed() {
                if hear(&config, &commits, &mut ours).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        });
    };
    std::thread::Builder::new().name("pg-listen".into()).spawn(run).map_err(Error::internal)?;
    Ok(())
}

async fn hear(
    config: &Config,
    commits: &watch::Sender<u64>,
    ours: &mut watch::Receiver<u64>,
) -> Result<()> {
    let (client, mut connection) = config.connect(NoTls).await.map_err(unreachable)?;
    let (heard, mut hearing) = tokio::sync::mpsc::unbounded_channel();
    let drive = tokio::spawn(async move {
        let mut messages = futures_util::stream::poll_fn(move |cx| connection.poll_message(cx));
        while let Some(Ok(message)) = messages.next().await {
            if let tokio_postgres::AsyncMessage::Notification(notice) = message {
                let _ = heard.send(notice.process_id());
            }
        }
    });
    client.batch_execute(&format!("listen {CHANNEL}")).await.map_err(error)?;
    let own = client.query_one("select pg_backend_pid()", &[]).await.map_err(error)?;
    let own: i32 = own.get(0);
    // What was committed while nobody listened.
    commits.send_modify(|n| *n += 1);
    ours.borrow_and_update();
    loop {
        tokio::select! {
            pid = hearing.recv() => match pid {
                None => break,
                Some(pid) if pid == own => {}
                Some(_) => {
                    commits.send_modify(|n| *n += 1);
                    ours.borrow_and_update();
                }
            },
            moved = ours.changed() => {
                if moved.is_err() { break; }
                ours.borrow_and_update();
                client.batch_execute(&format!("notify {CHANNEL}")).await.map_err(error)?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drive.abort();
    Err(closed())
}

type Deferred<'t> = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + 't>>;

/// An open transaction on PostgreSQL.
pub struct PgTx<'t> {
    runtime: &'t Runtime,
    client: &'t Client,
    statements: &'t mut HashMap<String, Statement>,
    deferred: Vec<Deferred<'t>>,
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
        let statement = self.runtime.block_on(self.client.prepare(sql)).map_err(error)?;
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
        let mut deferred: FuturesOrdered<Deferred<'t>> = self.deferred.drain(..).collect();
        self.runtime.block_on(async move {
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
        })
    }

    fn flush(&mut self) -> Result<()> {
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
        let statement = self.statement(sql)?;
        let client = self.client;
        let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
        self.trip(client.query(&statement, &params))
    }

    pub(crate) fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        let statement = self.statement(sql)?;
        let client = self.client;
        let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
        self.trip(client.execute(&statement, &params))
    }

    pub(crate) fn later(&mut self, sql: &str, args: &[Value]) -> Result<()> {
        let statement = self.statement(sql)?;
        let (client, args) = (self.client, args.to_vec());
        self.deferred.push(Box::pin(async move {
            let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
            client.execute(&statement, &params).await.map(drop)
        }));
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        let client = self.client;
        self.trip(client.batch_execute(sql))
    }

    fn commit(&mut self) -> Result<()> {
        let client = self.client;
        self.trip(client.batch_execute("commit"))
    }
}

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
