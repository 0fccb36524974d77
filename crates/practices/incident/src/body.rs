//! What requests say with the actions that only incidents have.

use serde::Deserialize;
use utoipa::ToSchema;

/// Why it comes back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"comment": "It drops again."}))]
pub struct Reopen {
    /// A comment that says what is still wrong.
    pub comment: String,
}

/// What it repeats.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"of": "INC0001042"}))]
pub struct Duplicate {
    /// Number or id of the incident it repeats.
    pub of: String,
}
