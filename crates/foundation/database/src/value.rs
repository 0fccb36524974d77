//! A value on its way into a statement.

use jiff::Timestamp;
use uuid::Uuid;

/// A parameter of a statement. Times travel as microseconds UTC on both
/// engines; ids as 16 bytes or `uuid`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL null.
    Null,
    /// A truth value.
    Bool(bool),
    /// Any integer; range-checked against the column on PostgreSQL.
    Int(i64),
    /// A floating number (custom number fields only).
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An id.
    Id(Uuid),
    /// An instant, cut to microseconds.
    Time(Timestamp),
    /// A JSON document.
    Json(serde_json::Value),
}

macro_rules! from {
    ($($type:ty => $make:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Value { ($make)(value) }
        }
    )*};
}
from! {
    bool => Value::Bool,
    i64 => Value::Int,
    i32 => |v: i32| Value::Int(v.into()),
    i16 => |v: i16| Value::Int(v.into()),
    u8 => |v: u8| Value::Int(v.into()),
    u32 => |v: u32| Value::Int(v.into()),
    f64 => Value::Float,
    String => Value::Text,
    &String => |v: &String| Value::Text(v.clone()),
    &str => |v: &str| Value::Text(v.to_owned()),
    Vec<u8> => Value::Bytes,
    &[u8] => |v: &[u8]| Value::Bytes(v.to_vec()),
    Uuid => Value::Id,
    Timestamp => Value::Time,
    serde_json::Value => Value::Json,
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
