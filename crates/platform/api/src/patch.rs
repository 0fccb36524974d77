//! A field of a merge patch: left out, emptied, or set.

use serde::{Deserialize, Deserializer};

/// What a merge patch says about one field. Give the field
/// `#[serde(default)]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field stays as it is.
    #[default]
    Keep,
    /// The field is emptied (`null`).
    Clear,
    /// The field gets this value.
    Set(T),
}

impl<T> Patch<T> {
    /// The value the field has afterwards, given what it has now.
    pub fn over(self, current: Option<T>) -> Option<T> {
        match self {
            Patch::Keep => current,
            Patch::Clear => None,
            Patch::Set(value) => Some(value),
        }
    }

    /// Whether the field is not mentioned.
    pub fn is_keep(&self) -> bool {
        matches!(self, Patch::Keep)
    }

    /// `None` for a field left out, `Some(None)` for an emptied one.
    pub fn as_option(self) -> Option<Option<T>> {
        match self {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(value) => Some(Some(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Patch<T>, D::Error> {
        Ok(Option::<T>::deserialize(from)?.map_or(Patch::Clear, Patch::Set))
    }
}
