//! Structs written as JSON in one go. A field of ours is an identifier: as a
//! key it holds nothing to escape, and a page writes two thousand of them.

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeStruct, Serializer};
use serde_json::{Error, Result};

/// Writes a struct as a JSON object without the fields of these names; the
/// values of the others by `serde_json`.
///
/// # Errors
/// For what is no struct with named fields.
pub fn write_struct<T: Serialize>(out: &mut Vec<u8>, value: &T, without: &[String]) -> Result<()> {
    value.serialize(Writer { out, without })
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    without: &'a [String],
}

struct Fields<'a> {
    out: &'a mut Vec<u8>,
    without: &'a [String],
    first: bool,
}

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Error;

    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<()> {
        if self.without.iter().any(|name| name == key) {
            return Ok(());
        }
        debug_assert!(key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{key}");
        self.out.extend_from_slice(if self.first { b"{\"" } else { b",\"" });
        self.first = false;
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        serde_json::to_writer(&mut *self.out, value)
    }

    fn end(self) -> Result<()> {
        self.out.extend_from_slice(if self.first { b"{}" } else { b"}" });
        Ok(())
    }
}

/// What is no struct: refused.
macro_rules! refused {
    ($($name:ident $(<$of:ident>)? ($($ty:ty),*) -> $made:ty;)*) => {
        $(fn $name $(<$of: Serialize + ?Sized>)? (self, $(_: $ty),*) -> Result<$made> {
            Err(Error::custom("only structs with named fields are written here"))
        })*
    };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'a>> {
        // A value of serde_json's own in disguise, such as `RawValue`.
        if name.starts_with('$') {
            return Err(Error::custom("no struct of ours"));
        }
        Ok(Fields { out: self.out, without: self.without, first: true })
    }

    refused! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_some<T>(&T) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_newtype_struct<T>(&'static str, &T) -> ();
        serialize_newtype_variant<T>(&'static str, u32, &'static str, &T) -> ();
        serialize_seq(Option<usize>) -> Impossible<(), Error>;
        serialize_tuple(usize) -> Impossible<(), Error>;
        serialize_tuple_struct(&'static str, usize) -> Impossible<(), Error>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Error>;
        serialize_map(Option<usize>) -> Impossible<(), Error>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Error>;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row<'a> {
        number: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        hidden: Option<u8>,
        none: Option<u8>,
        inner: Vec<(bool, f64)>,
    }

    #[derive(Serialize)]
    struct Nothing {}

    fn written<T: Serialize>(value: &T) -> Result<String> {
        let mut out = Vec::new();
        write_struct(&mut out, value, &[])?;
        Ok(String::from_utf8(out).expect("JSON is text"))
    }

    #[test]
    fn structs_are_written_as_serde_json_writes_them() {
        for hidden in [None, Some(3)] {
            let row = Row { number: "a \"b\" \n", hidden, none: None, inner: vec![(true, 0.5)] };
            assert_eq!(written(&row).ok(), serde_json::to_string(&row).ok());
        }
        assert_eq!(written(&Nothing {}).ok().as_deref(), Some("{}"));
    }

    #[test]
    fn nothing_else_is_written() {
        let raw = serde_json::value::RawValue::from_string("[1]".into()).expect("JSON");
        assert!(written(&raw).is_err());
        assert!(
            written(&[1, 2]).is_err()
                && written(&"text").is_err()
                && written(&None::<Row>).is_err()
        );
    }
}
