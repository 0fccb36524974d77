//! Watchers of a ticket.

use axum::extract::OriginalUri;
use axum::response::Response;
use serde_json::Value as Json_;
use steward_api::{Page, Path, Problem, Query, Reply, TimedQuery};
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::Change;
use steward_people::views::Reference;
use steward_people::{Call, Target, access, allowed, names, resolve};
use steward_ticket::{store, target};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;
use crate::load::Loaded;

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(list_watchers), routes!(add_watcher, remove_watcher)]
}

/// Who watches, oldest first
#[utoipa::path(
    get, path = "/{number}/watchers",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "Watchers", body = Page<Reference>))
)]
async fn list_watchers(
    desk: Desk,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let page = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            let ids = store::watchers(tx, loaded.ticket.head.id)?;
            let page = query.of_all(ids, "watchers", Uuid::to_string)?;
            let names = names(tx, &page.items)?;
            Ok(page.map(|id| Reference::of(id, &names)))
        })
        .await?;
    Ok(page.respond(&uri))
}

/// The person of a path: yourself, or for those who work on it anybody.
fn watcher(tx: &mut Tx, call: &Call, loaded: &Loaded, login: &str) -> Result<Uuid> {
    let person = if login == call.actor.login {
        call.actor.id
    } else {
        loaded.check(call, "update")?;
        resolve(tx, &call.actor, "person", "login", login)?.id
    };
    loaded.check(call, "watch")?;
    Ok(person)
}

/// Whoever is made to watch must be able to read it then.
fn check_reads(tx: &mut Tx, loaded: &Loaded, person: Uuid) -> Result<()> {
    let refuse = |rule: &str, message: &str| Err(Error::invalid("login", rule, message));
    let Some(actor) = access::actor_of(tx, person)? else {
        return refuse("active", "this person is disabled");
    };
    let target = target(tx, &actor, &loaded.ticket)?;
    let watching = Target { own: true, ..target };
    match allowed(&actor, loaded.practice.kind, "read", &watching) {
        true => Ok(()),
        false => refuse("read", "this person has no role that could read it"),
    }
}

/// Let a person watch
#[utoipa::path(
    put, path = "/{number}/watchers/{login}",
    params(
        ("number" = String, Path, description = "Number or id"),
        ("login" = String, Path, description = "Login or id of the person")
    ),
    responses((status = 204, description = "The person watches"))
)]
async fn add_watcher(
    desk: Desk,
    Path((number, login)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    caller
        .write(move |tx, call| {
            let mut loaded = practice.load(tx, call, &registries, &number)?;
            let person = watcher(tx, call, &loaded, &login)?;
            check_reads(tx, &loaded, person)?;
            if store::add_watcher(tx, loaded.ticket.head.id, person, call.now)? {
                let change = [Change::plain("watcher", Json_::Null, person.to_string())];
                loaded.note(tx, call, "watched", &change)?;
            }
            Ok(Reply::none())
        })
        .await
}

/// End a person's watching
#[utoipa::path(
    delete, path = "/{number}/watchers/{login}",
    params(
        ("number" = String, Path, description = "Number or id"),
        ("login" = String, Path, description = "Login or id of the person")
    ),
    responses((status = 204, description = "The person no longer watches"))
)]
async fn remove_watcher(
    desk: Desk,
    Path((number, login)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    caller
        .write(move |tx, call| {
            let mut loaded = practice.load(tx, call, &registries, &number)?;
            let person = watcher(tx, call, &loaded, &login)?;
            if !store::remove_watcher(tx, loaded.ticket.head.id, person)? {
                return Err(Error::NotFound);
            }
            let change = [Change::plain("watcher", person.to_string(), Json_::Null)];
            loaded.note(tx, call, "unwatched", &change)?;
            Ok(Reply::none())
        })
        .await
}
