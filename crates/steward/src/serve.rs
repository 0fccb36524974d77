//! `steward serve`: everything put together, until SIGTERM.

use std::io::IsTerminal as _;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use steward_api::{App, Settings};
use steward_automation::webhook::{Sender, SenderOptions};
use steward_database::Db;
use steward_history::seal_now;
use steward_http::Door;
use steward_practice::Rooms;
use steward_ticket::attachment::{Files, Limits};
use tokio::net::TcpSocket;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{LogForm, ServeConfig};
use crate::open::{Migrate, newest_schema, open};
use crate::rooms::rooms;
use crate::{Failure, demo, erasures, system, workers};

/// The variable that says what is logged, e.g. `info,steward_http=debug`.
pub(crate) const LOG_FILTER: &str = "STEWARD_LOG_FILTER";
/// Connections that wait in the system's queue.
const BACKLOG: u32 = 1024;
/// Threads for what cannot wait: long reads, passwords, files, names of hosts.
/// Each keeps some megabytes it has allocated once, so that the number of them is
/// what bounds memory under load; what finds none waits in line.
const BLOCKING_THREADS: usize = 24;

/// Serves until it is told to stop.
pub(crate) fn run(config: ServeConfig) -> Result<(), Failure> {
    start_log(config.log);
    // A port in use is told at once, before anything is made.
    let socket = take_address(&config.listen)?;
    let entropy = system::entropy();
    let db = open(&config.config, Migrate::Yes, &entropy)?;
    let rooms = rooms(&entropy);
    let demo = match config.demo {
        true => demo::prepare(&db, &entropy, &rooms, &config.config.data)?,
        false => Vec::new(),
    };
    let settings = Settings {
        public_url: config.public_url.clone(),
        sign_in_limit: config.sign_in_limit,
        call_limit: config.call_limit,
        demo,
        version: env!("CARGO_PKG_VERSION"),
    };
    let builder = App::builder(db.clone(), entropy, system::clock()).settings(settings);
    let files = Files::local(&config.config.data.join("files"), Limits::default())?;
    let app = rooms.serve(builder).service(Arc::new(files)).build();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))?;
    runtime.block_on(serve(&config, socket, app, &rooms))?;
    drop(runtime);
    last_seal(&db)
}

/// Takes the address without listening yet: who comes before everything is
/// ready is told so by the system.
fn take_address(listen: &str) -> Result<TcpSocket, Failure> {
    let cannot = |error| cannot_listen(listen, &error);
    let mut last = None;
    for address in listen.to_socket_addrs().map_err(cannot)? {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        };
        let taken = socket.and_then(|socket| {
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            Ok(socket)
        });
        match taken {
            Ok(socket) => return Ok(socket),
            Err(error) => last = Some(error),
        }
    }
    Err(cannot(last.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into())))
}

fn cannot_listen(listen: &str, error: &std::io::Error) -> Failure {
    let other = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "; choose another: --listen 127.0.0.1:8090, or make run ARGS=\"--listen 127.0.0.1:8090\""
        }
        _ => "",
    };
    Failure::Failed(format!("cannot listen on {listen}: {error}{other}"))
}

async fn serve(
    config: &ServeConfig,
    socket: TcpSocket,
    app: App,
    rooms: &Rooms,
) -> Result<(), Failure> {
    let listener = socket.listen(BACKLOG).map_err(|e| cannot_listen(&config.listen, &e))?;
    let door = Door::new(app.clone(), newest_schema()).trusting(config.trusted_proxies.clone());
    let live = door.live.clone();
    let mut workers = workers::start(&app, rooms, sender(config)?, config.keep_days);
    let list = config.config.data.join(erasures::NAME);
    workers.spawn(erasures::keep(app.clone(), list));
    let hub = tokio::spawn({
        let (live, app) = (live.clone(), app.clone());
        async move { live.run(app).await }
    });
    let address = listener.local_addr().map_or(config.listen.clone(), |a| a.to_string());
    let shown = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    tracing::info!(address, "serving on {shown}");
    steward_http::serve(listener, &app, steward_http::router(door), async move {
        stopped().await;
        tracing::info!("stopping: requests under way finish");
        live.close();
    })
    .await;
    // Ended before the runtime is: a worker that is asked to go on while the runtime ends would panic.
    workers.shutdown().await;
    hub.abort();
    let _ = hub.await;
    Ok(())
}

/// What sends webhooks; the only place that speaks to the outside by itself.
fn sender(config: &ServeConfig) -> Result<Sender, Failure> {
    // An error says that another part has installed the same already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = SenderOptions {
        allow_private: config.webhooks_to_private,
        public_url: config.public_url.clone(),
    };
    Ok(Sender::new(options)?)
}

async fn stopped() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn last_seal(db: &Db) -> Result<(), Failure> {
    let now = system::now();
    if let Some(seal) = db.write_blocking(move |tx| seal_now(tx, now))? {
        tracing::info!(seal = seal.line(), "the last seal");
    }
    Ok(())
}

pub(crate) fn start_log(form: LogForm) {
    let filter = tracing_subscriber::EnvFilter::try_from_env(LOG_FILTER)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match form {
        LogForm::Json => log.json().flatten_event(true).init(),
        LogForm::Text => log.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
    }
}
