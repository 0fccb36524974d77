//! Routes that every practice has. Each file is one idea: its requests, its
//! answers, its handlers. They stand once and are hung below the place of each
//! practice, under its tag and with its name in their ids.

mod attachments;
mod body;
mod csv;
mod desk;
mod dress;
mod files;
mod history;
mod journal;
mod life_cycles;
mod list;
mod matrix;
mod redact;
mod relations;
mod route;
mod tickets;
mod timeline;
mod watchers;

pub use desk::Desk;
pub(crate) use journal::EntryView;
pub(crate) use route::route;
use steward_api::Caller;
use utoipa_axum::router::OpenApiRouter;

use crate::act::Action;
use crate::practice::Practice;

/// All routes of these practices: their own, those every practice has, and those
/// that stand once for all. Handlers reach what they need through the caller.
pub fn routes(practices: impl Iterator<Item = &'static Practice>) -> OpenApiRouter {
    practices
        .map(of)
        .fold(OpenApiRouter::new(), OpenApiRouter::merge)
        .merge(files::routes())
        .merge(life_cycles::routes())
        .merge(matrix::routes())
}

/// The routes of one practice: its tickets with their actions and parts, the whole
/// list as CSV, and what only it has.
fn of(practice: &'static Practice) -> OpenApiRouter {
    let actions = (practice.actions)().iter().map(Action::route);
    let mut parts = actions
        .fold(OpenApiRouter::new().merge(tickets::routes()), OpenApiRouter::routes)
        .merge(journal::routes())
        .merge(timeline::routes())
        .merge(history::routes())
        .merge(watchers::routes())
        .merge(relations::routes())
        .merge(attachments::routes())
        .merge(redact::routes());
    let mut whole = csv::routes();
    for document in [parts.get_openapi_mut(), whole.get_openapi_mut()] {
        dress::name(document, practice);
        dress::dress(document, practice).expect("a document of ours reads as it was written");
    }
    let own = practice.routes.map_or_else(OpenApiRouter::new, |routes| routes());
    OpenApiRouter::new()
        .nest(&format!("/{}", practice.path), parts)
        .nest(&format!("/{}.csv", practice.path), whole)
        .layer(axum::Extension(desk::Of(practice)))
        .merge(own)
}

/// All practices, put in by the composition root.
pub(crate) fn practices(caller: &Caller) -> std::sync::Arc<crate::practice::Practices> {
    caller.app().service()
}
