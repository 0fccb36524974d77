//! The permission matrix, made from the table that is enforced.

use serde::Serialize;
use steward_api::{Caller, Json, Problem};
use steward_base::{Error, Result};
use steward_people::{ACTIONS, MATRIX, Role, Scope, field_groups, refusal, visibility};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(permissions))
}

/// Who may do what.
#[derive(Debug, Serialize, ToSchema)]
struct Permissions {
    /// Every role.
    roles: Vec<&'static str>,
    /// Every kind of record.
    kinds: Vec<&'static str>,
    /// One row for each role, kind and action.
    rows: Vec<MatrixRow>,
    /// Fields that are read and written together, by role.
    field_groups: Vec<FieldGroupRow>,
}

/// One cell of the matrix.
#[derive(Debug, Serialize, ToSchema)]
struct MatrixRow {
    role: &'static str,
    kind: &'static str,
    action: &'static str,
    /// `none`, `caller` (called, asked for or opened), `own` (watched too),
    /// `team`, `organisation` (all of the organisation the role is held for) or
    /// `all` (everything the grant reaches).
    scope: &'static str,
}

/// What a role may do with a group of fields.
#[derive(Debug, Serialize, ToSchema)]
struct FieldGroupRow {
    group: &'static str,
    kind: &'static str,
    role: &'static str,
    read: bool,
    write: bool,
}

/// The permission matrix
#[utoipa::path(
    get, path = "/permissions", tag = "permissions",
    responses((status = 200, description = "The matrix as enforced", body = Permissions))
)]
async fn permissions(caller: Caller) -> Result<Json<Permissions>, Problem> {
    let actor = &caller.call.actor;
    if visibility(actor, "permission", "read").is_none() {
        return Err(Error::Forbidden(refusal(actor, "permission", "read")).into());
    }
    Ok(Json(Permissions {
        roles: Role::ALL.iter().map(|r| r.as_str()).collect(),
        kinds: ACTIONS.iter().map(|(kind, _)| *kind).collect(),
        rows: rows(),
        field_groups: group_rows(),
    }))
}

fn rows() -> Vec<MatrixRow> {
    let mut rows = Vec::new();
    for role in Role::ALL {
        for (kind, actions) in ACTIONS {
            for action in *actions {
                let scope = scope(role, kind, action);
                rows.push(MatrixRow { role: role.as_str(), kind, action, scope });
            }
        }
    }
    rows
}

fn scope(role: Role, kind: &str, action: &str) -> &'static str {
    if role == Role::Administrator {
        return "all";
    }
    let rule =
        MATRIX.iter().find(|r| r.role == role && r.kind == kind && r.actions.contains(&action));
    match rule.map(|r| r.scope) {
        None => "none",
        Some(Scope::Caller) => "caller",
        Some(Scope::Own) => "own",
        Some(Scope::Team) => "team",
        Some(Scope::Organisation) => "organisation",
    }
}

fn group_rows() -> Vec<FieldGroupRow> {
    let mut rows = Vec::new();
    for group in field_groups() {
        for role in Role::ALL {
            let may = |action: &str| {
                let known = ACTIONS.iter().any(|(k, a)| *k == group.kind && a.contains(&action));
                known && scope(role, group.kind, action) != "none"
            };
            rows.push(FieldGroupRow {
                group: group.group,
                kind: group.kind,
                role: role.as_str(),
                read: may(group.read),
                write: may(group.write),
            });
        }
    }
    rows
}
