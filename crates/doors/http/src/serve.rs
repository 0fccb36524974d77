//! Accepting connections: slow clients are cut off, and a stop lets the
//! requests under way finish.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use steward_api::App;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::unparsed::{Answer, Talk, Watched};

/// Longest time for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of the head of a request.
const HEAD_BYTES: usize = 64 * 1024;
/// Longest wait for requests under way when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections at a time; more wait in the system's queue.
const CONNECTIONS: usize = 10_000;

/// Serves until `stop` is ready, then lets the requests under way finish.
pub async fn serve(
    listener: TcpListener,
    app: &App,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(30)));
    let graceful = GracefulShutdown::new();
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(CONNECTIONS));
    tokio::pin!(stop);
    loop {
        let place = places.clone().acquire_owned().await;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, mostly: a pause lets some be closed.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let connection =
            graceful.watch(connection(&builder, stream, peer, app.clone(), router.clone()));
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "a connection broke off");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests still under way after 30 s were cut off");
    }
}

fn connection(
    builder: &Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    app: App,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<
    Error = Box<dyn std::error::Error + Send + Sync>,
> + Send
+ 'static {
    // Answers are small and wanted at once.
    let _ = stream.set_nodelay(true);
    let talk = Talk::default();
    let io = Watched::new(TokioIo::new(stream), talk.clone(), app);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        talk.asked();
        let talk = talk.clone();
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            let answer = router.oneshot(request.map(axum::body::Body::new)).await;
            let answer = answer.unwrap_or_else(|never| match never {});
            Ok::<_, Infallible>(answer.map(|body| Answer::new(body, talk)))
        }
    });
    builder.serve_connection(io, service).into_owned()
}
