//! Routes of incidents. Each file is one idea: its requests, its answers, its
//! handlers. The parts every ticket has (journal, history, files...) are the
//! platform's.

mod actions;
mod incidents;
mod settings;

use steward_fields::Registries;
use utoipa_axum::router::OpenApiRouter;

use crate::practice::PRACTICE;

/// All routes of incidents, for any state: handlers reach what they need
/// through the caller.
pub fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new()
        .merge(incidents::routes())
        .merge(actions::routes())
        .merge(settings::routes())
        .merge(steward_practice::api::routes(&PRACTICE))
}

/// The registries of fields, put in by the composition root.
fn registries(app: &steward_api::App) -> std::sync::Arc<Registries> {
    app.service::<Registries>()
}
