//! Actions of the life cycle, one path each.

use axum::response::Response;
use steward_api::{Caller, IfMatch, Json, Path, Problem, Reply};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::incidents::shown;
use super::registries;
use crate::body::{Assign, Cancel, Duplicate, Hold, Nothing, Reopen, Resolve, WorkTime};
use crate::commands::{Action, act};
use crate::view::IncidentView;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(assign))
        .routes(routes!(hold))
        .routes(routes!(resume))
        .routes(routes!(resolve))
        .routes(routes!(close))
        .routes(routes!(reopen))
        .routes(routes!(cancel))
        .routes(routes!(duplicate))
        .routes(routes!(unmerge))
        .routes(routes!(work_time))
}

async fn run(
    caller: Caller,
    number: String,
    version: IfMatch,
    action: Action,
) -> Result<Response, Problem> {
    let registries = registries(caller.app());
    let expected = version.optional();
    caller
        .write(move |tx, call| {
            let ticket = act(tx, call, &registries, &number, expected, &action)?;
            let version = ticket.head.version;
            Ok(Reply::ok(shown(tx, call, &registries, ticket)?).with_version(version))
        })
        .await
}

macro_rules! action {
    ($name:ident, $id:literal, $path:literal, $title:literal, $body:ty, $make:expr) => {
        #[doc = $title]
        #[utoipa::path(
            post, path = $path, tag = "incidents", operation_id = $id, request_body = $body,
            params(("number" = String, Path, description = "Number or id")),
            responses((status = 200, description = "The incident afterwards", body = IncidentView))
        )]
        async fn $name(
            caller: Caller,
            Path(number): Path<String>,
            version: IfMatch,
            Json(body): Json<$body>,
        ) -> Result<Response, Problem> {
            let make: fn($body) -> Action = $make;
            run(caller, number, version, make(body)).await
        }
    };
}

action!(
    assign,
    "assign_incident",
    "/incidents/{number}/assign",
    "Give it to a team, a person or both",
    Assign,
    Action::Assign
);
action!(hold, "hold_incident", "/incidents/{number}/hold", "Put it on hold", Hold, Action::Hold);
action!(
    resume,
    "resume_incident",
    "/incidents/{number}/resume",
    "Take it off hold",
    Nothing,
    |_| Action::Resume
);
action!(
    resolve,
    "resolve_incident",
    "/incidents/{number}/resolve",
    "Resolve it",
    Resolve,
    Action::Resolve
);
action!(
    close,
    "close_incident",
    "/incidents/{number}/close",
    "Confirm the solution",
    Nothing,
    |_| Action::Close
);
action!(
    reopen,
    "reopen_incident",
    "/incidents/{number}/reopen",
    "Take it up again",
    Reopen,
    Action::Reopen
);
action!(
    cancel,
    "cancel_incident",
    "/incidents/{number}/cancel",
    "End it without a solution",
    Cancel,
    Action::Cancel
);
action!(
    duplicate,
    "duplicate_incident",
    "/incidents/{number}/duplicate",
    "Mark it as a duplicate",
    Duplicate,
    Action::Duplicate
);
action!(
    unmerge,
    "unmerge_incident",
    "/incidents/{number}/unmerge",
    "Take a duplicate apart again",
    Nothing,
    |_| { Action::Unmerge }
);
action!(
    work_time,
    "record_incident_time",
    "/incidents/{number}/work-time",
    "Record time worked",
    WorkTime,
    Action::WorkTime
);
