//! What requests say with the actions that every kind of ticket may have.

use serde::Deserialize;
use steward_api::Patch;
use utoipa::ToSchema;

/// Who gets it. `null` takes it away.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"assignment_group": "Network", "assigned_to": "ben"}))]
pub struct Assign {
    /// Team: id or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub assignment_group: Patch<String>,
    /// Person: id, login, e-mail or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub assigned_to: Patch<String>,
}

/// Why it waits, until when, or both.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on_hold_reason": "awaiting_caller", "until": "2026-12-01T08:00:00.000Z"}))]
pub struct Hold {
    /// Code or label of the reason; may be left out where `until` is given.
    #[serde(default)]
    pub on_hold_reason: Option<String>,
    /// When it stops waiting by itself: a time, or a day like 2027-01-05, which
    /// is its beginning in your own time zone.
    #[serde(default)]
    pub until: Option<String>,
    /// A comment to the caller that goes with it.
    #[serde(default)]
    pub comment: Option<String>,
}

/// How it was solved.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"close_code": "solved", "close_notes": "Rekey timer set back to 28800 s."}))]
pub struct Resolve {
    /// Code or label of how it ended.
    pub close_code: String,
    /// What was done.
    pub close_notes: String,
}

/// Why it ends without a resolution.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The printer was only switched off."}))]
pub struct Cancel {
    /// The reason.
    pub reason: String,
}

/// Time worked.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"minutes": 25}))]
pub struct WorkTime {
    /// Minutes, 1 to 1440; below 0 takes away what was recorded by mistake, at
    /// most what is recorded.
    #[schema(maximum = 1440)]
    pub minutes: i64,
    /// A work note that goes with it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Nothing further.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
