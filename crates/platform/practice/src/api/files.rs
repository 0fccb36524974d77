//! Attached files, of whatever ticket: what is known of them, their bytes, their
//! end.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use steward_api::{App, Caller, Path, Problem, Reply};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_people::views::Reference;
use steward_people::{Names, names};
use steward_ticket::attachment::{
    Attachment, Audience, Files, attachment, download_headers, object_of, remove,
};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_attachment, remove_attachment))
        .routes(routes!(download))
}

/// The files, put in by the composition root.
pub(super) fn files(app: &App) -> std::sync::Arc<Files> {
    app.service::<Files>()
}

/// An attached file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub(super) struct AttachmentView {
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
    /// `public` (whoever sees the ticket) or `internal`.
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
    pub(super) fn of(a: Attachment, names: &Names) -> AttachmentView {
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

pub(super) fn view(tx: &mut Tx, found: Attachment) -> Result<AttachmentView> {
    let names = names(tx, &[found.by])?;
    Ok(AttachmentView::of(found, &names))
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
    let registries = caller.app().service::<Registries>();
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
