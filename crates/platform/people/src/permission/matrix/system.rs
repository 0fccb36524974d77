//! Who may do what with the system itself.

use super::{KindRules, rule};
use crate::actor::Role::{Agent, Auditor, IncidentManager};
use crate::permission::Scope::Organisation;

/// The matrix itself.
pub const PERMISSION: KindRules = KindRules {
    kind: "permission",
    actions: &["read"],
    rules: &[
        rule(Agent, Organisation, &["read"]),
        rule(IncidentManager, Organisation, &["read"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};

/// Roles that people hold.
pub const GRANT: KindRules = KindRules {
    kind: "grant",
    actions: &["read", "create", "delete"],
    rules: &[rule(Auditor, Organisation, &["read"])],
    groups: &[],
};

/// Rules of the automation.
pub const AUTOMATION_RULE: KindRules = KindRules {
    kind: "automation_rule",
    actions: &["read", "create", "update", "delete", "try"],
    rules: &[
        rule(IncidentManager, Organisation, &["read", "create", "update", "delete", "try"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};

/// Webhooks.
pub const WEBHOOK: KindRules = KindRules {
    kind: "webhook",
    actions: &["read", "create", "update", "delete", "redeliver"],
    rules: &[rule(Auditor, Organisation, &["read"])],
    groups: &[],
};

/// Fields of one's own.
pub const FIELD: KindRules = KindRules {
    kind: "field",
    actions: &["read", "create", "update", "delete"],
    rules: &[
        rule(Agent, Organisation, &["read"]),
        rule(IncidentManager, Organisation, &["read"]),
        rule(Auditor, Organisation, &["read"]),
    ],
    groups: &[],
};

/// Seals and what auditors read.
pub const AUDIT: KindRules = KindRules {
    kind: "audit",
    actions: &["read"],
    rules: &[rule(Auditor, Organisation, &["read"])],
    groups: &[],
};

/// Timers.
pub const TIMER: KindRules =
    KindRules { kind: "timer", actions: &["read", "retry"], rules: &[], groups: &[] };
