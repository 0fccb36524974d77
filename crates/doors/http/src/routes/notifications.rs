//! The bell.

use axum::extract::OriginalUri;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json_;
use steward_api::{Caller, Json, Page, Problem, Query, Reply, limit, read_cursor};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_notification::{Asked, Shown, list, mark_all_read, mark_read};
use steward_people::views::Reference;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_notifications)).routes(routes!(read_notifications))
}

const LIST: &str = "notifications";
/// Most marked in one request.
const MOST_MARKED: usize = 500;

/// The parameters of the list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NotificationQuery {
    /// Only those not read yet.
    unread: Option<bool>,
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Whether to count all matches exactly.
    count: Option<bool>,
}

/// One notification.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Notification)]
struct NotificationView {
    id: Uuid,
    /// Why: e.g. `assigned`, `commented`, `mentioned`.
    kind: &'static str,
    /// When.
    at: String,
    /// When it was read; null while it is not.
    #[schema(required)]
    read_at: Option<String>,
    /// The ticket.
    record: Reference,
    /// Who acted.
    #[schema(required)]
    by: Option<Reference>,
    /// Key of its text in the translations.
    text_key: String,
    /// What the text refers to.
    #[schema(value_type = Object)]
    params: Json_,
    /// Its place, for the cursor.
    #[serde(skip)]
    no: i64,
}

impl From<Shown> for NotificationView {
    fn from(shown: Shown) -> NotificationView {
        NotificationView {
            text_key: shown.text_key(),
            params: shown.params(),
            id: shown.row.id,
            kind: shown.row.kind.as_str(),
            at: wire(shown.row.at),
            read_at: shown.row.read_at.map(wire),
            record: shown.record.into(),
            by: shown.by.map(Into::into),
            no: shown.row.no,
        }
    }
}

/// My notifications, newest first
#[utoipa::path(
    get, path = "/notifications", tag = "notifications", params(NotificationQuery),
    responses((status = 200, description = "Those the caller may still read", body = Page<NotificationView>))
)]
async fn list_notifications(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<NotificationQuery>,
) -> Result<Response, Problem> {
    let rows = limit(query.limit)?;
    let only_unread = query.unread.unwrap_or(false);
    let belongs = [LIST, if only_unread { "unread" } else { "all" }];
    let before: Option<i64> =
        query.cursor.as_deref().map(|text| read_cursor(text, &belongs)).transpose()?;
    let asked = Asked { unread: only_unread, before, limit: rows + 1 };
    let counted = query.count.unwrap_or(false);
    let (found, count) = caller
        .read(move |tx, call| {
            let found = list(tx, &call.actor, &asked)?;
            let count = match counted {
                true => Some(steward_notification::count(tx, &call.actor, only_unread)?),
                false => None,
            };
            Ok((found, count))
        })
        .await?;
    let found: Vec<NotificationView> = found.into_iter().map(Into::into).collect();
    Ok(Page::cut(found, rows, &belongs, |row| row.no)?.with_count(count).respond(&uri))
}

/// Which notifications are read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"all": true}))]
struct MarkRead {
    /// These, at most 500.
    #[serde(default)]
    ids: Vec<Uuid>,
    /// All of them.
    #[serde(default)]
    all: bool,
}

/// Mark notifications as read
#[utoipa::path(
    post, path = "/notifications/read", tag = "notifications",
    responses((status = 204, description = "They are read"))
)]
async fn read_notifications(
    caller: Caller,
    Json(body): Json<MarkRead>,
) -> Result<Response, Problem> {
    if body.ids.len() > MOST_MARKED {
        return Err(Error::invalid("ids", "max_items", "at most 500 at a time").into());
    }
    caller
        .write(move |tx, call| {
            if call.actor.read_only {
                return Err(Error::Forbidden("this token may only read".into()));
            }
            match body.all {
                true => mark_all_read(tx, call)?,
                false => mark_read(tx, call, &body.ids)?,
            }
            Ok(Reply::none())
        })
        .await
}
