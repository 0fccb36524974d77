//! Whoever makes a request. Authentication stands before every route under
//! `/api`, also before those that do not exist; handlers take a [`Caller`].

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_history::Door;
use steward_people::Call;
use steward_people::access::{self, Access, Credential};
use steward_people::auth::{csrf_matches, secret_hash, token_hash};

use crate::app::App;
use crate::entry::Entry;
use crate::idempotency::{self, BodySlot, Key};
use crate::problem::Problem;
use crate::reply::{Reply, Stored};

/// The session's cookie.
pub const SESSION_COOKIE: &str = "steward_session";
/// The header that proves a page of ours sent the request.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// Marks an answer as that of an earlier request.
const REPLAYED_HEADER: &str = "idempotent-replayed";

/// What a request shows to prove who sends it.
#[derive(Debug, Clone)]
pub enum Shown {
    /// An API token.
    Token([u8; 32]),
    /// A session's cookie, with its text.
    Session(String),
}

/// Who makes a request, in its context.
#[derive(Clone)]
pub struct Caller {
    /// Actor, moment, door, ids.
    pub call: Call,
    /// What they signed in with.
    pub credential: Credential,
    /// The secret of the session's cookie; `None` for tokens.
    pub session_secret: Option<String>,
    /// The request as it came.
    pub entry: Arc<Entry>,
    /// Path and query.
    pub uri: Uri,
    shown: Arc<Shown>,
    app: App,
    key: Option<Arc<Key>>,
}

impl Caller {
    /// The shared state.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Reads on one snapshot, as this caller.
    ///
    /// # Errors
    /// What `f` answers, as a problem.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx, &Call) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let call = self.call.clone();
        Ok(self.app.db().read(move |tx| f(tx, &call)).await?)
    }

    /// [`Caller::read`] for a few rows by their keys; `f` may run twice.
    ///
    /// # Errors
    /// What `f` answers, as a problem.
    pub async fn read_few<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx, &Call) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let call = self.call.clone();
        Ok(self.app.db().read_few(move |tx| f(tx, &call)).await?)
    }

    /// [`Caller::read`] for what is short as a rule, such as a page; `f` may run
    /// twice.
    ///
    /// # Errors
    /// What `f` answers, as a problem.
    pub async fn read_short<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx, &Call) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let call = self.call.clone();
        Ok(self.app.db().read_short(move |tx| f(tx, &call)).await?)
    }

    /// [`Caller::read`] for what may take long (exports, reports).
    ///
    /// # Errors
    /// What `f` answers, as a problem.
    pub async fn read_long<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx, &Call) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let call = self.call.clone();
        Ok(self.app.db().read_long(move |tx| f(tx, &call)).await?)
    }

    /// Writes in one transaction, as this caller, and answers. Who the caller
    /// is and what they hold is read again inside: nothing that decides a
    /// write is trusted from before. With an `Idempotency-Key` the answer is
    /// kept in the same transaction and repeated for the same request.
    ///
    /// # Errors
    /// What `f` answers, as a problem; nothing is written then.
    pub async fn write<T: Serialize + Send + 'static>(
        &self,
        f: impl Fn(&mut Tx, &Call) -> Result<Reply<T>> + Send + 'static,
    ) -> Result<Response, Problem> {
        let (call, shown, key) = (self.call.clone(), self.shown.clone(), self.key.clone());
        let _running = match &key {
            Some(key) => Some(self.app.running().begin(key)?),
            None => None,
        };
        let work = move |tx: &mut Tx| {
            let call = refreshed(tx, &call, &shown)?;
            if let Some(key) = &key
                && let Some(stored) = idempotency::earlier(tx, key, call.now)?
            {
                return Ok(Answer::Earlier(stored));
            }
            let reply = f(tx, &call)?;
            let Some(key) = &key else { return Ok(Answer::Made(reply)) };
            let stored = reply.store()?;
            idempotency::keep(tx, key, &stored, call.now)?;
            Ok(Answer::Kept(stored))
        };
        Ok(match self.app.db().write(work).await? {
            // Its bytes are made here, off the thread that writes.
            Answer::Made(reply) => reply.into_response(),
            Answer::Kept(stored) => stored.into_response(),
            Answer::Earlier(stored) => replayed(stored),
        })
    }

    /// Makes the digest of the body that an `Idempotency-Key` keeps one that
    /// nobody guesses a password from: for bodies in which passwords stand.
    ///
    /// # Errors
    /// `Internal`.
    pub async fn hide_body(&self) -> Result<(), Problem> {
        let Some(key) = self.key.clone() else { return Ok(()) };
        let made = key.clone();
        let digest = self.app.with_password(move || made.slow_digest()).await?;
        key.body.fill(digest);
        Ok(())
    }

    /// The answer to an earlier request with the same `Idempotency-Key`, for
    /// what can be asked once only.
    ///
    /// # Errors
    /// 409 while that one runs, 422 when it had another body.
    pub async fn earlier(&self) -> Result<Option<Response>, Problem> {
        let Some(key) = self.key.clone() else { return Ok(None) };
        let now = self.call.now;
        let stored = self.app.db().write(move |tx| idempotency::earlier(tx, &key, now)).await?;
        Ok(stored.map(replayed))
    }

    /// Reads who the caller is and what they hold now, for streams that live
    /// longer than a request; `None` when the session or token has ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn again(&self) -> Result<Option<Caller>> {
        let (shown, now) = (self.shown.clone(), self.app.now());
        let access = self.app.db().read(move |tx| look_up(tx, &shown, now)).await?;
        Ok(access.map(|access| {
            let mut caller = self.clone();
            caller.call.actor = access.actor;
            caller.call.now = now;
            caller
        }))
    }
}

/// What came of a write.
enum Answer<T> {
    Made(Reply<T>),
    /// Made, and kept for a repeated request.
    Kept(Stored),
    /// That of an earlier request with the same key.
    Earlier(Stored),
}

fn replayed(stored: Stored) -> Response {
    let mut response = stored.into_response();
    let yes = axum::http::HeaderValue::from_static("true");
    response.headers_mut().insert(REPLAYED_HEADER, yes);
    response
}

fn look_up(tx: &mut Tx, shown: &Shown, now: steward_base::Timestamp) -> Result<Option<Access>> {
    match shown {
        Shown::Token(hash) => access::actor_by_token(tx, hash, now),
        Shown::Session(secret) => access::actor_by_session(tx, &secret_hash(secret), now),
    }
}

/// Who it is as of now: nearly always known from the request before, which the
/// database confirms without a statement, or with one.
async fn found(
    app: &App,
    shown: &Arc<Shown>,
    now: steward_base::Timestamp,
) -> Result<Option<Access>> {
    let (kind, hash) = match &**shown {
        Shown::Token(hash) => (access::Kind::Token, *hash),
        Shown::Session(secret) => (access::Kind::Session, secret_hash(secret)),
    };
    if let Some(access) = access::unchanged(app.db(), kind, &hash, now) {
        return Ok(Some(access));
    }
    let stamp = app.db().stamp();
    let look = move |tx: &mut Tx| access::remembered(tx, stamp, kind, &hash, now);
    if let Some(access) = app.db().read_few(look).await? {
        return Ok(Some(access));
    }
    let shown = Arc::clone(shown);
    app.db().read(move |tx| look_up(tx, &shown, now)).await
}

fn refreshed(tx: &mut Tx, call: &Call, shown: &Shown) -> Result<Call> {
    let access = look_up(tx, shown, call.now)?.ok_or(Error::Unauthenticated)?;
    Ok(Call { actor: access.actor, ..call.clone() })
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Problem> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Error::Unauthenticated.into())
    }
}

/// How a request is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Nobody is asked who they are (pages, health).
    Open,
    /// Without credentials too (the published few of the API).
    Public,
    /// Only with credentials.
    Required,
}

/// How each request is let in, by method and path.
pub type GuardOf = fn(&Method, &str) -> Guard;

/// Stands before every operation: lets in who may come in, and adds the
/// [`Caller`] to the request.
pub async fn authenticate<F: Future<Output = Response>>(
    app: &App,
    guard: Guard,
    request: Request,
    operation: impl FnOnce(Request) -> F,
) -> Response {
    if guard == Guard::Open {
        return operation(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let public = guard == Guard::Public;
    let mut calls = None;
    match caller_of(app, &parts, public).await {
        Ok(Some(caller)) => {
            if !public {
                calls = app.count_call(caller.call.actor.id, caller.call.now);
            }
            if let Some(key) = &caller.key {
                parts.extensions.insert(key.body.clone());
            }
            parts.extensions.insert(caller);
        }
        Ok(None) if public => {}
        Ok(None) => return Problem::from(Error::Unauthenticated).into_response(),
        // Bad credentials do not close what is open to all.
        Err(problem) if public && problem.status.as_u16() == 401 => {}
        Err(problem) => return problem.into_response(),
    }
    let request = Request::from_parts(parts, body);
    let Some(calls) = calls else { return operation(request).await };
    let mut response = match calls.allowed {
        true => operation(request).await,
        false => Problem::too_many_calls(calls.reset).into_response(),
    };
    calls.write(response.headers_mut());
    response
}

async fn caller_of(app: &App, request: &Parts, public: bool) -> Result<Option<Caller>, Problem> {
    let headers = &request.headers;
    let entry = request.extensions.get::<Entry>().cloned().unwrap_or_default();
    let Some(shown) = shown(headers)? else { return Ok(None) };
    let now = entry.now;
    let shown = Arc::new(shown);
    let found = found(app, &shown, now).await?;
    let Some(access) = found else { return Err(refuse(app, &shown, &entry)) };
    let (door, session_secret) = match &*shown {
        Shown::Token(_) => (Door::Api, None),
        Shown::Session(secret) => (Door::Web, Some(secret.clone())),
    };
    // What is open to all acts for nobody: a cookie left in the jar is no hindrance.
    if let Some(secret) = session_secret.as_ref().filter(|_| !public) {
        check_csrf(&request.method, headers, secret)?;
    }
    note_use(app, &access, now);
    let call = Call { actor: access.actor, now, door, cause: None, entropy: app.entropy().clone() };
    let key = key_of(request, call.actor.id)?;
    Ok(Some(Caller {
        call,
        credential: access.credential,
        session_secret,
        entry: Arc::new(entry),
        uri: request.uri.clone(),
        shown,
        app: app.clone(),
        key: key.map(Arc::new),
    }))
}

/// What the request shows: a token before a cookie.
fn shown(headers: &HeaderMap) -> Result<Option<Shown>> {
    if let Some(header) = headers.get(header::AUTHORIZATION) {
        let text = header.to_str().unwrap_or("");
        let token =
            text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let hash = token.and_then(|(_, token)| token_hash(token.trim()));
        // A token that is none by its form is wrong like any other.
        return Ok(Some(Shown::Token(hash.unwrap_or([0; 32]))));
    }
    Ok(cookie(headers, SESSION_COOKIE).map(|secret| Shown::Session(secret.to_owned())))
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// A wrong token counts against its address; a session that is over does not:
/// browsers go on sending its cookie.
fn refuse(app: &App, shown: &Shown, entry: &Entry) -> Problem {
    if let Shown::Token(_) = shown
        && let Err(too_many) = app.failures().attempt(None, entry.address, entry.now)
    {
        return too_many.into();
    }
    Error::Unauthenticated.into()
}

fn check_csrf(method: &Method, headers: &HeaderMap, secret: &str) -> Result<()> {
    if is_safe(method) {
        return Ok(());
    }
    let sent = headers.get(CSRF_HEADER).and_then(|v| v.to_str().ok()).unwrap_or("");
    if csrf_matches(secret, sent) {
        return Ok(());
    }
    let words = "with a session every change needs the header X-CSRF-Token; GET /api/v1/me has it";
    Err(Error::Forbidden(words.into()))
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn key_of(request: &Parts, actor: steward_base::Uuid) -> Result<Option<Key>> {
    if is_safe(&request.method) {
        return Ok(None);
    }
    let Some(header) = request.headers.get("idempotency-key") else { return Ok(None) };
    let key = header.to_str().unwrap_or("").trim().to_owned();
    idempotency::check(&key)?;
    let route = format!("{} {}", request.method, request.uri.path());
    Ok(Some(Key { actor, route, key, body: BodySlot::default() }))
}

/// Notes beside the request that the credential was used.
fn note_use(app: &App, access: &Access, now: steward_base::Timestamp) {
    if !access.takes_touch(now) {
        return;
    }
    let (db, credential) = (app.db().clone(), access.credential);
    tokio::spawn(async move {
        let noted = db.write(move |tx| access::touch(tx, credential, now)).await;
        if let Err(error) = noted {
            tracing::debug!(%error, "the use of a credential was not noted");
        }
    });
}
