//! `If-Match` and `ETag`: nobody overwrites what they have not read.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result};

use crate::json::{BODY_LIMIT, read_body};
use crate::problem::Problem;

/// Most tags of one `If-Match`.
const MOST_TAGS: usize = 20;

/// What `If-Match` said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing: no condition.
    Absent,
    /// `*`: whatever version there is.
    Any,
    /// This version; -1 for a tag that is none of ours and so never matches.
    Version(i64),
}

impl IfMatch {
    /// The version that must still be there, where the header is required
    /// (PATCH, PUT, DELETE); `None` when any will do.
    ///
    /// # Errors
    /// `PreconditionRequired` without the header.
    pub fn required(self) -> Result<Option<i64>> {
        match self {
            IfMatch::Absent => Err(Error::PreconditionRequired),
            given => Ok(given.optional()),
        }
    }

    /// The version that must still be there, where the header may be sent.
    pub fn optional(self) -> Option<i64> {
        match self {
            IfMatch::Version(version) => Some(version),
            IfMatch::Absent | IfMatch::Any => None,
        }
    }
}

/// Holds a record's version against the one the caller read.
///
/// # Errors
/// `VersionConflict`.
pub fn check_version(expected: Option<i64>, actual: i64) -> Result<()> {
    match expected {
        Some(expected) if expected != actual => Err(Error::VersionConflict { expected, actual }),
        _ => Ok(()),
    }
}

/// A version made of the content, for what counts none of its own: it is the
/// same exactly as long as the content is. At most 53 bits, so that every
/// client keeps it exactly.
///
/// # Errors
/// `Internal` when the content cannot be written as JSON.
pub fn content_version(content: &impl serde::Serialize) -> Result<i64> {
    let text = serde_json::to_vec(content).map_err(Error::internal)?;
    let digest = Sha256::digest(&text);
    let first = digest.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    Ok((first >> 11) as i64)
}

/// The `ETag` of a version.
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<IfMatch, Problem> {
        let Some(header) = parts.headers.get(header::IF_MATCH) else { return Ok(IfMatch::Absent) };
        let text = header.to_str().unwrap_or("").trim();
        if text == "*" {
            return Ok(IfMatch::Any);
        }
        Ok(IfMatch::Version(version(text)?))
    }
}

/// Takes `If-Match` with several tags: any one of them may be
/// the version that is there. The request is made with one after the other; a
/// refusal by its version leaves nothing behind.
pub async fn one_of_several(request: Request, next: Next) -> Response {
    let tags = tags(request.headers());
    if tags.len() < 2 {
        return next.run(request).await;
    }
    match try_each(tags, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn try_each(tags: Vec<String>, request: Request, next: Next) -> Result<Response, Problem> {
    if tags.len() > MOST_TAGS {
        let words = format!("takes at most {MOST_TAGS} tags");
        return Err(Error::malformed("If-Match", "length", words).into());
    }
    for tag in &tags {
        version(tag)?;
    }
    let (parts, body) = request.into_parts();
    let body = read_body(&parts.headers, body, BODY_LIMIT).await?;
    let mut last = None;
    for tag in tags {
        let mut parts = parts.clone();
        let value = HeaderValue::from_str(&tag).map_err(Error::internal)?;
        parts.headers.insert(header::IF_MATCH, value);
        let request = Request::from_parts(parts, Body::from(body.clone()));
        let response = next.clone().run(request).await;
        if response.status() != StatusCode::PRECONDITION_FAILED {
            return Ok(response);
        }
        last = Some(response);
    }
    last.ok_or_else(|| Error::PreconditionRequired.into())
}

/// The tags of all `If-Match` lines; a comma inside quotes parts nothing.
fn tags(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::IF_MATCH).iter().filter_map(|line| line.to_str().ok());
    let text = lines.collect::<Vec<_>>().join(",");
    let mut quoted = false;
    let parts = text.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    parts.map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// The version that a tag names: `"3"`, or `3` as it stands in bodies. One that
/// is none of ours matches nothing, nor does a weak one: `If-Match` compares
/// strongly (RFC 9110, 13.1.1).
fn version(text: &str) -> Result<i64> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let quoted = |text: &str| text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
    let strong = text.strip_prefix("W/").unwrap_or(text);
    if !quoted(strong) && (text.is_empty() || !digits(text)) {
        let words = "takes the ETag you read, in quotes: \"3\"";
        return Err(Error::malformed("If-Match", "format", words));
    }
    if text.starts_with("W/") {
        return Ok(-1);
    }
    let tag = text.trim_matches('"');
    Ok(tag.parse().ok().filter(|n| *n >= 0 && digits(tag)).unwrap_or(-1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_a_version_or_none_of_ours() {
        for (text, expected) in
            [("\"3\"", 3), ("3", 3), ("W/\"3\"", -1), ("\"abc\"", -1), ("\"\"", -1), ("\"-1\"", -1)]
        {
            assert_eq!(version(text), Ok(expected), "{text}");
        }
        for text in ["", "abc", "\"", "'3'"] {
            assert!(version(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tags_are_parted_by_commas_outside_of_quotes() {
        let mut headers = HeaderMap::new();
        for line in ["\"99\", \"a,b\" ,", "W/\"1\""] {
            headers.append(header::IF_MATCH, line.parse().expect("a header"));
        }
        assert_eq!(tags(&headers), ["\"99\"", "\"a,b\"", "W/\"1\""]);
        assert!(tags(&HeaderMap::new()).is_empty());
    }

    #[test]
    fn a_version_of_content_follows_the_content() {
        let of = |n: i64| content_version(&serde_json::json!({"n": n})).expect("a version");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert!((0..1 << 53).contains(&of(1)));
    }
}
