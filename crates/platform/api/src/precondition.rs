//! `If-Match` and `ETag`: nobody overwrites what they have not read.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result};

use crate::problem::Problem;

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

/// The version that a tag names: `"3"`, or `3` as it stands in bodies. A weak
/// tag and one that is none of ours match nothing.
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
    fn a_version_of_content_follows_the_content() {
        let of = |n: i64| content_version(&serde_json::json!({"n": n})).expect("a version");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert!((0..1 << 53).contains(&of(1)));
    }
}
