//! Who may do what with people and with what they work with.

use super::{KindRules, group, rule};
use crate::actor::Role::{Agent, Auditor, IncidentManager, Requester};
use crate::permission::Scope::{Organisation, Own};

/// People.
pub const PERSON: KindRules = KindRules {
    kind: "person",
    actions: &["read", "create", "update", "disable", "erase", "reset_password"],
    rules: &[
        rule(Requester, Own, &["read"]),
        rule(Agent, Organisation, &["read", "create"]),
        rule(IncidentManager, Organisation, &["read", "create"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[group("public", "read", "update")],
};

/// Teams.
pub const TEAM: KindRules = KindRules {
    kind: "team",
    actions: &["read", "read_name", "create", "update"],
    rules: &[
        rule(Requester, Organisation, &["read_name"]),
        rule(Agent, Organisation, &["read", "read_name"]),
        rule(IncidentManager, Organisation, &["read", "read_name", "update"]),
        rule(Auditor, Organisation, &["read", "read_name"]),
    ],
    groups: &[],
};

/// Organisations.
pub const ORGANISATION: KindRules = KindRules {
    kind: "organisation",
    actions: &["read", "create", "update"],
    rules: &[
        rule(Requester, Own, &["read"]),
        rule(Agent, Organisation, &["read"]),
        rule(IncidentManager, Organisation, &["read"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};

/// Services.
pub const SERVICE: KindRules = KindRules {
    kind: "service",
    actions: &["read", "create", "update"],
    rules: &[
        rule(Requester, Organisation, &["read"]),
        rule(Agent, Organisation, &["read"]),
        rule(IncidentManager, Organisation, &["read", "create", "update"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};

/// Service offerings.
pub const SERVICE_OFFERING: KindRules = KindRules {
    kind: "service_offering",
    actions: &["read", "create", "update"],
    rules: &[
        rule(Requester, Organisation, &["read"]),
        rule(Agent, Organisation, &["read"]),
        rule(IncidentManager, Organisation, &["read", "create", "update"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};

/// Configuration items.
pub const CONFIGURATION_ITEM: KindRules = KindRules {
    kind: "configuration_item",
    actions: &["read", "create", "update"],
    rules: &[
        rule(Requester, Own, &["read"]),
        rule(Agent, Organisation, &["read"]),
        rule(IncidentManager, Organisation, &["read"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};

/// Locations.
pub const LOCATION: KindRules = KindRules {
    kind: "location",
    actions: &["read", "create", "update"],
    rules: &[
        rule(Requester, Organisation, &["read"]),
        rule(Agent, Organisation, &["read"]),
        rule(IncidentManager, Organisation, &["read"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};
