//! The timeline: entries and changes in one list, as the reader may see them.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value as Json, json};
use steward_api::Page;
use steward_base::time::wire;
use steward_base::{Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_fields::Registry;
use steward_history::{Fact, content_of, facts_of};
use steward_people::views::Reference;
use steward_people::{Names, names};
use steward_ticket::journal::{Entry, EntryKind, entries};
use steward_ticket::store;
use utoipa::ToSchema;

use crate::api::EntryView;
use crate::commands::Loaded;

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

/// Facts that only the internal part knows.
const INTERNAL_FACTS: [&str; 2] = ["incident.noted", "incident.time_recorded"];
/// Changes that are no fields and that everybody who sees the incident may
/// know; all others are internal.
const PUBLIC_CHANGES: [&str; 12] = [
    "comments",
    "entry",
    "mentions",
    "watcher",
    "relation",
    "to",
    "file_name",
    "content_type",
    "size",
    "audience",
    "attachment",
    "sha256",
];

/// The fact as the reader may see it: without fields of the internal group;
/// `None` when nothing is left, or the fact itself is internal.
pub fn readable(mut fact: Fact, registry: &Registry, internal: bool) -> Option<Fact> {
    if internal {
        return Some(fact);
    }
    let hidden_attachment = fact.to("audience").and_then(Json::as_str) == Some("internal");
    if INTERNAL_FACTS.contains(&fact.kind.as_str()) || hidden_attachment {
        return None;
    }
    let before = fact.changes.len();
    fact.changes.retain(|change| {
        let name = change["field"].as_str().unwrap_or("");
        let name = name.strip_prefix("custom.").unwrap_or(name);
        match registry.field(name) {
            Some(field) => field.group == "public",
            // What no longer has a field may have been internal.
            None => PUBLIC_CHANGES.contains(&name),
        }
    });
    (before == 0 || !fact.changes.is_empty()).then_some(fact)
}

/// Most facts and entries one timeline is made of; more are in the history.
const MOST: i64 = 2_000;

/// One page of the timeline.
pub fn page(
    tx: &mut Tx,
    loaded: &Loaded,
    internal: bool,
    after: Option<Place>,
    (limit, counted): (i64, bool),
) -> Result<Page<TimelineItem>> {
    let mut items = of_ticket(tx, loaded, loaded.ticket.head.id, None, internal)?;
    for duplicate in store::duplicates(tx, loaded.ticket.head.id)? {
        let number = duplicate.number().to_owned();
        items.extend(of_ticket(tx, loaded, duplicate.head.id, Some(number), internal)?);
    }
    items.sort_by(|a, b| a.place.cmp(&b.place));
    let count = counted.then_some(items.len() as i64);
    if let Some(after) = after {
        items.retain(|item| item.place > after);
    }
    Ok(Page::cut(items, limit, &["timeline"], |item| item.place.clone())?.with_count(count))
}

fn of_ticket(
    tx: &mut Tx,
    loaded: &Loaded,
    record: Uuid,
    duplicate: Option<String>,
    internal: bool,
) -> Result<Vec<TimelineItem>> {
    let kinds: &[EntryKind] =
        if internal { &[EntryKind::Comment, EntryKind::WorkNote] } else { &[EntryKind::Comment] };
    let start = (Timestamp::MIN.max(Timestamp::UNIX_EPOCH), Uuid::nil());
    let mut written = entries(tx, record, kinds, start, MOST)?;
    let retracted: Vec<String> =
        written.iter().filter(|e| e.retracted.is_some()).map(|e| e.id.to_string()).collect();
    written.retain(|e| internal || e.retracted.is_none());
    // Of a duplicate only what people said is shown here.
    let facts = match duplicate {
        Some(_) => Vec::new(),
        None => facts_of(tx, record, 0, MOST)?,
    };
    // An imported update that changed nothing we know is in the history only.
    let facts: Vec<Fact> = facts
        .into_iter()
        .filter(|f| !f.changes.is_empty())
        // Nor does a retracted comment show in what came with it, such as a file's name.
        .filter(|f| internal || !names_one_of(f, &retracted))
        .filter(|f| f.to("comments").is_none() && f.to("work_notes").is_none())
        .filter_map(|f| readable(f, &loaded.registry, internal))
        .collect();
    let texts = texts(tx, record, &facts)?;
    let names = names(tx, &mentioned(&written, &facts))?;
    let source = duplicate.map(|number| Source { number });
    let entries = written.into_iter().map(|e| of_entry(e, &names, source.clone()));
    let changes = facts.into_iter().map(|f| of_fact(f, &names, &texts));
    Ok(entries.chain(changes).collect())
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
