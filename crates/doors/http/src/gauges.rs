//! `GET /metrics`: what an operator watches, as gauges beside the counted
//! requests.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use steward_base::{Result, Timestamp};
use steward_database::{Engine, Health, Holder, horizon, size};

use crate::Door;

/// What the database tells, of one moment.
struct Looked {
    lag: Vec<(String, i64, Option<String>)>,
    holder: Option<Holder>,
    timers: (i64, i64),
    deliveries: (i64, i64),
    /// Number of the newest seal, and when it was made.
    seal: Option<(i64, Timestamp)>,
    bytes: i64,
}

async fn look(door: &Door) -> Result<Looked> {
    let now = door.app.now();
    let look = move |tx: &mut steward_database::Tx| {
        Ok(Looked {
            lag: steward_history::lag(tx)?,
            holder: horizon(tx)?,
            timers: steward_timer::counts(tx, now)?,
            deliveries: steward_automation::webhook::pending(tx)?,
            seal: steward_history::seals(tx, i64::MAX, 1)?.first().map(|s| (s.no, s.at)),
            bytes: size(tx)?,
        })
    };
    door.app.db().read(look).await
}

/// Everything, as Prometheus reads it.
pub(crate) async fn metrics(State(door): State<Door>) -> Response {
    let mut out = door.metrics.text();
    of_the_process(&mut out, &door);
    let looked = look(&door).await;
    one(&mut out, "steward_database_up", "Whether it answers.", f64::from(looked.is_ok()));
    if let Ok(looked) = looked {
        of_the_database(&mut out, &looked);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response()
}

fn of_the_process(out: &mut String, door: &Door) {
    let engine = match door.app.db().engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    let version = door.app.settings().version;
    let labels = format!("version=\"{version}\",database=\"{engine}\"");
    gauge(out, "steward_info", "Version and database.", &[(labels, 1.0)]);
    let good = door.app.db().health() == Health::Good;
    one(out, "steward_database_writable", "Whether the database takes writes.", f64::from(good));
    let waiting = door.app.db().waiting() as f64;
    one(out, "steward_writes_waiting", "Writes that wait for their turn.", waiting);
    if let Some(bytes) = memory_bytes() {
        one(out, "steward_memory_anonymous_bytes", "Anonymous memory of this process.", bytes);
    }
    one(out, "steward_live_streams", "Open live streams.", door.live.streams() as f64);
}

fn of_the_database(out: &mut String, looked: &Looked) {
    let name = |name: &str| format!("subscriber=\"{name}\"");
    let lags: Vec<(String, f64)> =
        looked.lag.iter().map(|(who, behind, _)| (name(who), *behind as f64)).collect();
    let help = "Facts a subscriber has not read yet, counted up to 10000.";
    gauge(out, "steward_subscriber_lag_facts", help, &lags);
    let failing: Vec<(String, f64)> =
        looked.lag.iter().map(|(who, _, error)| (name(who), f64::from(error.is_some()))).collect();
    gauge(out, "steward_subscriber_failing", "Whether its last batch failed.", &failing);
    let held = looked.holder.as_ref().map_or(0, |held| held.seconds) as f64;
    let help = "Age of the oldest open transaction on PostgreSQL, which holds subscribers back.";
    one(out, "steward_horizon_held_seconds", help, held);
    let (due, parked) = looked.timers;
    one(out, "steward_timers_due", "Timers whose time has come, up to 10000.", due as f64);
    let help = "Timers that failed too often and wait for a person, up to 10000.";
    one(out, "steward_timers_parked", help, parked as f64);
    let (pending, failing) = looked.deliveries;
    let help = "Deliveries of webhooks still to be made, up to 10000.";
    one(out, "steward_webhook_deliveries_pending", help, pending as f64);
    let help = "Those of them that have failed at least once.";
    one(out, "steward_webhook_deliveries_failing", help, failing as f64);
    let (number, at) = looked.seal.unwrap_or((0, Timestamp::UNIX_EPOCH));
    one(out, "steward_seals", "Number of the newest seal.", number as f64);
    let help = "When the newest seal was made, in seconds since 1970; 0 without one.";
    one(out, "steward_seal_timestamp_seconds", help, at.as_second() as f64);
    let help = "Bytes of the database, without its write-ahead log.";
    one(out, "steward_database_bytes", help, looked.bytes as f64);
}

/// Appends one gauge without labels.
fn one(out: &mut String, name: &str, help: &str, value: f64) {
    gauge(out, name, help, &[(String::new(), value)]);
}

/// Appends one gauge.
fn gauge(out: &mut String, name: &str, help: &str, values: &[(String, f64)]) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in values {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(out, "{name}{labels} {value}");
    }
}

/// Bytes of memory that are this process's own (anonymous), where the system
/// tells.
fn memory_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("RssAnon:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
