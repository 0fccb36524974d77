//! Attachments of an incident: sent as a form, streamed both ways.

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Extension, Multipart, OriginalUri};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use steward_api::{App, BodySlot, Caller, Page, Path, Problem, Query, Reply, TimedQuery};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_people::views::Reference;
use steward_people::{Names, check, names};
use steward_ticket::attachment::{
    Attachment, Audience, Files, NewAttachment, Upload, attachment, attachments, count_attachments,
    download_headers, object_of, remove,
};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::journal::since;
use super::registries;
use crate::commands;
use crate::fields::KIND;

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new()
        .routes(routes!(list_attachments, add_attachment))
        .routes(routes!(get_attachment, remove_attachment))
        .routes(routes!(download))
}

/// The files, put in by the composition root.
fn files(app: &App) -> std::sync::Arc<Files> {
    app.service::<Files>()
}

/// An attached file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Attachment)]
struct AttachmentView {
    /// Its id.
    id: Uuid,
    /// The file's name.
    file_name: String,
    /// Bytes.
    size: i64,
    /// The file's type, as it was sent.
    content_type: String,
    /// SHA-256 over the bytes, hexadecimal.
    sha256: String,
    /// `public` (whoever sees the incident) or `internal`.
    #[schema(value_type = String)]
    audience: Audience,
    /// The comment or work note it belongs to.
    #[schema(required)]
    entry: Option<Uuid>,
    /// When.
    at: String,
    /// Who attached it.
    by: Reference,
}

impl AttachmentView {
    fn of(a: Attachment, names: &Names) -> AttachmentView {
        AttachmentView {
            id: a.id,
            file_name: a.file_name,
            size: a.size,
            content_type: a.content_type,
            sha256: a.sha256.iter().map(|b| format!("{b:02x}")).collect(),
            audience: a.audience,
            entry: a.entry,
            at: wire(a.at),
            by: Reference::of(a.by, names),
        }
    }
}

fn view(tx: &mut Tx, found: Attachment) -> Result<AttachmentView> {
    let names = names(tx, &[found.by])?;
    Ok(AttachmentView::of(found, &names))
}

/// Attachments, oldest first
#[utoipa::path(
    get, path = "/incidents/{number}/attachments", tag = "incidents",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "Attachments", body = Page<AttachmentView>))
)]
async fn list_attachments(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let from = since(&query, "attachments")?;
    let registries = registries(caller.app());
    let page = caller
        .read(move |tx, call| {
            let loaded = commands::load(tx, call, &registries, &number)?;
            let rows = attachments(tx, &call.actor, &loaded.ticket, from, limit + 1)?;
            let key = |a: &Attachment| (a.at.as_microsecond(), a.id);
            let count = match query.count {
                Some(true) => Some(count_attachments(tx, &call.actor, &loaded.ticket)?),
                _ => None,
            };
            let page =
                Page::cut(rows, limit, &query.belongs_to("attachments"), key)?.with_count(count);
            let people: Vec<Uuid> = page.items.iter().map(|a| a.by).collect();
            let names = names(tx, &people)?;
            Ok(page.map(|a| AttachmentView::of(a, &names)))
        })
        .await?;
    Ok(page.respond(&uri))
}

/// A file with who is to see it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; the parts are read as a stream")]
struct AttachmentForm {
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `public` (the default) or `internal`; what belongs to an entry has the
    /// entry's audience.
    audience: Option<String>,
    /// A comment or work note of yours that it belongs to.
    entry: Option<Uuid>,
}

/// What a form said.
#[derive(Default)]
struct Form {
    upload: Option<Upload>,
    audience: Option<Audience>,
    entry: Option<Uuid>,
}

/// Attach a file
///
/// At most 25 MiB unless configured otherwise. Programs are refused.
#[utoipa::path(
    post, path = "/incidents/{number}/attachments", tag = "incidents",
    request_body(content = AttachmentForm, content_type = "multipart/form-data"),
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 201, description = "The attachment", body = AttachmentView))
)]
async fn add_attachment(
    caller: Caller,
    Path(number): Path<String>,
    slot: Option<Extension<BodySlot>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    may_attach(&caller, &number).await?;
    let form = form.map_err(|_| {
        let words = "send the file as multipart/form-data, in the part \"file\"";
        Error::unsupported("Content-Type", "media_type", words)
    })?;
    let (files, app) = (files(caller.app()), caller.app().clone());
    let mut read = Form::default();
    let outcome = read_form(&caller, &files, form, &mut read).await;
    let written = match outcome {
        Ok(()) => write(&caller, number, &read, slot).await,
        Err(error) => Err(error.into()),
    };
    if let Some(upload) = &read.upload {
        files.settle(app.db(), upload).await;
    }
    written
}

/// Asked before a byte is taken in.
async fn may_attach(caller: &Caller, number: &str) -> Result<(), Problem> {
    let (registries, number) = (registries(caller.app()), number.to_owned());
    caller
        .read(move |tx, call| {
            let loaded = commands::load(tx, call, &registries, &number)?;
            check(&call.actor, KIND, "attach", &loaded.target)
        })
        .await
}

/// Most bytes of a part that is no file.
const SMALL: usize = 1_000;
/// Most bytes read and thrown away, so that the client sees the answer.
const DRAIN: usize = 16 * 1024 * 1024;

async fn read_form(
    caller: &Caller,
    files: &Files,
    mut form: Multipart,
    read: &mut Form,
) -> Result<()> {
    let broken = |e: axum::extract::multipart::MultipartError| {
        Error::malformed("body", "multipart", format!("is not a whole form: {e}"))
    };
    while let Some(mut part) = form.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") if read.upload.is_none() => {
                let taken = take_file(caller, files, &mut part).await;
                if taken.is_err() {
                    drain(&mut part).await;
                }
                read.upload = Some(taken?);
            }
            Some("audience") => {
                let text = small(&mut part).await?;
                let known = Audience::parse(&text);
                let wrong = || Error::invalid("audience", "choice", "is public or internal");
                read.audience = Some(known.ok_or_else(wrong)?);
            }
            Some("entry") => {
                let id = small(&mut part).await?.parse();
                let wrong = |_| Error::invalid("entry", "type", "is the id of an entry");
                read.entry = Some(id.map_err(wrong)?);
            }
            Some("file") => {
                return Err(Error::invalid("file", "repeated", "send one file at a time"));
            }
            name => {
                let name = name.unwrap_or("").chars().take(60).collect::<String>();
                let message = "is not known; what is taken: file, audience, entry";
                return Err(Error::invalid(name, "unknown_field", message));
            }
        }
    }
    match read.upload {
        Some(_) => Ok(()),
        None => Err(Error::invalid("file", "required", "send the file in the part \"file\"")),
    }
}

async fn take_file(caller: &Caller, files: &Files, part: &mut Field<'_>) -> Result<Upload> {
    let name = part.file_name().unwrap_or("").to_owned();
    let content_type = part.content_type().map(str::to_owned);
    let bytes = futures_util::stream::unfold(part, |part| async {
        let chunk = part.chunk().await.transpose()?.map_err(|e| {
            Error::malformed("file", "incomplete", format!("the body broke off: {e}"))
        });
        Some((chunk, part))
    });
    files.receive(caller.call.new_id(), &name, content_type.as_deref(), bytes).await
}

async fn drain(part: &mut Field<'_>) {
    let mut seen = 0;
    while let Ok(Some(chunk)) = part.chunk().await {
        seen += chunk.len();
        if seen > DRAIN {
            return;
        }
    }
}

async fn small(part: &mut Field<'_>) -> Result<String> {
    let name = part.name().unwrap_or("").to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = part
        .chunk()
        .await
        .map_err(|e| Error::malformed(name.clone(), "incomplete", e.to_string()))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > SMALL {
            return Err(Error::invalid(name, "length", "is too long"));
        }
    }
    let text = String::from_utf8(bytes);
    text.map_err(|_| Error::malformed(name, "utf8", "is not UTF-8")).map(|t| t.trim().to_owned())
}

async fn write(
    caller: &Caller,
    number: String,
    form: &Form,
    slot: Option<Extension<BodySlot>>,
) -> Result<Response, Problem> {
    let Some(upload) = form.upload.clone() else {
        return Err(Problem::internal("a form without its file"));
    };
    let new = NewAttachment {
        upload,
        audience: form.audience.unwrap_or(Audience::Public),
        entry: form.entry,
    };
    if let Some(Extension(slot)) = slot {
        // A form's bytes differ each time it is sent; what it says does not.
        let said = (&new.upload.sha256, &new.upload.file_name, new.audience, new.entry);
        slot.fill(Sha256::digest(format!("{said:?}")).into());
    }
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            let made = commands::attach_file(tx, call, &registries, &number, &new)?;
            let location = format!("/api/v1/attachments/{}", made.id);
            Ok(Reply::created(location, view(tx, made)?))
        })
        .await
}

/// What is known of an attachment
#[utoipa::path(
    get, path = "/attachments/{id}", tag = "attachments",
    params(("id" = Uuid, Path, description = "The attachment")),
    responses((status = 200, description = "The attachment", body = AttachmentView))
)]
async fn get_attachment(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let found = caller
        .read(move |tx, call| {
            let (found, _) = attachment(tx, &call.actor, id)?;
            view(tx, found)
        })
        .await?;
    Ok(Reply::ok(found).into_response())
}

/// Remove an attachment
///
/// Your own, or any where you may retract comments. The history keeps that it
/// was there.
#[utoipa::path(
    delete, path = "/attachments/{id}", tag = "attachments",
    params(("id" = Uuid, Path, description = "The attachment")),
    responses((status = 204, description = "The attachment is gone"))
)]
async fn remove_attachment(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            let (_, ticket) = attachment(tx, &call.actor, id)?;
            let registry = registries.get(tx, ticket.kind())?;
            remove(tx, call, &registry, id)?;
            Ok(Reply::none())
        })
        .await
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "describes the answer")]
struct FileBytes(Vec<u8>);

/// Download a file
///
/// Always as a download, never as a page.
#[utoipa::path(
    get, path = "/attachments/{id}/content", tag = "attachments",
    params(("id" = Uuid, Path, description = "The attachment")),
    responses((
        status = 200, description = "The bytes", content_type = "application/octet-stream",
        body = FileBytes
    ))
)]
async fn download(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let (found, object) = caller
        .read(move |tx, call| {
            let (found, _) = attachment(tx, &call.actor, id)?;
            let object = object_of(tx, &found.sha256)?.ok_or(Error::NotFound)?;
            Ok((found, object))
        })
        .await?;
    let bytes = files(caller.app()).open(&object).await?;
    let mut response = Body::from_stream(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, found.size.into());
    for (name, value) in download_headers(&found.file_name, &found.content_type) {
        let value = value.parse().map_err(Problem::internal)?;
        headers.insert(header::HeaderName::from_static(name), value);
    }
    Ok(response)
}
