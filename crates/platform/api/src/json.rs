//! JSON bodies in and out. What cannot be parsed is 400 and names the place;
//! what is parsed and wrong is 422 and names the field.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use sha2::{Digest as _, Sha256};
use steward_base::Error;

use crate::decode;
use crate::idempotency::BodySlot;
use crate::mend;
use crate::problem::Problem;
use crate::written::write_struct;

/// Most bytes of a JSON body.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// Most bytes read and thrown away, so that the client sees the answer.
pub const DRAIN_LIMIT: usize = 16 * 1024 * 1024;
/// Longest pause between two pieces of a body.
pub const PIECE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for a body in all.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// A JSON body: a request's or an answer's. An empty request body reads as
/// `{}`, so that actions without details need none.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

/// A value as JSON, in a buffer that most answers fit into as it is.
pub(crate) fn to_bytes<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4096);
    if write_struct(&mut bytes, value, &[]).is_err() {
        // Maps, arrays and the like.
        bytes.clear();
        serde_json::to_writer(&mut bytes, value)?;
    }
    Ok(bytes)
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match to_bytes(&self.0) {
            Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

impl<T, S> FromRequest<S> for Json<T>
where
    T: for<'de> Deserialize<'de>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Json<T>, Problem> {
        let raw = RawJson::from_request(request, state).await?;
        Ok(Json(raw.read(|_| ())?))
    }
}

/// A JSON body that is not read yet: for a route whose kind of record decides
/// what it takes.
#[derive(Debug, Clone)]
pub struct RawJson(Bytes);

impl<S: Send + Sync> FromRequest<S> for RawJson {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<RawJson, Problem> {
        let slot = request.extensions().get::<BodySlot>().cloned();
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts.headers, body, BODY_LIMIT).await?;
        if let Some(slot) = slot {
            slot.fill(Sha256::digest(&bytes).into());
        }
        if !bytes.is_empty() {
            check_type(&parts.headers)?;
        }
        Ok(RawJson(bytes))
    }
}

impl RawJson {
    /// A body of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> RawJson {
        RawJson(bytes.into())
    }

    /// Reads it as a `T`, after `prepare` has looked at it and taken out what is
    /// not meant for the `T`. What does not fit is read twice, to name all that is
    /// wrong.
    ///
    /// # Errors
    /// `Malformed` when it is no JSON; `Invalid` with each field that does not fit.
    pub fn read<T: for<'de> Deserialize<'de>>(
        &self,
        mut prepare: impl FnMut(&mut Value),
    ) -> Result<T, Error> {
        let mut value = parse(&self.0)?;
        prepare(&mut value);
        let first = match decode::from_json(value) {
            Ok(read) => return Ok(read),
            Err(first) => first,
        };
        let mut value = parse(&self.0)?;
        prepare(&mut value);
        let faults = mend::all_faults::<T>(value, first);
        Err(Error::Invalid(faults.into_iter().map(decode::Fault::into_field_error).collect()))
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let essence = given.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if essence == "application/json" || essence == "application/merge-patch+json" {
        return Ok(());
    }
    let words = "send the body as Content-Type: application/json";
    Err(Error::unsupported("Content-Type", "media_type", words))
}

/// Reads a body of at most `limit` bytes. Of a larger one up to 16 MiB are
/// read and thrown away before the answer.
///
/// # Errors
/// 413 when it is larger, 408 when it does not come in time, 400 when the
/// connection breaks off.
pub async fn read_body(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    let mut kept = Vec::with_capacity(told.unwrap_or(0).min(limit));
    let mut seen = 0_usize;
    let mut pieces = body.into_data_stream();
    let read = async {
        loop {
            match tokio::time::timeout(PIECE_TIMEOUT, pieces.next()).await {
                Err(_) => return Err(Problem::too_slow()),
                Ok(None) => return Ok(()),
                Ok(Some(Err(error))) => {
                    let words = format!("the body broke off: {error}");
                    return Err(Error::malformed("body", "incomplete", words).into());
                }
                Ok(Some(Ok(piece))) => {
                    seen += piece.len();
                    if seen <= limit {
                        kept.extend_from_slice(&piece);
                    } else if seen > DRAIN_LIMIT {
                        return Ok(());
                    }
                }
            }
        }
    };
    tokio::time::timeout(BODY_TIMEOUT, read).await.map_err(|_| Problem::too_slow())??;
    if seen > limit {
        let words = format!("the body is larger than {limit} bytes");
        return Err(Error::TooLarge(words).into());
    }
    Ok(kept.into())
}

/// Parses JSON strictly: UTF-8, no duplicate keys, not too deep.
///
/// # Errors
/// `Malformed` with the place.
pub fn parse(bytes: &[u8]) -> Result<Value, Error> {
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let words = format!("is not UTF-8 at byte {}", error.valid_up_to());
        Error::malformed("body", "utf8", words)
    })?;
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut parser).and_then(|value| parser.end().map(|()| value));
    value.map_err(|error| {
        let words = error.to_string();
        let rule = if words.starts_with("the key ") { "duplicate_key" } else { "json" };
        Error::malformed("body", rule, format!("is not valid JSON: {words}"))
    })
}

/// Builds a value and refuses a key given twice. The depth is limited by the
/// parser (128), so no input can use up the stack.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }
    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                let words = format!("the key \"{key}\" is given twice");
                return Err(serde::de::Error::custom(words));
            }
            let value = entries.next_value_seed(Strict)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(bytes: &[u8]) -> String {
        match parse(bytes) {
            Ok(value) => value.to_string(),
            Err(Error::Malformed(field)) => field.rule,
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn parsing_is_strict() {
        let deep = "[".repeat(10_000);
        for (bytes, expected) in [
            (&b""[..], "{}"),
            (b" {\"a\": 1.0} ", "{\"a\":1.0}"),
            (b"{", "json"),
            (b"{} x", "json"),
            (b"{\"a\":1,\"a\":2}", "duplicate_key"),
            (b"{\"b\":[{\"a\":1,\"\\u0061\":2}]}", "duplicate_key"),
            (b"{\"a\":\"\xff\"}", "utf8"),
            (b"{\"a\":\"\\ud800\"}", "json"),
            (b"{\"a\":1e999}", "json"),
            (b"NaN", "json"),
            (deep.as_bytes(), "json"),
        ] {
            assert_eq!(rule(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
