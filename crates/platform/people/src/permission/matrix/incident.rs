//! Who may do what with incidents.

use super::{Action, KindRules, group, rule};
use crate::actor::Role::{Agent, Auditor, IncidentManager, Requester};
use crate::permission::Scope::{Caller, Organisation, Own};

/// What those do who work on incidents.
const WORK: &[Action] = &[
    "read",
    "create",
    "create_for_others",
    "update",
    "assign",
    "hold",
    "resume",
    "resolve",
    "close",
    "reopen",
    "cancel",
    "comment",
    "read_work_notes",
    "write_work_notes",
    "attach",
    "watch",
    "relate",
    "duplicate",
    "work-time",
    "override_priority",
    "retract_own",
    "export",
];

/// Incidents.
pub const INCIDENT: KindRules = KindRules {
    kind: "incident",
    actions: &[
        "read",
        "create",
        "create_for_others",
        "update",
        "assign",
        "hold",
        "resume",
        "resolve",
        "close",
        "reopen",
        "cancel",
        "comment",
        "read_work_notes",
        "write_work_notes",
        "attach",
        "watch",
        "relate",
        "duplicate",
        "work-time",
        "override_priority",
        "retract_own",
        "retract",
        "correct",
        "export",
        "manage_matrix",
        "redact",
    ],
    rules: &[
        rule(Requester, Own, &["read", "create", "comment", "attach", "watch"]),
        rule(Requester, Caller, &["close", "reopen", "cancel"]),
        rule(Agent, Organisation, WORK),
        rule(IncidentManager, Organisation, WORK),
        rule(IncidentManager, Organisation, &["retract", "correct", "manage_matrix"]),
        rule(Auditor, Organisation, &["read", "read_work_notes", "export"]),
    ],
    groups: &[
        group("public", "read", "update"),
        group("internal", "read_work_notes", "update"),
        group("system", "read", "never"),
    ],
};
