//! Lists as CSV: whole, page by page as the client takes them, so that neither
//! memory nor a transaction is held for as long as somebody downloads.

use std::future::{Future, ready};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{StreamExt as _, once, unfold};
use serde::Deserialize;
use serde_json::Value as Json;
use steward_base::{Error, Result};

use crate::list::ListQuery;
use crate::problem::Problem;

/// Rows read at a time.
pub const CSV_ROWS: i64 = 500;

/// The parameters of a list as CSV, which is always the whole list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CsvQuery {
    /// A condition, e.g. `state:open priority<=2`.
    pub q: Option<String>,
    /// Fields to sort by, `-` before one for descending, e.g. `-priority,opened_at`.
    pub sort: Option<String>,
    /// Asks the tracked fields as they were at this instant.
    pub as_of: Option<String>,
}

impl From<CsvQuery> for ListQuery {
    fn from(query: CsvQuery) -> ListQuery {
        let CsvQuery { q, sort, as_of } = query;
        ListQuery { q, sort, as_of, ..ListQuery::default() }
    }
}

/// Refuses what only pages have, where a list is asked for with `Accept: text/csv`.
///
/// # Errors
/// `Malformed` with the name of the parameter.
pub fn whole_list(limit: Option<i64>, cursor: Option<&str>, count: Option<bool>) -> Result<()> {
    let given =
        [("limit", limit.is_some()), ("cursor", cursor.is_some()), ("count", count.is_some())];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((name, _)) => {
            let words = "is not taken with Accept: text/csv, which gives the whole list";
            Err(Error::malformed(name, "unknown_field", words))
        }
    }
}

/// Whether the client asks for CSV in place of JSON.
pub fn wants_csv(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    accepts.trim_start().starts_with("text/csv")
}

/// One line of CSV.
pub fn csv_line<T: AsRef<str>>(fields: impl IntoIterator<Item = T>) -> String {
    let fields: Vec<String> = fields.into_iter().map(|f| field(f.as_ref())).collect();
    fields.join(",") + "\r\n"
}

/// One field of CSV. A text that a spreadsheet would take for a formula gets
/// an apostrophe before it; a number below zero is none.
fn field(text: &str) -> String {
    let number = text.parse().is_ok_and(f64::is_finite);
    let risky = !number && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A value of JSON as the text of a field: of a reference the name; of several
/// their logins or names, with semicolons between them, as the import takes them.
pub fn csv_value(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Object(reference)) => csv_value(reference.get("name")),
        Some(Json::Array(several)) => {
            let one = |value: &Json| csv_value(value.get("login").or(Some(value)));
            several.iter().map(one).collect::<Vec<_>>().join(";")
        }
        Some(other) => other.to_string(),
    }
}

/// The answer: what `page` gives for the beginning (`None`) and then for each
/// place it says the list goes on at.
///
/// # Errors
/// Those of the first page; a later one that fails breaks the answer off.
pub async fn csv_response<K, F, R>(name: &str, mut page: F) -> Result<Response, Problem>
where
    K: Send + 'static,
    F: FnMut(Option<K>) -> R + Send + 'static,
    R: Future<Output = Result<(String, Option<K>), Problem>> + Send + 'static,
{
    let (first, next) = page(None).await?;
    let rest = unfold((next, page), |(at, mut page)| async move {
        match page(Some(at?)).await {
            Ok((text, next)) => Some((Ok(Bytes::from(text)), (next, page))),
            Err(_) => Some((Err(std::io::Error::other("the export broke off")), (None, page))),
        }
    });
    let all = once(ready(Ok(Bytes::from(first)))).chain(rest);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    Ok((headers, Body::from_stream(all)).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_plain_text() {
        for (value, expected) in [
            (json!(null), ""),
            (json!("a"), "a"),
            (json!(2.5), "2.5"),
            (json!(true), "true"),
            (json!({"id": "0190", "name": "Ann", "login": "ann"}), "Ann"),
            (json!(["agent", {"name": "Ann", "login": "ann"}, {"name": "Net"}]), "agent;ann;Net"),
        ] {
            assert_eq!(csv_value(Some(&value)), expected);
        }
        assert_eq!(csv_value(None), "");
    }

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        for (given, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("-1+1", "'-1+1"),
            ("-1.5", "-1.5"),
        ] {
            assert_eq!(field(given), expected);
        }
        assert_eq!(csv_line(["a", "=b"]), "a,'=b\r\n");
    }
}
