//! Relations of a ticket with others, whatever their practice.

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json_;
use steward_api::{IfMatch, Json, Page, Path, Problem, Query, Reply, TimedQuery, check_version};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::Change;
use steward_people::views::{Reference, UNCHANGING};
use steward_people::{Call, names};
use steward_ticket::readable_of;
use steward_ticket::store::{self, Relation};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::{Desk, practices};
use crate::load::Loaded;

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(list_relations, add_relation), routes!(get_relation, remove_relation)]
}

/// A link to another record.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Relation)]
struct RelationView {
    /// The link.
    id: Uuid,
    /// Its type, read from `from` to `to`.
    #[serde(rename = "type")]
    relation_type: String,
    /// Where it starts.
    from: Reference,
    /// Where it ends.
    to: Reference,
    /// Who made it.
    by: Reference,
    /// When.
    at: String,
    /// Goes as `If-Match` when it is removed; always 1, since a link never changes.
    version: i64,
}

/// Types of links that people make by hand.
const TYPES: [&str; 4] = ["related_to", "caused_by", "blocked_by", "follows"];

/// Links with other records, oldest first
#[utoipa::path(
    get, path = "/{number}/relations",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "Links", body = Page<RelationView>))
)]
async fn list_relations(
    desk: Desk,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let page = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            let seen = seen(tx, call, &loaded)?;
            let seen = views(tx, seen)?;
            query.of_all(seen, "relations", |relation| relation.id.to_string())
        })
        .await?;
    Ok(page.respond(&uri))
}

/// Links of a ticket whose other end the caller sees too.
fn seen(tx: &mut Tx, call: &Call, loaded: &Loaded) -> Result<Vec<Relation>> {
    let own = loaded.ticket.head.id;
    let mut found = store::relations(tx, own)?;
    let other = |r: &Relation| if r.from == own { r.to } else { r.from };
    let others: Vec<Uuid> = found.iter().map(other).collect();
    let seen = readable_of(tx, &call.actor, &others)?;
    found.retain(|relation| seen.contains(&other(relation)));
    Ok(found)
}

/// One link
#[utoipa::path(
    get, path = "/{number}/relations/{id}",
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The link")
    ),
    responses((status = 200, description = "The link", body = RelationView))
)]
async fn get_relation(
    desk: Desk,
    Path((number, id)): Path<(String, Uuid)>,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let view = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            let found = seen(tx, call, &loaded)?.into_iter().find(|r| r.id == id);
            let found = found.ok_or(Error::NotFound)?;
            views(tx, vec![found])?.pop().ok_or(Error::NotFound)
        })
        .await?;
    Ok(Reply::ok(view).with_version(UNCHANGING).into_response())
}

fn views(tx: &mut Tx, relations: Vec<Relation>) -> Result<Vec<RelationView>> {
    let ids: Vec<Uuid> = relations.iter().flat_map(|r| [r.from, r.to, r.by]).collect();
    let names = names(tx, &ids)?;
    let view = |r: Relation| RelationView {
        id: r.id,
        relation_type: r.relation_type,
        from: Reference::of(r.from, &names),
        to: Reference::of(r.to, &names),
        by: Reference::of(r.by, &names),
        at: wire(r.at),
        version: UNCHANGING,
    };
    Ok(relations.into_iter().map(view).collect())
}

/// A new link.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"type": "related_to", "to": "INC0001042"}))]
struct AddRelation {
    /// `related_to`, `caused_by`, `blocked_by` or `follows`.
    #[serde(rename = "type")]
    relation_type: String,
    /// Number or id of the other record.
    to: String,
}

/// Link it with another record
#[utoipa::path(
    post, path = "/{number}/relations", request_body = AddRelation,
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 201, description = "The link", body = RelationView))
)]
async fn add_relation(
    desk: Desk,
    Path(number): Path<String>,
    Json(body): Json<AddRelation>,
) -> Result<Response, Problem> {
    let all = practices(&desk.caller);
    let Desk { caller, practice, registries } = desk;
    caller
        .write(move |tx, call| {
            if !TYPES.contains(&body.relation_type.as_str()) {
                let message = format!("is one of {}", TYPES.join(", "));
                return Err(Error::invalid("type", "choice", message));
            }
            let mut loaded = practice.load(tx, call, &registries, &number)?;
            loaded.check(call, "relate")?;
            let other = all.find(tx, call, &body.to).map_err(|e| match e {
                Error::NotFound => {
                    let message = "no record that you may see has this number";
                    Error::invalid("to", "reference", message)
                }
                other => other,
            })?;
            // Both ends tell of it, so both are written.
            other.check(call, "relate")?;
            let relation = Relation {
                id: call.new_id(),
                relation_type: body.relation_type.clone(),
                from: loaded.ticket.head.id,
                to: other.ticket.head.id,
                by: call.actor.id,
                at: call.now,
            };
            if relation.from == relation.to {
                return Err(Error::invalid("to", "self", "a record is not linked with itself"));
            }
            // "Related to" reads the same from both ends.
            let turned = relation.relation_type == "related_to"
                && store::relations(tx, relation.from)?.iter().any(|r| {
                    (&r.relation_type, r.from, r.to)
                        == (&relation.relation_type, relation.to, relation.from)
                });
            if turned || !store::add_relation(tx, &relation)? {
                return Err(Error::Refused("this link stands already".into()));
            }
            tell(tx, call, &relation, (&mut loaded, Some(other)), Told::Made)?;
            let location = format!(
                "/api/v1/{}/{}/relations/{}",
                practice.path,
                loaded.ticket.number(),
                relation.id
            );
            let view = views(tx, vec![relation])?.pop().ok_or(Error::NotFound)?;
            Ok(Reply::created(location, view).with_version(UNCHANGING))
        })
        .await
}

/// Tells of a link on both its ends, each naming the other; the far one because of
/// the near one.
fn tell(
    tx: &mut Tx,
    call: &Call,
    relation: &Relation,
    (near, far): (&mut Loaded, Option<Loaded>),
    what: Told,
) -> Result<()> {
    let own = near.id();
    let fact = near.note(tx, call, what.fact(), &what.changes(relation, own))?;
    let Some(mut far) = far else { return Ok(()) };
    let call = Call { cause: call.cause.or(Some(fact)), ..call.clone() };
    let own = far.id();
    far.note(tx, &call, what.fact(), &what.changes(relation, own)).map(drop)
}

/// What became of a link.
#[derive(Clone, Copy)]
enum Told {
    Made,
    Removed,
}

impl Told {
    fn fact(self) -> &'static str {
        match self {
            Told::Made => "related",
            Told::Removed => "unrelated",
        }
    }

    /// What it looks like from this end.
    fn changes(self, relation: &Relation, end: Uuid) -> [Change; 2] {
        let (side, other) =
            if end == relation.from { ("to", relation.to) } else { ("from", relation.from) };
        let change = |field: &str, value: String| match self {
            Told::Made => Change::plain(field, Json_::Null, value),
            Told::Removed => Change::plain(field, value, Json_::Null),
        };
        [change("relation", relation.relation_type.clone()), change(side, other.to_string())]
    }
}

/// Remove a link
#[utoipa::path(
    delete, path = "/{number}/relations/{id}",
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The link"),
        ("If-Match" = String, Header, description = "The version of the link you read"),
    ),
    responses((status = 204, description = "The link is gone"))
)]
async fn remove_relation(
    desk: Desk,
    Path((number, id)): Path<(String, Uuid)>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    let all = practices(&desk.caller);
    let Desk { caller, practice, registries } = desk;
    caller
        .write(move |tx, call| {
            let mut loaded = practice.load(tx, call, &registries, &number)?;
            loaded.check(call, "relate")?;
            let own = loaded.ticket.head.id;
            // What one may not see is not there, also for who knows its id.
            let found = seen(tx, call, &loaded)?.into_iter().find(|r| r.id == id);
            let relation = found.ok_or(Error::NotFound)?;
            check_version(if_match.required()?, UNCHANGING)?;
            if relation.relation_type == "duplicate_of" {
                return Err(Error::Refused("a duplicate is taken apart with unmerge".into()));
            }
            store::remove_relation(tx, id)?;
            let other = if relation.from == own { relation.to } else { relation.from };
            let far = all.loaded(tx, call, other)?;
            tell(tx, call, &relation, (&mut loaded, far), Told::Removed)?;
            Ok(Reply::none())
        })
        .await
        .map(IntoResponse::into_response)
}
