//! Comments and work notes of a ticket.

use axum::extract::OriginalUri;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{Json, Page, Path, Problem, Query, Reply, TimedQuery};
use steward_base::time::wire;
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_people::views::Reference;
use steward_people::{Names, names};
use steward_ticket::journal::{
    Entry, EntryKind, NewEntry, Since, count_entries, entries_seen, entry, retract,
};
use steward_ticket::{rich, text};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![
        routes!(list_comments, add_comment),
        routes!(list_work_notes, add_work_note),
        routes!(get_comment),
        routes!(get_work_note),
        routes!(retract_comment),
    ]
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
    pub fn of(entry: Entry, names: &Names) -> EntryView {
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

/// Where a list in order of time goes on.
pub(super) fn since(query: &TimedQuery, name: &str) -> Result<Since> {
    let after: Option<(i64, Uuid)> = query.after(name)?;
    let after = after.and_then(|(at, id)| Some((Timestamp::from_microsecond(at).ok()?, id)));
    Ok(Since { after, descending: query.newest_first()? })
}

async fn list_entries(
    desk: Desk,
    uri: Uri,
    number: String,
    query: TimedQuery,
    kind: EntryKind,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let name = kind.as_str();
    let from = since(&query, name)?;
    let Desk { caller, practice, registries } = desk;
    let page = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            let internal = loaded.internal(call);
            if kind == EntryKind::WorkNote {
                loaded.check(call, "read_work_notes")?;
            }
            let record = loaded.ticket.head.id;
            let rows = entries_seen(tx, record, kind, internal, from, limit + 1)?;
            let count = match query.count {
                Some(true) => Some(count_entries(tx, record, kind, internal)?),
                _ => None,
            };
            let key = |e: &Entry| (e.at.as_microsecond(), e.id);
            let page = Page::cut(rows, limit, &query.belongs_to(name), key)?;
            let page = page.with_count(count);
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
    desk: Desk,
    number: String,
    body: WriteEntry,
    kind: EntryKind,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    caller
        .write(move |tx, call| {
            let html = body.format == Some(Format::Html);
            let new = NewEntry::new(call.new_id(), kind, &body.text, html)?;
            let ticket = practice.write_entry(tx, call, &registries, &number, &new)?;
            let found = entry(tx, ticket.head.id, new.id)?;
            let names = names(tx, &people(&found))?;
            let place = match kind {
                EntryKind::Comment => "comments",
                EntryKind::WorkNote => "work-notes",
            };
            let location =
                format!("/api/v1/{}/{}/{place}/{}", practice.path, ticket.number(), new.id);
            Ok(Reply::created(location, EntryView::of(found, &names)))
        })
        .await
}

/// Comments (public), oldest first unless `sort=-at`
#[utoipa::path(
    get, path = "/{number}/comments",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "Comments", body = Page<EntryView>))
)]
async fn list_comments(
    desk: Desk,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    list_entries(desk, uri, number, query, EntryKind::Comment).await
}

/// Write a comment: the caller reads it
#[utoipa::path(
    post, path = "/{number}/comments", request_body = WriteEntry,
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 201, description = "The comment", body = EntryView))
)]
async fn add_comment(
    desk: Desk,
    Path(number): Path<String>,
    Json(body): Json<WriteEntry>,
) -> Result<Response, Problem> {
    write_entry(desk, number, body, EntryKind::Comment).await
}

/// Work notes (internal), oldest first unless `sort=-at`
#[utoipa::path(
    get, path = "/{number}/work-notes",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "Work notes", body = Page<EntryView>))
)]
async fn list_work_notes(
    desk: Desk,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    list_entries(desk, uri, number, query, EntryKind::WorkNote).await
}

/// Write a work note: the caller never reads it
#[utoipa::path(
    post, path = "/{number}/work-notes", request_body = WriteEntry,
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 201, description = "The work note", body = EntryView))
)]
async fn add_work_note(
    desk: Desk,
    Path(number): Path<String>,
    Json(body): Json<WriteEntry>,
) -> Result<Response, Problem> {
    write_entry(desk, number, body, EntryKind::WorkNote).await
}

async fn get_entry(
    desk: Desk,
    number: String,
    id: Uuid,
    kind: EntryKind,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let view = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            let internal = loaded.internal(call);
            let found = entry(tx, loaded.ticket.head.id, id)?;
            let hidden = found.kind == EntryKind::WorkNote || found.retracted.is_some();
            if found.kind != kind || (hidden && !internal) {
                return Err(Error::NotFound);
            }
            let names = names(tx, &people(&found))?;
            Ok(EntryView::of(found, &names))
        })
        .await?;
    Ok(Reply::ok(view).into_response())
}

/// One comment
#[utoipa::path(
    get, path = "/{number}/comments/{id}",
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The comment")
    ),
    responses((status = 200, description = "The comment", body = EntryView))
)]
async fn get_comment(
    desk: Desk,
    Path((number, id)): Path<(String, Uuid)>,
) -> Result<Response, Problem> {
    get_entry(desk, number, id, EntryKind::Comment).await
}

/// One work note
#[utoipa::path(
    get, path = "/{number}/work-notes/{id}",
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The work note")
    ),
    responses((status = 200, description = "The work note", body = EntryView))
)]
async fn get_work_note(
    desk: Desk,
    Path((number, id)): Path<(String, Uuid)>,
) -> Result<Response, Problem> {
    get_entry(desk, number, id, EntryKind::WorkNote).await
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
    post, path = "/{number}/comments/{id}/retract",
    request_body = Retract,
    params(
        ("number" = String, Path, description = "Number or id"),
        ("id" = Uuid, Path, description = "The comment")
    ),
    responses((status = 200, description = "The comment", body = EntryView))
)]
async fn retract_comment(
    desk: Desk,
    Path((number, id)): Path<(String, Uuid)>,
    Json(body): Json<Retract>,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    caller
        .write(move |tx, call| {
            let mut loaded = practice.load(tx, call, &registries, &number)?;
            retract(tx, call, &mut loaded.ticket, id, &body.reason)?;
            text::index(tx, &loaded.ticket, &loaded.registry, false)?;
            steward_history::save_head(tx, &mut loaded.ticket.head)?;
            let found = entry(tx, loaded.ticket.head.id, id)?;
            let names = names(tx, &people(&found))?;
            Ok(Reply::ok(EntryView::of(found, &names)))
        })
        .await
}
