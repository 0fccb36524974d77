//! Whether it is alive, whether it may be sent requests, and its counts.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use steward_api::Json;
use steward_base::Result;
use steward_database::{Engine, Health, schema_version};

use crate::Door;
use crate::metrics::{gauge, memory_bytes};

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

struct Looked {
    schema: i64,
    lag: Vec<(String, i64, Option<String>)>,
}

async fn look(door: &Door) -> Result<Looked> {
    door.app
        .db()
        .read(|tx| Ok(Looked { schema: schema_version(tx)?, lag: steward_history::lag(tx)? }))
        .await
}

/// `GET /readyz`: database reachable, migrated, taking writes; how far the
/// subscribers are behind.
pub(crate) async fn readyz(State(door): State<Door>) -> Response {
    let newest = door.schema_version;
    let (mut ready, mut reasons) = (true, Vec::new());
    let mut fail = |reason: String| {
        ready = false;
        reasons.push(reason);
    };
    if let Health::WritesStopped(reason) = door.app.db().health() {
        fail(reason);
    }
    let looked = look(&door).await;
    let (schema, subscribers) = match looked {
        Err(error) => {
            tracing::warn!(%error, "not ready");
            fail("the database cannot be read".into());
            (None, Vec::new())
        }
        Ok(state) => {
            if state.schema != newest {
                fail(format!("the schema is at {}, this program needs {newest}", state.schema));
            }
            let rows = state.lag.into_iter();
            let rows = rows.map(|(name, behind, error)| {
                json!({"name": name, "behind": behind, "last_error": error})
            });
            (Some(state.schema), rows.collect())
        }
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ready": ready,
        "reasons": reasons,
        "schema_version": schema,
        "subscribers": subscribers,
    });
    (status, Json(body)).into_response()
}

/// `GET /metrics`: for Prometheus.
pub(crate) async fn metrics(State(door): State<Door>) -> Response {
    let mut out = door.metrics.text();
    let engine = match door.app.db().engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    let version = door.app.settings().version;
    let labels = format!("version=\"{version}\",database=\"{engine}\"");
    gauge(&mut out, "steward_info", "Version and database.", &[(labels, 1.0)]);
    let good = door.app.db().health() == Health::Good;
    let help = "Whether the database takes writes.";
    gauge(&mut out, "steward_database_writable", help, &[(String::new(), f64::from(good))]);
    let state = look(&door).await;
    let up = f64::from(state.is_ok());
    gauge(&mut out, "steward_database_up", "Whether it answers.", &[(String::new(), up)]);
    if let Ok(state) = state {
        let lags: Vec<(String, f64)> = state
            .lag
            .iter()
            .map(|(name, behind, _)| (format!("subscriber=\"{name}\""), *behind as f64))
            .collect();
        let help = "Facts a subscriber has not read yet, counted up to 10000.";
        gauge(&mut out, "steward_subscriber_lag_facts", help, &lags);
    }
    if let Some(bytes) = memory_bytes() {
        let help = "Anonymous memory of this process.";
        gauge(&mut out, "steward_memory_anonymous_bytes", help, &[(String::new(), bytes)]);
    }
    let streams = door.live.streams() as f64;
    gauge(&mut out, "steward_live_streams", "Open live streams.", &[(String::new(), streams)]);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response()
}
