//! What a write answers, in a form that can be stored for a repeated request.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::precondition::etag;
use crate::problem::Problem;

/// The answer of one operation: status, body, and the headers that matter.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    status: StatusCode,
    location: Option<String>,
    version: Option<i64>,
    body: Option<T>,
}

impl<T> Reply<T> {
    /// 200 with a body.
    pub fn ok(body: T) -> Reply<T> {
        Reply { status: StatusCode::OK, location: None, version: None, body: Some(body) }
    }

    /// 201 with a body and where it stands from now on.
    pub fn created(location: impl Into<String>, body: T) -> Reply<T> {
        let location = Some(location.into());
        Reply { status: StatusCode::CREATED, location, version: None, body: Some(body) }
    }

    /// Adds the version as `ETag`.
    #[must_use]
    pub fn with_version(mut self, version: i64) -> Reply<T> {
        self.version = Some(version);
        self
    }
}

impl Reply<()> {
    /// 204 without a body.
    pub fn none() -> Reply<()> {
        Reply { status: StatusCode::NO_CONTENT, location: None, version: None, body: None }
    }
}

impl<T: Serialize> Reply<T> {
    /// The answer as it is sent and, for a repeated request, stored.
    pub(crate) fn store(&self) -> steward_base::Result<Stored> {
        let body = match &self.body {
            Some(body) => crate::json::to_bytes(body).map_err(steward_base::Error::internal)?,
            None => Vec::new(),
        };
        Ok(Stored {
            status: self.status.as_u16(),
            location: self.location.clone(),
            version: self.version,
            body,
        })
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        match self.store() {
            Ok(stored) => stored.into_response(),
            Err(error) => Problem::from(error).into_response(),
        }
    }
}

/// An answer as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub status: u16,
    pub location: Option<String>,
    pub version: Option<i64>,
    pub body: Vec<u8>,
}

impl IntoResponse for Stored {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut headers = HeaderMap::new();
        if !self.body.is_empty() {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        if let Some(location) = self.location.and_then(|l| HeaderValue::from_str(&l).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(version) = self.version {
            headers.insert(header::ETAG, etag(version));
        }
        let mut response = (status, self.body).into_response();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().extend(headers);
        response
    }
}
