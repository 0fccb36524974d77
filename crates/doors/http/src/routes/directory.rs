//! What the lists of people, teams, organisations and items share.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use steward_api::{
    CSV_ROWS, Caller, Page, Problem, csv_line, csv_response, csv_value, limit, read_cursor,
    wants_csv, whole_list,
};
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_people::Call;
use steward_people::list::{Key, ListQuery, Listed};

/// The parameters of these lists.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DirectoryQuery {
    /// A condition; free words are whole words, or beginnings with `*`, e.g.
    /// `ann*`.
    pub q: Option<String>,
    /// One field: `name` (the default) or, of people, `login`; `-` before it for
    /// descending.
    pub sort: Option<String>,
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// Whether to count all matches exactly.
    pub count: Option<bool>,
}

/// The parameters of these lists as CSV, which is always the whole list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DirectoryCsvQuery {
    /// A condition; free words are whole words, or beginnings with `*`, e.g.
    /// `ann*`.
    pub q: Option<String>,
    /// One field: `name` (the default) or, of people, `login`; `-` before it for
    /// descending.
    pub sort: Option<String>,
}

impl DirectoryQuery {
    fn belongs_to(&self) -> [&str; 2] {
        [self.q.as_deref().unwrap_or(""), self.sort.as_deref().unwrap_or("")]
    }

    /// As the store asks for it.
    pub fn read(&self) -> Result<ListQuery> {
        let cursor = self.cursor.as_deref();
        let after: Option<Key> =
            cursor.map(|text| read_cursor(text, &self.belongs_to())).transpose()?;
        Ok(ListQuery {
            q: self.q.clone(),
            sort: self.sort.clone(),
            limit: limit(self.limit)?,
            after,
            count: self.count.unwrap_or(false),
        })
    }

    /// The store's answer as a page.
    pub fn page<T: Serialize>(&self, found: Listed<T>) -> Result<Page<T>> {
        let rows = limit(self.limit)?;
        let page = Page::cut(found.rows, rows, &self.belongs_to(), |(_, key)| key.clone())?;
        Ok(page.map(|(row, _)| row).with_count(found.count))
    }
}

/// One of these lists: how it is read, and its columns as CSV.
#[derive(Clone, Copy)]
pub(crate) struct Directory<T> {
    /// What it is called in paths.
    pub name: &'static str,
    /// Its columns, by their names in the API.
    pub columns: &'static [&'static str],
    /// Reads a page.
    pub read: fn(&mut Tx, &Call, &ListQuery) -> Result<Listed<T>>,
}

impl<T: Serialize + Send + 'static> Directory<T> {
    /// A page as JSON, or the whole list where CSV is accepted.
    pub async fn list(
        self,
        caller: Caller,
        headers: &HeaderMap,
        uri: &Uri,
        query: DirectoryQuery,
    ) -> std::result::Result<Response, Problem> {
        if wants_csv(headers) {
            whole_list(query.limit, query.cursor.as_deref(), query.count)?;
            let DirectoryQuery { q, sort, .. } = query;
            return self.export(caller, DirectoryCsvQuery { q, sort }).await;
        }
        let (asked, read) = (query.read()?, self.read);
        let found = caller.read(move |tx, call| read(tx, call, &asked)).await?;
        Ok(query.page(found)?.respond(uri))
    }

    /// The whole list as CSV.
    pub async fn export(
        self,
        caller: Caller,
        query: DirectoryCsvQuery,
    ) -> std::result::Result<Response, Problem> {
        let DirectoryCsvQuery { q, sort } = query;
        let asked = ListQuery { q, sort, limit: CSV_ROWS, after: None, count: false };
        let Directory { name, columns, read } = self;
        csv_response(name, move |after: Option<Key>| {
            let (caller, asked) = (caller.clone(), ListQuery { after, ..asked.clone() });
            async move {
                caller
                    .read_long(move |tx, call| lines(columns, read(tx, call, &asked)?, &asked))
                    .await
            }
        })
        .await
    }
}

/// The lines of one page, and where the list goes on.
fn lines<T: Serialize>(
    columns: &[&str],
    mut found: Listed<T>,
    asked: &ListQuery,
) -> Result<(String, Option<Key>)> {
    let mut text = String::new();
    if asked.after.is_none() {
        text = csv_line(columns);
    }
    let size = usize::try_from(asked.limit).unwrap_or(0);
    let more = found.rows.len() > size;
    found.rows.truncate(size);
    for (row, _) in &found.rows {
        let row = serde_json::to_value(row).map_err(Error::internal)?;
        text += &csv_line(columns.iter().map(|column| csv_value(row.get(column))));
    }
    let next = found.rows.pop().filter(|_| more).map(|(_, key)| key);
    Ok((text, next))
}
