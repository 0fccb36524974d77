//! Query strings and paths. An unknown parameter is 400: a misspelt filter
//! must not answer with everything.

use std::collections::BTreeSet;

use axum::extract::{FromRequestParts, OriginalUri, RawPathParams};
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::{Map, Value};
use steward_base::Error;

use crate::decode;
use crate::list::without_path;
use crate::problem::Problem;

/// The parameters of a query string.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: for<'de> Deserialize<'de>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Problem> {
        let mut words = words(parts.uri.query().unwrap_or(""))?;
        if let Some(Value::String(cursor)) = words.get_mut("cursor") {
            let whole = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
            *cursor = without_path(cursor, whole.path())?;
        }
        let query = decode::from_words(words)
            .map_err(|fault| Error::Malformed(fault.into_field_error()))?;
        Ok(Query(query))
    }
}

/// Holds a query string against the parameters that an operation takes.
///
/// # Errors
/// `Malformed` for one that is not known, not UTF-8, or given twice.
pub fn check_query(query: &str, known: &BTreeSet<String>) -> Result<(), Error> {
    let Some((name, _)) = words(query)?.into_iter().find(|(name, _)| !known.contains(name)) else {
        return Ok(());
    };
    let taken: Vec<&str> = known.iter().map(String::as_str).collect();
    let message = match taken.is_empty() {
        true => "is not known; nothing is taken here".to_owned(),
        false => format!("is not known; what is taken: {}", taken.join(", ")),
    };
    Err(Error::malformed(name, "unknown_field", message))
}

fn words(query: &str) -> Result<Map<String, Value>, Error> {
    let mut words = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = unescape(name)
            .ok_or_else(|| Error::malformed("query", "utf8", "has a name that is not UTF-8"))?;
        let value = unescape(value)
            .ok_or_else(|| Error::malformed(&name, "utf8", "is not UTF-8 once unescaped"))?;
        if words.contains_key(&name) {
            return Err(Error::malformed(name, "duplicate", "is given twice"));
        }
        words.insert(name, Value::String(value));
    }
    Ok(words)
}

/// Undoes `%41` and `+`; a `%` that escapes nothing stands for itself.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let raw = text.as_bytes();
    let mut at = 0;
    while at < raw.len() {
        let hex = |i: usize| raw.get(i).and_then(|b| (*b as char).to_digit(16));
        match (raw[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', ..) => bytes.push(b' '),
            (byte, ..) => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8(bytes).ok()
}

/// The parts of a path. What cannot be read as its type names nothing: 404.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: for<'de> Deserialize<'de> + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Problem> {
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found())?;
        if raw.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Problem::not_found());
        }
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Path(value))
            .map_err(|_| Problem::not_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_strings_are_strict() {
        let read = |q: &str| words(q).map(|w| Value::Object(w).to_string());
        assert_eq!(read("a=1&b=x%20y+z&c"), Ok(r#"{"a":"1","b":"x y z","c":""}"#.into()));
        assert_eq!(read("a=100%25&b=%zz"), Ok(r#"{"a":"100%","b":"%zz"}"#.into()));
        assert!(read("a=1&a=2").is_err());
        assert!(read("a=%ff").is_err());
    }
}
