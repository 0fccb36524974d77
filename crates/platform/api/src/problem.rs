//! Errors as RFC 9457 problems. A handler answers with one; the entry of the
//! request adds the request id, writes the log line, and makes the body.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use steward_base::{Error, FieldError};

/// The media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One refusal or failure on its way out.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable name, the end of `type`.
    pub name: &'static str,
    /// One sentence for a person.
    pub detail: String,
    /// Fields that break rules.
    pub errors: Vec<FieldError>,
    /// Headers that go with it (`Retry-After`, `Allow`).
    pub headers: HeaderMap,
    /// What only the log may say.
    pub internal: Option<String>,
}

/// The body of a problem, as published.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "urn:steward:problem:invalid", "title": "Unprocessable Content", "status": 422,
    "detail": "short_description: is required",
    "errors": [{"field": "short_description", "rule": "required", "message": "is required"}],
    "request_id": "01a0c4cb-7c26-7000-8000-6b1d6a1f4b0e"
}))]
pub struct ProblemBody {
    /// A stable name, `urn:steward:problem:...`.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence for a person.
    pub detail: String,
    /// Of a 409: the sentence that `actions` of the record shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Fields that break rules; empty when the problem is not about fields.
    pub errors: Vec<ProblemField>,
    /// Names this request in the server's log.
    pub request_id: String,
}

/// One field that breaks one rule.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// Name of the field, with a path for nested ones.
    pub field: String,
    /// Stable name of the broken rule.
    pub rule: String,
    /// One sentence for a person.
    pub message: String,
}

impl Problem {
    /// A problem of this status and name.
    pub fn new(status: StatusCode, name: &'static str, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            name,
            detail: detail.into(),
            errors: Vec::new(),
            headers: HeaderMap::new(),
            internal: None,
        }
    }

    /// 404: the same for what is absent and for what may not be seen.
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here that you may see")
    }

    /// 405: the path exists, but not for this method.
    pub fn method_not_allowed() -> Problem {
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "this path does not take this method; the Allow header names those it takes",
        )
    }

    /// 429: the caller has made all calls of this window.
    pub fn too_many_calls(seconds: i64) -> Problem {
        let detail = format!("you have made all calls of this minute; try again in {seconds} s");
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many", detail)
            .with_header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// 408: the rest of the request did not come in time.
    pub fn too_slow() -> Problem {
        Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "the request did not arrive in time; send it again",
        )
    }

    /// 500: a fault of ours; the words are for the log only.
    pub fn internal(words: impl std::fmt::Display) -> Problem {
        let mut problem = Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "a fault of the server; its log has the details under this request id",
        );
        problem.internal = Some(words.to_string());
        problem
    }

    /// The published body, with the request's id.
    pub fn body(&self, request_id: &str) -> ProblemBody {
        let field = |e: &FieldError| ProblemField {
            field: e.field.clone(),
            rule: e.rule.clone(),
            message: e.message.clone(),
        };
        ProblemBody {
            r#type: format!("urn:steward:problem:{}", self.name),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            reason: (self.status == StatusCode::CONFLICT).then(|| self.detail.clone()),
            errors: self.errors.iter().map(field).collect(),
            request_id: request_id.to_owned(),
        }
    }

    fn with_header(mut self, name: header::HeaderName, value: &str) -> Problem {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    fn with_errors(mut self, errors: Vec<FieldError>) -> Problem {
        self.errors = errors;
        self
    }
}

impl From<Error> for Problem {
    /// Each variant has one status (`docs/errors.md`).
    fn from(error: Error) -> Problem {
        let words = error.to_string();
        let make = |status, name, detail: String| Problem::new(status, name, detail);
        match error {
            Error::Malformed(field) => {
                make(StatusCode::BAD_REQUEST, "malformed", words).with_errors(vec![field])
            }
            Error::Unauthenticated => Problem::new(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "sign in, or send a valid token as Authorization: Bearer",
            )
            .with_header(header::WWW_AUTHENTICATE, "Bearer"),
            Error::Forbidden(_) => make(StatusCode::FORBIDDEN, "forbidden", words),
            Error::NotFound => Problem::not_found(),
            Error::Refused(_) => make(StatusCode::CONFLICT, "refused", words),
            Error::VersionConflict { .. } => {
                make(StatusCode::PRECONDITION_FAILED, "version_conflict", words)
            }
            Error::TooLarge(_) => make(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words),
            Error::Unsupported(field) => {
                make(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", words)
                    .with_errors(vec![field])
            }
            Error::Invalid(errors) => {
                make(StatusCode::UNPROCESSABLE_ENTITY, "invalid", words).with_errors(errors)
            }
            Error::PreconditionRequired => {
                make(StatusCode::PRECONDITION_REQUIRED, "precondition_required", words)
            }
            Error::TooMany(seconds) => make(StatusCode::TOO_MANY_REQUESTS, "too_many", words)
                .with_header(header::RETRY_AFTER, &seconds.to_string()),
            Error::Duplicate(constraint) => {
                let field = column_of(&constraint);
                let message = format!("this {} is taken", field.replace('_', " "));
                Error::invalid(field, "unique", message).into()
            }
            Error::Unavailable(_) => unavailable(words),
            Error::OutcomeUnknown(_) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "outcome_unknown",
                "outcome unknown: this may have been written or not; repeat it with the same \
                 Idempotency-Key, or look whether it is there",
            )
            .with_header(header::RETRY_AFTER, "1")
            .with_internal(words),
            Error::Retry => unavailable("the database is busy; try again".into()),
            Error::DiskFull(_) => Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "the server cannot write to its disk; nothing was changed, reading goes on",
            )
            .with_internal(words),
            Error::Internal(_) => Problem::internal(words),
        }
    }
}

impl Problem {
    fn with_internal(mut self, words: String) -> Problem {
        self.internal = Some(words);
        self
    }
}

fn unavailable(words: String) -> Problem {
    let detail = "the database cannot take this now; nothing was changed, try again";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
        .with_header(header::RETRY_AFTER, "1")
        .with_internal(words)
}

/// The column a broken unique rule is about: `ticket.number` on SQLite,
/// `ticket_number_key` on PostgreSQL.
fn column_of(constraint: &str) -> &str {
    let first = constraint.split(',').next().unwrap_or(constraint).trim();
    if let Some((_, column)) = first.split_once('.') {
        return column.trim_end_matches("_key");
    }
    let end = first.strip_suffix("_key").or_else(|| first.strip_suffix("_idx")).unwrap_or(first);
    end.split_once('_').map_or(end, |(_, column)| column.trim_end_matches("_key"))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.headers_mut().extend(self.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_one_status() {
        for (error, status) in [
            (Error::malformed("q", "syntax", "no"), 400),
            (Error::Unauthenticated, 401),
            (Error::Forbidden("no".into()), 403),
            (Error::NotFound, 404),
            (Error::Refused("no".into()), 409),
            (Error::VersionConflict { expected: 1, actual: 2 }, 412),
            (Error::TooLarge("no".into()), 413),
            (Error::unsupported("file", "file_type", "no"), 415),
            (Error::invalid("a", "required", "no"), 422),
            (Error::Duplicate("ticket.number".into()), 422),
            (Error::PreconditionRequired, 428),
            (Error::TooMany(3), 429),
            (Error::Internal("secret".into()), 500),
            (Error::Unavailable("no".into()), 503),
            (Error::OutcomeUnknown("no".into()), 503),
            (Error::Retry, 503),
            (Error::DiskFull("no".into()), 507),
        ] {
            let problem = Problem::from(error.clone());
            assert_eq!(problem.status.as_u16(), status, "{error:?}");
            assert!(!problem.detail.contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn a_broken_unique_rule_names_its_field() {
        for (constraint, field) in [
            ("ticket.number", "number"),
            ("ticket_number_key", "number"),
            ("person.login_key", "login"),
            ("person_login_key", "login"),
        ] {
            assert_eq!(column_of(constraint), field);
        }
    }
}
