//! The terms of closing and reopening, as data.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{Caller, IfMatch, Json, Problem, Reply, check_version, content_version};
use steward_base::{Error, Result};
use steward_fields::Registries;
use steward_practice::settings::{check_manage, write_setting};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::fields::{KIND, Settings};

pub(crate) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(incident_settings, set_incident_settings))
}

/// What is decided about all incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"auto_close_days": 7, "reopen_days": 14}))]
struct IncidentSettings {
    /// Days after which a resolved incident closes by itself, 0 to 365; 0 is never.
    #[schema(minimum = 0, maximum = 365)]
    auto_close_days: i64,
    /// Days after closing in which it may be reopened, 0 to 3650.
    #[schema(minimum = 0, maximum = 3650)]
    reopen_days: i64,
}

impl IncidentSettings {
    fn of(settings: &Settings) -> IncidentSettings {
        IncidentSettings {
            auto_close_days: settings.auto_close_days,
            reopen_days: settings.reopen_days,
        }
    }

    fn check(&self) -> Result<()> {
        if !(0..=365).contains(&self.auto_close_days) {
            return Err(Error::invalid("auto_close_days", "range", "is 0 to 365"));
        }
        if !(0..=3650).contains(&self.reopen_days) {
            return Err(Error::invalid("reopen_days", "range", "is 0 to 3650"));
        }
        Ok(())
    }
}

/// When incidents close by themselves, and how long they may be reopened
#[utoipa::path(
    get, path = "/incident-settings", tag = "incidents",
    responses((status = 200, description = "The settings", body = IncidentSettings))
)]
async fn incident_settings(caller: Caller) -> Result<Response, Problem> {
    let registries = caller.app().service::<Registries>();
    let settings = caller.read(move |tx, _| Ok(Settings::of(&*registries.get(tx, KIND)?))).await?;
    let shown = IncidentSettings::of(&settings);
    let version = content_version(&shown)?;
    Ok(Reply::ok(shown).with_version(version).into_response())
}

/// Change these settings
///
/// An incident closes by itself as many days after it was resolved as the setting said then. When that day comes, the
/// setting of that day is asked too: with more days it waits on, with 0 it stays resolved. So fewer days count for what is
/// resolved from now on, and what was resolved while it was 0 never closes by itself. Reopening counts the days of the
/// moment it is asked, also for what was closed before.
#[utoipa::path(
    put, path = "/incident-settings", tag = "incidents", request_body = IncidentSettings,
    params(("If-Match" = String, Header, description = "The ETag you read")),
    responses((status = 200, description = "The settings", body = IncidentSettings))
)]
async fn set_incident_settings(
    caller: Caller,
    if_match: IfMatch,
    Json(body): Json<IncidentSettings>,
) -> Result<Response, Problem> {
    body.check()?;
    let registries = caller.app().service::<Registries>();
    caller
        .write(move |tx, call| {
            check_manage(call, KIND)?;
            let before = IncidentSettings::of(&Settings::of(&*registries.get(tx, KIND)?));
            check_version(if_match.required()?, content_version(&before)?)?;
            for (name, was, value) in [
                ("auto_close_days", before.auto_close_days, body.auto_close_days),
                ("reopen_days", before.reopen_days, body.reopen_days),
            ] {
                if was != value {
                    write_setting(tx, call, KIND, name, was.into(), value.into())?;
                }
            }
            Ok(Reply::ok(body.clone()).with_version(content_version(&body)?))
        })
        .await
}
