//! Whether it is alive, and whether it may be sent requests.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use steward_api::Json;
use steward_base::Result;
use steward_database::{Health, Holder, horizon, schema_version};

use crate::Door;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

struct Looked {
    schema: i64,
    lag: Vec<(String, i64, Option<String>)>,
    /// Who keeps subscribers from reading on (PostgreSQL).
    holder: Option<Holder>,
}

async fn look(door: &Door) -> Result<Looked> {
    door.app
        .db()
        .read(|tx| {
            let (schema, lag) = (schema_version(tx)?, steward_history::lag(tx)?);
            Ok(Looked { schema, lag, holder: horizon(tx)? })
        })
        .await
}

/// `GET /readyz`: database reachable, migrated, taking writes; how far the
/// subscribers are behind, and on PostgreSQL who holds the horizon back.
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
    let (schema, subscribers, holder) = match looked {
        Err(error) => {
            tracing::warn!(%error, "not ready");
            fail("the database cannot be read".into());
            (None, Vec::new(), None)
        }
        Ok(state) => {
            if state.schema != newest {
                fail(format!("the schema is at {}, this program needs {newest}", state.schema));
            }
            let rows = state.lag.into_iter();
            let rows = rows.map(|(name, behind, error)| {
                json!({"name": name, "behind": behind, "last_error": error})
            });
            (Some(state.schema), rows.collect(), state.holder)
        }
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ready": ready,
        "reasons": reasons,
        "schema_version": schema,
        "subscribers": subscribers,
        "horizon_held_by": holder.map(held),
    });
    (status, Json(body)).into_response()
}

fn held(by: Holder) -> serde_json::Value {
    json!({
        "pid": by.pid,
        "application_name": by.application_name,
        "database": by.database,
        "state": by.state,
        "transaction_seconds": by.seconds,
    })
}
