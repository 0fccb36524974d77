//! Fields of a record kind: the registry shown, and the administrator's own
//! fields made and hidden.

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{
    Caller, IfMatch, Json, Page, PageQuery, Patch, Path, Problem, Query, Reply, check_version,
    content_version,
};
use steward_base::{Error, Result};
use steward_fields::{
    Field, FieldChange, FieldType, NewCustomField, Registries, Registry, Writer, change_field,
    create_custom, delete_custom,
};
use steward_people::{Call, EVERYONE, Target, allowed, refusal, visibility};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::people::never_empty;
use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_fields, create_field)).routes(routes!(
        get_field,
        update_field,
        delete_field
    ))
}

/// Which kind's fields.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FieldsQuery {
    /// The record kind, e.g. `incident`.
    #[param(example = "incident")]
    kind: String,
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Whether to count all matches exactly.
    count: Option<bool>,
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
    /// Choices offered no more; records may still hold them.
    hidden_choices: Vec<ChoiceView>,
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
    /// Made of its content; the ETag. It goes as `If-Match` when the field is changed.
    version: i64,
}

impl FieldView {
    fn of(field: &Field) -> Result<FieldView> {
        let choice = |(code, label): &(String, String)| ChoiceView {
            code: code.clone(),
            label: label.clone(),
        };
        let mut view = FieldView {
            name: field.name.clone(),
            label: field.label.clone(),
            r#type: field.ty.as_str().into(),
            target: match &field.ty {
                FieldType::Reference(target) => Some(target.clone()),
                _ => None,
            },
            choices: field.choices.iter().map(choice).collect(),
            hidden_choices: field.hidden_choices.iter().map(choice).collect(),
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
            version: 0,
        };
        view.version = content_version(&view)?;
        Ok(view)
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
    OriginalUri(uri): OriginalUri,
    Query(query): Query<FieldsQuery>,
) -> Result<Response, Problem> {
    let FieldsQuery { kind, limit, cursor, count } = query;
    let paged = PageQuery { limit, cursor, count };
    let name = format!("fields/{kind}");
    let registries = caller.app().service::<Registries>();
    let fields = caller
        .read(move |tx, call| {
            let registry = known(&registries, tx, &kind)?;
            let readable = registry.fields().iter().filter(|f| may_read(call, &kind, f));
            readable.map(FieldView::of).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Page::of_all(fields, &paged, &name, |field| field.name.clone())?.respond(&uri))
}

fn may_read(call: &Call, kind: &str, field: &Field) -> bool {
    field.group != "internal" || !visibility(&call.actor, kind, "read_work_notes").is_none()
}

/// A field that the caller may read.
fn one(
    registries: &Registries,
    tx: &mut steward_database::Tx,
    call: &Call,
    (kind, name): (&str, &str),
) -> Result<Field> {
    if !registries.knows(kind) {
        return Err(Error::NotFound);
    }
    let registry = registries.get(tx, kind)?;
    let found = registry.field(name).filter(|field| may_read(call, kind, field));
    found.cloned().ok_or(Error::NotFound)
}

/// The right to change fields, and the version that the caller read.
fn may_change(call: &Call, action: &'static str, field: &Field, if_match: IfMatch) -> Result<()> {
    let global = Target { organisation: EVERYONE, called: false, own: false, team: false };
    if !allowed(&call.actor, "field", action, &global) {
        return Err(Error::Forbidden(refusal(&call.actor, "field", action)));
    }
    check_version(if_match.required()?, FieldView::of(field)?.version)
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
            let view = FieldView::of(field)?;
            let version = view.version;
            Ok(Reply::created(location, view).with_version(version))
        })
        .await
}

/// One field
#[utoipa::path(
    get, path = "/fields/{kind}/{name}", tag = "fields",
    params(
        ("kind" = String, Path, description = "The record kind"),
        ("name" = String, Path, description = "The field")
    ),
    responses((status = 200, description = "The field", body = FieldView))
)]
async fn get_field(
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let registries = caller.app().service::<Registries>();
    let view = caller
        .read(move |tx, call| FieldView::of(&one(&registries, tx, call, (&kind, &name))?))
        .await?;
    let version = view.version;
    Ok(Reply::ok(view).with_version(version).into_response())
}

/// A merge patch of a field.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"choices": [{"code": "hardware", "label": "Hardware"}]}))]
struct UpdateField {
    /// Its label, of custom fields only.
    #[serde(default)]
    #[schema(value_type = String)]
    label: Patch<String>,
    /// All choices that are offered from now on, in order. A renamed choice keeps its code; one left out
    /// is hidden: records keep it.
    #[serde(default)]
    #[schema(value_type = Vec<ChoiceView>)]
    choices: Patch<Vec<ChoiceView>>,
}

/// Change a field
///
/// The label of a custom field, and the choices of any choice field that are not part of the product.
#[utoipa::path(
    patch, path = "/fields/{kind}/{name}", tag = "fields", request_body = UpdateField,
    params(
        ("kind" = String, Path, description = "The record kind"),
        ("name" = String, Path, description = "The field"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 200, description = "The field", body = FieldView))
)]
async fn update_field(
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    if_match: IfMatch,
    Json(body): Json<UpdateField>,
) -> Result<Response, Problem> {
    let registries = caller.app().service::<Registries>();
    caller
        .write(move |tx, call| {
            let field = one(&registries, tx, call, (&kind, &name))?;
            may_change(call, "update", &field, if_match)?;
            let choices = never_empty("choices", body.choices.clone())?;
            let pairs = |list: Vec<ChoiceView>| list.into_iter().map(|c| (c.code, c.label));
            let change = FieldChange {
                label: never_empty("label", body.label.clone())?,
                choices: choices.map(|list| pairs(list).collect()),
            };
            change_field(tx, call, &kind, &field, &change)?;
            let view = FieldView::of(&one(&registries, tx, call, (&kind, &name))?)?;
            let version = view.version;
            Ok(Reply::ok(view).with_version(version))
        })
        .await
}

/// Hide a custom field
///
/// Lists and forms no longer show it, no search finds its words; history keeps its
/// values.
#[utoipa::path(
    delete, path = "/fields/{kind}/{name}", tag = "fields",
    params(
        ("kind" = String, Path, description = "The record kind"),
        ("name" = String, Path, description = "The field"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 204, description = "The field is hidden"))
)]
async fn delete_field(
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    let registries = caller.app().service::<Registries>();
    let (known, hidden) = (registries.clone(), (kind.clone(), name.clone()));
    let response = caller
        .write(move |tx, call| {
            let registries = &known;
            let field = one(registries, tx, call, (&kind, &name))?;
            may_change(call, "delete", &field, if_match)?;
            if !field.custom {
                return Err(Error::Refused("a shipped field cannot be hidden".into()));
            }
            delete_custom(tx, call, &kind, &name)?;
            Ok(Reply::none())
        })
        .await?;
    let forgotten = forget_words(caller.app().db().clone(), registries, hidden);
    // To its end, also when the client goes away.
    tokio::spawn(forgotten).await.map_err(Problem::internal)??;
    Ok(response)
}

/// Tickets whose full text is written anew in one transaction.
const AT_ONCE: i64 = 100;

/// Takes the words of a hidden field out of the full text.
async fn forget_words(
    db: steward_database::Db,
    registries: std::sync::Arc<Registries>,
    (kind, name): (String, String),
) -> Result<()> {
    let (kind, name) = (std::sync::Arc::new(kind), std::sync::Arc::new(name));
    loop {
        let (registries, kind, name) = (registries.clone(), kind.clone(), name.clone());
        let step = move |tx: &mut steward_database::Tx| {
            let registry = registries.get(tx, &kind)?;
            // Only a field that is really gone.
            match registry.field(&name) {
                Some(_) => Ok(false),
                None => steward_ticket::text::forget_field(tx, &registry, &name, AT_ONCE),
            }
        };
        if !db.write(step).await? {
            return Ok(());
        }
    }
}
