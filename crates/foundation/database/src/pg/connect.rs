//! Connecting, and hearing of other nodes' commits.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use steward_base::{Error, Result};
use tokio::sync::watch;
use tokio_postgres::{Client, Config, NoTls};

use super::{LIMIT, closed, error};

/// The channel on which nodes tell each other of commits.
const CHANNEL: &str = "steward_commit";
/// What our sessions are called in `pg_stat_activity`, unless the URL says.
const NAME: &str = "steward";

/// A connection with our settings, and which life of the server it talks to.
pub(super) async fn connect(config: &Config) -> Result<(Client, String)> {
    let config = &named(config);
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
             set synchronous_commit = on; set search_path = public; set jit = off;
             set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5;
             set tcp_keepalives_count = 3; set tcp_user_timeout = 25000"
        ))
        .await
        .map_err(error)?;
    // After a crash the server counts anew and says since when: a transaction
    // id from before may then name another transaction.
    let life = client
        .query_one("select coalesce(stats_reset::text, '') from pg_stat_wal", &[])
        .await
        .map_err(error)?;
    Ok((client, life.get(0)))
}

fn named(config: &Config) -> Config {
    let mut config = config.clone();
    if config.get_application_name().is_none() {
        config.application_name(NAME);
    }
    config
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
pub(super) fn listen(config: Config, commits: Arc<watch::Sender<u64>>) -> Result<()> {
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
    let (client, mut connection) = named(config).connect(NoTls).await.map_err(unreachable)?;
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
