//! Reading: the product's own layers around a constant.

use std::path::Path;
use std::sync::Arc;

use axum::http::header;
use axum::routing::get;
use steward_api::App;
use steward_base::{Entropy, Timestamp};
use steward_database::{Db, Options};
use steward_http::Door;

use crate::Result;

/// Serves the constant until it is stopped.
pub fn serve(directory: &Path, body: Vec<u8>, address: &str) -> Result<()> {
    let db = Db::open(&Options::Sqlite(directory.join("bare-read.db")))?;
    let app = App::builder(db, Entropy::seeded(1), Arc::new(now)).build();
    let door = Door::new(app.clone(), 0);
    let body = axum::body::Bytes::from(body);
    let constant = move || async move {
        ([(header::CONTENT_TYPE, "application/json"), (header::ETAG, "\"1\"")], body.clone())
    };
    let routes = axum::Router::new()
        .route("/api/v1/incidents/{number}", get(constant))
        .route("/readyz", get(|| async { "ready" }));
    let router = steward_http::layered(routes, door);
    // As the product logs, so that requests have their ids in both.
    tracing_subscriber::fmt().with_target(false).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        steward_http::serve(listener, &app, router, std::future::pending()).await;
        Ok(())
    })
}

#[expect(clippy::disallowed_methods, reason = "the clock of the layers, as in the product")]
fn now() -> Timestamp {
    Timestamp::now()
}
