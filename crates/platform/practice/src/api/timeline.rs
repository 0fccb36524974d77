//! The timeline of a ticket: what was said and what changed, in one list.

use axum::extract::OriginalUri;
use axum::response::Response;
use steward_api::{Page, Path, Problem, Query, TimedQuery};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;
use crate::timeline::{self, TimelineItem};

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(list_timeline)]
}

/// Everything that happened, oldest first unless `sort=-at`
///
/// Comments, work notes and changes in one list, duplicates' entries marked.
#[utoipa::path(
    get, path = "/{number}/timeline",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "The timeline", body = Page<TimelineItem>))
)]
async fn list_timeline(
    desk: Desk,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    let asked = timeline::Asked {
        after: query.after("timeline")?,
        newest_first: query.newest_first()?,
        limit: query.limit()?,
        counted: query.count == Some(true),
    };
    let Desk { caller, practice, registries } = desk;
    let page = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            let (items, count) = timeline::page(tx, call, &loaded, &asked)?;
            let page = Page::cut(items, asked.limit, &query.belongs_to("timeline"), |item| {
                item.place.clone()
            })?;
            Ok(page.with_count(count))
        })
        .await?;
    Ok(page.respond(&uri))
}
