//! All routes in one router, and the document that describes them.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::get;
use axum::{Router, middleware};
use steward_api::{Guard, Problem, ProblemBody};
use steward_practice::Practices;
use tower::ServiceBuilder;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, SecurityRequirement};
use utoipa_axum::router::OpenApiRouter;

use crate::entry::{self, Around, Checks};
use crate::{Door, docs, examples, gauges, health, live, pages, parameters, routes};

/// What the API's document says of itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Steward API",
        description = "IT service management. Every error is application/problem+json with a \
            stable type, errors by field, and a request_id.\n\nSign in with \
            Authorization: Bearer TOKEN, or with POST /api/v1/session and its cookie."
    ),
    components(schemas(ProblemBody))
)]
struct Described;

fn api(practices: &Practices) -> OpenApiRouter<Door> {
    let v1 = OpenApiRouter::new()
        .merge(routes::routes())
        .merge(steward_practice::api::routes(practices.iter()).with_state(()))
        .merge(live::routes())
        .route("/openapi.json", get(docs::document));
    OpenApiRouter::with_openapi(Described::openapi()).nest("/api/v1", v1)
}

/// The OpenAPI document of a program with these practices, pretty-printed, as
/// `steward openapi` prints it.
pub fn openapi(practices: &Practices) -> Vec<u8> {
    let mut document = api(practices).into_openapi();
    document.info.version = env!("CARGO_PKG_VERSION").into();
    describe_security(&mut document);
    examples::add(&mut document);
    let mut text = document.to_pretty_json().unwrap_or_default().into_bytes();
    text.push(b'\n');
    text
}

fn describe_security(document: &mut utoipa::openapi::OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("token", SecurityScheme::Http(token));
    let cookie = ApiKey::Cookie(ApiKeyValue::new(steward_api::SESSION_COOKIE));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    let none: [&str; 0] = [];
    document.security = Some(vec![
        SecurityRequirement::new("token", none),
        SecurityRequirement::new("session", none),
    ]);
}

/// How a request is let in: under `/api` only with credentials, but for the
/// published few.
pub fn guard_of(method: &Method, path: &str) -> Guard {
    if path != "/api" && !path.starts_with("/api/") {
        return Guard::Open;
    }
    let public = match *method {
        Method::POST => matches!(path, "/api/v1/session" | "/api/v1/password-reset"),
        Method::GET | Method::HEAD => {
            matches!(path, "/api/v1/sign-in" | "/api/v1/openapi.json" | "/api/docs")
        }
        _ => false,
    };
    if public { Guard::Public } else { Guard::Required }
}

/// Everything this program answers over HTTP.
pub fn router(door: Door) -> Router {
    let (api, _) = api(&door.practices()).split_for_parts();
    let checks = Checks { guard_of, known: parameters::known(&door.document) };
    let routes = api
        .route("/api/docs", get(docs::browse))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(gauges::metrics))
        .fallback(pages::fallback)
        .method_not_allowed_fallback(wrong_method);
    around(routes, door, Some(checks))
}

/// What stands around every answer, whoever asks: the entry with its id and log
/// line, security headers, the end of a panic. Benchmarks put it around a
/// constant.
pub fn layered(routes: Router<Door>, door: Door) -> Router {
    around(routes, door, None)
}

/// One layer for all: each of its own would be copied for every request by each
/// before it.
fn around(routes: Router<Door>, door: Door, checks: Option<Checks>) -> Router {
    let around = Around { door: door.clone(), checks: checks.map(Arc::new) };
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(around, entry::entry))
        .layer(DefaultBodyLimit::disable());
    routes.layer(layers).with_state(door)
}

async fn wrong_method() -> Problem {
    Problem::method_not_allowed()
}
