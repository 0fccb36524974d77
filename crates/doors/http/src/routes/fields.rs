//! Fields of a record kind: the registry shown, and the administrator's own
//! fields made and hidden.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{Caller, Json, Page, Path, Problem, Query, Reply};
use steward_base::{Error, Result};
use steward_fields::{
    Field, FieldType, NewCustomField, Registries, Registry, Writer, create_custom, delete_custom,
};
use steward_people::visibility;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_fields, create_field)).routes(routes!(delete_field))
}

/// Which kind's fields.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FieldsQuery {
    /// The record kind, e.g. `incident`.
    #[param(example = "incident")]
    kind: String,
}

/// A choice of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChoiceView {
    /// What the record holds.
    code: String,
    /// What people read.
    label: String,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Field)]
struct FieldView {
    /// Its name in the API.
    name: String,
    /// Key of its label in the translations; for custom fields the label itself.
    label: String,
    /// `text`, `long_text`, `integer`, `number`, `choice`, `date`, `boolean` or `reference`.
    r#type: String,
    /// The kind of record it refers to.
    #[schema(required)]
    target: Option<String>,
    /// Its choices, in order.
    choices: Vec<ChoiceView>,
    /// Whether the administrator made it.
    custom: bool,
    /// Whether lists may ask and sort by it on its own.
    indexed: bool,
    /// Whether its past is kept for `as_of`.
    tracked: bool,
    /// The permission group that reads it: `public` or `internal`.
    read: String,
    /// How it gets its value: `body`, `action` or `system`.
    write: String,
}

impl FieldView {
    fn of(field: &Field) -> FieldView {
        let choice = |(code, label): &(String, String)| ChoiceView {
            code: code.clone(),
            label: label.clone(),
        };
        FieldView {
            name: field.name.clone(),
            label: field.label.clone(),
            r#type: field.ty.as_str().into(),
            target: match &field.ty {
                FieldType::Reference(target) => Some(target.clone()),
                _ => None,
            },
            choices: field.choices.iter().map(choice).collect(),
            custom: field.custom,
            indexed: field.indexed,
            tracked: field.tracked,
            read: field.group.clone(),
            write: match field.writer {
                Writer::Body => "body",
                Writer::Action => "action",
                Writer::System => "system",
            }
            .into(),
        }
    }
}

/// Fields of a record kind
///
/// Those the caller may read.
#[utoipa::path(
    get, path = "/fields", tag = "fields", params(FieldsQuery),
    responses((status = 200, description = "The fields, in order", body = Page<FieldView>))
)]
async fn list_fields(
    caller: Caller,
    Query(query): Query<FieldsQuery>,
) -> Result<Response, Problem> {
    let registries = caller.app().service::<Registries>();
    let fields = caller
        .read(move |tx, call| {
            let registry = known(&registries, tx, &query.kind)?;
            let internal = !visibility(&call.actor, &query.kind, "read_work_notes").is_none();
            let readable = registry.fields().iter().filter(|f| internal || f.group != "internal");
            Ok(readable.map(FieldView::of).collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(Page::whole(fields)).into_response())
}

fn known(
    registries: &Registries,
    tx: &mut steward_database::Tx,
    kind: &str,
) -> Result<std::sync::Arc<Registry>> {
    if !registries.knows(kind) {
        return Err(Error::malformed("kind", "choice", "there is no such kind of record"));
    }
    registries.get(tx, kind)
}

/// A new custom field.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "incident", "name": "floor", "label": "Floor", "type": "integer"
}))]
struct CreateField {
    /// The record kind that gets it.
    kind: String,
    /// Its name: a lower-case letter, then letters, digits and `_`.
    name: String,
    /// Its label, for people.
    label: String,
    /// `text`, `long_text`, `integer`, `number`, `choice`, `date`, `boolean` or `reference`.
    r#type: String,
    /// For `reference`: the kind of record it refers to.
    #[serde(default)]
    target: Option<String>,
    /// For `choice`: its choices, in order.
    #[serde(default)]
    choices: Vec<ChoiceView>,
    /// Whether its past is kept for `as_of`.
    #[serde(default)]
    tracked: bool,
    /// `public` (the default) or `internal`.
    #[serde(default)]
    group: Option<String>,
}

impl CreateField {
    fn read(&self) -> Result<NewCustomField> {
        let target = self.target.clone();
        let ty =
            FieldType::parse(&self.r#type, target).ok_or_else(|| match self.r#type.as_str() {
                "reference" => Error::invalid("target", "required", "name the kind it refers to"),
                _ => Error::invalid("type", "choice", "there is no such type of field"),
            })?;
        if let FieldType::Reference(target) = &ty
            && !REFERABLE.contains(&target.as_str())
        {
            let message = format!("is one of {}", REFERABLE.join(", "));
            return Err(Error::invalid("target", "choice", message));
        }
        Ok(NewCustomField {
            kind: self.kind.clone(),
            name: self.name.clone(),
            label: self.label.clone(),
            ty,
            choices: self.choices.iter().map(|c| (c.code.clone(), c.label.clone())).collect(),
            indexed: true,
            tracked: self.tracked,
            group: self.group.clone().unwrap_or_else(|| "public".into()),
        })
    }
}

/// Kinds of record that a custom field may refer to.
const REFERABLE: [&str; 7] = [
    "person",
    "team",
    "organisation",
    "service",
    "service_offering",
    "configuration_item",
    "location",
];

/// Make a custom field
#[utoipa::path(
    post, path = "/fields", tag = "fields", request_body = CreateField,
    responses((status = 201, description = "The field", body = FieldView))
)]
async fn create_field(caller: Caller, Json(body): Json<CreateField>) -> Result<Response, Problem> {
    let registries = caller.app().service::<Registries>();
    let new = body.read()?;
    caller
        .write(move |tx, call| {
            if !registries.knows(&new.kind) {
                return Err(Error::invalid("kind", "choice", "there is no such kind of record"));
            }
            let registry = registries.get(tx, &new.kind)?;
            create_custom(tx, call, &registry, &new)?;
            let registry = registries.get(tx, &new.kind)?;
            let field = registry.field(&new.name).ok_or(Error::NotFound)?;
            let location = format!("/api/v1/fields/{}/{}", new.kind, new.name);
            Ok(Reply::created(location, FieldView::of(field)))
        })
        .await
}

/// Hide a custom field
///
/// Lists and forms no longer show it; history keeps its values.
#[utoipa::path(
    delete, path = "/fields/{kind}/{name}", tag = "fields",
    params(
        ("kind" = String, Path, description = "The record kind"),
        ("name" = String, Path, description = "The field")
    ),
    responses((status = 204, description = "The field is hidden"))
)]
async fn delete_field(
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            delete_custom(tx, call, &kind, &name)?;
            Ok(Reply::none())
        })
        .await
}
