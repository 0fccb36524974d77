//! Bodies that make and change a ticket: what its kind has, and what is said of a
//! field that no body takes.

use serde_json::Value as Json;
use steward_api::RawJson;
use steward_base::{Error, FieldError, Result};

use crate::practice::Practice;

/// Reads a body of fields. Those that the kind lacks are unknown; of those that it
/// has and no body takes it says what changes them.
pub(super) fn read_body<T: serde::de::DeserializeOwned>(
    practice: &Practice,
    body: &RawJson,
) -> Result<T> {
    let lacking = practice.registry.lacking();
    let mut unknown = Vec::new();
    let read = body.read::<T>(|fields| unknown = take_lacking(fields, lacking));
    if let (Ok(_), []) = (&read, unknown.as_slice()) {
        return read;
    }
    let mut errors = match read {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other),
    };
    errors = errors.into_iter().map(|error| say_read_only(practice, error)).collect();
    errors.extend(unknown);
    Err(Error::Invalid(errors))
}

/// Takes out of a body the fields that the kind lacks, an error for each.
fn take_lacking(body: &mut Json, lacking: &[String]) -> Vec<FieldError> {
    let Some(fields) = body.as_object_mut().filter(|_| !lacking.is_empty()) else {
        return Vec::new();
    };
    let given = lacking.iter().filter(|name| fields.remove(name.as_str()).is_some());
    let unknown = |name: &String| FieldError {
        field: name.clone(),
        rule: "unknown_field".into(),
        message: "is not known; this kind of record does not have it".into(),
    };
    given.map(unknown).collect()
}

fn say_read_only(practice: &Practice, error: FieldError) -> FieldError {
    let words = read_only(practice, &error.field).filter(|_| error.rule == "unknown_field");
    match words {
        Some(message) => FieldError { rule: "read_only".into(), message, ..error },
        None => error,
    }
}

/// What changes a field that no body takes; `None` when the kind has no such field.
fn read_only(practice: &Practice, field: &str) -> Option<String> {
    if !practice.registry.has(field) {
        return None;
    }
    let words = match field {
        "state" => {
            let actions = practice.life_cycle.actions.join(", ");
            return Some(format!("is changed by the actions: POST .../{actions}"));
        }
        "priority" => {
            "follows from impact and urgency; priority_override with a reason sets another"
        }
        "on_hold_reason" | "on_hold_until" => "is set by the action hold",
        "close_code" | "close_notes" | "resolved_by" => "is set by the action resolve",
        "duplicate_of" => "is set by the action duplicate",
        "time_worked_minutes" => "is changed by the action work-time",
        "id" | "number" | "version" | "opened_by" | "opened_at" | "updated_at" | "resolved_at"
        | "closed_at" | "reassignment_count" | "reopen_count" | "actions" => "is set by Steward",
        _ => return None,
    };
    Some(words.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample::CHORES;
    use crate::ticket_body::NewTicket;

    fn faults(body: Json) -> Vec<(String, String)> {
        match read_body::<NewTicket>(&CHORES, &RawJson::new(body.to_string())) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(errors)) => {
                errors.into_iter().map(|error| (error.field, error.rule)).collect()
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_body_takes_what_its_kind_has() {
        let one = |field: &str, rule: &str| vec![(field.to_owned(), rule.to_owned())];
        for (body, expected) in [
            (json!({"short_description": "Sweep"}), vec![]),
            (json!({"short_description": "Sweep", "impact": 2}), vec![]),
            (
                json!({"short_description": "Sweep", "caller": "ann"}),
                one("caller", "unknown_field"),
            ),
            (json!({"short_description": "Sweep", "caller": null}), one("caller", "unknown_field")),
            (json!({"short_description": "Sweep", "state": "done"}), one("state", "read_only")),
            (json!({"short_description": "Sweep", "broom": 1}), one("broom", "unknown_field")),
            (json!({}), one("short_description", "required")),
            (json!([]), one("body", "type")),
        ] {
            assert_eq!(faults(body.clone()), expected, "{body}");
        }
        let both = faults(json!({"caller": "ann", "impact": "high"}));
        let fields: Vec<&str> = both.iter().map(|(field, _)| field.as_str()).collect();
        assert!(fields.contains(&"caller") && fields.contains(&"impact"), "{both:?}");
    }
}
