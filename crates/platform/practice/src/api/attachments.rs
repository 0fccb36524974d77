//! Attachments of a ticket, sent as a form.

use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Extension, Multipart, OriginalUri};
use axum::response::Response;
use sha2::{Digest as _, Sha256};
use steward_api::{BodySlot, Caller, Page, Path, Problem, Query, Reply, TimedQuery};
use steward_base::{Error, Result, Uuid};
use steward_people::names;
use steward_ticket::attachment::{
    Attachment, Audience, Files, NewAttachment, Upload, attachments, count_attachments,
};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Desk;
use super::files::{AttachmentView, files, view};
use super::journal::since;

pub(super) fn routes() -> Vec<UtoipaMethodRouter> {
    vec![routes!(list_attachments, add_attachment)]
}

/// Attachments, oldest first
#[utoipa::path(
    get, path = "/{number}/attachments",
    params(("number" = String, Path, description = "Number or id"), TimedQuery),
    responses((status = 200, description = "Attachments", body = Page<AttachmentView>))
)]
async fn list_attachments(
    desk: Desk,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    Query(query): Query<TimedQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let from = since(&query, "attachments")?;
    let Desk { caller, practice, registries } = desk;
    let page = caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
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
    post, path = "/{number}/attachments",
    request_body(content = AttachmentForm, content_type = "multipart/form-data"),
    params(("number" = String, Path, description = "Number or id")),
    responses((status = 201, description = "The attachment", body = AttachmentView))
)]
async fn add_attachment(
    desk: Desk,
    Path(number): Path<String>,
    slot: Option<Extension<BodySlot>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    may_attach(&desk, &number).await?;
    let caller = &desk.caller;
    let form = form.map_err(|_| {
        let words = "send the file as multipart/form-data, in the part \"file\"";
        Error::unsupported("Content-Type", "media_type", words)
    })?;
    let (files, app) = (files(caller.app()), caller.app().clone());
    let mut read = Form::default();
    let outcome = read_form(caller, &files, form, &mut read).await;
    let written = match outcome {
        Ok(()) => write(&desk, number, &read, slot).await,
        Err(error) => Err(error.into()),
    };
    if let Some(upload) = &read.upload {
        files.settle(app.db(), upload).await;
    }
    written
}

/// Asked before a byte is taken in.
async fn may_attach(desk: &Desk, number: &str) -> Result<(), Problem> {
    let Desk { caller, practice, registries } = desk.clone();
    let number = number.to_owned();
    caller
        .read(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            loaded.check(call, "attach")
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
    desk: &Desk,
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
    let Desk { caller, practice, registries } = desk.clone();
    caller
        .write(move |tx, call| {
            let made = practice.attach_file(tx, call, &registries, &number, &new)?;
            let location = format!("/api/v1/attachments/{}", made.id);
            Ok(Reply::created(location, view(tx, made)?))
        })
        .await
}
