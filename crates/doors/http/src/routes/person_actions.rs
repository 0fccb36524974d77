//! What happens to a person: disabled, enabled, erased, a password reset.

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use steward_api::{Caller, IfMatch, Json, Path, Problem, Reply};
use steward_base::time::wire;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_people::auth::Secret;
use steward_people::passwords::{self, RESET_LIFETIME_SECONDS};
use steward_people::views::PersonView;
use steward_people::{Mention, disable, enable, persons, show};
use steward_practice::Practices;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;
use crate::erase::{erase_person as erase_everywhere, make_an_end, return_work};

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(disable_person))
        .routes(routes!(enable_person))
        .routes(routes!(erase_person))
        .routes(routes!(issue_reset))
}

/// Nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Disable a person
///
/// Sessions and tokens end at once, and their open tickets go back to their
/// groups.
#[utoipa::path(
    post, path = "/people/{login}/disable", tag = "people",
    params(("login" = String, Path, description = "Login or id")),
    responses((status = 200, description = "The person", body = PersonView))
)]
async fn disable_person(
    caller: Caller,
    Path(login): Path<String>,
    if_match: IfMatch,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, Problem> {
    let practices = caller.app().service::<Practices>();
    caller
        .write(move |tx, call| {
            let before = persons::get(tx, &call.actor, &login)?;
            let person = disable(tx, call, before.id, if_match.optional())?;
            if before.active {
                return_work(tx, call, &practices, before.id)?;
            }
            let person = show::person(tx, person)?;
            let version = person.version;
            Ok(Reply::ok(person).with_version(version))
        })
        .await
}

/// Enable a person again
#[utoipa::path(
    post, path = "/people/{login}/enable", tag = "people",
    params(("login" = String, Path, description = "Login or id")),
    responses((status = 200, description = "The person", body = PersonView))
)]
async fn enable_person(
    caller: Caller,
    Path(login): Path<String>,
    if_match: IfMatch,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let id = persons::get(tx, &call.actor, &login)?.id;
            let person = enable(tx, call, id, if_match.optional())?;
            let person = show::person(tx, person)?;
            let version = person.version;
            Ok(Reply::ok(person).with_version(version))
        })
        .await
}

/// Why a person is erased.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Request of 2026-11-24 under article 17"}))]
struct ErasePerson {
    /// At most 1000 characters; stays in the history.
    reason: String,
}

/// What an erasure did.
#[derive(Debug, Serialize, ToSchema)]
struct Erased {
    /// What the person is called now.
    name: String,
    /// How many texts were destroyed.
    texts: u64,
    /// Texts by others that mention the person, for review.
    mentions: Vec<MentionView>,
    /// Whether there are more than those listed.
    more: bool,
}

/// A text that mentions an erased person.
#[derive(Debug, Serialize, ToSchema)]
struct MentionView {
    /// The record it stands in.
    record: Uuid,
    /// The kind of that record, e.g. `incident` or `team`.
    kind: String,
    /// The fact that brought it.
    seq: i64,
    /// Its place in that fact.
    slot: i64,
    /// The field it was written to.
    field: String,
}

impl From<Mention> for MentionView {
    fn from(m: Mention) -> MentionView {
        MentionView { record: m.record, kind: m.kind, seq: m.seq, slot: m.slot, field: m.field }
    }
}

/// Erase a person
///
/// Destroys every text about or by the person and the files they attached, and
/// overwrites what the database kept of them; the history goes on verifying.
/// Answers when that is done. There is no way back. After a 503 the person is
/// erased, and the server goes on overwriting by itself; asked again by id, it
/// answers 409 when that is done.
#[utoipa::path(
    post, path = "/people/{login}/erase", tag = "people",
    params(("login" = String, Path, description = "Login or id")),
    responses((status = 200, description = "What was done", body = Erased))
)]
async fn erase_person(
    caller: Caller,
    Path(login): Path<String>,
    Json(body): Json<ErasePerson>,
) -> Result<Response, Problem> {
    let app = caller.app().clone();
    let practices = app.service::<Practices>();
    let answer = caller
        .write(move |tx, call| {
            let id = persons::get(tx, &call.actor, &login)?.id;
            let done = erase_everywhere(tx, call, &practices, id, &body.reason)?;
            Ok(Reply::ok(Erased {
                name: done.name,
                texts: done.texts,
                mentions: done.mentions.into_iter().map(Into::into).collect(),
                more: done.more,
            }))
        })
        .await;
    // Who was erased before may be asked for again, to see the end of it.
    let erased = match &answer {
        Ok(_) => true,
        Err(problem) => problem.status == StatusCode::CONFLICT,
    };
    if erased {
        make_an_end(&app).await?;
    }
    answer
}

/// A password reset, to be handed over.
#[derive(Debug, Serialize, ToSchema)]
struct Reset {
    /// For `POST /password-reset`; shown once.
    token: String,
    /// When it ends.
    expires_at: String,
}

/// Issue a password reset
///
/// The person chooses a new password with it; earlier resets end.
#[utoipa::path(
    post, path = "/people/{login}/password-reset", tag = "people",
    params(("login" = String, Path, description = "Login or id")),
    responses((status = 201, description = "The reset", body = Reset))
)]
async fn issue_reset(
    caller: Caller,
    Path(login): Path<String>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, Problem> {
    let secret = Secret::session(caller.app().entropy());
    caller
        .write(move |tx, call| {
            let person = persons::get(tx, &call.actor, &login)?;
            let seconds = call.now.as_second() + RESET_LIFETIME_SECONDS;
            let expires_at = Timestamp::from_second(seconds).map_err(Error::internal)?;
            passwords::issue_reset(tx, call, person.id, &secret.hash, expires_at)?;
            let place = format!("/api/v1/people/{}", person.login);
            let reset = Reset { token: secret.text.clone(), expires_at: wire(expires_at) };
            Ok(Reply::created(place, reset))
        })
        .await
}
