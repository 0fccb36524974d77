//! Routes of incidents. Each file is one idea: its requests, its answers, its
//! handlers.

mod actions;
mod attachments;
mod csv;
mod history;
mod incidents;
mod journal;
mod links;
mod redact;
mod settings;

pub use journal::EntryView;
pub use redact::redact_place;
use steward_api::App;
use steward_fields::Registries;
use utoipa_axum::router::OpenApiRouter;

/// All routes of incidents, for any state: handlers reach what they need
/// through the caller.
pub fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new()
        .merge(incidents::routes())
        .merge(actions::routes())
        .merge(redact::routes())
        .merge(journal::routes())
        .merge(history::routes())
        .merge(links::routes())
        .merge(attachments::routes())
        .merge(settings::routes())
        .merge(csv::routes())
}

/// The registries of fields, put in by the composition root.
pub(crate) fn registries(app: &App) -> std::sync::Arc<Registries> {
    app.service::<Registries>()
}
