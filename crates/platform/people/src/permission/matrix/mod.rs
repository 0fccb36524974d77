//! The table itself, a file for each practice and one for what all share. A new
//! practice adds its file and its line in [`KINDS`].

mod incident;
mod people;
mod system;

use super::{Action, Scope};
use crate::actor::Role;

/// What is allowed on one kind of record.
#[derive(Debug, Clone, Copy)]
pub struct KindRules {
    /// The kind.
    pub kind: &'static str,
    /// Every action there is on it: what the administrator may do everywhere the
    /// grant reaches, and the lines of the printed matrix.
    pub actions: &'static [Action],
    /// What others may do.
    pub rules: &'static [Rule],
    /// Its groups of fields.
    pub groups: &'static [FieldGroup],
}

/// One line of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Who.
    pub role: Role,
    /// On which records of the kind.
    pub scope: Scope,
    /// May do these.
    pub actions: &'static [Action],
}

/// Fields that are read and written together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct FieldGroup {
    /// `public`, `internal` or `system` (read like public, never written).
    pub group: &'static str,
    /// The action that lets one read the group.
    pub read: Action,
    /// The action that lets one write the group.
    pub write: Action,
}

/// Everything anybody may do, by kind of record.
pub const KINDS: &[&KindRules] = &[
    &incident::INCIDENT,
    &people::PERSON,
    &people::TEAM,
    &people::ORGANISATION,
    &people::SERVICE,
    &people::SERVICE_OFFERING,
    &people::CONFIGURATION_ITEM,
    &people::LOCATION,
    &system::PERMISSION,
    &system::GRANT,
    &system::AUTOMATION_RULE,
    &system::WEBHOOK,
    &system::FIELD,
    &system::AUDIT,
    &system::TIMER,
];

const fn rule(role: Role, scope: Scope, actions: &'static [Action]) -> Rule {
    Rule { role, scope, actions }
}

const fn group(group: &'static str, read: Action, write: Action) -> FieldGroup {
    FieldGroup { group, read, write }
}
