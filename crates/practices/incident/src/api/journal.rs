//! Comments, work notes, the timeline and the history of an incident.

use std::collections::HashMap;

use axum::extract::OriginalUri;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json_;
use steward_api::{Caller, Json, Page, PageQuery, Path, Problem, Query, Reply};
use steward_base::time::wire;
use steward_base::{Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_people::views::Reference;
use steward_people::{Call, Name, allowed, names};
use steward_ticket::journal::{Entry, EntryKind, NewEntry, entries, entry, retract};
use steward_ticket::{rich, text};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::registries;
use crate::commands::{self, Loaded};
use crate::fields::KIND;
use crate::timeline::{self, TimelineItem};

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new()
        .routes(routes!(list_comments, add_comment))
        .routes(routes!(list_work_notes, add_work_note))
        .routes(routes!(retract_comment))
        .routes(routes!(list_timeline))
        .routes(routes!(list_history))
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct EntryView {
    /// Its id.
    pub id: Uuid,
    /// `comment` (public) or `work_note` (internal).
    #[schema(value_type = String)]
    pub kind: EntryKind,
    /// Who wrote it.
    pub author: Reference,
    /// Its words; null when they were erased.
    #[schema(required)]
    pub text: Option<String>,
    /// Its words as HTML that is safe to show; null when they were erased.
    #[schema(required)]
    pub html: Option<String>,
    /// When.
    pub at: String,
    /// Through which door.
    pub door: String,
    /// Who took a wrongly public comment back, and when.
    #[schema(required)]
    pub retracted: Option<Retracted>,
}

/// A comment that was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Retracted {
    /// Who did.
    pub by: Reference,
    /// When.
    pub at: String,
}

impl EntryView {
    /// The entry as its reader sees it.
    pub fn of(entry: Entry, names: &HashMap<Uuid, Name>) -> EntryView {
        EntryView {
            id: entry.id,
            kind: entry.kind,
            author: Reference::of(entry.author, names),
            text: entry.body.as_ref().map(|b| rich::plain(b, &entry.format)),
            html: entry.body.as_ref().map(|b| rich::html(b, &entry.format)),
            at: wire(entry.at),
            door: entry.door,
            retracted: entry
                .retracted
                .map(|(at, by)| Retracted { by: Reference::of(by, names), at: wire(at) }),
        }
    }
}

/// A new comment or work note.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "We set the rekey timer back; does it hold now?"}))]
struct WriteEntry {
    /// What to say, at most 64 KiB. `@login` mentions a person.
    text: String,
    /// `text` (as written) or `html` (cleaned before it is kept).
    #[serde(default)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Text,
    Html,
}

/// Whether the caller reads the internal part of this incident.
pub(super) fn sees_internal(call: &Call, loaded: &Loaded) -> bool {
    allowed(&call.actor, KIND, "read_work_notes", &loaded.target)
}

async fn list_entries(
    caller: Caller,
    uri: Uri,
    number: String,
    query: PageQuery,
    kind: EntryKind,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let name = kind.as_str();
    let after: Option<(i64, Uuid)> = query.after(name)?;
    let registries = registries(caller.app());
    let page = caller
        .read(move |tx, call| {
            let loaded = commands::load(tx, call, &registries, &number)?;
            let internal = sees_internal(call, &loaded);
            if kind == EntryKind::WorkNote {
                steward_people::check(&call.actor, KIND, "read_work_notes", &loaded.target)?;
            }
            let after = after.unwrap_or((i64::MIN, Uuid::nil()));
            let from = Timestamp::from_microsecond(after.0).unwrap_or(Timestamp::UNIX_EPOCH);
            let record = loaded.ticket.head.id;
            let mut rows = entries(tx, record, &[kind], (from, after.1), limit + 1)?;
            rows.retain(|e| internal || e.retracted.is_none());
            let page = Page::cut(rows, limit, &[name], |e: &Entry| (e.at.as_microsecond(), e.id))?;
            let names = names(tx, &page.items.iter().flat_map(people).collect::<Vec<_>>())?;
            Ok(page.map(|e| EntryView::of(e, &names)))
        })
        .await?;
    Ok(page.respond(&uri))
}

fn people(entry: &Entry) -> Vec<Uuid> {
    std::iter::once(entry.author).chain(entry.retracted.map(|(_, by)| by)).collect()
}

async fn write_entry(
    caller: Caller,
    number: String,
    body: WriteEntry,
    kind: EntryKind,
) -> Result<Response, Problem> {
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            let html = body.format == Some(Format::Html);
            let new = NewEntry::new(call.new_id(), kind, &body.text, html)?;
            let ticket = commands::write_entry(tx, call, &registries, &number, &new)?;
            let found = entry(tx, ticket.head.id, new.id)?;
            let names = names(tx, &people(&found))?;
            let place = match kind {
                EntryKind::Comment => "comments",
                EntryKind::WorkNote => "work-notes",
            };
            let location = format!("/api/v1/incidents/{}/{place}/{}", ticket.number(), new.id);
            Ok(Reply::created(location, EntryView::of(found, &names)))
        })
        .await
}

/// Comments (public), oldest first
#[utoipa::path(
    get, path = "/incidents/{number}/comments", tag = "incidents",
    params(("number" = String, Path, description = "Number or id"), PageQuery),
    responses((status = 200, description = "Comments", body = Page<EntryView>))
)]
async fn list_comments(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    list_entries(caller, uri, number, query, EntryKind::Comment).await
}

/// Write a comment: the caller reads it
#[utoipa::path(
    post, path = "/incidents/{number}/comments", tag = "incidents", request_body = WriteEntry,
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 201, description = "The comment", body = EntryView))
)]
async fn add_comment(
    caller: Caller,
    Path(number): Path<String>,
    Json(body): Json<WriteEntry>,
) -> Result<Response, Problem> {
    write_entry(caller, number, body, EntryKind::Comment).await
}

/// Work notes (internal), oldest first
#[utoipa::path(
    get, path = "/incidents/{number}/work-notes", tag = "incidents",
    params(("number" = String, Path, description = "Number or id"), PageQuery),
    responses((status = 200, description = "Work notes", body = Page<EntryView>))
)]
async fn list_work_notes(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    list_entries(caller, uri, number, query, EntryKind::WorkNote).await
}

/// Write a work note: the caller never reads it
#[utoipa::path(
    post, path = "/incidents/{number}/work-notes", tag = "incidents", request_body = WriteEntry,
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 201, description = "The work note", body = EntryView))
)]
async fn add_work_note(
    caller: Caller,
    Path(number): Path<String>,
    Json(body): Json<WriteEntry>,
) -> Result<Response, Problem> {
    write_entry(caller, number, body, EntryKind::WorkNote).await
}

/// Why a comment is taken back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "It was meant for the team."}))]
struct Retract {
    /// The reason, 1 to 4000 characters.
    reason: String,
}

/// Take a wrongly public comment back
///
/// The caller no longer reads it; the history says who took it back and why.
#[utoipa::path(
    post, path = "/incidents/{number}/comments/{id}/retract", tag = "incidents",
    request_body = Retract,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The comment")
    ),
    responses((status = 200, description = "The comment", body = EntryView))
)]
async fn retract_comment(
    caller: Caller,
    Path((number, id)): Path<(String, Uuid)>,
    Json(body): Json<Retract>,
) -> Result<Response, Problem> {
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            let mut loaded = commands::load(tx, call, &registries, &number)?;
            retract(tx, call, &mut loaded.ticket, id, &body.reason)?;
            text::index(tx, &loaded.ticket, &loaded.registry, false)?;
            steward_history::save_head(tx, &mut loaded.ticket.head)?;
            let found = entry(tx, loaded.ticket.head.id, id)?;
            let names = names(tx, &people(&found))?;
            Ok(Reply::ok(EntryView::of(found, &names)))
        })
        .await
}

/// Everything that happened, oldest first
///
/// Comments, work notes and changes in one list, duplicates' entries marked.
#[utoipa::path(
    get, path = "/incidents/{number}/timeline", tag = "incidents",
    params(("number" = String, Path, description = "Number or id"), PageQuery),
    responses((status = 200, description = "The timeline", body = Page<TimelineItem>))
)]
async fn list_timeline(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let after: Option<timeline::Place> = query.after("timeline")?;
    let registries = registries(caller.app());
    let page = caller
        .read(move |tx, call| {
            let loaded = commands::load(tx, call, &registries, &number)?;
            timeline::page(tx, &loaded, sees_internal(call, &loaded), after, limit)
        })
        .await?;
    Ok(page.respond(&uri))
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

/// History: every fact, oldest first
#[utoipa::path(
    get, path = "/incidents/{number}/history", tag = "incidents",
    params(("number" = String, Path, description = "Number or id"), PageQuery),
    responses((status = 200, description = "Facts", body = Page<FactView>))
)]
async fn list_history(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let after: Option<i64> = query.after("history")?;
    let registries = registries(caller.app());
    let page = caller
        .read(move |tx, call| {
            let loaded = commands::load(tx, call, &registries, &number)?;
            let internal = sees_internal(call, &loaded);
            history_page(tx, &loaded, internal, after.unwrap_or(0), limit)
        })
        .await?;
    Ok(page.respond(&uri).into_response())
}

fn history_page(
    tx: &mut Tx,
    loaded: &Loaded,
    internal: bool,
    after: i64,
    limit: i64,
) -> Result<Page<FactView>> {
    let record = loaded.ticket.head.id;
    let (mut facts, mut at) = (Vec::new(), after);
    // Facts that the reader may not see are left out, so that a page may have
    // to read further than its own length.
    while (facts.len() as i64) <= limit {
        let read = steward_history::facts_of(tx, record, at, limit + 1)?;
        let Some(last) = read.last() else { break };
        at = last.seq;
        facts.extend(
            read.into_iter().filter_map(|f| timeline::readable(f, &loaded.registry, internal)),
        );
    }
    let page = Page::cut(facts, limit, &["history"], |f| f.seq)?;
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
