//! What an erasure left to review: texts by others that mention the person.

use axum::extract::OriginalUri;
use axum::response::Response;
use serde::Serialize;
use steward_api::{Caller, Page, PageQuery, Path, Problem, Query};
use steward_automation::readable_names;
use steward_base::Uuid;
use steward_people::views::Reference;
use steward_people::{Mention, mentions_left, persons};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_mentions))
}

/// A text by somebody else that mentions an erased person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasedMention)]
struct MentionView {
    /// The record it stands in; without a name where the caller may not read it.
    record: Reference,
    /// The field it was written to.
    field: String,
    /// The fact that brought it.
    seq: i64,
    /// Its place in that fact.
    slot: i64,
}

const MENTIONS: &str = "mentions";

/// What an erasure left to review
///
/// Texts by others that mention the erased person and were not redacted since, at most 1000.
#[utoipa::path(
    get, path = "/people/{login}/mentions", tag = "people",
    params(("login" = String, Path, description = "Login or id"), PageQuery),
    responses((status = 200, description = "Texts to review", body = Page<MentionView>))
)]
async fn list_mentions(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Path(login): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (rows, after) = (query.limit()?, query.after::<(Uuid, i64, i64)>(MENTIONS)?);
    let counted = query.count.unwrap_or(false);
    let page = caller
        .read(move |tx, call| {
            let id = persons::get(tx, &call.actor, &login)?.id;
            let mut left = mentions_left(tx, &call.actor, id)?;
            let count = counted.then_some(left.len() as i64);
            if let Some(after) = after {
                left.retain(|m| (m.record, m.seq, m.slot) > after);
            }
            let page = Page::cut(left, rows, &[MENTIONS], |m| (m.record, m.seq, m.slot))?;
            let names = readable_names(tx, &call.actor, page.items.iter().map(|m| m.record))?;
            let view = |m: Mention| MentionView {
                record: Reference::of(m.record, &names),
                field: m.field,
                seq: m.seq,
                slot: m.slot,
            };
            Ok(page.map(view).with_count(count))
        })
        .await?;
    Ok(page.respond(&uri))
}
