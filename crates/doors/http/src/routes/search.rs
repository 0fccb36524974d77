//! Search over everything: tickets of every kind.

use axum::extract::OriginalUri;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use steward_api::{Caller, Page, Problem, Query, limit, read_cursor};
use steward_base::{Error, Result, Uuid};
use steward_fields::Registries;
use steward_ticket::list::context;
use steward_ticket::search::{After, Hit, count, search};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(search_records))
}

/// The parameters of a search.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Words, prefixes with `*`, "phrases" and conditions, as in the lists.
    #[param(example = "printer")]
    q: String,
    /// Only records of this kind, e.g. `incident`.
    #[param(example = "incident")]
    kind: Option<String>,
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Whether to count the matches that a search ranks: at most 500 of a kind.
    count: Option<bool>,
}

impl SearchQuery {
    fn belongs_to(&self) -> [&str; 3] {
        ["search", &self.q, self.kind.as_deref().unwrap_or("")]
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SearchHit, example = json!({
    "number": "INC0001042", "kind": "incident", "id": "0198c0de-0000-7000-8000-000000000001",
    "name": "Printer on floor 3 jams", "state": "in_progress", "score": 67, "snippet": null
}))]
struct HitView {
    /// Its number.
    number: String,
    /// Its kind.
    kind: &'static str,
    /// Its record.
    id: Uuid,
    /// Its short description.
    name: String,
    /// Code of its state.
    state: String,
    /// How likely it is what was looked for: more is likelier. Only good for
    /// comparing hits of one search.
    score: u32,
    /// Words around the place where it was found, from the description or the
    /// close notes; null when the name shows all words, or they stand elsewhere.
    #[schema(required)]
    snippet: Option<String>,
    /// Its place, for the cursor.
    #[serde(skip)]
    row_no: i64,
}

fn shown(kind: &'static str, hit: Hit) -> HitView {
    let Hit { id, row_no, number, name, state, score, snippet, .. } = hit;
    HitView { number, kind, id, name, state, score, snippet, row_no }
}

/// Search
///
/// The newest 500 matches that the caller may see, the likeliest first: the
/// number that was typed; then by how many of the words stand in the short
/// description, and how many of them as whole words; open before done; newer
/// before older. Words, phrases and conditions are those of the lists; without
/// any, nothing is found. Lists (`/incidents?q=`) find everything, unranked.
#[utoipa::path(
    get, path = "/search", tag = "search", params(SearchQuery),
    responses((status = 200, description = "What was found", body = Page<HitView>, example = json!({
        "items": [{
            "number": "INC0001042", "kind": "incident",
            "id": "0198c0de-0000-7000-8000-000000000001", "name": "Printer on floor 3 jams",
            "state": "in_progress", "score": 67, "snippet": null
        }],
        "next": null
    })))
)]
async fn search_records(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<SearchQuery>,
) -> std::result::Result<Response, Problem> {
    let rows = limit(query.limit)?;
    let cursor = query.cursor.as_deref();
    let after: Option<(u32, i64)> =
        cursor.map(|text| read_cursor(text, &query.belongs_to())).transpose()?;
    let after = after.map(|(score, row_no)| After { score, row_no });
    let registries = caller.app().service::<Registries>();
    let kinds = kinds(&registries, query.kind.as_deref())?;
    let asked = query.q.clone();
    let counts = query.count == Some(true);
    let (hits, total) = caller
        .read(move |tx, call| {
            let (mut hits, mut total) = (Vec::new(), 0);
            if asked.trim().is_empty() {
                return Ok((hits, total));
            }
            let most = usize::try_from(rows).unwrap_or(0) + 1;
            for kind in kinds {
                let registry = registries.get(tx, kind)?;
                let context = context(call);
                let found = search(tx, &call.actor, &registry, &context, &asked, most, after)?;
                if counts {
                    total += count(tx, &call.actor, &registry, &context, &asked)? as i64;
                }
                hits.extend(found.into_iter().map(|hit| shown(kind, hit)));
            }
            hits.sort_by_key(|h| std::cmp::Reverse((h.score, h.row_no)));
            Ok((hits, total))
        })
        .await?;
    let page = Page::cut(hits, rows, &query.belongs_to(), |h| (h.score, h.row_no))?;
    Ok(page.with_count(counts.then_some(total)).respond(&uri))
}

/// The kinds of tickets to look through.
fn kinds(registries: &Registries, asked: Option<&str>) -> Result<Vec<&'static str>> {
    let mut kinds: Vec<&'static str> = registries.kinds().collect();
    if let Some(asked) = asked {
        kinds.retain(|kind| *kind == asked);
        if kinds.is_empty() {
            let all: Vec<&str> = registries.kinds().collect();
            let message =
                format!("there is nothing of kind {asked:?} to search; use {}", all.join(", "));
            return Err(Error::malformed("kind", "choice", message));
        }
    }
    Ok(kinds)
}
