//! Routes that every practice has. Each file is one idea: its requests, its
//! answers, its handlers. They stand once and are hung below the place of each
//! practice, under its tag and with its name in their ids.

mod attachments;
mod csv;
mod desk;
mod files;
mod history;
mod journal;
mod life_cycles;
mod list;
mod redact;
mod relations;
mod timeline;
mod watchers;

pub use desk::Desk;
pub(crate) use journal::EntryView;
pub use list::{list_page, read_one};
use steward_api::Caller;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa_axum::router::OpenApiRouter;

use crate::practice::Practice;

/// All routes of these practices: their own, those every practice has, and those
/// that stand once for all. Handlers reach what they need through the caller.
pub fn routes(practices: impl Iterator<Item = &'static Practice>) -> OpenApiRouter {
    practices
        .map(of)
        .fold(OpenApiRouter::new(), OpenApiRouter::merge)
        .merge(files::routes())
        .merge(life_cycles::routes())
}

/// The routes of one practice: the parts of each ticket, the whole list as CSV,
/// and its own.
fn of(practice: &'static Practice) -> OpenApiRouter {
    let mut parts = OpenApiRouter::new()
        .merge(journal::routes())
        .merge(timeline::routes())
        .merge(history::routes())
        .merge(watchers::routes())
        .merge(relations::routes())
        .merge(attachments::routes())
        .merge(redact::routes());
    name(parts.get_openapi_mut(), practice);
    let mut whole = csv::routes();
    name(whole.get_openapi_mut(), practice);
    OpenApiRouter::new()
        .nest(&format!("/{}", practice.path), parts)
        .nest(&format!("/{}.csv", practice.path), whole)
        .layer(axum::Extension(desk::Of(practice)))
        .merge((practice.routes)())
}

/// Puts operations under the practice's tag and its name into their ids:
/// `list_comments` is `list_incident_comments`.
fn name(document: &mut OpenApi, practice: &Practice) {
    for item in document.paths.paths.values_mut() {
        let methods =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let Operation { tags, operation_id, .. } = operation;
            *tags = Some(vec![practice.path.to_owned()]);
            if let Some(id) = operation_id {
                let (verb, of) = id.split_once('_').unwrap_or((id, ""));
                let of = if of.is_empty() { String::new() } else { format!("_{of}") };
                *id = format!("{verb}_{}{of}", practice.kind);
            }
        }
    }
}

/// All practices, put in by the composition root.
pub(crate) fn practices(caller: &Caller) -> std::sync::Arc<crate::practice::Practices> {
    caller.app().service()
}
