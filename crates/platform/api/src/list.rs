//! Lists: one envelope, one way to page. A cursor is opaque and belongs to its
//! condition and order: used with others it is 400, not a wrong page.

use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result};

use crate::problem::Problem;

/// Rows of a page when none are asked for.
pub const DEFAULT_LIMIT: i64 = 50;
/// Most rows of a page.
pub const MAX_LIMIT: i64 = 500;

/// The parameters of a list with conditions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// A condition, e.g. `state:open priority<=2`.
    pub q: Option<String>,
    /// Fields to sort by, `-` before one for descending, e.g. `-priority,opened_at`.
    pub sort: Option<String>,
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// Whether to count all matches exactly.
    pub count: Option<bool>,
    /// Asks the tracked fields as they were at this instant.
    pub as_of: Option<String>,
}

/// The parameters of a list without conditions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// Whether to count all matches exactly.
    pub count: Option<bool>,
}

/// The parameters of a list of what happened to one record, in order of time.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimedQuery {
    /// `at` (the default, oldest first) or `-at` (newest first); nothing else.
    pub sort: Option<String>,
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// Whether to count all matches exactly.
    pub count: Option<bool>,
}

impl TimedQuery {
    /// The rows asked for.
    ///
    /// # Errors
    /// `Malformed` outside 1 to 500.
    pub fn limit(&self) -> Result<i64> {
        limit(self.limit)
    }

    /// Whether the newest come first.
    ///
    /// # Errors
    /// `Malformed` for any other order than by time.
    pub fn newest_first(&self) -> Result<bool> {
        match self.sort.as_deref() {
            None | Some("" | "at" | "created_at") => Ok(false),
            Some("-at" | "-created_at") => Ok(true),
            Some(_) => {
                let message = "sort by at (oldest first) or -at (newest first)";
                Err(Error::malformed("sort", "unknown_sort", message))
            }
        }
    }

    /// What a cursor of the list `name` belongs to.
    pub fn belongs_to<'a>(&'a self, name: &'a str) -> [&'a str; 2] {
        [name, self.sort.as_deref().unwrap_or("")]
    }

    /// The key after which the page begins, if one was given.
    ///
    /// # Errors
    /// `Malformed` for a cursor of another list.
    pub fn after<K: DeserializeOwned>(&self, name: &str) -> Result<Option<K>> {
        self.cursor.as_deref().map(|text| read_cursor(text, &self.belongs_to(name))).transpose()
    }

    /// A page of a list that is read whole, oldest first.
    ///
    /// # Errors
    /// `Malformed` for a wrong limit or order, or the cursor of another list.
    pub fn of_all<T>(
        &self,
        mut all: Vec<T>,
        name: &str,
        id: impl Fn(&T) -> String,
    ) -> Result<Page<T>> {
        if self.newest_first()? {
            all.reverse();
        }
        let name = self.belongs_to(name).join(" ");
        let TimedQuery { limit, cursor, count, .. } = self.clone();
        Page::of_all(all, &PageQuery { limit, cursor, count }, &name, id)
    }
}

/// Checks the number of rows asked for.
///
/// # Errors
/// `Malformed` outside 1 to 500.
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(n) if (1..=MAX_LIMIT).contains(&n) => Ok(n),
        Some(_) => Err(Error::malformed("limit", "range", "must be between 1 and 500")),
    }
}

impl ListQuery {
    /// The rows asked for.
    ///
    /// # Errors
    /// `Malformed` outside 1 to 500.
    pub fn limit(&self) -> Result<i64> {
        limit(self.limit)
    }

    /// What a cursor of this list belongs to.
    pub fn belongs_to(&self) -> [&str; 3] {
        [&self.q, &self.sort, &self.as_of].map(|part| part.as_deref().unwrap_or(""))
    }

    /// The key after which the page begins, if one was given.
    ///
    /// # Errors
    /// `Malformed` for a cursor of another list.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.cursor.as_deref().map(|text| read_cursor(text, &self.belongs_to())).transpose()
    }
}

impl PageQuery {
    /// The rows asked for.
    ///
    /// # Errors
    /// `Malformed` outside 1 to 500.
    pub fn limit(&self) -> Result<i64> {
        limit(self.limit)
    }

    /// The key after which the page of the list `name` begins, if one was given.
    ///
    /// # Errors
    /// `Malformed` for a cursor of another list.
    pub fn after<K: DeserializeOwned>(&self, name: &str) -> Result<Option<K>> {
        self.cursor.as_deref().map(|text| read_cursor(text, &[name])).transpose()
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
    /// How many match in all; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub count: Option<i64>,
}

impl<T> Page<T> {
    /// A list that fits one page.
    pub fn whole(items: Vec<T>) -> Page<T> {
        Page { items, next: None, count: None }
    }

    /// A page of a list that is read whole; `id` names a row for the cursor.
    ///
    /// # Errors
    /// `Malformed` for a wrong limit or the cursor of another list.
    pub fn of_all(
        all: Vec<T>,
        query: &PageQuery,
        name: &str,
        id: impl Fn(&T) -> String,
    ) -> Result<Page<T>> {
        let limit = query.limit()?;
        let count = (query.count == Some(true)).then_some(all.len() as i64);
        let from = match query.after::<(String, usize)>(name)? {
            // Where the row has gone meanwhile, what stood after it stands in its place.
            Some((after, place)) => {
                all.iter().position(|row| id(row) == after).map_or(place, |p| p + 1)
            }
            None => 0,
        };
        let size = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows: Vec<T> = all.into_iter().skip(from).take(size.saturating_add(1)).collect();
        let page = Page::cut(rows, limit, &[name], |row| (id(row), from + size - 1))?;
        Ok(page.with_count(count))
    }

    /// A page cut from `rows`, which hold one row more than `limit` when there
    /// is a next page; `key` gives the cursor's key of the last row kept.
    ///
    /// # Errors
    /// `Internal` when the key cannot be written.
    pub fn cut<K: Serialize>(
        mut rows: Vec<T>,
        limit: i64,
        belongs_to: &[&str],
        key: impl FnOnce(&T) -> K,
    ) -> Result<Page<T>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last() {
            Some(last) if more => Some(write_cursor(&key(last), belongs_to)?),
            _ => None,
        };
        Ok(Page { items: rows, next, count: None })
    }

    /// Adds the exact count, where it was asked for.
    #[must_use]
    pub fn with_count(mut self, count: Option<i64>) -> Page<T> {
        self.count = count;
        self
    }

    /// The same page with other rows.
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(row).collect(),
            next: self.next,
            count: self.count,
        }
    }
}

impl<T: Serialize> Page<T> {
    /// The answer to a request for `uri`, with its `Link` header.
    pub fn respond(self, uri: &Uri) -> Response {
        let Page { items, next, count } = self;
        respond_written(uri, next, count, |out| serde_json::to_writer(out, &items))
    }
}

/// [`Page::respond`] for rows that write themselves, as a JSON array, behind
/// what the answer already holds.
pub fn respond_written(
    uri: &Uri,
    next: Option<String>,
    count: Option<i64>,
    rows: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
) -> Response {
    let next = next.map(|cursor| of_path(&cursor, uri.path()));
    let mut body = Vec::with_capacity(4096);
    body.extend_from_slice(b"{\"items\":");
    let written = rows(&mut body).and_then(|()| {
        body.extend_from_slice(b",\"next\":");
        serde_json::to_writer(&mut body, &next)?;
        if let Some(count) = count {
            body.extend_from_slice(b",\"count\":");
            serde_json::to_writer(&mut body, &count)?;
        }
        body.push(b'}');
        Ok(())
    });
    if let Err(error) = written {
        return Problem::internal(error).into_response();
    }
    let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    if let Some(link) = next.as_deref().and_then(|next| link(uri, next)) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

fn link(uri: &Uri, next: &str) -> Option<HeaderValue> {
    let kept = uri.query().unwrap_or("").split('&');
    let mut query: Vec<&str> =
        kept.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).collect();
    let cursor = format!("cursor={next}");
    query.push(&cursor);
    HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", uri.path(), query.join("&"))).ok()
}

/// Signs of a cursor that name the path of its list.
const PATH_SIGNS: usize = 8;

fn path_signs(path: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(path)[..PATH_SIGNS * 3 / 4])
}

/// A cursor as it leaves: with the path of its list before it. Query strings
/// take it off again ([`crate::Query`]), so that no list reads that of another.
fn of_path(cursor: &str, path: &str) -> String {
    format!("{}{cursor}", path_signs(path))
}

/// A cursor that came to this path, as the list wrote it.
///
/// # Errors
/// `Malformed` when it is none of ours or belongs to another path.
pub(crate) fn without_path(cursor: &str, path: &str) -> Result<String> {
    let own = cursor.strip_prefix(&path_signs(path)).filter(|rest| !rest.is_empty());
    own.map(str::to_owned).ok_or_else(|| {
        Error::malformed("cursor", "cursor", "is not a cursor of this list; begin again without it")
    })
}

#[derive(Serialize, Deserialize)]
struct Cursor<K> {
    d: String,
    k: K,
}

fn digest(belongs_to: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in belongs_to {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..8])
}

/// Writes a cursor for `key` that belongs to these texts (condition, order).
///
/// # Errors
/// `Internal` when the key cannot be written.
pub fn write_cursor<K: Serialize>(key: &K, belongs_to: &[&str]) -> Result<String> {
    let cursor = Cursor { d: digest(belongs_to), k: key };
    let text = serde_json::to_vec(&cursor).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(text))
}

/// Reads a cursor back.
///
/// # Errors
/// `Malformed` when it is none of ours or belongs to other texts.
pub fn read_cursor<K: DeserializeOwned>(text: &str, belongs_to: &[&str]) -> Result<K> {
    let broken = || Error::malformed("cursor", "cursor", "is not a cursor of this list");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
    let cursor: Cursor<K> = serde_json::from_slice(&bytes).map_err(|_| broken())?;
    if cursor.d != digest(belongs_to) {
        let words = "belongs to another condition or order; begin again without it";
        return Err(Error::malformed("cursor", "cursor", words));
    }
    Ok(cursor.k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let text = write_cursor(&(5_i64, "x"), &["state:open", "-priority"]).expect("a cursor");
        let read = |belongs: &[&str]| read_cursor::<(i64, String)>(&text, belongs);
        assert_eq!(read(&["state:open", "-priority"]), Ok((5, "x".into())));
        assert!(read(&["state:open", "priority"]).is_err());
        assert!(read(&["state:open-priority", ""]).is_err());
        for broken in ["", "x", "AAAA", &text[1..], &text.to_uppercase()] {
            assert!(read_cursor::<(i64, String)>(broken, &["state:open", "-priority"]).is_err());
        }
    }

    #[test]
    fn pages_link_to_the_next() {
        let page = Page::cut(vec![1, 2, 3], 2, &["n"], |n| *n).expect("a page");
        assert_eq!(page.items, [1, 2]);
        let next = page.next.clone().expect("there is more");
        let uri: Uri = "/api/v1/n?limit=2&cursor=old&count=true".parse().expect("a URI");
        let response = page.respond(&uri);
        let (inner, next) = (next.clone(), of_path(&next, "/api/v1/n"));
        assert_eq!(without_path(&next, "/api/v1/n"), Ok(inner));
        assert!(without_path(&next, "/api/v1/m").is_err());
        let expected = format!("</api/v1/n?limit=2&count=true&cursor={next}>; rel=\"next\"");
        assert_eq!(response.headers()[header::LINK], expected);
        assert!(Page::cut(vec![1, 2], 2, &["n"], |n| *n).expect("a page").next.is_none());
    }

    #[test]
    fn a_whole_list_is_paged_by_its_rows() {
        let id = |row: &&str| (*row).to_owned();
        let asked =
            |cursor: Option<String>| PageQuery { limit: Some(2), cursor, count: Some(true) };
        let first = Page::of_all(vec!["a", "b", "c", "d"], &asked(None), "n", id).expect("a page");
        assert_eq!((first.items, first.count), (vec!["a", "b"], Some(4)));
        let next = Page::of_all(vec!["a", "b", "c", "d"], &asked(first.next.clone()), "n", id);
        let next = next.expect("a page");
        assert_eq!((next.items, next.next), (vec!["c", "d"], None));
        let gone = Page::of_all(vec!["a", "c", "d"], &asked(first.next.clone()), "n", id);
        assert_eq!(gone.expect("a page").items, ["c", "d"]);
        assert!(Page::of_all(vec!["a"], &asked(first.next), "other", id).is_err());
    }

    #[test]
    fn limits() {
        assert_eq!(limit(None), Ok(50));
        assert_eq!(limit(Some(500)), Ok(500));
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err());
    }
}
