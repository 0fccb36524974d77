//! The statements of a search.

use steward_base::{Result, Uuid};
use steward_condition::{Args, Context, WordTerm};
use steward_database::Tx;
use steward_fields::Registry;
use steward_people::{Actor, Visibility};

use super::streams::{Stream, streams};
use super::{Candidate, rank, snippet};
use crate::list::{ListQuery, Prepared, body, check_indexed, only_used, prepare, visible};
use crate::text::{holds_sql, row_of};

/// The newest matches that are ranked. Older ones are found by more words, or
/// by a list.
pub const MOST_RANKED: i64 = 500;

/// A ticket that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its record.
    pub id: Uuid,
    /// Its row number, which grows with age.
    pub row_no: i64,
    /// Its number.
    pub number: String,
    /// Its short description.
    pub name: String,
    /// Code of its state.
    pub state: String,
    /// Whether somebody still has to act.
    pub open: bool,
    /// See [`rank`].
    pub score: u32,
    /// Words around the place, when it is not in the name. Of public texts only.
    pub snippet: Option<String>,
}

/// The place of the last hit of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// Its score.
    pub score: u32,
    /// Its row number.
    pub row_no: i64,
}

/// How many tickets [`search`] ranks for this, at most [`MOST_RANKED`].
///
/// # Errors
/// As [`search`].
pub fn count(
    tx: &mut Tx,
    actor: &Actor,
    registry: &Registry,
    context: &Context,
    q: &str,
) -> Result<usize> {
    let query = ListQuery { q: q.into(), ..ListQuery::default() };
    let mut prepared = prepare(tx, actor, registry, context, &query)?;
    check_indexed(tx, actor, registry, context, &query, &prepared)?;
    only_used(tx, &registry.kind, &mut prepared.tickets)?;
    let mut search = Search { actor, registry, query: &query, prepared };
    Ok(search.newest(tx)?.len())
}

/// The tickets of a kind that the actor may see and that meet the condition,
/// the likeliest first; at most `limit` of them, behind `after`.
///
/// # Errors
/// `Malformed` or `Invalid` on `q`, as in a list.
pub fn search(
    tx: &mut Tx,
    actor: &Actor,
    registry: &Registry,
    context: &Context,
    q: &str,
    limit: usize,
    after: Option<After>,
) -> Result<Vec<Hit>> {
    let query = ListQuery { q: q.into(), ..ListQuery::default() };
    let mut prepared = prepare(tx, actor, registry, context, &query)?;
    check_indexed(tx, actor, registry, context, &query, &prepared)?;
    only_used(tx, &registry.kind, &mut prepared.tickets)?;
    let ranked = prepared.condition.clone();
    let terms = ranked.free_words();
    let mut search = Search { actor, registry, query: &query, prepared };
    let mut hits = search.newest(tx)?;
    for hit in &mut hits {
        let (number, short_description) = (hit.number.as_str(), hit.name.as_str());
        hit.score = rank(&terms, &Candidate { number, short_description, open: hit.open });
    }
    hits.sort_by_key(|h| std::cmp::Reverse((h.score, h.row_no)));
    if let Some(after) = after {
        hits.retain(|h| (h.score, h.row_no) < (after.score, after.row_no));
    }
    hits.truncate(limit);
    for hit in &mut hits {
        hit.snippet = around(tx, hit, &terms)?;
    }
    Ok(hits)
}

/// A search about to be read.
struct Search<'a> {
    actor: &'a Actor,
    registry: &'a Registry,
    query: &'a ListQuery,
    prepared: Prepared,
}

impl Search<'_> {
    /// The newest tickets that meet the condition.
    fn newest(&mut self, tx: &mut Tx) -> Result<Vec<Hit>> {
        if self.prepared.tickets.is_none() {
            return Ok(Vec::new());
        }
        let whole = self.prepared.condition.clone();
        let (words, rest) = whole.clone().split_words();
        let internal = !self.prepared.sees.internal.is_none();
        // Who sees few tickets starts from those.
        let streams = match own(&self.prepared.tickets) {
            true => None,
            false => streams(&words, internal),
        };
        let Some(streams) = streams else { return self.read(tx, None) };
        self.prepared.condition = rest;
        let mut hits = Vec::new();
        for stream in &streams {
            hits.extend(self.read(tx, Some(stream))?);
        }
        hits.sort_by_key(|h| std::cmp::Reverse(h.row_no));
        hits.dedup_by_key(|h| h.row_no);
        hits.truncate(usize::try_from(MOST_RANKED).unwrap_or(0));
        Ok(hits)
    }

    /// The newest of one stream, or, without one, of the condition.
    fn read(&self, tx: &mut Tx, stream: Option<&Stream>) -> Result<Vec<Hit>> {
        let (sql, args) = self.statement(tx, stream)?;
        tx.rows(&sql, args.values(), |r| {
            Ok(Hit {
                row_no: r.get(0)?,
                id: r.get(1)?,
                number: r.get(2)?,
                name: r.get(3)?,
                state: r.get(4)?,
                open: r.get::<i64>(5)? == 1,
                score: 0,
                snippet: None,
            })
        })
    }

    fn statement(&self, tx: &Tx, stream: Option<&Stream>) -> Result<(String, Args)> {
        let mut args = Args::new();
        let (engine, row) = (tx.engine(), row_of(tx.engine()));
        let lead = match stream {
            None => None,
            Some(s) if s.public.is_empty() => Some("text_internal"),
            Some(_) => Some("text_public"),
        };
        let join = lead.map(|table| format!(" join {table} on {table}.{row} = t.row_no"));
        let join = join.unwrap_or_default();
        let (actor, registry) = (self.actor, self.registry);
        let mut body = body(tx, actor, registry, &self.prepared, self.query, &join, &mut args)?;
        if let (Some(stream), Some(table)) = (stream, lead) {
            let first = if stream.public.is_empty() { &stream.internal } else { &stream.public };
            body = format!("{body} and {}", holds_sql(engine, table, first, &mut args));
            if !stream.public.is_empty() && !stream.internal.is_empty() {
                let holds = holds_sql(engine, "text_internal", &stream.internal, &mut args);
                // The plus keeps the order: SQLite would look up one row after the other.
                body = format!(
                    "{body} and +{table}.{row} in (select {row} from text_internal where {holds})"
                );
            }
            if !stream.internal.is_empty() && !self.prepared.sees.all_internal() {
                let seen = visible(&self.prepared.sees.internal, actor, &mut args);
                body = format!("{body} and {seen}");
            }
        }
        let order = lead.map_or("t.row_no".into(), |table| format!("{table}.{row}"));
        let most = args.push(MOST_RANKED);
        let sql = format!(
            "select t.row_no, t.id, r.number, t.short_description, t.state, t.is_open {body} \
             order by {order} desc limit {most}"
        );
        Ok((sql, args))
    }
}

fn own(seen: &Visibility) -> bool {
    !seen.all && !seen.team && seen.organisations.is_empty()
}

/// Words around the first place in the public texts, where the name does not
/// already show every word.
fn around(tx: &mut Tx, hit: &Hit, terms: &[&WordTerm]) -> Result<Option<String>> {
    let name = steward_base::text::words(&hit.name);
    let rest: Vec<&WordTerm> = terms.iter().copied().filter(|t| !t.occurs_in(&name)).collect();
    if rest.is_empty() {
        return Ok(None);
    }
    let (description, notes) = tx.one(
        "select description, close_notes from ticket where id = $1",
        &[hit.id.into()],
        |r| Ok((r.opt::<String>(0)?, r.opt::<String>(1)?)),
    )?;
    let texts = [description, notes];
    Ok(texts.iter().flatten().find_map(|text| snippet(text, &rest)))
}

#[cfg(test)]
mod tests {
    use steward_base::Timestamp;
    use steward_people::system_actor;
    use steward_schema::testing::sqlite;

    use super::*;
    use crate::list::Sees;

    /// Somebody who sees all tickets finds the newest documents without reading
    /// the others, and only then the tickets.
    #[test]
    fn the_newest_documents_are_read_first() {
        let all = Visibility { all: true, ..Visibility::default() };
        for q in ["printer", "printer jam", "print* \"paper jam\" toner", "printer priority:1"] {
            let (all, q) = (all.clone(), q.to_owned());
            let test = sqlite();
            let plans = test.db.read_blocking(move |tx| {
                let (actor, context) = (system_actor(), Context::at(Timestamp::UNIX_EPOCH));
                let registry = Registry::new("incident", crate::fields::common(&[]));
                let query = ListQuery { q, ..ListQuery::default() };
                let mut prepared = prepare(tx, &actor, &registry, &context, &query)?;
                prepared.sees = Sees { tickets: all.clone(), internal: all.clone() };
                prepared.tickets = all;
                let (words, rest) = prepared.condition.clone().split_words();
                prepared.condition = rest;
                let search = Search { actor: &actor, registry: &registry, query: &query, prepared };
                let mut plans = Vec::new();
                for stream in streams(&words, true).expect("streams") {
                    let (sql, args) = search.statement(tx, Some(&stream))?;
                    let explain = format!("explain query plan {sql}");
                    plans.push(tx.rows(&explain, args.values(), |r| r.get::<String>(3))?);
                }
                Ok(plans)
            });
            for plan in plans.expect("plans") {
                assert!(plan[0].starts_with("SCAN text_"), "{plan:#?}");
                let by_row =
                    plan.iter().any(|s| s == "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)");
                assert!(by_row && !plan.iter().any(|s| s.contains("TEMP B-TREE")), "{plan:#?}");
            }
        }
    }
}
