//! The matrix as it is shown: made by asking the function that decides, so
//! that no screen can tell another story.

use serde::Serialize;
use steward_base::Uuid;
use utoipa::ToSchema;

use crate::actor::{Actor, Grant, Role};
use crate::permission::{ACTIONS, Target, allowed, field_groups};

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatrixRow {
    /// Who.
    pub role: Role,
    /// On which kind of record.
    pub kind: &'static str,
    /// May do what.
    pub action: &'static str,
    /// On which of them: `none`, `caller`, `own`, `team`, or `organisation` (all of the
    /// organisation the role is held for; of every one when held for all).
    pub scope: &'static str,
}

/// Who reads and writes a group of fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldGroupRow {
    /// The group.
    pub group: &'static str,
    /// Of which kind of record.
    pub kind: &'static str,
    /// Who.
    pub role: Role,
    /// Whether the role reads it (on records it reaches).
    pub read: bool,
    /// Whether the role writes it.
    pub write: bool,
}

/// The whole matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PermissionsView {
    /// All roles.
    pub roles: Vec<Role>,
    /// All kinds of records.
    pub kinds: Vec<&'static str>,
    /// All cells.
    pub rows: Vec<MatrixRow>,
    /// All field groups, for each role.
    pub field_groups: Vec<FieldGroupRow>,
}

/// How far a role's action reaches: `none`, `caller`, `own`, `team` or `organisation`.
pub fn reach(role: Role, kind: &str, action: &str) -> &'static str {
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
    for (kind, actions) in ACTIONS {
        for action in *actions {
            rows.extend(Role::ALL.map(|role| {
                let scope = reach(role, kind, action);
                MatrixRow { role, kind, action, scope }
            }));
        }
    }
    let may = |role, kind, action| reach(role, kind, action) != "none";
    let groups = field_groups().iter().flat_map(|g| {
        Role::ALL.map(|role| FieldGroupRow {
            group: g.group,
            kind: g.kind,
            role,
            read: may(role, g.kind, g.read),
            write: may(role, g.kind, g.write),
        })
    });
    PermissionsView {
        roles: Role::ALL.to_vec(),
        kinds: ACTIONS.iter().map(|(kind, _)| *kind).collect(),
        field_groups: groups.collect(),
        rows,
    }
}
