//! The API document, and a page to browse it that loads nothing from elsewhere.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::Door;
use crate::pages::{html_page, nonce};

/// `GET /api/v1/openapi.json`.
pub(crate) async fn document(State(door): State<Door>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (headers, door.document.clone()).into_response()
}

/// `GET /api/docs`: every operation with its parameters, bodies and examples.
pub(crate) async fn browse(State(door): State<Door>) -> Response {
    let nonce = nonce(&door);
    let document: Value = serde_json::from_slice(&door.document).unwrap_or_default();
    html_page(page(&document, &nonce), &nonce)
}

const STYLE: &str = ":root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}\
body{max-width:62rem;margin:0 auto;padding:1rem}\
code,pre{font:13px/1.45 ui-monospace,monospace}\
pre{overflow-x:auto;padding:.75rem;border:1px solid #8884;border-radius:6px}\
summary{cursor:pointer;padding:.35rem 0}\
summary b{display:inline-block;width:4.5rem}\
table{border-collapse:collapse;width:100%}\
td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;\
border-bottom:1px solid #8884}\
h2{margin-top:2.5rem;border-bottom:2px solid #8886}";

fn page(document: &Value, nonce: &str) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Steward API</title>\
         <style nonce=\"{nonce}\">{STYLE}</style></head><body><main><h1>{} {}</h1>",
        text(&document["info"]["title"]),
        text(&document["info"]["version"]),
    );
    for paragraph in document["info"]["description"].as_str().unwrap_or("").split("\n\n") {
        let _ = write!(out, "<p>{}</p>", escape(paragraph));
    }
    out.push_str("<p>The document: <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a></p>");
    let mut last = String::new();
    for (tag, path, method, operation) in operations(document) {
        if tag != last {
            let _ = write!(out, "<h2 id=\"{0}\">{0}</h2>", escape(&tag));
            last = tag;
        }
        write_operation(&mut out, document, &path, &method, operation);
    }
    out.push_str("<h2 id=\"schemas\">schemas</h2>");
    if let Some(schemas) = document["components"]["schemas"].as_object() {
        for (name, schema) in schemas {
            let name = escape(name);
            let shown = escape(&serde_json::to_string_pretty(schema).unwrap_or_default());
            let _ = write!(
                out,
                "<details id=\"schema-{name}\"><summary>{name}</summary><pre>{shown}</pre></details>"
            );
        }
    }
    out.push_str("</main></body></html>");
    out
}

/// All operations, by their tag, path and method.
fn operations(document: &Value) -> Vec<(String, String, String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tag = operation["tags"][0].as_str().unwrap_or("other").to_owned();
            all.push((tag, path.clone(), method.clone(), operation));
        }
    }
    all.sort_by(|a, b| (&a.0, &a.1, &a.2).cmp(&(&b.0, &b.1, &b.2)));
    all
}

fn write_operation(
    out: &mut String,
    document: &Value,
    path: &str,
    method: &str,
    operation: &Value,
) {
    let _ = write!(
        out,
        "<details id=\"{}\"><summary><b>{}</b> <code>{}</code> {}</summary>",
        text(&operation["operationId"]),
        method.to_uppercase(),
        escape(path),
        text(&operation["summary"]),
    );
    if let Some(words) = operation["description"].as_str() {
        let _ = write!(out, "<p>{}</p>", escape(words));
    }
    if let Some(parameters) = operation["parameters"].as_array() {
        out.push_str("<table><tr><th>parameter<th>in<th>meaning</tr>");
        for parameter in parameters {
            let _ = write!(
                out,
                "<tr><td><code>{}</code><td>{}<td>{}</tr>",
                text(&parameter["name"]),
                text(&parameter["in"]),
                text(&parameter["description"]),
            );
        }
        out.push_str("</table>");
    }
    write_body(out, document, "body", &operation["requestBody"]);
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        if status.starts_with('2') {
            let title = format!("{status} {}", answer["description"].as_str().unwrap_or(""));
            write_body(out, document, &title, answer);
        }
    }
    out.push_str("</details>");
}

fn write_body(out: &mut String, document: &Value, title: &str, body: &Value) {
    let Some(content) = body["content"].as_object() else { return };
    for (kind, media) in content {
        let _ = write!(out, "<p>{}: {}", escape(title), escape(kind));
        let schema = media["schema"]["$ref"].as_str().and_then(|r| r.rsplit('/').next());
        if let Some(name) = schema {
            let name = escape(name);
            let _ = write!(out, ", <a href=\"#schema-{name}\">{name}</a>");
        }
        out.push_str("</p>");
        let of_schema = schema.map(|name| &document["components"]["schemas"][name]["example"]);
        let example = Some(&media["example"]).filter(|e| !e.is_null()).or(of_schema);
        if let Some(example) = example.filter(|e| !e.is_null()) {
            let shown = escape(&serde_json::to_string_pretty(example).unwrap_or_default());
            let _ = write!(out, "<pre>{shown}</pre>");
        }
    }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or(""))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
