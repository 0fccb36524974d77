//! One's own account: who am I, password, sessions, tokens.

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{
    Caller, IfMatch, Json, Page, PageQuery, Path, Problem, Query, Reply, check_version,
};
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_people::access::Credential;
use steward_people::auth::{Secret, csrf_token, verify_password};
use steward_people::sessions::Session;
use steward_people::tokens::{NewToken, Token};
use steward_people::views::{Reference, SessionView, TokenView, UNCHANGING};
use steward_people::{Call, Role, passwords, persons, sessions, show, tokens};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::session::new_hash;
use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(change_password))
        .routes(routes!(list_sessions))
        .routes(routes!(get_session, end_session))
        .routes(routes!(list_tokens, create_token))
        .routes(routes!(get_token, revoke_token))
}

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    id: Uuid,
    /// Sign-in name.
    login: String,
    /// Name.
    name: String,
    /// E-mail address.
    #[schema(required)]
    email: Option<String>,
    /// The organisation the caller belongs to.
    organisation: Reference,
    /// Teams the caller is a member of.
    teams: Vec<Reference>,
    /// Roles held for any organisation.
    roles: Vec<Role>,
    /// Time zone in which dates without one are read.
    zone: String,
    /// Language tag.
    language: String,
    /// Whether the token may only read.
    read_only: bool,
    /// Goes as `X-CSRF-Token` with every change of a session; null for tokens.
    #[schema(required)]
    csrf_token: Option<String>,
}

pub(super) fn me_of(tx: &mut Tx, call: &Call, csrf_token: Option<String>) -> Result<Me> {
    let person = persons::load(tx, call.actor.id)?;
    let person = show::person(tx, person)?;
    Ok(Me {
        id: person.id,
        login: person.login,
        name: person.name,
        email: person.email,
        organisation: person.organisation,
        teams: person.teams,
        roles: person.roles,
        zone: call.actor.zone.clone(),
        language: person.language,
        read_only: call.actor.read_only,
        csrf_token,
    })
}

/// Who am I
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, description = "The caller", body = Me)))]
async fn me(caller: Caller) -> Result<Json<Me>, Problem> {
    let csrf = caller.session_secret.as_deref().map(csrf_token);
    caller.read(move |tx, call| me_of(tx, call, csrf)).await.map(Json)
}

/// A new password of one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "the one so far", "new_password": "a long new one"}))]
struct ChangePassword {
    /// The password so far.
    current_password: String,
    /// The new one, at least 10 characters.
    new_password: String,
}

/// Change my password
///
/// All other sessions end. Wrong attempts count like failed sign-ins.
#[utoipa::path(
    post, path = "/me/password", tag = "me",
    responses((status = 204, description = "The password is changed"))
)]
async fn change_password(
    caller: Caller,
    Json(body): Json<ChangePassword>,
) -> Result<Response, Problem> {
    let app = caller.app().clone();
    let (login, address) = (caller.call.actor.login.clone(), caller.entry.address);
    app.failures().attempt(Some(&login), address, caller.call.now)?;
    caller.hide_body().await?;
    let stored = caller.read(|tx, call| passwords::own_hash(tx, &call.actor)).await?;
    let (current, checked) = (body.current_password, stored.clone());
    let fits = app.with_password(move || Ok(verify_password(&current, checked.as_deref()))).await?;
    // Sent again, it names a password that is no more.
    if !fits && let Some(answer) = caller.earlier().await? {
        app.failures().succeeded(Some(&login), address);
        return Ok(answer);
    }
    let verified = stored
        .filter(|_| fits)
        .ok_or_else(|| Error::invalid("current_password", "wrong", "this is not your password"))?;
    app.failures().succeeded(Some(&login), address);
    let new_hash = new_hash(&app, "new_password", &login, body.new_password).await?;
    let keep = session_of(&caller);
    caller
        .write(move |tx, call| {
            passwords::change_own(tx, call, &verified, &new_hash, keep)?;
            Ok(Reply::none())
        })
        .await
}

fn session_of(caller: &Caller) -> Option<Uuid> {
    match caller.credential {
        Credential::Session(id) => Some(id),
        Credential::Token(_) => None,
    }
}

/// My sessions
#[utoipa::path(
    get, path = "/me/sessions", tag = "me", params(PageQuery),
    responses((status = 200, description = "Live sessions, newest first", body = Page<SessionView>))
)]
async fn list_sessions(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let current = session_of(&caller);
    let found = caller.read(|tx, call| sessions::of_person(tx, call.actor.id, call.now)).await?;
    let page = Page::of_all(found, &query, "sessions", |session| session.id.to_string())?;
    Ok(page.map(|session| SessionView::of(session, current)).respond(&uri))
}

fn my_session(tx: &mut Tx, call: &Call, id: Uuid) -> Result<Session> {
    let mine = sessions::of_person(tx, call.actor.id, call.now)?;
    mine.into_iter().find(|session| session.id == id).ok_or(Error::NotFound)
}

/// One session of mine
#[utoipa::path(
    get, path = "/me/sessions/{id}", tag = "me",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "The session", body = SessionView))
)]
async fn get_session(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let current = session_of(&caller);
    let session = caller.read(move |tx, call| my_session(tx, call, id)).await?;
    let view = SessionView::of(session, current);
    Ok(Reply::ok(view).with_version(UNCHANGING).into_response())
}

/// End a session of mine
#[utoipa::path(
    delete, path = "/me/sessions/{id}", tag = "me", 
    params(
        ("id" = Uuid, Path, description = "The session"),
        ("If-Match" = String, Header, description = "The version you read"),
    ),
    responses((status = 204, description = "It has ended"))
)]
async fn end_session(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            my_session(tx, call, id)?;
            check_version(if_match.required()?, UNCHANGING)?;
            sessions::end(tx, call, id)?;
            Ok(Reply::none())
        })
        .await
}

/// My tokens
#[utoipa::path(
    get, path = "/me/tokens", tag = "me", params(PageQuery),
    responses((status = 200, description = "Tokens that are not revoked, newest first", body = Page<TokenView>))
)]
async fn list_tokens(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let found = caller.read(|tx, call| tokens::of_person(tx, call.actor.id)).await?;
    let page = Page::of_all(found, &query, "tokens", |token| token.id.to_string())?;
    Ok(page.map(|token| TokenView::of(token, None)).respond(&uri))
}

fn my_token(tx: &mut Tx, call: &Call, id: Uuid) -> Result<Token> {
    let mine = tokens::of_person(tx, call.actor.id)?;
    mine.into_iter().find(|token| token.id == id).ok_or(Error::NotFound)
}

/// One token of mine
#[utoipa::path(
    get, path = "/me/tokens/{id}", tag = "me",
    params(("id" = Uuid, Path, description = "The token")),
    responses((status = 200, description = "The token, without its text", body = TokenView))
)]
async fn get_token(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let token = caller.read(move |tx, call| my_token(tx, call, id)).await?;
    Ok(Reply::ok(TokenView::of(token, None)).with_version(UNCHANGING).into_response())
}

/// A new token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "monitoring", "scopes": ["read"], "expires_at": "2027-01-01T00:00:00.000Z"}))]
struct CreateToken {
    /// What it is for.
    name: String,
    /// `read`, or `read` and `write`; both when left out.
    #[serde(default)]
    scopes: Vec<String>,
    /// When it ends; never when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// Make a token
///
/// The token itself stands in this answer only; nobody can read it again.
#[utoipa::path(
    post, path = "/me/tokens", tag = "me",
    responses((status = 201, description = "The token", body = TokenView))
)]
async fn create_token(caller: Caller, Json(body): Json<CreateToken>) -> Result<Response, Problem> {
    let secret = Secret::token(caller.app().entropy());
    caller
        .write(move |tx, call| {
            let new = NewToken {
                person: call.actor.id,
                name: body.name.clone(),
                scopes: body.scopes.clone(),
                expires_at: body.expires_at,
                hash: secret.hash,
            };
            let token = tokens::create(tx, call, &new)?;
            let place = format!("/api/v1/me/tokens/{}", token.id);
            Ok(Reply::created(place, TokenView::of(token, Some(secret.text.clone())))
                .with_version(UNCHANGING))
        })
        .await
}

/// Revoke a token of mine
#[utoipa::path(
    delete, path = "/me/tokens/{id}", tag = "me", 
    params(
        ("id" = Uuid, Path, description = "The token"),
        ("If-Match" = String, Header, description = "The version you read"),
    ),
    responses((status = 204, description = "It is revoked"))
)]
async fn revoke_token(
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            my_token(tx, call, id)?;
            check_version(if_match.required()?, UNCHANGING)?;
            tokens::revoke(tx, call, id)?;
            Ok(Reply::none())
        })
        .await
}
