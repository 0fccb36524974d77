//! Reading on after a fault: what is wrong is mended, so that a person reads
//! everything that is wrong with a body at once.

use serde::de::Deserialize;
use serde_json::Value;

use crate::decode::{Decoder, Fault, Step};

/// Most faults that are told of one body.
pub const MOST_FAULTS: usize = 50;

/// All faults of a value, at most [`MOST_FAULTS`], given the first: each is
/// mended and the value read again, until nothing new is found.
pub fn all_faults<T: for<'de> Deserialize<'de>>(mut value: Value, first: Fault) -> Vec<Fault> {
    let mut faults = vec![first];
    while let Some(last) = faults.last() {
        if faults.len() == MOST_FAULTS || !mend(&mut value, last) {
            break;
        }
        let again = T::deserialize(Decoder { value: value.clone(), words: false, mended: true });
        match again {
            Err(next) if faults.iter().all(|known| known.path != next.path) => faults.push(next),
            _ => break,
        }
    }
    faults
}

/// Stands where a wrong value stood: it reads as whatever is asked for. It holds
/// a NUL, which no text of a request may.
pub(crate) const MENDED: &str = "\0mended";

/// Takes an unknown field away; puts a value that fits everywhere in the place
/// of a wrong or missing one. False when the place is not there.
fn mend(value: &mut Value, fault: &Fault) -> bool {
    let Some((last, way)) = fault.path.split_first() else { return false };
    let mut at = value;
    for step in way.iter().rev() {
        let next = match (step, at) {
            (Step::Field(name), Value::Object(map)) => map.get_mut(name),
            (Step::Place(index), Value::Array(items)) => items.get_mut(*index),
            _ => None,
        };
        let Some(next) = next else { return false };
        at = next;
    }
    match (last, at) {
        (Step::Field(name), Value::Object(map)) if fault.rule == "unknown_field" => {
            map.remove(name).is_some()
        }
        (Step::Field(name), Value::Object(map)) => {
            map.insert(name.clone(), MENDED.into());
            true
        }
        (Step::Place(index), Value::Array(items)) => match items.get_mut(*index) {
            Some(item) => {
                *item = MENDED.into();
                true
            }
            None => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::from_json;
    use serde_json::{Map, json};

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its faults count")]
    struct Body {
        text: String,
        #[serde(default)]
        count: Option<i64>,
        #[serde(default)]
        inner: Vec<Inner>,
        #[serde(default)]
        colour: Option<Colour>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its faults count")]
    struct Inner {
        level: u8,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
    }

    fn faults(value: Value) -> Vec<Fault> {
        let first = from_json::<Body>(value.clone()).expect_err("a fault");
        all_faults::<Body>(value, first)
    }

    /// Wrong, unknown and missing fields of every depth are told at once; the
    /// text that stands for mended values is refused like any other NUL.
    #[test]
    fn all_faults_are_told_at_once() {
        let value = json!({
            "one": 1, "count": "x", "two": null, "colour": "green",
            "inner": [{"level": 900}, {}, {"level": 1, "other": 1}, 7]
        });
        let mut found: Vec<_> = faults(value)
            .into_iter()
            .map(Fault::into_field_error)
            .map(|fault| format!("{} {}", fault.field, fault.rule))
            .collect();
        found.sort();
        let expected = [
            "colour choice",
            "count type",
            "inner[0].level range",
            "inner[1].level required",
            "inner[2].other unknown_field",
            "inner[3] type",
            "one unknown_field",
            "text required",
            "two unknown_field",
        ];
        assert_eq!(found, expected);
        let sly = faults(json!({"text": MENDED}));
        assert_eq!(sly[0].rule, "characters");
        let many: Map<String, Value> = (0..500).map(|n| (format!("x{n}"), n.into())).collect();
        let many = faults(Value::Object(many));
        assert_eq!(many.len(), MOST_FAULTS);
    }
}
