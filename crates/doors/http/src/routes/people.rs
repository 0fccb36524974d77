//! People: listed, made, read, changed.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use steward_api::{Caller, IfMatch, Json, Page, Patch, Path, Problem, Query, Reply};
use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_people::persons::{NewPerson, PersonChange};
use steward_people::views::PersonView;
use steward_people::{Actor, Role, list, persons, resolve, show};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::directory::{Directory, DirectoryCsvQuery, DirectoryQuery};
use crate::Door;

const LIST: Directory<PersonView> = Directory {
    name: "people",
    columns: &[
        "login",
        "name",
        "email",
        "phone",
        "organisation",
        "teams",
        "roles",
        "location",
        "active",
        "vip",
        "zone",
        "language",
        "created_at",
        "id",
    ],
    read: list::persons,
};

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(export_people))
        .routes(routes!(list_people, create_person))
        .routes(routes!(get_person, update_person))
}

/// People
///
/// Sorts by `name` or `login`; fields of the condition: `name`, `login`,
/// `email`, `organisation`, `active`, `vip`.
#[utoipa::path(
    get, path = "/people", tag = "people", params(DirectoryQuery),
    responses((status = 200, description = "People the caller may see", body = Page<PersonView>))
)]
async fn list_people(
    caller: Caller,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<DirectoryQuery>,
) -> Result<Response, Problem> {
    LIST.list(caller, &headers, &uri, query).await
}

/// The whole list as CSV
///
/// As the list with `Accept: text/csv`: however long it is, without pages.
#[utoipa::path(
    get, path = "/people.csv", tag = "people", params(DirectoryCsvQuery),
    responses((status = 200, description = "The whole list", body = String, content_type = "text/csv"))
)]
async fn export_people(
    caller: Caller,
    Query(query): Query<DirectoryCsvQuery>,
) -> Result<Response, Problem> {
    LIST.export(caller, query).await
}

/// A new person.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "login": "ann", "name": "Ann Example", "email": "ann@example.org", "roles": ["requester"]
}))]
struct CreatePerson {
    /// Sign-in name: letters, digits and `. _ - @ + '`.
    login: String,
    /// Name as shown.
    name: String,
    /// E-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Phone number.
    #[serde(default)]
    phone: Option<String>,
    /// Id or name; the caller's own when left out.
    #[serde(default)]
    organisation: Option<String>,
    /// Ids or names of teams.
    #[serde(default)]
    teams: Vec<String>,
    /// Roles, each for the person's organisation; `administrator` is for every one.
    #[serde(default)]
    roles: Vec<Role>,
    /// Id or name of a location.
    #[serde(default)]
    location: Option<String>,
    /// Time zone, IANA name.
    #[serde(default)]
    zone: Option<String>,
    /// Language tag; `en` when left out.
    #[serde(default)]
    language: Option<String>,
    /// To be treated with care.
    #[serde(default)]
    vip: bool,
}

fn reference(tx: &mut Tx, actor: &Actor, kind: &str, field: &str, text: &str) -> Result<Uuid> {
    resolve(tx, actor, kind, field, text).map(|name| name.id)
}

fn optional(
    tx: &mut Tx,
    actor: &Actor,
    kind: &str,
    field: &str,
    text: Option<&String>,
) -> Result<Option<Uuid>> {
    text.map(|text| reference(tx, actor, kind, field, text)).transpose()
}

impl CreatePerson {
    fn resolved(&self, tx: &mut Tx, actor: &Actor) -> Result<NewPerson> {
        let organisation = self.organisation.as_ref();
        let mut wrong = Gathered::default();
        let mut teams = Vec::with_capacity(self.teams.len());
        for team in &self.teams {
            teams.extend(wrong.take(reference(tx, actor, "team", "teams", team))?);
        }
        let organisation = optional(tx, actor, "organisation", "organisation", organisation);
        let organisation = wrong.take(organisation)?.flatten();
        let location = optional(tx, actor, "location", "location", self.location.as_ref());
        let location = wrong.take(location)?.flatten();
        wrong.end()?;
        let mut roles = self.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        Ok(NewPerson {
            login: self.login.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            organisation,
            location,
            zone: self.zone.clone(),
            language: self.language.clone().unwrap_or_default(),
            vip: self.vip,
            teams,
            roles,
            ..NewPerson::default()
        })
    }
}

/// Make a person
#[utoipa::path(
    post, path = "/people", tag = "people",
    responses((status = 201, description = "The person", body = PersonView))
)]
async fn create_person(
    caller: Caller,
    Json(body): Json<CreatePerson>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let new = body.resolved(tx, &call.actor)?;
            let person = persons::create(tx, call, &new)?;
            let person = show::person(tx, person)?;
            let version = person.version;
            let place = format!("/api/v1/people/{}", person.login);
            Ok(Reply::created(place, person).with_version(version))
        })
        .await
}

/// One person
#[utoipa::path(
    get, path = "/people/{login}", tag = "people",
    params(("login" = String, Path, description = "Login or id")),
    responses((status = 200, description = "The person", body = PersonView))
)]
async fn get_person(caller: Caller, Path(login): Path<String>) -> Result<Response, Problem> {
    let person = caller
        .read(move |tx, call| {
            let person = persons::get(tx, &call.actor, &login)?;
            show::person(tx, person)
        })
        .await?;
    let version = person.version;
    Ok(Reply::ok(person).with_version(version).into_response())
}

/// A merge patch of a person.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "+420 123 456 789", "zone": null}))]
struct UpdatePerson {
    /// Sign-in name.
    #[serde(default)]
    #[schema(value_type = String)]
    login: Patch<String>,
    /// Name as shown.
    #[serde(default)]
    #[schema(value_type = String)]
    name: Patch<String>,
    /// E-mail address.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
    /// Phone number.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Patch<String>,
    /// Id or name of a location.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    location: Patch<String>,
    /// Time zone, IANA name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    zone: Patch<String>,
    /// Language tag.
    #[serde(default)]
    #[schema(value_type = String)]
    language: Patch<String>,
    /// To be treated with care.
    #[serde(default)]
    #[schema(value_type = bool)]
    vip: Patch<bool>,
    /// Id or name of another organisation.
    #[serde(default)]
    #[schema(value_type = String)]
    organisation: Patch<String>,
}

/// The new value of a field that cannot be emptied.
pub(super) fn never_empty<T>(field: &str, patch: Patch<T>) -> Result<Option<T>> {
    match patch {
        Patch::Keep => Ok(None),
        Patch::Set(value) => Ok(Some(value)),
        Patch::Clear => Err(Error::invalid(field, "required", "cannot be empty")),
    }
}

impl UpdatePerson {
    fn resolved(&self, tx: &mut Tx, actor: &Actor) -> Result<PersonChange> {
        let body = self.clone();
        let location = match body.location.as_option() {
            Some(text) => Some(optional(tx, actor, "location", "location", text.as_ref())?),
            None => None,
        };
        let organisation = never_empty("organisation", body.organisation)?;
        Ok(PersonChange {
            login: never_empty("login", body.login)?,
            name: never_empty("name", body.name)?,
            email: body.email.as_option(),
            phone: body.phone.as_option(),
            location,
            zone: body.zone.as_option(),
            language: never_empty("language", body.language)?,
            vip: never_empty("vip", body.vip)?,
            organisation: optional(
                tx,
                actor,
                "organisation",
                "organisation",
                organisation.as_ref(),
            )?,
        })
    }
}

/// Change a person
#[utoipa::path(
    patch, path = "/people/{login}", tag = "people",
    params(
        ("login" = String, Path, description = "Login or id"),
        ("If-Match" = String, Header, description = "The ETag you read"),
    ),
    responses((status = 200, description = "The person", body = PersonView))
)]
async fn update_person(
    caller: Caller,
    Path(login): Path<String>,
    if_match: IfMatch,
    Json(body): Json<UpdatePerson>,
) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            let id = persons::get(tx, &call.actor, &login)?.id;
            let expected = if_match.required()?;
            let change = body.resolved(tx, &call.actor)?;
            let person = persons::update(tx, call, id, &change, expected)?;
            let person = show::person(tx, person)?;
            let version = person.version;
            Ok(Reply::ok(person).with_version(version))
        })
        .await
}
