//! Routes of incidents. Each file is one idea: its requests, its answers, its
//! handlers. The parts every ticket has (journal, history, files...) are the
//! platform's.

mod actions;
mod incidents;
mod settings;

use steward_fields::Registries;
use utoipa_axum::router::OpenApiRouter;

/// The routes that only incidents have.
pub(crate) fn routes() -> OpenApiRouter {
    incidents::routes().merge(actions::routes()).merge(settings::routes())
}

/// The registries of fields, put in by the composition root.
fn registries(app: &steward_api::App) -> std::sync::Arc<Registries> {
    app.service::<Registries>()
}
