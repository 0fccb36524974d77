//! Changes of a field: its label, and the choices it offers.

use serde_json::Value as Json;
use steward_base::{Error, FieldError, Result};
use steward_database::Tx;
use steward_history::{Change, append, head, rename, save_head};
use steward_people::{Call, EVERYONE};

use crate::field::{Field, FieldType};
use crate::store::{record_of, relabel_custom, save_choices};

/// What changes; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct FieldChange {
    /// The label, of custom fields only.
    pub label: Option<String>,
    /// All choices that are offered from now on, in order, as (code, label).
    /// A code keeps what records hold; those left out are hidden.
    pub choices: Option<Vec<(String, String)>>,
}

/// Changes a field of a kind, with its fact. The caller has checked the right.
///
/// # Errors
/// `Invalid` that names what cannot be changed, or a value that does not fit.
pub fn change_field(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    field: &Field,
    change: &FieldChange,
) -> Result<()> {
    let errors = check_change(field, change);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let mut changes = Vec::new();
    let label = change.label.as_deref().map(str::trim).filter(|label| *label != field.label);
    if let Some(label) = label {
        changes.push(Change::text("label", label, None));
        relabel_custom(tx, kind, &field.name, label)?;
    }
    if let Some(choices) = change.choices.as_ref().filter(|c| **c != field.choices) {
        changes.extend(told(field, choices));
        save_choices(tx, kind, &field.name, choices)?;
    }
    if changes.is_empty() {
        return Ok(());
    }
    let mut head = match field.custom {
        true => {
            let id = record_of(tx, kind, &field.name)?;
            head(tx, id)?
        }
        false => {
            changes.insert(0, Change::plain("field", Json::Null, format!("{kind}.{}", field.name)));
            head(tx, EVERYONE)?
        }
    };
    if let (true, Some(label)) = (field.custom, label) {
        rename(tx, &mut head, label)?;
    }
    append(tx, &call.entropy, &mut head, &call.stamp(), "field.updated", &changes)?;
    save_head(tx, &mut head)
}

/// What became of each choice, and the order.
fn told(field: &Field, choices: &[(String, String)]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (code, label) in choices {
        if !field.choices.contains(&(code.clone(), label.clone())) {
            changes.push(Change::text(&format!("choice.{code}"), label.as_str(), None));
        }
    }
    let codes = |list: &[(String, String)]| -> Json {
        list.iter().map(|(code, _)| Json::from(code.as_str())).collect()
    };
    let (was, is) = (codes(&field.choices), codes(choices));
    if was != is {
        changes.push(Change::plain("choices", was, is));
    }
    changes
}

fn wrong(field: impl Into<String>, rule: &str, message: &str) -> FieldError {
    FieldError { field: field.into(), rule: rule.into(), message: message.into() }
}

fn check_change(field: &Field, change: &FieldChange) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(label) = &change.label {
        if !field.custom {
            errors.push(wrong("label", "read_only", "a shipped field keeps its label"));
        } else if label.trim().is_empty() || label.chars().count() > 255 {
            errors.push(wrong("label", "length", "give 1 to 255 characters"));
        }
    }
    if let Some(choices) = &change.choices {
        if field.ty != FieldType::Choice {
            errors.push(wrong("choices", "type", "only a choice field has choices"));
        } else if field.fixed_choices {
            errors.push(wrong("choices", "read_only", "these choices are part of the product"));
        } else {
            errors.extend(check_choices(choices));
        }
    }
    errors
}

/// What is wrong with a list of choices.
pub(crate) fn check_choices(choices: &[(String, String)]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if choices.is_empty() {
        errors.push(wrong("choices", "required", "a choice field needs at least one choice"));
    }
    for (place, (code, label)) in choices.iter().enumerate() {
        let fits = |text: &str| {
            let length = text.chars().count();
            (1..=255).contains(&length)
                && text.trim() == text
                && !text.chars().any(char::is_control)
        };
        for (name, text) in [("code", code), ("label", label)] {
            if !fits(text) {
                let field = format!("choices[{place}].{name}");
                errors.push(wrong(field, "length", "give one line of 1 to 255 characters"));
            }
        }
        if choices[..place].iter().any(|(earlier, _)| earlier == code) {
            errors.push(wrong(format!("choices[{place}].code"), "unique", "is given twice"));
        }
    }
    errors
}
