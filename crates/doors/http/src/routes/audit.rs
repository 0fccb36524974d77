//! What auditors read beside the histories: the seals.

use axum::extract::OriginalUri;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use steward_api::{Caller, Page, PageQuery, Problem, Query, Reply};
use steward_base::time::wire;
use steward_base::{Error, Result};
use steward_history::{Seal, count_seals, seals};
use steward_people::{Call, refusal, visibility};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_seals)).routes(routes!(latest_seal))
}

/// A seal over everything that was written before it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Seal)]
struct SealView {
    /// Its number, from 1.
    no: i64,
    /// When it was made.
    at: String,
    /// How many records changed since the seal before.
    heads: i64,
    /// The hash over all of it, hexadecimal.
    hash: String,
    /// The hash of the seal before, hexadecimal; empty for the first.
    previous: String,
    /// The line that `steward seal print` gives and `steward verify --against` takes: keep it elsewhere.
    seal: String,
}

impl From<Seal> for SealView {
    fn from(seal: Seal) -> SealView {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect();
        SealView {
            no: seal.no,
            at: wire(seal.at),
            heads: seal.heads,
            hash: hex(&seal.hash),
            previous: hex(&seal.previous),
            seal: seal.line(),
        }
    }
}

const LIST: &str = "seals";

fn may_read(call: &Call) -> Result<()> {
    if visibility(&call.actor, "audit", "read").is_none() {
        return Err(Error::Forbidden(refusal(&call.actor, "audit", "read")));
    }
    Ok(())
}

/// Seals, newest first
#[utoipa::path(
    get, path = "/audit/seals", tag = "audit", params(PageQuery),
    responses((status = 200, description = "Seals", body = Page<SealView>))
)]
async fn list_seals(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (rows, below) = (query.limit()?, query.after::<i64>(LIST)?);
    let counted = query.count.unwrap_or(false);
    let (found, count) = caller
        .read(move |tx, call| {
            may_read(call)?;
            let found = seals(tx, below.unwrap_or(i64::MAX), rows + 1)?;
            Ok((found, if counted { Some(count_seals(tx)?) } else { None }))
        })
        .await?;
    let page = Page::cut(found, rows, &[LIST], |seal| seal.no)?;
    Ok(page.map(SealView::from).with_count(count).respond(&uri))
}

/// The newest seal
///
/// With `Accept: text/plain` the line alone.
#[utoipa::path(
    get, path = "/audit/seals/latest", tag = "audit",
    responses((status = 200, description = "The newest seal", content(
        (SealView = "application/json"), (String = "text/plain")
    )))
)]
async fn latest_seal(caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let newest = caller
        .read(|tx, call| {
            may_read(call)?;
            seals(tx, i64::MAX, 1)?.pop().ok_or(Error::NotFound)
        })
        .await?;
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    if accepts.trim().starts_with("text/plain") {
        return Ok(format!("{}\n", newest.line()).into_response());
    }
    Ok(Reply::ok(SealView::from(newest)).into_response())
}
