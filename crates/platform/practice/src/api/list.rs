//! A list of tickets and one of them, for the routes of a practice.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use steward_api::{
    CsvQuery, ListQuery, Problem, respond_written, wants_csv, whole_list, write_cursor,
};
use steward_base::{Error, Result};
use steward_condition::last_instant;
use steward_people::Call;
use steward_ticket::list::{ListQuery as Asked, context, count, list, parse_sort};

use super::{Desk, csv};
use crate::shown::{Rows, Shown};

/// What a request asks of a list.
pub(super) fn asked(call: &Call, query: &ListQuery) -> Result<Asked> {
    let as_of = query.as_of.as_deref().map(|text| {
        last_instant(text, &context(call)).ok_or_else(|| {
            let message = "is a time: 2026-11-24T08:00Z, 2026-11-24 (its end) or -7d";
            Error::malformed("as_of", "time", message)
        })
    });
    Ok(Asked {
        q: query.q.clone().unwrap_or_default(),
        sort: parse_sort(query.sort.as_deref().unwrap_or("-opened_at"))?,
        limit: query.limit()?,
        after: query.after()?,
        as_of: as_of.transpose()?,
    })
}

/// Answers with a page of the practice's tickets, or with the whole list where
/// the request takes CSV.
///
/// # Errors
/// What is wrong with the question; those of the database.
pub(super) async fn list_page(
    desk: Desk,
    headers: &HeaderMap,
    uri: &Uri,
    query: ListQuery,
) -> Result<Response, Problem> {
    if wants_csv(headers) {
        whole_list(query.limit, query.cursor.as_deref(), query.count)?;
        let ListQuery { q, sort, as_of, .. } = query;
        return csv::export(desk, CsvQuery { q, sort, as_of }).await;
    }
    let Desk { caller, practice, registries } = desk;
    let asked = asked(&caller.call, &query)?;
    let counts = query.count == Some(true);
    let (rows, next, total) = caller
        .read_short(move |tx, call| {
            let registry = registries.get(tx, practice.kind)?;
            let context = context(call);
            let page = list(tx, &call.actor, &registry, &context, &asked)?;
            let total = match counts {
                true => Some(count(tx, &call.actor, &registry, &context, &asked)?),
                false => None,
            };
            let rows = Rows::of(tx, call, page.items, registry)?;
            Ok((rows, page.next, total))
        })
        .await?;
    let next = next.map(|key| write_cursor(&key, &query.belongs_to())).transpose()?;
    Ok(respond_written(uri, next, total, |out| rows.write(out, practice.registry.lacking())))
}

/// Reads one ticket, by number or id, for an answer.
///
/// # Errors
/// `NotFound`; those of the database.
pub(super) async fn read_one(desk: Desk, number: String) -> Result<Shown, Problem> {
    let Desk { caller, practice, registries } = desk;
    caller
        .read_few(move |tx, call| {
            let loaded = practice.load(tx, call, &registries, &number)?;
            Shown::of(tx, call, loaded)
        })
        .await
}
