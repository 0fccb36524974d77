//! Services, service offerings, configuration items and locations: four kinds
//! of record with the same few fields, until each has a room of its own.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use steward_api::{Caller, IfMatch, Json, Page, Patch, Path, Problem, Query, Reply};
use steward_base::{Result, Uuid};
use steward_people::items::{self, ItemChange, NewItem};
use steward_people::views::ItemView;
use steward_people::{list, resolve, show};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::directory::{Directory, DirectoryCsvQuery, DirectoryQuery};
use super::people::never_empty;
use crate::Door;

/// A new service, offering, configuration item or location.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "E-mail", "class": "business_service"}))]
pub(crate) struct CreateItem {
    /// Name.
    name: String,
    /// What it is among its kind.
    #[serde(default)]
    class: Option<String>,
    /// Where in its life it is; `operational` when left out.
    #[serde(default)]
    life_cycle_status: Option<String>,
    /// Login, id or e-mail of who answers for it.
    #[serde(default)]
    owner: Option<String>,
    /// Id or name; the caller's own when left out.
    #[serde(default)]
    organisation: Option<String>,
}

/// A merge patch of one.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"life_cycle_status": "retired"}))]
pub(crate) struct UpdateItem {
    /// Name.
    #[serde(default)]
    #[schema(value_type = String)]
    name: Patch<String>,
    /// What it is among its kind.
    #[serde(default)]
    #[schema(value_type = String)]
    class: Patch<String>,
    /// Where in its life it is.
    #[serde(default)]
    #[schema(value_type = String)]
    life_cycle_status: Patch<String>,
    /// Login, id or e-mail of who answers for it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Patch<String>,
}

const COLUMNS: &[&str] = &["name", "class", "life_cycle_status", "owner", "organisation", "id"];

async fn create_kind(
    kind: &'static str,
    place: &'static str,
    caller: Caller,
    body: CreateItem,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let actor = &call.actor;
            let owner = match &body.owner {
                Some(text) => Some(resolve(tx, actor, "person", "owner", text)?.id),
                None => None,
            };
            let organisation = match &body.organisation {
                Some(text) => Some(resolve(tx, actor, "organisation", "organisation", text)?.id),
                None => None,
            };
            let new = NewItem {
                name: body.name.clone(),
                class: body.class.clone().unwrap_or_default(),
                life_cycle_status: body.life_cycle_status.clone().unwrap_or_default(),
                owner,
                organisation,
            };
            let item = items::create(tx, call, kind, &new)?;
            let item = show::item(tx, item)?;
            let version = item.version;
            let place = format!("/api/v1{place}/{}", item.id);
            Ok(Reply::created(place, item).with_version(version))
        })
        .await
}

async fn get_kind(kind: &'static str, caller: Caller, id: Uuid) -> Result<Response, Problem> {
    let item = caller
        .read(move |tx, call| {
            let item = items::get(tx, &call.actor, kind, id)?;
            show::item(tx, item)
        })
        .await?;
    let version = item.version;
    Ok(Reply::ok(item).with_version(version).into_response())
}

async fn update_kind(
    kind: &'static str,
    caller: Caller,
    id: Uuid,
    if_match: IfMatch,
    body: UpdateItem,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            items::get(tx, &call.actor, kind, id)?;
            let expected = if_match.required()?;
            let body = body.clone();
            let owner = match body.owner.as_option() {
                Some(Some(text)) => {
                    Some(Some(resolve(tx, &call.actor, "person", "owner", &text)?.id))
                }
                Some(None) => Some(None),
                None => None,
            };
            let change = ItemChange {
                name: never_empty("name", body.name)?,
                class: never_empty("class", body.class)?,
                life_cycle_status: never_empty("life_cycle_status", body.life_cycle_status)?,
                owner,
            };
            let item = items::update(tx, call, kind, id, &change, expected)?;
            let item = show::item(tx, item)?;
            let version = item.version;
            Ok(Reply::ok(item).with_version(version))
        })
        .await
}

/// The four routes of one kind; only path and words differ.
macro_rules! item_routes {
    ($module:ident, $kind:literal, $name:literal, $all:tt, $csv:tt, $one:tt, $tag:tt, $csv_id:tt, $list_id:tt, $create_id:tt, $get_id:tt, $update_id:tt) => {
        mod $module {
            use super::*;

            pub(super) fn routes() -> OpenApiRouter<Door> {
                OpenApiRouter::new()
                    .routes(routes!(list, create))
                    .routes(routes!(export))
                    .routes(routes!(get, update))
            }

            const LIST: Directory<ItemView> = Directory {
                name: $name,
                columns: COLUMNS,
                read: |tx, call, query| list::items(tx, call, $kind, query),
            };

            /// The whole list as CSV
            ///
            /// As the list with `Accept: text/csv`: however long it is, without pages.
            #[utoipa::path(
                get, path = $csv, tag = $tag, operation_id = $csv_id, params(DirectoryCsvQuery),
                responses((
                    status = 200, description = "The whole list", body = String,
                    content_type = "text/csv"
                ))
            )]
            async fn export(
                caller: Caller,
                Query(query): Query<DirectoryCsvQuery>,
            ) -> Result<Response, Problem> {
                LIST.export(caller, query).await
            }

            /// List them
            #[utoipa::path(
                get, path = $all, tag = $tag, operation_id = $list_id, params(DirectoryQuery),
                responses((status = 200, description = "Those the caller may see", body = Page<ItemView>))
            )]
            async fn list(
                caller: Caller,
                headers: HeaderMap,
                OriginalUri(uri): OriginalUri,
                Query(query): Query<DirectoryQuery>,
            ) -> Result<Response, Problem> {
                LIST.list(caller, &headers, &uri, query).await
            }

            /// Make one
            #[utoipa::path(
                post, path = $all, tag = $tag, operation_id = $create_id,
                responses((status = 201, description = "It", body = ItemView))
            )]
            async fn create(
                caller: Caller,
                Json(body): Json<CreateItem>,
            ) -> Result<Response, Problem> {
                create_kind($kind, $all, caller, body).await
            }

            /// One of them
            #[utoipa::path(
                get, path = $one, tag = $tag, operation_id = $get_id,
                params(("id" = Uuid, Path, description = "Its id")),
                responses((status = 200, description = "It", body = ItemView))
            )]
            async fn get(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
                get_kind($kind, caller, id).await
            }

            /// Change one
            #[utoipa::path(
                patch, path = $one, tag = $tag, operation_id = $update_id,
                params(
                    ("id" = Uuid, Path, description = "Its id"),
                    ("If-Match" = String, Header, description = "The ETag you read"),
                ),
                responses((status = 200, description = "It", body = ItemView))
            )]
            async fn update(
                caller: Caller,
                Path(id): Path<Uuid>,
                if_match: IfMatch,
                Json(body): Json<UpdateItem>,
            ) -> Result<Response, Problem> {
                update_kind($kind, caller, id, if_match, body).await
            }
        }
    };
}

item_routes!(
    services,
    "service",
    "services",
    "/services",
    "/services.csv",
    "/services/{id}",
    "services",
    "export_services",
    "list_services",
    "create_service",
    "get_service",
    "update_service"
);
item_routes!(
    offerings,
    "service_offering",
    "service-offerings",
    "/service-offerings",
    "/service-offerings.csv",
    "/service-offerings/{id}",
    "service offerings",
    "export_service_offerings",
    "list_service_offerings",
    "create_service_offering",
    "get_service_offering",
    "update_service_offering"
);
item_routes!(
    configuration,
    "configuration_item",
    "configuration-items",
    "/configuration-items",
    "/configuration-items.csv",
    "/configuration-items/{id}",
    "configuration items",
    "export_configuration_items",
    "list_configuration_items",
    "create_configuration_item",
    "get_configuration_item",
    "update_configuration_item"
);
item_routes!(
    locations,
    "location",
    "locations",
    "/locations",
    "/locations.csv",
    "/locations/{id}",
    "locations",
    "export_locations",
    "list_locations",
    "create_location",
    "get_location",
    "update_location"
);

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .merge(services::routes())
        .merge(offerings::routes())
        .merge(configuration::routes())
        .merge(locations::routes())
}
