//! The matrix as it is shown: made by asking the function that decides, so
//! that no screen can tell another story.

use serde::Serialize;
use steward_base::Uuid;
use utoipa::ToSchema;

use crate::actor::{Actor, Grant, Role};
use crate::permission::{KINDS, Target, allowed, field_groups, has_action};

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Permissions)]
pub struct PermissionsView {
    /// Every role.
    pub roles: Vec<&'static str>,
    /// Every kind of record.
    pub kinds: Vec<&'static str>,
    /// One row for each role, kind and action.
    pub rows: Vec<MatrixRow>,
    /// Fields that are read and written together, by role.
    pub field_groups: Vec<FieldGroupRow>,
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatrixRow {
    /// Who.
    pub role: &'static str,
    /// On which kind of record.
    pub kind: &'static str,
    /// May do what.
    pub action: &'static str,
    /// `none`, `caller` (called, asked for or opened), `own` (watched too),
    /// `team`, `organisation` (all of the organisation the role is held for) or
    /// `all` (everything the grant reaches).
    pub scope: &'static str,
}

/// What a role may do with a group of fields, on records it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldGroupRow {
    /// The group.
    pub group: &'static str,
    /// Of which kind of record.
    pub kind: &'static str,
    /// Who.
    pub role: &'static str,
    /// Whether the role reads it.
    pub read: bool,
    /// Whether the role writes it.
    pub write: bool,
}

/// How far a role's action reaches: `none`, `caller`, `own`, `team`, `organisation`,
/// or `all` for the administrator.
pub fn reach(role: Role, kind: &str, action: &str) -> &'static str {
    if role == Role::Administrator {
        return if has_action(kind, action) { "all" } else { "none" };
    }
    let organisation = Uuid::max();
    let somebody = Actor {
        id: Uuid::nil(),
        login: String::new(),
        name: String::new(),
        organisation,
        teams: Vec::new(),
        grants: vec![Grant { role, organisation: Some(organisation) }],
        zone: String::new(),
        read_only: false,
    };
    let nothing = Target { organisation, called: false, own: false, team: false };
    let steps = [
        ("organisation", nothing),
        ("team", Target { team: true, ..nothing }),
        ("own", Target { own: true, ..nothing }),
        ("caller", Target { called: true, ..nothing }),
    ];
    let fits = |(_, target): &&(&str, Target)| allowed(&somebody, kind, action, target);
    steps.iter().find(fits).map_or("none", |(scope, _)| *scope)
}

/// The whole matrix as enforced.
pub fn permissions() -> PermissionsView {
    let mut rows = Vec::new();
    for role in Role::ALL {
        for rules in KINDS {
            rows.extend(rules.actions.iter().map(|action| MatrixRow {
                role: role.as_str(),
                kind: rules.kind,
                action,
                scope: reach(role, rules.kind, action),
            }));
        }
    }
    let may = |role, kind, action| reach(role, kind, action) != "none";
    let groups = field_groups().flat_map(|(kind, g)| {
        Role::ALL.map(|role| FieldGroupRow {
            group: g.group,
            kind,
            role: role.as_str(),
            read: may(role, kind, g.read),
            write: may(role, kind, g.write),
        })
    });
    PermissionsView {
        roles: Role::ALL.iter().map(|role| role.as_str()).collect(),
        kinds: KINDS.iter().map(|rules| rules.kind).collect(),
        field_groups: groups.collect(),
        rows,
    }
}
