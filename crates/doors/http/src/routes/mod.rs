//! Routes that belong to no practice, one file for each subject.

mod audit;
mod automation;
mod automation_runs;
mod directory;
mod fields;
mod grants;
mod items;
mod me;
mod mentions;
mod notifications;
mod organisations;
mod people;
mod permissions;
mod person_actions;
mod search;
mod session;
mod teams;
mod timers;
mod webhooks;

use steward_api::App;
use utoipa_axum::router::OpenApiRouter;

use crate::Door;

/// All of them, without the prefix `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(me::routes())
        .merge(notifications::routes())
        .merge(people::routes())
        .merge(person_actions::routes())
        .merge(teams::routes())
        .merge(organisations::routes())
        .merge(items::routes())
        .merge(grants::routes())
        .merge(permissions::routes())
        .merge(fields::routes())
        .merge(search::routes())
        .merge(automation::routes())
        .merge(automation_runs::routes())
        .merge(webhooks::routes())
        .merge(mentions::routes())
        .merge(audit::routes())
        .merge(timers::routes())
}

/// Whether browsers reach us over TLS.
fn over_tls(app: &App) -> bool {
    app.settings().public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}
