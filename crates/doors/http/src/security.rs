//! Headers that keep browsers from being turned against their users.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a page may do: own scripts only, styles by nonce, no frames, no objects.
pub(crate) fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// What an answer that is no page may do: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Headers of every answer that has not set its own.
const DEFAULTS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Adds them; `api` says whether the answer is one of the API.
pub(crate) fn add(headers: &mut HeaderMap, api: bool) {
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    if api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.entry(header::VARY).or_insert(HeaderValue::from_static("Authorization, Cookie"));
    }
}
