//! An action as a route of the API: one path each, below the place of its practice.

use axum::response::Response;
use axum::routing::post;
use steward_api::{IfMatch, Json, Path, Problem, Reply};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{
    Content, ObjectBuilder, PathItem, Paths, Ref, Required, ResponseBuilder, Type,
};
use utoipa_axum::router::UtoipaMethodRouter;

use super::Desk;
use super::tickets::shown;
use crate::act::{Body, Decide, To};
use crate::view::TicketView;

/// The route of an action with this body; `id` is that of its operation, without
/// the kind.
pub(crate) fn route<B: Body>(
    name: &'static str,
    id: &'static str,
    title: &'static str,
    decide: Decide<B>,
) -> UtoipaMethodRouter {
    let handler = async move |desk: Desk,
                              Path(number): Path<String>,
                              version: IfMatch,
                              Json(body): Json<B>| {
        run(desk, name, number, version, decide, body).await
    };
    let mut schemas = vec![(B::name().into_owned(), B::schema())];
    B::schemas(&mut schemas);
    schemas.push((
        <TicketView<'_> as utoipa::ToSchema>::name().into_owned(),
        <TicketView<'_> as utoipa::PartialSchema>::schema(),
    ));
    <TicketView<'_> as utoipa::ToSchema>::schemas(&mut schemas);
    (schemas, document::<B>(name, id, title), post(handler))
}

async fn run<B: Body>(
    desk: Desk,
    name: &'static str,
    number: String,
    version: IfMatch,
    decide: Decide<B>,
    body: B,
) -> Result<Response, Problem> {
    let Desk { caller, practice, registries } = desk;
    let expected = version.optional();
    caller
        .write(move |tx, call| {
            let to = To { number: &number, expected, told: Vec::new() };
            let ticket =
                practice.act_with(tx, call, &registries, to, name, |tx, call, loaded| {
                    decide(tx, call, loaded, &body)
                })?;
            let version = ticket.head.version;
            let shown = shown(tx, call, practice, &registries, ticket)?;
            Ok(Reply::ok(shown).with_version(version))
        })
        .await
}

/// Its part of the document.
fn document<B: Body>(name: &str, id: &str, title: &str) -> Paths {
    let number = ParameterBuilder::new()
        .name("number")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Number or id"))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
    let json = |name: &str| Content::new(Some(Ref::from_schema_name(name)));
    let body = RequestBodyBuilder::new()
        .content("application/json", json(&B::name()))
        .required(Some(Required::True));
    let answer = ResponseBuilder::new()
        .description("The {one} afterwards")
        .content("application/json", json(&<TicketView<'_> as utoipa::ToSchema>::name()));
    let operation = OperationBuilder::new()
        .operation_id(Some(id))
        .summary(Some(title))
        .parameter(number)
        .request_body(Some(body.build()))
        .response("200", answer);
    let mut paths = Paths::new();
    let item = PathItem::new(HttpMethod::Post, operation);
    paths.paths.insert(format!("/{{number}}/{name}"), item);
    paths
}
