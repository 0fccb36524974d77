//! A query parameter that an operation does not take is refused, whether the
//! operation reads its query or not: a misspelt one must not pass unnoticed.
//! What is taken stands in the API's document.

use std::collections::{BTreeSet, HashMap};

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use serde_json::Value;
use steward_api::check_query;
use steward_base::Result;

/// The parameters of each operation, by its path and method.
pub(crate) type Known = HashMap<String, HashMap<Method, BTreeSet<String>>>;

/// Reads them from the document.
pub(crate) fn known(document: &[u8]) -> Known {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let mut known = Known::new();
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
            known.entry(path.clone()).or_default().insert(method, names);
        }
    }
    known
}

/// Whether the operation takes every parameter of the query.
///
/// # Errors
/// `Malformed` that names the first it does not take.
pub(crate) fn check(known: &Known, request: &Request) -> Result<()> {
    let method = match request.method() {
        &Method::HEAD => &Method::GET,
        other => other,
    };
    let matched = request.extensions().get::<MatchedPath>();
    let names = matched.and_then(|path| known.get(path.as_str())?.get(method));
    let query = request.uri().query().unwrap_or("");
    names.map_or(Ok(()), |names| check_query(query, names))
}
