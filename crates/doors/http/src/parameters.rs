//! A query parameter that an operation does not take is refused, whether the
//! operation reads its query or not: a misspelt one must not pass unnoticed.
//! What is taken stands in the API's document.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use steward_api::{Problem, check_query};

/// The parameters of each operation, by its path and method.
pub(crate) type Known = Arc<HashMap<(String, Method), BTreeSet<String>>>;

/// Reads them from the document.
pub(crate) fn known(document: &[u8]) -> Known {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let mut known = HashMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Ok(method) = Method::from_bytes(method.to_ascii_uppercase().as_bytes()) else {
                continue;
            };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let names = parameters
                .filter(|p| p["in"] == "query")
                .filter_map(|p| p["name"].as_str().map(str::to_owned))
                .collect();
            known.insert((path.clone(), method), names);
        }
    }
    Arc::new(known)
}

/// The layer before every operation.
pub(crate) async fn check(State(known): State<Known>, request: Request, next: Next) -> Response {
    let method = match request.method() {
        &Method::HEAD => Method::GET,
        other => other.clone(),
    };
    let matched = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned());
    let names = matched.and_then(|path| known.get(&(path, method)));
    let query = request.uri().query().unwrap_or("");
    match names.map_or(Ok(()), |names| check_query(query, names)) {
        Ok(()) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}
