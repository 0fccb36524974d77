//! A value on its way out of a row, for both engines.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

/// A type that can be read from a column of either engine.
pub trait Column: Sized {
    /// From SQLite; `None` when the stored type is another.
    fn lite(value: ValueRef<'_>) -> Option<Self>;
    /// From PostgreSQL's binary form; `None` when the column's type is another.
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self>;
}

impl Column for i64 {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).ok(),
            Type::INT4 => i32::from_sql(ty, raw).ok().map(i64::from),
            Type::INT2 => i16::from_sql(ty, raw).ok().map(i64::from),
            _ => None,
        }
    }
}

impl Column for i32 {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok().and_then(|v| v.try_into().ok())
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        i64::pg(ty, raw).and_then(|v| v.try_into().ok())
    }
}

impl Column for u8 {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok().and_then(|v| v.try_into().ok())
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        i64::pg(ty, raw).and_then(|v| v.try_into().ok())
    }
}

impl Column for f64 {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Real(v) => Some(v),
            ValueRef::Integer(v) => Some(v as f64),
            _ => None,
        }
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        f64::from_sql(ty, raw).ok()
    }
}

impl Column for bool {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok().map(|v| v != 0)
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        bool::from_sql(ty, raw).ok()
    }
}

impl Column for String {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok().map(str::to_owned)
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        match *ty {
            Type::TEXT | Type::VARCHAR | Type::NAME => String::from_sql(ty, raw).ok(),
            _ => None,
        }
    }
}

impl Column for Vec<u8> {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok().map(<[u8]>::to_vec)
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        (*ty == Type::BYTEA).then(|| raw.to_vec())
    }
}

impl Column for Uuid {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok().and_then(|b| Uuid::from_slice(b).ok())
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        Uuid::from_sql(ty, raw).ok()
    }
}

impl Column for Timestamp {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        i64::lite(value).and_then(|v| Timestamp::from_microsecond(v).ok())
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        i64::pg(ty, raw).and_then(|v| Timestamp::from_microsecond(v).ok())
    }
}

impl Column for serde_json::Value {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        match value.as_str().ok()? {
            // What most rows hold.
            "{}" => Some(serde_json::Value::Object(serde_json::Map::new())),
            text => serde_json::from_str(text).ok(),
        }
    }
    fn pg(ty: &Type, raw: &[u8]) -> Option<Self> {
        match *ty {
            Type::TEXT => serde_json::from_slice(raw).ok(),
            _ => serde_json::Value::from_sql(ty, raw).ok(),
        }
    }
}

/// The raw bytes of a PostgreSQL column with its type; accepts every type.
pub(crate) struct Raw<'a> {
    pub ty: Type,
    pub bytes: &'a [u8],
}

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(
        ty: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw { ty: ty.clone(), bytes: raw })
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}
