//! Examples of every answer in the API's document. One for each schema stands in
//! `examples.json`, recorded from real answers; pages are made of their rows, and
//! refusals by the code that makes real ones.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use steward_api::{PROBLEM_JSON, Problem};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Components, Content, ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

const EXAMPLES: &str = include_str!("examples.json");
const REQUEST_ID: &str = "01a0c4cb-7c26-7000-8000-6b1d6a1f4b0e";

/// Every operation may be refused in the same few ways: status, the end of its
/// type, what it means, and the detail of the example.
const REFUSALS: &[(u16, &str, &str, &str)] = &[
    (
        400,
        "malformed",
        "The request cannot be parsed",
        "there is no field priorty; did you mean priority?",
    ),
    (
        401,
        "unauthenticated",
        "No or bad credentials",
        "sign in, or send a valid token as Authorization: Bearer",
    ),
    (
        403,
        "forbidden",
        "Visible, but this is not yours to do",
        "incident.resolve asks for the role agent or incident manager or administrator",
    ),
    (404, "not_found", "Absent, or not visible to you", "there is nothing here that you may see"),
    (
        408,
        "too_slow",
        "The request did not arrive in time",
        "the request did not arrive in time; send it again",
    ),
    (
        409,
        "refused",
        "The state of things forbids it",
        "close is not possible in state New; it is possible in Resolved",
    ),
    (
        412,
        "version_conflict",
        "Changed since the version you named",
        "the record has changed since version 3; it is at version 4 now",
    ),
    (413, "too_large", "Too large", "the body is larger than 1048576 bytes"),
    (
        415,
        "unsupported",
        "A content type that is not taken",
        "send the body as Content-Type: application/json",
    ),
    (422, "invalid", "Fields break rules: all of them are named", "short_description: is required"),
    (
        428,
        "precondition_required",
        "If-Match is required",
        "send If-Match with the version you read",
    ),
    (
        429,
        "too_many",
        "Too many failed attempts, or too many calls",
        "too many attempts; try again in 6 s",
    ),
    (
        500,
        "internal",
        "A fault of the server",
        "a fault of the server; its log has the details under this request id",
    ),
    (
        503,
        "unavailable",
        "The database cannot take this now",
        "the database cannot take this now; nothing was changed, try again",
    ),
    (
        507,
        "storage_full",
        "The disk is full or read-only",
        "the server cannot write to its disk; nothing was changed, reading goes on",
    ),
];

/// Describes the refusals of every operation and gives each answer its example.
pub(crate) fn add(document: &mut OpenApi) {
    let examples: Map<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let components = document.components.get_or_insert_with(Components::new);
    for (status, name, words, detail) in REFUSALS {
        let response = ResponseBuilder::new()
            .description(*words)
            .content(PROBLEM_JSON, refusal(*status, name, detail))
            .build();
        components.responses.insert(format!("Refused{status}"), RefOr::T(response));
    }
    for item in document.paths.paths.values_mut() {
        each_operation(item, |operation| describe(operation, &examples));
    }
}

fn each_operation(item: &mut PathItem, mut f: impl FnMut(&mut Operation)) {
    let operations = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
        &mut item.head,
    ];
    operations.into_iter().flatten().for_each(&mut f);
}

fn refusal(status: u16, name: &'static str, detail: &str) -> Content {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut problem = Problem::new(status, name, detail);
    if let Some((field, message)) = detail.split_once(": ").filter(|_| name == "invalid") {
        problem.errors.push(steward_base::FieldError {
            field: field.into(),
            rule: "required".into(),
            message: message.into(),
        });
    }
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(serde_json::to_value(problem.body(REQUEST_ID)).ok())
        .build()
}

fn describe(operation: &mut Operation, examples: &Map<String, Value>) {
    let responses = &mut operation.responses.responses;
    for (status, ..) in REFUSALS {
        let refused = Ref::from_response_name(format!("Refused{status}"));
        responses.entry(status.to_string()).or_insert(RefOr::Ref(refused));
    }
    for response in responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        for (kind, content) in &mut response.content {
            if let RefOr::T(content) = content
                && content.example.is_none()
            {
                content.example = example(kind, content.schema.as_ref(), examples);
            }
        }
    }
}

/// The example of a schema by its name, else that of the media type.
fn example(
    kind: &str,
    schema: Option<&RefOr<Schema>>,
    examples: &Map<String, Value>,
) -> Option<Value> {
    let name = match schema {
        Some(RefOr::Ref(to)) => to.ref_location.rsplit('/').next().unwrap_or(""),
        _ => kind,
    };
    match name.strip_prefix("Page_") {
        Some(row) => Some(json!({"items": [examples.get(row)?], "next": null})),
        None => examples.get(name).or_else(|| examples.get(kind)).cloned(),
    }
}
