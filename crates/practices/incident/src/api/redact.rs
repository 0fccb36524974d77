//! Redacting one text of an incident: a password pasted into a comment, or a
//! text that mentions an erased person. The words go everywhere they stand, the
//! history goes on verifying and says who did it and why.

use std::collections::HashSet;
use std::sync::Arc;

use axum::response::Response;
use serde::{Deserialize, Serialize};
use steward_api::{Caller, Json, Path, Problem, Reply, forget_answers};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::{Registries, Registry};
use steward_history::{Change, StandingText, append, last_text, redact, save_head, standing_text};
use steward_people::views::Reference;
use steward_people::{Call, check, names, system_actor};
use steward_ticket::journal::{EntryKind, entry};
use steward_ticket::{Ticket, forget_texts};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::registries;
use crate::commands::{self, Loaded};
use crate::fields::KIND;

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new()
        .routes(routes!(redact_incident))
        .routes(routes!(redact_comment))
        .routes(routes!(redact_work_note))
}

/// Most characters of a reason.
const MOST_REASON: usize = 1000;

/// Destroys a text of an incident, with the fact `incident.text_redacted`; the
/// caller of this function has checked the right. After the commit [`steward_database::Db::scrub`]
/// makes an end of the words.
///
/// # Errors
/// `NotFound`; `Invalid` without a reason; `Refused` for the name
/// of a file, which goes with its attachment.
fn redact_text(
    tx: &mut Tx,
    call: &Call,
    registry: &Registry,
    mut ticket: Ticket,
    text: &StandingText,
    reason: &str,
) -> Result<()> {
    if reason.trim().is_empty() || reason.chars().count() > MOST_REASON {
        let message = "give a reason of at most 1000 characters";
        return Err(Error::invalid("reason", "required", message));
    }
    if text.field == "file_name" {
        let words = "the name of a file goes with its attachment; remove that";
        return Err(Error::Refused(words.into()));
    }
    let id = ticket.head.id;
    redact(tx, id, text.seq, text.slot)?;
    let changes = [
        Change::plain("redacted", text.field.as_str(), serde_json::Value::Null),
        Change::plain("redacted_fact", serde_json::Value::Null, text.seq),
        Change::plain("redacted_slot", serde_json::Value::Null, text.slot),
        Change::text("redact_reason", reason.trim(), Some(call.actor.id)),
    ];
    let fact = format!("{KIND}.text_redacted");
    append(tx, &call.entropy, &mut ticket.head, &call.stamp(), &fact, &changes)?;
    save_head(tx, &mut ticket.head)?;
    // Whoever may redact may change the ticket for it.
    let system = Call { actor: Arc::new(system_actor()), ..call.clone() };
    forget_texts(tx, &system, registry, id)?;
    steward_automation::forget_answers(tx, id)?;
    forget_answers(tx, &HashSet::from([id.to_string()])).map(drop)
}

/// Destroys a text by its place: record, fact and place in the fact. As
/// `POST /incidents/{number}/redact`, for whoever may redact that incident.
///
/// # Errors
/// `NotFound`, `Forbidden`; those of [`redact_text`].
pub fn redact_place(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    (record, seq, slot): (Uuid, i64, i64),
    reason: &str,
) -> Result<()> {
    let loaded = commands::load(tx, call, registries, &record.to_string())?;
    check(&call.actor, KIND, "redact", &loaded.target)?;
    let text = standing_text(tx, record, seq, slot)?;
    redact_text(tx, call, &loaded.registry, loaded.ticket, &text, reason)
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
    /// The incident.
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
    caller: Caller,
    number: String,
    reason: String,
    find: impl Fn(&mut Tx, Uuid) -> Result<StandingText> + Send + 'static,
) -> Result<Response, Problem> {
    let app = caller.app().clone();
    let registries = registries(caller.app());
    let answer = caller
        .write(move |tx, call| {
            let Loaded { ticket, target, registry, .. } =
                commands::load(tx, call, &registries, &number)?;
            check(&call.actor, KIND, "redact", &target)?;
            let (id, by) = (ticket.head.id, call.actor.id);
            let text = find(tx, id)?;
            redact_text(tx, call, &registry, ticket, &text, &reason)?;
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

/// Redact a text of an incident
///
/// Destroys the words of a field, or of any text that its history names, for good: in the incident, its history, the
/// search and the answers kept. The history goes on verifying and says who did it and why.
#[utoipa::path(
    post, path = "/incidents/{number}/redact", tag = "incidents", request_body = RedactText,
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 200, description = "What was redacted", body = Redacted))
)]
async fn redact_incident(
    caller: Caller,
    Path(number): Path<String>,
    Json(body): Json<RedactText>,
) -> Result<Response, Problem> {
    let RedactText { field, seq, slot, reason } = body;
    let missing = |field: &str| Error::invalid(field, "reference", "there is no such text");
    run(caller, number, reason, move |tx, record| match (&field, seq, slot) {
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
    caller: Caller,
    number: String,
    id: Uuid,
    kind: EntryKind,
    reason: String,
) -> Result<Response, Problem> {
    run(caller, number, reason, move |tx, record| {
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
    post, path = "/incidents/{number}/comments/{id}/redact", tag = "incidents",
    request_body = RedactEntry,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The comment")
    ),
    responses((status = 200, description = "What was redacted", body = Redacted))
)]
async fn redact_comment(
    caller: Caller,
    Path((number, id)): Path<(String, Uuid)>,
    Json(body): Json<RedactEntry>,
) -> Result<Response, Problem> {
    redact_entry(caller, number, id, EntryKind::Comment, body.reason).await
}

/// Redact a work note
///
/// As a comment.
#[utoipa::path(
    post, path = "/incidents/{number}/work-notes/{id}/redact", tag = "incidents",
    request_body = RedactEntry,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The work note")
    ),
    responses((status = 200, description = "What was redacted", body = Redacted))
)]
async fn redact_work_note(
    caller: Caller,
    Path((number, id)): Path<(String, Uuid)>,
    Json(body): Json<RedactEntry>,
) -> Result<Response, Problem> {
    redact_entry(caller, number, id, EntryKind::WorkNote, body.reason).await
}
