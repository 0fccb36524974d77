//! What the lists of people, teams, organisations and items share.

use serde::{Deserialize, Serialize};
use steward_api::{Page, limit, read_cursor};
use steward_base::Result;
use steward_people::list::{Key, ListQuery, Listed};

/// The parameters of these lists.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DirectoryQuery {
    /// A condition; free words find by the beginnings of words, e.g. `ann`.
    pub q: Option<String>,
    /// `name` (the default) or another sortable field, `-` before it for
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
