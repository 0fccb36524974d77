//! What is known of a request at its entry, before anybody has looked at it.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use steward_base::Timestamp;

use crate::problem::Problem;

/// One request, as the entry saw it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Names the request in the log and in problems.
    pub request_id: String,
    /// The one moment of the request.
    pub now: Timestamp,
    /// The client's address, behind trusted proxies the one they name.
    pub address: IpAddr,
    /// The W3C trace id, the caller's or a new one: 32 hexadecimal digits.
    pub trace_id: String,
    /// The W3C trace flags, the caller's; of a new trace 01.
    pub trace_flags: u8,
}

impl Default for Entry {
    fn default() -> Entry {
        Entry {
            request_id: String::new(),
            now: Timestamp::UNIX_EPOCH,
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            trace_id: String::new(),
            trace_flags: 1,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Entry {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Entry, Problem> {
        let entry = parts.extensions.get::<Entry>().cloned();
        entry.ok_or_else(|| Problem::internal("a request without an entry"))
    }
}
