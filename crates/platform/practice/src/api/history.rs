//! The history of a ticket: its facts, as the reader may see them.

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value as Json_;
use steward_api::{Page, Path, Problem, Query, TimedQuery};
use steward_base::time::wire;
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_history::Fact;
use steward_people::names;
use steward_people::views::Reference;
use steward_ticket::readable;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;
use crate::load::Loaded;

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(list_history)]
}

/// One fact of the history.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Fact)]
pub struct FactView {
    /// Its place in the record's history, from 1.
    pub seq: i64,
    /// Its place in the log of this installation.
    pub position: i64,
    /// What happened, e.g. `incident.resolved`.
    pub kind: String,
    /// When it happened.
    pub at: String,
    /// When we learnt of it.
    pub recorded_at: String,
    /// Who acted.
    pub by: Reference,
    /// For whom.
    #[schema(required)]
    pub on_behalf_of: Option<Reference>,
    /// Through which door.
    pub door: String,
    /// The first fact of the chain this follows from.
    #[schema(required)]
    pub cause: Option<CauseView>,
    /// What changed: `field`, `from`, `to`; a text stands apart behind its digest.
    #[schema(value_type = Vec<Object>)]
    pub changes: Vec<Json_>,
    /// Its link in the chain, hexadecimal.
    pub hash: String,
}

/// A fact's address.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CauseView {
    /// The record.
    pub record: Uuid,
    /// Its place in that record's history.
    pub seq: i64,
}

/// History: every fact, oldest first unless `sort=-at`
///
/// In the order in which they were recorded.
#[utoipa::path(
    get, path = "/{number}/history",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "Facts", body = Page<FactView>))
)]
async fn list_history(
    desk: Desk,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let after: Option<i64> = query.after("history")?;
    let newest_first = query.newest_first()?;
    let Desk { caller, practice, registries } = desk;
    let page = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            let internal = loaded.internal(call);
            let count = match query.count {
                Some(true) => Some(count_facts(tx, &loaded, internal)?),
                _ => None,
            };
            let facts = facts(tx, &loaded, internal, (after, newest_first), limit)?;
            let page = Page::cut(facts, limit, &query.belongs_to("history"), |f| f.seq)?;
            Ok(shown(tx, page)?.with_count(count))
        })
        .await?;
    Ok(page.respond(&uri).into_response())
}

/// How many facts the reader may see.
fn count_facts(tx: &mut Tx, loaded: &Loaded, internal: bool) -> Result<i64> {
    let record = loaded.ticket.head.id;
    let (mut count, mut at) = (0, 0);
    loop {
        let read = steward_history::facts_of(tx, record, at, 1_000)?;
        let Some(last) = read.last() else { return Ok(count) };
        at = last.seq;
        let seen = read.into_iter().filter_map(|f| readable(f, &loaded.registry, internal));
        count += seen.count() as i64;
    }
}

/// At most one fact more than `limit` that the reader may see, in order of their
/// recording, from `after` on.
fn facts(
    tx: &mut Tx,
    loaded: &Loaded,
    internal: bool,
    (after, newest_first): (Option<i64>, bool),
    limit: i64,
) -> Result<Vec<Fact>> {
    let record = loaded.ticket.head.id;
    let mut at = after.unwrap_or(if newest_first { i64::MAX } else { 0 });
    let mut facts = Vec::new();
    // Facts that the reader may not see are left out, so that a page may have
    // to read further than its own length.
    while (facts.len() as i64) <= limit {
        let read = match newest_first {
            false => steward_history::facts_of(tx, record, at, limit + 1)?,
            true => steward_history::facts_before(tx, record, at, limit + 1)?,
        };
        let Some(last) = read.last() else { break };
        at = last.seq;
        facts.extend(read.into_iter().filter_map(|f| readable(f, &loaded.registry, internal)));
    }
    Ok(facts)
}

fn shown(tx: &mut Tx, page: Page<Fact>) -> Result<Page<FactView>> {
    let people: Vec<Uuid> = page
        .items
        .iter()
        .flat_map(|f| [Some(f.stamp.by), f.stamp.on_behalf_of])
        .flatten()
        .collect();
    let names = names(tx, &people)?;
    Ok(page.map(|f| FactView {
        seq: f.seq,
        position: f.place.position,
        kind: f.kind,
        at: wire(f.stamp.at),
        recorded_at: wire(f.stamp.recorded_at),
        by: Reference::of(f.stamp.by, &names),
        on_behalf_of: f.stamp.on_behalf_of.map(|id| Reference::of(id, &names)),
        door: f.stamp.door.as_str().into(),
        cause: f.stamp.cause.map(|c| CauseView { record: c.record, seq: c.seq }),
        changes: f.changes,
        hash: f.hash.iter().map(|b| format!("{b:02x}")).collect(),
    }))
}
