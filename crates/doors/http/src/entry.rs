//! The entry of every request and the end of every answer: one id, one moment,
//! one log line. Problems get their body here, so that every error has the
//! same form, wherever it came from, a panic among them.

use std::any::Any;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use steward_api::{App, Entry, GuardOf, PROBLEM_JSON, Problem, authenticate, one_of_several};
use tracing::Instrument as _;

use crate::leftover::{self, Leftover};
use crate::parameters::{self, Known};
use crate::proxies::TrustedProxies;
use crate::{Door, security};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What the entry needs.
#[derive(Clone)]
pub(crate) struct Around {
    pub door: Door,
    pub checks: Option<Arc<Checks>>,
}

/// What is asked of a request before its operation.
pub(crate) struct Checks {
    /// Who is let in where.
    pub guard_of: GuardOf,
    /// The query parameters of each operation.
    pub known: Known,
}

/// Wraps every request: see the module.
pub(crate) async fn entry(
    State(around): State<Around>,
    mut request: Request,
    next: Next,
) -> Response {
    let door = &around.door;
    let started = Instant::now();
    let entry = new_entry(&door.app, &door.proxies, &request);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let api = path.starts_with("/api/");
    let route = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned());
    let span = tracing::info_span!(
        "request", id = %entry.request_id, trace_id = %entry.trace_id, %method, path
    );
    request.extensions_mut().insert(entry.clone());
    let (request, left) = lend(request);
    let answer = AssertUnwindSafe(checked(&around, request, next)).catch_unwind();
    let answer = answer.instrument(span.clone()).await.unwrap_or_else(|panic| panicked(&*panic));
    let mut response = span.in_scope(|| finish(answer, &entry));
    security::add(response.headers_mut(), api);
    let spent = started.elapsed();
    let status = response.status();
    door.metrics.count(&method, route.as_deref(), status, spent);
    span.in_scope(|| {
        let micros = spent.as_micros();
        tracing::debug!(status = status.as_u16(), micros, address = %entry.address, "answered");
    });
    if let Some(left) = left {
        left.read_away(status).await;
    }
    response
}

/// Asks who it is and whether the operation takes such a query, then lets it
/// run.
async fn checked(around: &Around, request: Request, next: Next) -> Response {
    let Some(checks) = around.checks.clone() else { return next.run(request).await };
    let guard = (checks.guard_of)(request.method(), request.uri().path());
    let operation = |request: Request| async move {
        match parameters::check(&checks.known, &request) {
            Ok(()) => one_of_several(request, next).await,
            Err(error) => Problem::from(error).into_response(),
        }
    };
    authenticate(&around.door.app, guard, request, operation).await
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Problem::internal(format!("a panic: {}", text.unwrap_or_default())).into_response()
}

fn lend(request: Request) -> (Request, Option<Leftover>) {
    let (parts, body) = request.into_parts();
    let (body, left) = leftover::lend(parts.version, &parts.headers, body);
    (Request::from_parts(parts, body), left)
}

fn new_entry(app: &App, proxies: &TrustedProxies, request: &Request) -> Entry {
    let now = app.now();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let id = app.entropy().id(now);
    let trace = trace(request.headers());
    let (trace_id, trace_flags) = trace.unwrap_or_else(|| (id.simple().to_string(), 1));
    Entry {
        request_id: id.to_string(),
        now,
        address: proxies.client(peer, request.headers()),
        trace_id,
        trace_flags,
    }
}

/// Trace id and flags of a W3C `traceparent`, when it is a valid one.
fn trace(headers: &HeaderMap) -> Option<(String, u8)> {
    let text = headers.get(TRACEPARENT)?.to_str().ok()?;
    let mut parts = text.split('-');
    let (version, trace, parent, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |part: &str, length: usize| {
        part.len() == length
            && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let nothing = |part: &str| part.bytes().all(|b| b == b'0');
    let good = hex(version, 2)
        && version != "ff"
        && hex(trace, 32)
        && !nothing(trace)
        && hex(parent, 16)
        && !nothing(parent)
        && hex(flags, 2);
    let flags = u8::from_str_radix(flags, 16).ok()?;
    good.then(|| (trace.to_owned(), flags))
}

/// The body of a problem, the headers every answer has, and, for faults of
/// ours, the one log line with the words.
fn finish(answer: Response, entry: &Entry) -> Response {
    let mut response = match answer.extensions().get::<Problem>().cloned() {
        Some(problem) => with_body(&answer, &problem, entry),
        None => answer,
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&entry.request_id) {
        headers.insert(REQUEST_ID, value);
    }
    let span_id = &entry.request_id.replace('-', "")[16..];
    let (trace, flags) = (&entry.trace_id, entry.trace_flags);
    if let Ok(value) = HeaderValue::from_str(&format!("00-{trace}-{span_id}-{flags:02x}")) {
        headers.insert(TRACEPARENT, value);
    }
    response
}

fn with_body(answer: &Response, problem: &Problem, entry: &Entry) -> Response {
    if let Some(words) = &problem.internal {
        if problem.status.is_server_error() {
            tracing::error!(status = problem.status.as_u16(), "{words}");
        } else {
            tracing::warn!(status = problem.status.as_u16(), "{words}");
        }
    }
    let body = serde_json::to_vec(&problem.body(&entry.request_id)).unwrap_or_default();
    let mut response = (problem.status, body).into_response();
    *response.headers_mut() = answer.headers().clone();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_valid_traceparent_is_taken() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        for (text, expected) in [
            (format!("00-{id}-00f067aa0ba902b7-01"), Some((id, 1))),
            (format!("00-{id}-00f067aa0ba902b7-00"), Some((id, 0))),
            (format!("00-{id}-00f067aa0ba902b7-0"), None),
            (format!("ff-{id}-00f067aa0ba902b7-01"), None),
            (format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), None),
            (format!("00-{id}-0000000000000000-01"), None),
            (format!("00-{}-00f067aa0ba902b7-01", id.to_uppercase()), None),
            ("nonsense".to_owned(), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(TRACEPARENT, text.parse().expect("a header"));
            let found = trace(&headers);
            let found = found.as_ref().map(|(id, flags)| (id.as_str(), *flags));
            assert_eq!(found, expected, "{text}");
        }
    }
}
