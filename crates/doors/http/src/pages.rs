//! The web pages, embedded. Assets have their hash in their name and never
//! change; a page is sent with a fresh nonce for its styles.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{EmbeddedFile, RustEmbed};
use steward_api::Problem;

use crate::Door;
use crate::security::page_policy;

/// What `npm run build` left; a build without node has none and still works.
#[derive(RustEmbed)]
#[folder = "../../../web/dist"]
#[allow_missing = true]
struct Web;

/// What the pages have instead of a nonce.
const NONCE_PLACE: &str = "__CSP_NONCE__";
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Whatever is no route: under `/api` a 404 problem, else a file of the pages
/// or, for a browser that opens a link, the page itself.
pub(crate) async fn fallback(State(door): State<Door>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return Problem::not_found().into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = Problem::method_not_allowed().into_response();
        set(&mut refused, header::ALLOW, "GET, HEAD");
        return refused;
    }
    let name = path.trim_start_matches('/');
    if !name.is_empty()
        && !name.ends_with(".html")
        && let Some(response) = file(name, request.headers())
    {
        return response;
    }
    let wants_page = takes_pages(request.headers()) && !names_a_file(name);
    if !wants_page {
        return Problem::not_found().into_response();
    }
    let portal = path == "/portal" || path.starts_with("/portal/");
    page(&door, if portal { "portal.html" } else { "index.html" })
}

/// Whether the client takes a page: it says so, or takes anything, or says
/// nothing, as `curl` and monitors do.
fn takes_pages(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::ACCEPT)
        || ["text/html", "text/*", "*/*"].iter().any(|kind| accepts(headers, header::ACCEPT, kind))
}

/// Whether a path that is no file of the build could only be one: a missing
/// script must not look like a page to whoever asked for it. Below the top a
/// dot proves nothing: `/people/ben.hour` is a person.
fn names_a_file(name: &str) -> bool {
    let top = !name.contains('/') && name.contains('.');
    top || name.starts_with("assets/") || name.starts_with(".well-known/")
}

fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    if name.ends_with(".br") || name.ends_with(".gz") {
        return None;
    }
    let plain = Web::get(name)?;
    let tag = format!("\"{}\"", hex(&plain.metadata.sha256_hash()));
    let cache = if name.starts_with("assets/") { FOREVER } else { "no-cache" };
    let mut response = if header_is(headers, header::IF_NONE_MATCH, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (encoding, found) = smallest(name, plain, headers);
        let mut response = found.data.into_owned().into_response();
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        set(&mut response, header::CONTENT_TYPE, kind.as_ref());
        if let Some(encoding) = encoding {
            set(&mut response, header::CONTENT_ENCODING, encoding);
        }
        response
    };
    set(&mut response, header::CACHE_CONTROL, cache);
    set(&mut response, header::ETAG, &tag);
    set(&mut response, header::VARY, "Accept-Encoding");
    Some(response)
}

/// The compressed form the client takes, or the plain one.
fn smallest(
    name: &str,
    plain: EmbeddedFile,
    headers: &HeaderMap,
) -> (Option<&'static str>, EmbeddedFile) {
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(headers, header::ACCEPT_ENCODING, encoding)
            && let Some(found) = Web::get(&format!("{name}.{ending}"))
        {
            return (Some(encoding), found);
        }
    }
    (None, plain)
}

fn page(door: &Door, name: &str) -> Response {
    let nonce = nonce(door);
    let html = match Web::get(name) {
        Some(file) => String::from_utf8_lossy(&file.data).replace(NONCE_PLACE, &nonce),
        None => "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Steward</title>\
             <h1>Steward</h1><p>This program was built without the web pages \
             (scripts/web.sh makes them). The API is at <a href=\"/api/docs\">/api/docs</a>."
            .to_owned(),
    };
    html_page(html, &nonce)
}

/// A fresh nonce for one page.
pub(crate) fn nonce(door: &Door) -> String {
    STANDARD.encode(door.app.entropy().salt())
}

/// A page with its policy.
pub(crate) fn html_page(html: String, nonce: &str) -> Response {
    let mut response = html.into_response();
    set(&mut response, header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::CONTENT_SECURITY_POLICY, &page_policy(nonce));
    response
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn header_is(headers: &HeaderMap, name: header::HeaderName, value: &str) -> bool {
    headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(value))
}

/// Whether a list such as `br;q=1.0, gzip` takes a word.
fn accepts(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let lines = headers.get_all(name).into_iter().filter_map(|v| v.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|part| {
        let mut pieces = part.split(';').map(str::trim);
        let named = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case(word));
        named && !pieces.any(|p| matches!(p, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(16).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_top_and_the_assets_hold_files() {
        for name in ["missing.js", "robots.txt", "assets/a/b.css", ".well-known/security.txt"] {
            assert!(names_a_file(name), "{name}");
        }
        for name in ["", "queue", "people/ben.hour", "people/anna@example.org", "portal/items/INC1"]
        {
            assert!(!names_a_file(name), "{name}");
        }
    }

    #[test]
    fn encodings_are_chosen_by_what_the_client_takes() {
        for (sent, br, gzip) in [
            ("gzip, deflate, br", true, true),
            ("gzip;q=1.0, br;q=0", false, true),
            ("identity", false, false),
            ("brotli", false, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, sent.parse().expect("a header"));
            let takes = |word| accepts(&headers, header::ACCEPT_ENCODING, word);
            assert_eq!((takes("br"), takes("gzip")), (br, gzip), "{sent}");
        }
    }
}
