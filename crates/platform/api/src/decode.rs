//! From a JSON value to a type, with errors that name path and rule. Integers
//! take `3.0` (JSON Schema calls it an integer), text may not hold NUL (one
//! engine cannot keep it), and from a query string words become numbers.

use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer as _, Unexpected, Visitor};
use serde_json::{Map, Value};
use steward_base::FieldError;

use crate::mend::MENDED;

/// One step of the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A field of an object.
    Field(String),
    /// A place in a list.
    Place(usize),
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From the innermost step outwards.
    pub(crate) path: Vec<Step>,
    pub(crate) rule: &'static str,
    message: String,
}

impl Fault {
    fn new(rule: &'static str, message: impl Into<String>) -> Fault {
        Fault { path: Vec::new(), rule, message: message.into() }
    }

    fn within(mut self, step: Step) -> Fault {
        self.path.push(step);
        self
    }

    fn within_field(self, name: &str) -> Fault {
        self.within(Step::Field(name.to_owned()))
    }

    /// The way to it, as people read it: `inner[1].level`.
    fn place(&self) -> String {
        let mut place = String::new();
        for step in self.path.iter().rev() {
            match step {
                Step::Field(name) if place.is_empty() => place.push_str(name),
                Step::Field(name) => {
                    place.push('.');
                    place.push_str(name);
                }
                Step::Place(index) => {
                    place.push('[');
                    place.push_str(&index.to_string());
                    place.push(']');
                }
            }
        }
        place
    }

    /// As an error of the house; a fault of the whole is on `body`.
    pub fn into_field_error(self) -> FieldError {
        let place = self.place();
        let field = if place.is_empty() { "body".to_owned() } else { place };
        FieldError { field, rule: self.rule.to_owned(), message: self.message }
    }
}

/// Makes a `T` of a JSON value.
///
/// # Errors
/// The first fault found; `mend::all_faults` finds the others.
pub fn from_json<T: for<'de> Deserialize<'de>>(value: Value) -> Result<T, Fault> {
    T::deserialize(Decoder { value, words: false, mended: false })
}

/// Makes a `T` of the words of a query string.
///
/// # Errors
/// The first fault found.
pub fn from_words<T: for<'de> Deserialize<'de>>(words: Map<String, Value>) -> Result<T, Fault> {
    T::deserialize(Decoder { value: Value::Object(words), words: true, mended: false })
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: std::fmt::Display>(message: T) -> Fault {
        Fault::new("format", message.to_string())
    }
    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Fault {
        let expected = plain(&expected.to_string());
        Fault::new("type", format!("must be {expected}, not {}", in_words(found)))
    }
    fn invalid_value(_: Unexpected<'_>, expected: &dyn de::Expected) -> Fault {
        Fault::new("range", format!("must be {}", plain(&expected.to_string())))
    }
    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Fault {
        Fault::new("choice", format!("must be one of {}", expected.join(", ")))
    }
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Fault {
        let message = match expected {
            [] => "is not known; nothing is taken here".to_owned(),
            names => format!("is not known; what is taken: {}", names.join(", ")),
        };
        Fault::new("unknown_field", message).within_field(field)
    }
    fn missing_field(field: &'static str) -> Fault {
        Fault::new("required", "is required").within_field(field)
    }
    fn duplicate_field(field: &'static str) -> Fault {
        Fault::new("duplicate", "is given twice").within_field(field)
    }
}

/// What a type of the program is called among people.
fn plain(expected: &str) -> String {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "isize" => {
            "a whole number"
        }
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "a character" => "a text",
        "a map" => "an object",
        "a sequence" => "a list",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
    .to_owned()
}

fn in_words(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a number",
        Unexpected::Float(_) => "a number with a fraction",
        Unexpected::Str(_) | Unexpected::Char(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "this",
    }
}

pub(crate) struct Decoder {
    pub(crate) value: Value,
    /// Values are words of a query string.
    pub(crate) words: bool,
    /// The value was mended: what it makes is thrown away, only its faults count.
    pub(crate) mended: bool,
}

impl Decoder {
    fn is_mended(&self) -> bool {
        self.mended && self.value == MENDED
    }
}

/// A whole number, as written or as a float without a fraction.
fn whole(value: &Value, words: bool) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| {
            // Floats of this size are exact; beyond it they are no counts.
            n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9.0e15).map(|f| f as i64)
        }),
        Value::String(text) if words => text.parse().ok(),
        _ => None,
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            if self.is_mended() {
                return visitor.visit_i64(1);
            }
            match whole(&self.value, self.words) {
                Some(n) => visitor.visit_i64(n),
                None if self.words => Err(Fault::new("type", "must be a whole number")),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Decoder {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_mended() {
            return visitor.visit_unit();
        }
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(b),
            Value::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
                (Some(n), ..) => visitor.visit_i64(n),
                (_, Some(n), _) => visitor.visit_u64(n),
                (.., n) => visitor.visit_f64(n.unwrap_or(f64::NAN)),
            },
            Value::String(text) if text.contains('\0') => {
                Err(Fault::new("characters", "may not contain the character NUL"))
            }
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items {
                items: items.into_iter(),
                index: 0,
                words: self.words,
                mended: self.mended,
            }),
            Value::Object(map) => visitor.visit_map(Entries {
                entries: map.into_iter(),
                next: None,
                words: self.words,
                mended: self.mended,
            }),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_mended() {
            return visitor.visit_bool(false);
        }
        match &self.value {
            Value::String(text) if self.words => match text.as_str() {
                "true" => visitor.visit_bool(true),
                "false" => visitor.visit_bool(false),
                _ => Err(Fault::new("type", "must be true or false")),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value.is_null() || self.is_mended() {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.is_mended()
            && let Some(first) = variants.first()
        {
            return visitor.visit_enum((*first).into_deserializer());
        }
        match self.value {
            Value::String(name) => visitor.visit_enum(name.into_deserializer()),
            _ => Err(Fault::new("type", format!("must be one of {}", variants.join(", ")))),
        }
    }

    /// A struct is an object and nothing else: left to serde, a list would do.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.is_mended() {
            let all = fields.iter().map(|name| ((*name).to_owned(), Value::from(MENDED)));
            let value = Value::Object(all.collect());
            return Decoder { value, words: self.words, mended: true }.deserialize_any(visitor);
        }
        match self.value {
            Value::Object(_) => self.deserialize_any(visitor),
            _ => Err(Fault::new("type", "must be an object")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.is_mended() {
            true => visitor.visit_string(String::new()),
            false => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_mended() {
            self.value = Value::Array(Vec::new());
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_mended() {
            self.value = Value::Object(Map::new());
        }
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}

struct Items {
    items: std::vec::IntoIter<Value>,
    index: usize,
    words: bool,
    mended: bool,
}

impl<'de> de::SeqAccess<'de> for Items {
    type Error = Fault;
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(value) = self.items.next() else { return Ok(None) };
        let place = Step::Place(self.index);
        self.index += 1;
        seed.deserialize(Decoder { value, words: self.words, mended: self.mended })
            .map(Some)
            .map_err(|fault| fault.within(place))
    }
}

struct Entries {
    entries: serde_json::map::IntoIter,
    next: Option<(String, Value)>,
    words: bool,
    mended: bool,
}

impl<'de> de::MapAccess<'de> for Entries {
    type Error = Fault;
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        let name = Value::String(key.clone());
        self.next = Some((key, value));
        seed.deserialize(Decoder { value: name, words: false, mended: false }).map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((key, value)) = self.next.take() else {
            return Err(Fault::new("format", "a value without a name"));
        };
        let decoder = Decoder { value, words: self.words, mended: self.mended };
        seed.deserialize(decoder).map_err(|fault| fault.within(Step::Field(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Body {
        text: String,
        #[serde(default)]
        count: Option<i64>,
        #[serde(default)]
        inner: Vec<Inner>,
        #[serde(default)]
        colour: Option<Colour>,
    }

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        level: u8,
    }

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        DarkBlue,
    }

    #[test]
    fn faults_name_path_and_rule() {
        for (value, field, rule) in [
            (json!({}), "text", "required"),
            (json!({"text": 1}), "text", "type"),
            (json!({"text": null}), "text", "type"),
            (json!({"text": "a\u{0}b"}), "text", "characters"),
            (json!({"text": "a", "extra": 1}), "extra", "unknown_field"),
            (json!({"text": "a", "count": 1.5}), "count", "type"),
            (json!({"text": "a", "count": "1"}), "count", "type"),
            (
                json!({"text": "a", "inner": [{"level": 1}, {"level": 300}]}),
                "inner[1].level",
                "range",
            ),
            (json!({"text": "a", "inner": [{"level": 1, "x": 2}]}), "inner[0].x", "unknown_field"),
            (json!({"text": "a", "inner": {}}), "inner", "type"),
            (json!({"text": "a", "colour": "green"}), "colour", "choice"),
            (json!({"text": "a", "colour": 3}), "colour", "type"),
            (json!([]), "body", "type"),
            (json!("x"), "body", "type"),
        ] {
            let shown = value.to_string();
            let fault = from_json::<Body>(value).expect_err(&shown).into_field_error();
            assert_eq!((fault.field.as_str(), fault.rule.as_str()), (field, rule), "{shown}");
        }
    }

    #[test]
    fn integers_take_floats_without_a_fraction() {
        let body: Body = from_json(json!({"text": "a", "count": 3.0, "colour": "dark_blue"}))
            .expect("3.0 is an integer");
        assert_eq!((body.count, body.colour), (Some(3), Some(Colour::DarkBlue)));
    }

    #[test]
    fn words_become_numbers_only_in_a_query() {
        let words = json!({"text": "7", "count": "7"});
        let Value::Object(words) = words else { unreachable!() };
        let body: Body = from_words(words).expect("words are read");
        assert_eq!((body.text.as_str(), body.count), ("7", Some(7)));
    }
}
