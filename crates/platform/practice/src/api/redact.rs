//! Redacting one text of a ticket, through the API.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use steward_api::{Json, Path, Problem, Reply};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::{StandingText, last_text, standing_text};
use steward_people::names;
use steward_people::views::Reference;
use steward_ticket::journal::{EntryKind, entry};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;
use crate::redact::redact_text;

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(redact), routes!(redact_comment), routes!(redact_work_note)]
}

/// Why an entry is redacted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "It held a password."}))]
struct RedactEntry {
    /// At most 1000 characters; stays in the history.
    reason: String,
}

/// Which text is redacted, and why: a field, or one text of the history.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"field": "description", "reason": "It held a password."}))]
struct RedactText {
    /// A text field as it is now, `custom.NAME` for those of your own.
    #[serde(default)]
    field: Option<String>,
    /// Or the fact that brought the text,
    #[serde(default)]
    seq: Option<i64>,
    /// and the text's place in it: `content` in the history.
    #[serde(default)]
    slot: Option<i64>,
    /// At most 1000 characters; stays in the history.
    reason: String,
}

/// What was redacted.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Redacted {
    /// The record.
    record: Reference,
    /// The field whose text it was.
    field: String,
    /// The fact that brought the text.
    seq: i64,
    /// Its place in that fact.
    slot: i64,
    /// When.
    at: String,
    /// By whom.
    by: Reference,
}

async fn run(
    desk: Desk,
    number: String,
    reason: String,
    find: impl Fn(&mut Tx, Uuid) -> Result<StandingText> + Send + 'static,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let app = caller.app().clone();
    let answer = caller
        .write(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            loaded.check(call, "redact")?;
            let (id, by) = (loaded.id(), call.actor.id);
            let text = find(tx, id)?;
            redact_text(tx, call, loaded, &text, &reason)?;
            let names = names(tx, &[id, by])?;
            Ok(Reply::ok(Redacted {
                record: Reference::of(id, &names),
                field: text.field,
                seq: text.seq,
                slot: text.slot,
                at: wire(call.now),
                by: Reference::of(by, &names),
            }))
        })
        .await?;
    // Done only when no page holds the words any more.
    app.db().scrub().await?;
    Ok(answer)
}

/// Redact a text
///
/// Destroys the words of a field, or of any text that its history names, for good: in the record, its history, the
/// search and the answers kept. The history goes on verifying and says who did it and why.
#[utoipa::path(
    post, path = "/{number}/redact", request_body = RedactText,
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 200, description = "What was redacted", body = Redacted))
)]
async fn redact(
    desk: Desk,
    Path(number): Path<String>,
    Json(body): Json<RedactText>,
) -> Result<Response, Problem> {
    let RedactText { field, seq, slot, reason } = body;
    let missing = |field: &str| Error::invalid(field, "reference", "there is no such text");
    run(desk, number, reason, move |tx, record| match (&field, seq, slot) {
        (Some(field), None, None) => last_text(tx, record, field).map_err(|e| match e {
            Error::NotFound => missing("field"),
            other => other,
        }),
        (None, Some(seq), Some(slot)) => {
            standing_text(tx, record, seq, slot).map_err(|e| match e {
                Error::NotFound => missing("seq"),
                other => other,
            })
        }
        _ => Err(Error::invalid("field", "required", "name a field, or seq and slot of a text")),
    })
    .await
}

async fn redact_entry(
    desk: Desk,
    number: String,
    id: Uuid,
    kind: EntryKind,
    reason: String,
) -> Result<Response, Problem> {
    run(desk, number, reason, move |tx, record| {
        let found = entry(tx, record, id)?;
        if found.kind != kind {
            return Err(Error::NotFound);
        }
        // The words of an entry are the first text of its fact.
        standing_text(tx, record, found.seq, 1).map_err(|e| match e {
            Error::NotFound => Error::Refused("its words are gone already".into()),
            other => other,
        })
    })
    .await
}

/// Redact a comment
///
/// Its words are destroyed for good; that it was written, by whom and when stays, and who redacted it and why.
#[utoipa::path(
    post, path = "/{number}/comments/{id}/redact",
    request_body = RedactEntry,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The comment")
    ),
    responses((status = 200, description = "What was redacted", body = Redacted))
)]
async fn redact_comment(
    desk: Desk,
    Path((number, id)): Path<(String, Uuid)>,
    Json(body): Json<RedactEntry>,
) -> Result<Response, Problem> {
    redact_entry(desk, number, id, EntryKind::Comment, body.reason).await
}

/// Redact a work note
///
/// As a comment.
#[utoipa::path(
    post, path = "/{number}/work-notes/{id}/redact",
    request_body = RedactEntry,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The work note")
    ),
    responses((status = 200, description = "What was redacted", body = Redacted))
)]
async fn redact_work_note(
    desk: Desk,
    Path((number, id)): Path<(String, Uuid)>,
    Json(body): Json<RedactEntry>,
) -> Result<Response, Problem> {
    redact_entry(desk, number, id, EntryKind::WorkNote, body.reason).await
}
