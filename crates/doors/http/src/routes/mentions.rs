//! What an erasure left to review: texts by others that mention the person, and
//! their end.

use axum::extract::OriginalUri;
use axum::response::Response;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use steward_api::{Caller, Json, Page, PageQuery, Path, Problem, Query, Reply, forget_answers};
use steward_automation::forget_deleted;
use steward_base::{Error, Uuid};
use steward_people::views::Reference;
use steward_people::{Mention, mentions_left, persons, redact_mention};
use steward_practice::{Practices, redact_place};
use steward_ticket::names_for;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_mentions)).routes(routes!(redact_text))
}

/// A text by somebody else that mentions an erased person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ErasedMention)]
struct MentionView {
    /// The record it stands in; a ticket that the caller may not read by its number.
    record: Reference,
    /// The kind of that record, e.g. `incident` or `team`.
    kind: String,
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
            let records: Vec<Uuid> = page.items.iter().map(|m| m.record).collect();
            let names = names_for(tx, &call.actor, &records)?;
            let view = |m: Mention| MentionView {
                record: Reference::of(m.record, &names),
                kind: m.kind,
                field: m.field,
                seq: m.seq,
                slot: m.slot,
            };
            Ok(page.map(view).with_count(count))
        })
        .await?;
    Ok(page.respond(&uri))
}

/// Which text of the list is redacted, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "record": "01a210f3-6c81-7758-a50e-f6315ef521d7", "seq": 7, "slot": 1,
    "reason": "It names a person who was erased."
}))]
struct RedactMention {
    /// As in the list.
    record: Uuid,
    /// As in the list.
    seq: i64,
    /// As in the list.
    slot: i64,
    /// At most 1000 characters; stays in the history.
    reason: String,
}

/// Redact a text that mentions an erased person
///
/// Destroys the words for good, in whatever record they stand; its history goes on verifying and says who did it and why.
/// What is still the name or another field of a team, a rule or the like is refused: change that first.
#[utoipa::path(
    post, path = "/people/{login}/mentions/redact", tag = "people", request_body = RedactMention,
    params(("login" = String, Path, description = "Login or id")),
    responses((status = 204, description = "The words are gone"))
)]
async fn redact_text(
    caller: Caller,
    Path(login): Path<String>,
    Json(body): Json<RedactMention>,
) -> Result<Response, Problem> {
    let app = caller.app().clone();
    let practices = app.service::<Practices>();
    let answer = caller
        .write(move |tx, call| {
            let id = persons::get(tx, &call.actor, &login)?.id;
            let wanted =
                |m: &Mention| (m.record, m.seq, m.slot) == (body.record, body.seq, body.slot);
            let found = mentions_left(tx, &call.actor, id)?.into_iter().find(wanted);
            let absent = || Error::invalid("record", "reference", "no such text is in the list");
            let mention = found.ok_or_else(absent)?;
            if let Some(practice) = practices.of(&mention.kind) {
                let place = (mention.record, mention.seq, mention.slot);
                let fields = &practices.registries;
                redact_place(practice, tx, call, fields, place, &body.reason)?;
            } else {
                redact_mention(tx, call, &mention, &body.reason)?;
                forget_deleted(tx, mention.record)?;
                forget_answers(tx, &HashSet::from([mention.record.to_string()]))?;
            }
            Ok(Reply::none())
        })
        .await?;
    // Done only when no page holds the words any more.
    app.db().scrub().await?;
    Ok(answer)
}
