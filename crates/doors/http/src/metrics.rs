//! What `/metrics` counts, in the text form Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};

/// Upper bounds of the durations, in seconds.
const BOUNDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// Requests by route and status. Routes are patterns, so their number is fixed.
#[derive(Debug, Default)]
pub struct Metrics {
    routes: Mutex<BTreeMap<(String, String, u16), Series>>,
}

#[derive(Debug, Clone, Default)]
struct Series {
    count: u64,
    seconds: f64,
    buckets: [u64; BOUNDS.len()],
}

impl Metrics {
    /// Counts one answer; `None` is no route of ours.
    pub fn count(&self, method: &Method, route: Option<&str>, status: StatusCode, spent: Duration) {
        // A method somebody made up must not make a series.
        let known = [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        let key = (route.unwrap_or("none").to_owned(), method.to_owned(), status.as_u16());
        let seconds = spent.as_secs_f64();
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let series = routes.entry(key).or_default();
        series.count += 1;
        series.seconds += seconds;
        for (bucket, bound) in series.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// The counts as Prometheus reads them.
    pub fn text(&self) -> String {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut out = String::from(
            "# HELP steward_http_request_seconds Time from the entry of a request to its answer.\n\
             # TYPE steward_http_request_seconds histogram\n",
        );
        for ((route, method, status), series) in &routes {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            for (count, bound) in series.buckets.iter().zip(BOUNDS) {
                let name = "steward_http_request_seconds_bucket";
                let _ = writeln!(out, "{name}{{{labels},le=\"{bound}\"}} {count}");
            }
            let Series { count, seconds, .. } = series;
            let name = "steward_http_request_seconds";
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(out, "{name}_sum{{{labels}}} {seconds}");
            let _ = writeln!(out, "{name}_count{{{labels}}} {count}");
        }
        out
    }
}
