//! The permission matrix, made by asking what decides.

use steward_api::{Caller, Json, Problem};
use steward_base::{Error, Result};
use steward_people::{PermissionsView, refusal, visibility};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(permissions))
}

/// The permission matrix
#[utoipa::path(
    get, path = "/permissions", tag = "permissions",
    responses((status = 200, description = "The matrix as enforced", body = PermissionsView))
)]
async fn permissions(caller: Caller) -> Result<Json<PermissionsView>, Problem> {
    let actor = &caller.call.actor;
    if visibility(actor, "permission", "read").is_none() {
        return Err(Error::Forbidden(refusal(actor, "permission", "read")).into());
    }
    Ok(Json(steward_people::permissions()))
}
