//! Sign-in and sign-out.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{App, Caller, DemoSignIn, Entry, Json, Problem, Reply, SESSION_COOKIE};
use steward_base::{Error, Result, Timestamp};
use steward_database::Tx;
use steward_history::Door as Through;
use steward_people::auth::{Secret, csrf_token, hash_password, secret_hash, verify_password};
use steward_people::passwords::{self, Candidate};
use steward_people::sessions::{self, LIFETIME_SECONDS, NewSession};
use steward_people::{Actor, Call};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::me::{Me, me_of};
use super::over_tls;
use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(sign_in_page))
        .routes(routes!(reset_password))
}

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "ann", "password": "correct horse battery"}))]
struct SignIn {
    /// Sign-in name, in any case.
    login: String,
    /// Password.
    password: String,
}

/// Sign in
///
/// Sets the cookie `steward_session` and answers what `GET /me` does; its
/// `csrf_token` goes with every change as `X-CSRF-Token`.
#[utoipa::path(
    post, path = "/session", tag = "session", security(()),
    responses((status = 200, description = "Signed in", body = Me))
)]
async fn sign_in(
    State(app): State<App>,
    entry: Entry,
    headers: axum::http::HeaderMap,
    Json(body): Json<SignIn>,
) -> Result<Response, Problem> {
    app.failures().attempt(Some(&body.login), entry.address, entry.now)?;
    let login = body.login.clone();
    let found = app.db().read(move |tx| passwords::candidate(tx, &login)).await?;
    let candidate = verified(&app, found, body.password).await?;
    app.failures().succeeded(Some(&body.login), entry.address);

    let secret = Secret::session(app.entropy());
    let browser = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    let new = NewSession {
        hash: secret.hash,
        verified: candidate.password_hash,
        expires_at: later(entry.now, LIFETIME_SECONDS)?,
        address: Some(entry.address.to_string()),
        user_agent: browser.map(str::to_owned),
    };
    let call = call_of(&app, candidate.actor, &entry);
    let csrf = csrf_token(&secret.text);
    let me = app.db().write(move |tx| {
        sessions::create(tx, &call, &new)?;
        me_of(tx, &call, Some(csrf.clone()))
    });
    let mut response = Json(me.await?).into_response();
    response
        .headers_mut()
        .insert(header::SET_COOKIE, cookie(&app, &secret.text, LIFETIME_SECONDS)?);
    Ok(response)
}

async fn verified(
    app: &App,
    found: Option<Candidate>,
    password: String,
) -> Result<Candidate, Problem> {
    let hash = found.as_ref().map(|c| c.password_hash.clone());
    let fits = app.with_password(move || Ok(verify_password(&password, hash.as_deref()))).await?;
    found.filter(|_| fits).ok_or_else(|| {
        let mut problem = Problem::from(Error::Unauthenticated);
        problem.detail = "login or password is wrong".into();
        problem
    })
}

fn call_of(app: &App, actor: Actor, entry: &Entry) -> Call {
    Call {
        actor: std::sync::Arc::new(actor),
        now: entry.now,
        door: Through::Web,
        cause: None,
        entropy: app.entropy().clone(),
    }
}

fn later(now: Timestamp, seconds: i64) -> Result<Timestamp> {
    Timestamp::from_second(now.as_second() + seconds).map_err(Error::internal)
}

fn cookie(app: &App, value: &str, seconds: i64) -> Result<HeaderValue> {
    let secure = if over_tls(app) { "; Secure" } else { "" };
    let text = format!(
        "{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    HeaderValue::from_str(&text).map_err(Error::internal)
}

/// Sign out
///
/// Ends the session of the cookie. A token is revoked under `/me/tokens`.
#[utoipa::path(
    delete, path = "/session", tag = "session",
    responses((status = 204, description = "Signed out"))
)]
async fn sign_out(caller: Caller) -> Result<Response, Problem> {
    let steward_people::access::Credential::Session(id) = caller.credential else {
        return Err(Error::Refused("a token has no session to end".into()).into());
    };
    let mut response = caller
        .write(move |tx, call| {
            sessions::end(tx, call, id)?;
            Ok(Reply::none())
        })
        .await?;
    response.headers_mut().insert(header::SET_COOKIE, cookie(caller.app(), "", 0)?);
    Ok(response)
}

/// What the sign-in page needs to know.
#[derive(Debug, Serialize, ToSchema)]
struct SignInPage {
    /// Name of the product.
    product: &'static str,
    /// Its version.
    version: &'static str,
    /// Sign-ins to try; empty but for demonstrations.
    demo: Vec<DemoSignIn>,
}

/// What the sign-in page shows
#[utoipa::path(
    get, path = "/sign-in", tag = "session", security(()),
    responses((status = 200, description = "Product, version, sign-ins to try", body = SignInPage))
)]
async fn sign_in_page(State(app): State<App>) -> Json<SignInPage> {
    let settings = app.settings();
    let mut demo = settings.demo.clone();
    if !demo.is_empty() {
        let still = app.db().read(move |tx| still_fitting(tx, demo)).await;
        demo = still.unwrap_or_default();
    }
    Json(SignInPage { product: "Steward", version: settings.version, demo })
}

/// A password that its person has changed since is shown to nobody.
fn still_fitting(tx: &mut Tx, demo: Vec<DemoSignIn>) -> Result<Vec<DemoSignIn>> {
    let mut fitting = Vec::new();
    for one in demo {
        let person = passwords::candidate(tx, &one.login)?;
        if person.is_some_and(|person| person.password_hash == one.hash) {
            fitting.push(one);
        }
    }
    Ok(fitting)
}

/// A new password by a reset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "kx3...", "new_password": "correct horse battery"}))]
struct ResetPassword {
    /// What the administrator handed over.
    token: String,
    /// The new password, at least 10 characters.
    new_password: String,
}

/// Choose a new password with a reset
///
/// All sessions of the person end.
#[utoipa::path(
    post, path = "/password-reset", tag = "session", security(()),
    responses((status = 204, description = "The password is changed"))
)]
async fn reset_password(
    State(app): State<App>,
    entry: Entry,
    Json(body): Json<ResetPassword>,
) -> Result<Response, Problem> {
    app.failures().attempt(None, entry.address, entry.now)?;
    let (hash, now) = (secret_hash(&body.token), entry.now);
    let actor = app.db().read(move |tx| passwords::reset_candidate(tx, &hash, now)).await?;
    let actor = actor.ok_or_else(|| {
        Error::invalid("token", "unknown", "this reset was used or is over; ask for a new one")
    })?;
    app.failures().succeeded(None, entry.address);
    let new_hash = new_hash(&app, "new_password", &actor.login, body.new_password).await?;
    let call = call_of(&app, actor, &entry);
    app.db().write(move |tx| passwords::use_reset(tx, &call, &hash, &new_hash)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Checks and hashes a new password.
pub(super) async fn new_hash(
    app: &App,
    field: &'static str,
    login: &str,
    password: String,
) -> Result<String> {
    steward_people::auth::check_new_password(field, login, &password)?;
    let salt = app.entropy().salt();
    app.with_password(move || hash_password(&password, salt)).await
}
