//! The statements of a search.

use steward_base::{Result, Uuid};
use steward_condition::{Args, Context, WordTerm};
use steward_database::Tx;
use steward_fields::Registry;
use steward_people::Actor;

use super::{Candidate, rank, snippet};
use crate::list::{ListQuery, body, check_indexed, only_used, prepare};

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
    let mut args = Args::new();
    let body = body(tx, actor, registry, &prepared, &query, "", &mut args)?;
    let most = args.push(MOST_RANKED);
    let sql = format!(
        "select t.row_no, t.id, r.number, t.short_description, t.state, t.is_open {body} \
         order by t.row_no desc limit {most}"
    );
    let terms = prepared.condition.free_words();
    let mut hits = tx.rows(&sql, args.values(), |r| {
        let (number, name): (String, String) = (r.get(2)?, r.get(3)?);
        let open = r.get::<i64>(5)? == 1;
        let score = rank(&terms, &Candidate { number: &number, short_description: &name, open });
        let (row_no, id, state) = (r.get(0)?, r.get(1)?, r.get(4)?);
        Ok(Hit { id, row_no, number, name, state, score, snippet: None })
    })?;
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
