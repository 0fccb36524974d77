//! What can be wrong with a condition, and where.

use serde::Serialize;

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The text cannot be read (400).
    Syntax,
    /// A field that does not exist for this reader (400).
    UnknownField,
    /// A value that the field's type does not take (400).
    BadValue,
    /// Readable, but not something this field or list can be asked (422).
    NotAllowed,
}

/// An error of a condition; it points at the character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct ConditionError {
    /// The kind of mistake.
    pub kind: ErrorKind,
    /// Offset in characters (not bytes) from the start, 0-based.
    pub position: usize,
    /// One sentence for a person.
    pub message: String,
    /// The nearest name or value that would be right, when there is one.
    pub suggestion: Option<String>,
}

impl ConditionError {
    pub(crate) fn new(kind: ErrorKind, position: usize, message: impl Into<String>) -> Self {
        ConditionError { kind, position, message: message.into(), suggestion: None }
    }

    pub(crate) fn syntax(position: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Syntax, position, message)
    }

    pub(crate) fn bad_value(position: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadValue, position, message)
    }

    pub(crate) fn not_allowed(position: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotAllowed, position, message)
    }

    /// Offers the nearest of `names` to `wrong`, if one is near enough.
    pub(crate) fn offering<'n>(
        mut self,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        self.suggestion = nearest(wrong, names).map(str::to_owned);
        self
    }

    /// The error of the house for the request part `parameter` (such as `q`):
    /// 422 for what is not allowed, 400 for the rest.
    pub fn into_error(self, parameter: &str) -> steward_base::Error {
        let offer = match &self.suggestion {
            Some(name) => format!("; did you mean “{name}”?"),
            None => String::new(),
        };
        let message = format!("{} (at character {}){offer}", self.message, self.position + 1);
        match self.kind {
            ErrorKind::Syntax => steward_base::Error::malformed(parameter, "syntax", message),
            ErrorKind::UnknownField => {
                steward_base::Error::malformed(parameter, "unknown_field", message)
            }
            ErrorKind::BadValue => steward_base::Error::malformed(parameter, "value", message),
            ErrorKind::NotAllowed => {
                steward_base::Error::invalid(parameter, "not_allowed", message)
            }
        }
    }
}

/// The name nearest to `wrong`: a third of its letters may differ, or it is the
/// beginning of exactly one name.
fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let folded: String = steward_base::text::fold(wrong).chars().take(64).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let close = names
        .iter()
        .map(|name| {
            let key = steward_base::text::fold(name);
            (strsim::damerau_levenshtein(&folded, &key), *name)
        })
        .min()
        .filter(|(distance, _)| *distance <= (folded.chars().count() / 3).max(1));
    if let Some((_, name)) = close {
        return Some(name);
    }
    let mut starting = names.iter().filter(|name| name.starts_with(&folded));
    match (folded.is_empty(), starting.next(), starting.next()) {
        (false, Some(name), None) => Some(name),
        _ => None,
    }
}
