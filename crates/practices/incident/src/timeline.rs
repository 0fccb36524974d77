//! The timeline: entries and changes in one list, as the reader may see them.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value as Json, json};
use steward_api::Page;
use steward_base::time::wire;
use steward_base::{Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_history::{Fact, content_of, facts_of};
use steward_people::views::Reference;
use steward_people::{Actor, Names, allowed};
use steward_ticket::journal::{Entry, EntryKind, entries, entries_of};
use steward_ticket::{names_for, readable, reads_of, store};
use utoipa::ToSchema;

use crate::api::EntryView;
use crate::commands::Loaded;
use crate::fields::KIND;

/// Where a page goes on: (time, tie).
pub type Place = (i64, String);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelineItem {
    /// `comment`, `work_note` or `fact`.
    #[serde(rename = "type")]
    pub item_type: String,
    /// When.
    pub at: String,
    /// Who.
    pub by: Reference,
    /// The entry, for comments and work notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub entry: Option<EntryView>,
    /// What changed, for facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fact: Option<TimelineFact>,
    /// The duplicate it comes from, when it is not of this incident itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<Source>,
    #[serde(skip)]
    #[schema(ignore)]
    place: Place,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelineFact {
    /// What happened, e.g. `incident.resolved`.
    pub kind: String,
    /// `field`, `from`, `to`, references as `{"id","name"}`, texts in words.
    #[schema(value_type = Vec<Object>)]
    pub changes: Vec<Json>,
}

/// The incident an item comes from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Source {
    /// Its number.
    pub number: String,
}

/// Most facts and entries one timeline is made of; more are in the history.
const MOST: i64 = 2_000;

/// One page of the timeline, as the actor may see it.
pub fn page(
    tx: &mut Tx,
    actor: &Actor,
    loaded: &Loaded,
    after: Option<Place>,
    (limit, counted): (i64, bool),
) -> Result<Page<TimelineItem>> {
    let mut items = of_ticket(tx, actor, loaded)?;
    items.extend(of_duplicates(tx, actor, loaded.ticket.head.id)?);
    items.sort_by(|a, b| a.place.cmp(&b.place));
    let count = counted.then_some(items.len() as i64);
    if let Some(after) = after {
        items.retain(|item| item.place > after);
    }
    Ok(Page::cut(items, limit, &["timeline"], |item| item.place.clone())?.with_count(count))
}

fn of_ticket(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<Vec<TimelineItem>> {
    let record = loaded.ticket.head.id;
    let internal = allowed(actor, KIND, "read_work_notes", &loaded.target);
    let kinds: &[EntryKind] =
        if internal { &[EntryKind::Comment, EntryKind::WorkNote] } else { &[EntryKind::Comment] };
    let start = (Timestamp::UNIX_EPOCH, Uuid::nil());
    let mut written = entries(tx, record, kinds, start, MOST)?;
    let retracted: Vec<String> =
        written.iter().filter(|e| e.retracted.is_some()).map(|e| e.id.to_string()).collect();
    written.retain(|e| internal || e.retracted.is_none());
    // An imported update that changed nothing we know is in the history only.
    let facts: Vec<Fact> = facts_of(tx, record, 0, MOST)?
        .into_iter()
        .filter(|f| !f.changes.is_empty())
        // Nor does a retracted comment show in what came with it, such as a file's name.
        .filter(|f| internal || !names_one_of(f, &retracted))
        .filter(|f| f.to("comments").is_none() && f.to("work_notes").is_none())
        .filter_map(|f| readable(f, &loaded.registry, internal))
        .collect();
    let texts = texts(tx, record, &facts)?;
    let names = names_for(tx, actor, &mentioned(&written, &facts))?;
    let entries = written.into_iter().map(|e| of_entry(e, &names, None));
    let changes = facts.into_iter().map(|f| of_fact(f, &names, &texts));
    Ok(entries.chain(changes).collect())
}

/// What people said on duplicates, each as far as the actor may read that
/// duplicate itself: it may be somebody else's.
fn of_duplicates(tx: &mut Tx, actor: &Actor, master: Uuid) -> Result<Vec<TimelineItem>> {
    let duplicates = store::duplicates(tx, master)?;
    let reads = reads_of(tx, actor, &duplicates)?;
    let seen: HashMap<Uuid, (String, bool)> = duplicates
        .iter()
        .zip(reads)
        .filter(|(_, reads)| reads.ticket)
        .map(|(ticket, reads)| (ticket.head.id, (ticket.number().to_owned(), reads.internal)))
        .collect();
    let mut ids: Vec<Uuid> = seen.keys().copied().collect();
    ids.sort_unstable();
    let shown = |entry: &Entry| {
        let public = entry.kind == EntryKind::Comment && entry.retracted.is_none();
        public || seen.get(&entry.record).is_some_and(|(_, internal)| *internal)
    };
    let mut written = entries_of(tx, &ids, MOST)?;
    written.retain(shown);
    let names = names_for(tx, actor, &mentioned(&written, &[]))?;
    let item = |entry: Entry| {
        let number = seen.get(&entry.record)?.0.clone();
        Some(of_entry(entry, &names, Some(Source { number })))
    };
    Ok(written.into_iter().filter_map(item).collect())
}

fn names_one_of(fact: &Fact, entries: &[String]) -> bool {
    let named = fact.to("entry").and_then(Json::as_str);
    named.is_some_and(|named| entries.iter().any(|id| id == named))
}

type Texts = HashMap<(i64, i64), Option<String>>;

fn texts(tx: &mut Tx, record: Uuid, facts: &[Fact]) -> Result<Texts> {
    let (Some(first), Some(last)) = (facts.first(), facts.last()) else {
        return Ok(Texts::new());
    };
    let rows = content_of(tx, record, first.seq, last.seq)?;
    Ok(rows.into_iter().map(|(seq, slot, body)| ((seq, slot), body)).collect())
}

/// Ids that stand as values of changes, and who acted.
fn mentioned(entries: &[Entry], facts: &[Fact]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = entries.iter().map(|e| e.author).collect();
    ids.extend(entries.iter().filter_map(|e| e.retracted.map(|(_, by)| by)));
    for fact in facts {
        ids.push(fact.stamp.by);
        for change in &fact.changes {
            for side in ["from", "to"] {
                ids.extend(change[side].as_str().and_then(|s| s.parse::<Uuid>().ok()));
            }
        }
    }
    ids
}

fn of_entry(entry: Entry, names: &Names, source: Option<Source>) -> TimelineItem {
    TimelineItem {
        item_type: entry.kind.as_str().into(),
        at: wire(entry.at),
        by: Reference::of(entry.author, names),
        place: (entry.at.as_microsecond(), format!("{:012}e{}", entry.seq, entry.id)),
        entry: Some(EntryView::of(entry, names)),
        fact: None,
        source,
    }
}

fn of_fact(fact: Fact, names: &Names, texts: &Texts) -> TimelineItem {
    let value = |value: &Json| -> Json {
        if let Some(slot) = value["content"].as_i64() {
            return texts.get(&(fact.seq, slot)).cloned().flatten().into();
        }
        let name = value.as_str().and_then(|s| s.parse::<Uuid>().ok()).and_then(|i| names.get(&i));
        match name {
            Some(name) => json!(Reference::of(name.id, names)),
            None => value.clone(),
        }
    };
    let change =
        |c: &Json| json!({"field": c["field"], "from": value(&c["from"]), "to": value(&c["to"])});
    TimelineItem {
        item_type: "fact".into(),
        at: wire(fact.stamp.at),
        by: Reference::of(fact.stamp.by, names),
        entry: None,
        place: (fact.stamp.at.as_microsecond(), format!("{:012}f", fact.seq)),
        fact: Some(TimelineFact {
            changes: fact.changes.iter().map(change).collect(),
            kind: fact.kind,
        }),
        source: None,
    }
}
