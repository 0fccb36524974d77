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
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

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
    let parts = [
        tickets::routes(),
        (practice.actions)().iter().map(Action::route).collect(),
        journal::routes(),
        timeline::routes(),
        history::routes(),
        watchers::routes(),
        relations::routes(),
        attachments::routes(),
        redact::routes(),
    ];
    let parts = parts.into_iter().flatten().map(|part| at(practice.path, part));
    let file = format!("{}.csv", practice.path);
    let whole = csv::routes().into_iter().map(|whole| at(&file, whole));
    let mut shared = parts.chain(whole).fold(OpenApiRouter::new(), OpenApiRouter::routes);
    let document = shared.get_openapi_mut();
    dress::name(document, practice);
    dress::dress(document, practice).expect("a document of ours reads as it was written");
    let own = practice.routes.map_or_else(OpenApiRouter::new, |routes| routes());
    shared.layer(axum::Extension(desk::Of(practice))).merge(own)
}

/// A route below that place. Hung there one by one: nested in a router of their own
/// each request would be taken apart and put together once more.
fn at(place: &str, (schemas, mut paths, methods): UtoipaMethodRouter) -> UtoipaMethodRouter {
    let below = |(path, item)| (format!("/{place}{path}"), item);
    paths.paths = paths.paths.into_iter().map(below).collect();
    (schemas, paths, methods)
}

/// All practices, put in by the composition root.
pub(crate) fn practices(caller: &Caller) -> std::sync::Arc<crate::practice::Practices> {
    caller.app().service()
}
