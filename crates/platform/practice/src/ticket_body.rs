//! What requests say about a ticket: the fields that every kind takes in the same
//! words. A kind without one of them refuses it by name, as an unknown field.

use std::collections::BTreeMap;

use serde::Deserialize;
use steward_api::Patch;
use utoipa::ToSchema;

/// A new {one}.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "short_description": "VPN drops every 20 minutes from Gothenburg",
    "description": "It drops while the audit call is on.", "impact": 2, "urgency": 1
}))]
pub struct NewTicket {
    /// One line of 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub short_description: String,
    /// The whole story.
    #[serde(default)]
    pub description: Option<String>,
    /// Who has the trouble: id, login, e-mail or name; you, when left out.
    #[serde(default)]
    pub caller: Option<String>,
    /// 1 (widest) to 3; 3 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3)]
    pub impact: Option<i64>,
    /// 1 (most urgent) to 3; 3 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3)]
    pub urgency: Option<i64>,
    /// How it reached us.
    #[serde(default)]
    pub contact_type: Option<String>,
    /// Category, by code or label.
    #[serde(default)]
    pub category: Option<String>,
    /// Subcategory, by code or label.
    #[serde(default)]
    pub subcategory: Option<String>,
    /// Team: id or name.
    #[serde(default)]
    pub assignment_group: Option<String>,
    /// Person: id, login, e-mail or name.
    #[serde(default)]
    pub assigned_to: Option<String>,
    /// Service: id or name.
    #[serde(default)]
    pub service: Option<String>,
    /// Service offering: id or name.
    #[serde(default)]
    pub service_offering: Option<String>,
    /// Configuration item: id or name.
    #[serde(default)]
    pub configuration_item: Option<String>,
    /// Location: id or name.
    #[serde(default)]
    pub location: Option<String>,
    /// Whom it is for, when that is not the caller: id, login, e-mail or name.
    #[serde(default)]
    pub requested_for: Option<String>,
    /// The ticket this is part of, by number or id.
    #[serde(default)]
    pub parent: Option<String>,
    /// The priority set by hand.
    #[serde(default)]
    pub priority_override: Option<PriorityOverride>,
    /// Values of custom fields.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub custom: Option<BTreeMap<String, serde_json::Value>>,
}

/// The priority set by hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorityOverride {
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    pub priority: i64,
    /// Why, 1 to 4000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// A merge patch of the priority set by hand: over one that stands, either part
/// alone will do.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorityOverridePatch {
    /// 1 to 5.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 1, maximum = 5)]
    pub priority: Patch<i64>,
    /// Why, 1 to 4000 characters.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    pub reason: Patch<String>,
}

impl From<PriorityOverride> for PriorityOverridePatch {
    fn from(whole: PriorityOverride) -> PriorityOverridePatch {
        let PriorityOverride { priority, reason } = whole;
        PriorityOverridePatch { priority: Patch::Set(priority), reason: Patch::Set(reason) }
    }
}

/// A merge patch: fields left out stay, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"urgency": 1, "category": null}))]
pub struct TicketPatch {
    /// One line of 1 to 255 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub short_description: Patch<String>,
    /// The whole story.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub description: Patch<String>,
    /// Who has the trouble.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub caller: Patch<String>,
    /// 1 (widest) to 3.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3)]
    pub impact: Patch<i64>,
    /// 1 (most urgent) to 3.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3)]
    pub urgency: Patch<i64>,
    /// The priority set by hand; `null` goes back to the matrix.
    #[serde(default)]
    #[schema(value_type = Option<PriorityOverridePatch>)]
    pub priority_override: Patch<PriorityOverridePatch>,
    /// How it reached us.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub contact_type: Patch<String>,
    /// Category, by code or label.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub category: Patch<String>,
    /// Subcategory, by code or label.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub subcategory: Patch<String>,
    /// Team: id or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub assignment_group: Patch<String>,
    /// Person: id, login, e-mail or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub assigned_to: Patch<String>,
    /// Service: id or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub service: Patch<String>,
    /// Service offering: id or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub service_offering: Patch<String>,
    /// Configuration item: id or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub configuration_item: Patch<String>,
    /// Location: id or name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub location: Patch<String>,
    /// The ticket this is part of, by number or id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub parent: Patch<String>,
    /// Whom it is for, when that is not the caller.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub requested_for: Patch<String>,
    /// Values of custom fields; `null` empties one, and in place of them all
    /// every one that you may read.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub custom: Patch<BTreeMap<String, serde_json::Value>>,
}

impl NewTicket {
    /// The same as the patch that fills a blank ticket; but for the line it goes
    /// by and the caller, which are decided before there is one.
    pub(crate) fn as_patch(&self) -> TicketPatch {
        fn set<T: Clone>(value: &Option<T>) -> Patch<T> {
            value.clone().map_or(Patch::Keep, Patch::Set)
        }
        TicketPatch {
            short_description: Patch::Keep,
            description: set(&self.description),
            caller: Patch::Keep,
            impact: set(&self.impact),
            urgency: set(&self.urgency),
            priority_override: set(&self.priority_override.clone().map(Into::into)),
            contact_type: set(&self.contact_type),
            category: set(&self.category),
            subcategory: set(&self.subcategory),
            assignment_group: set(&self.assignment_group),
            assigned_to: set(&self.assigned_to),
            service: set(&self.service),
            service_offering: set(&self.service_offering),
            configuration_item: set(&self.configuration_item),
            location: set(&self.location),
            parent: set(&self.parent),
            requested_for: set(&self.requested_for),
            custom: set(&self.custom),
        }
    }
}
