//! The timeline: entries and changes in one list, as the reader may see them.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value as Json, json};
use steward_base::time::wire;
use steward_base::{Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_history::{Fact, content_of, facts_of};
use steward_people::views::Reference;
use steward_people::{Actor, Call, Names};
use steward_ticket::journal::{Entry, EntryKind, entries};
use steward_ticket::{Ticket, names_for, readable, reads_of, store};
use utoipa::ToSchema;

use crate::api::EntryView;
use crate::load::Loaded;

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
    /// The duplicate it comes from, when it is not of this record itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<Source>,
    #[serde(skip)]
    #[schema(ignore)]
    pub place: Place,
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

/// The record an item comes from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Source {
    /// Its number.
    pub number: String,
}

/// Facts or entries read at a time.
const STEP: i64 = 1_000;

/// What is asked of a timeline.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The place of the last item of the page before.
    pub after: Option<Place>,
    /// Newest first.
    pub newest_first: bool,
    /// Items of a page.
    pub limit: i64,
    /// Whether to count all.
    pub counted: bool,
}

/// Something that is in the timeline, before its names and texts are looked up.
enum Raw {
    Entry(Entry, Option<Source>),
    Fact(Fact),
}

/// The first items behind a place, in order, of all that pass by. However long
/// the timeline is, little more than a page is kept.
struct Window<'a> {
    asked: &'a Asked,
    kept: Vec<(Place, Raw)>,
    count: i64,
}

impl Window<'_> {
    fn pass(&mut self, place: Place, raw: Raw) {
        self.count += 1;
        let behind = |after: &Place| match self.asked.newest_first {
            false => place > *after,
            true => place < *after,
        };
        if self.asked.after.as_ref().is_none_or(behind) {
            self.kept.push((place, raw));
        }
        if self.kept.len() > 4_096 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_by(|a, b| a.0.cmp(&b.0));
        if self.asked.newest_first {
            self.kept.reverse();
        }
        self.kept.truncate(usize::try_from(self.asked.limit).unwrap_or(0) + 1);
    }
}

/// At most one item more than a page of the timeline, as the actor may see it,
/// and how many there are in all.
pub fn page(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    asked: &Asked,
) -> Result<(Vec<TimelineItem>, Option<i64>)> {
    let mut window = Window { asked, kept: Vec::new(), count: 0 };
    let (actor, internal) = (&call.actor, loaded.internal(call));
    let retracted = pass_entries(tx, loaded, internal, &mut window)?;
    pass_facts(tx, loaded, internal, &retracted, &mut window)?;
    pass_duplicates(tx, actor, loaded.ticket.head.id, &mut window)?;
    window.cut();
    let count = asked.counted.then_some(window.count);
    let texts = texts(tx, loaded.ticket.head.id, &window.kept)?;
    let names = names_for(tx, actor, &mentioned(&window.kept))?;
    let item = |(_, raw)| match raw {
        Raw::Entry(entry, source) => of_entry(entry, &names, source),
        Raw::Fact(fact) => of_fact(fact, &names, &texts),
    };
    Ok((window.kept.into_iter().map(item).collect(), count))
}

/// The ticket's own entries; the ids of those taken back.
fn pass_entries(
    tx: &mut Tx,
    loaded: &Loaded,
    internal: bool,
    window: &mut Window,
) -> Result<Vec<String>> {
    let kinds: &[EntryKind] =
        if internal { &[EntryKind::Comment, EntryKind::WorkNote] } else { &[EntryKind::Comment] };
    let mut retracted = Vec::new();
    let mut from = (Timestamp::UNIX_EPOCH, Uuid::nil());
    loop {
        let read = entries(tx, loaded.ticket.head.id, kinds, from, STEP)?;
        let Some(last) = read.last() else { return Ok(retracted) };
        from = (last.at, last.id);
        for entry in read {
            if entry.retracted.is_some() {
                retracted.push(entry.id.to_string());
            }
            if internal || entry.retracted.is_none() {
                window.pass(place_of_entry(&entry), Raw::Entry(entry, None));
            }
        }
    }
}

/// The ticket's facts. One that changed nothing we know (an imported update), and
/// one that tells of an entry, is in the history only.
fn pass_facts(
    tx: &mut Tx,
    loaded: &Loaded,
    internal: bool,
    retracted: &[String],
    window: &mut Window,
) -> Result<()> {
    let mut seq = 0;
    loop {
        let read = facts_of(tx, loaded.ticket.head.id, seq, STEP)?;
        let Some(last) = read.last() else { return Ok(()) };
        seq = last.seq;
        let shown = read
            .into_iter()
            .filter(|f| !f.changes.is_empty())
            // Nor does a retracted comment show in what came with it, such as a file's name.
            .filter(|f| internal || !names_one_of(f, retracted))
            .filter(|f| f.to("comments").is_none() && f.to("work_notes").is_none())
            .filter_map(|f| readable(f, &loaded.registry, internal));
        for fact in shown {
            window.pass(place_of_fact(&fact), Raw::Fact(fact));
        }
    }
}

/// What people said on duplicates, each as far as the actor may read that
/// duplicate itself: it may be somebody else's.
fn pass_duplicates(tx: &mut Tx, actor: &Actor, master: Uuid, window: &mut Window) -> Result<()> {
    let mut after = 0;
    loop {
        let duplicates = store::duplicates(tx, master, after)?;
        let Some(last) = duplicates.last() else { return Ok(()) };
        after = last.head.row_no;
        pass_said_on(tx, actor, &duplicates, window)?;
    }
}

fn pass_said_on(
    tx: &mut Tx,
    actor: &Actor,
    duplicates: &[Ticket],
    window: &mut Window,
) -> Result<()> {
    let reads = reads_of(tx, actor, duplicates)?;
    for (ticket, reads) in duplicates.iter().zip(reads).filter(|(_, reads)| reads.ticket) {
        let number = ticket.number().to_owned();
        let kinds: &[EntryKind] = match reads.internal {
            true => &[EntryKind::Comment, EntryKind::WorkNote],
            false => &[EntryKind::Comment],
        };
        let mut from = (Timestamp::UNIX_EPOCH, Uuid::nil());
        loop {
            let read = entries(tx, ticket.head.id, kinds, from, STEP)?;
            let Some(last) = read.last() else { break };
            from = (last.at, last.id);
            for entry in read {
                if reads.internal || entry.retracted.is_none() {
                    let source = Some(Source { number: number.clone() });
                    window.pass(place_of_entry(&entry), Raw::Entry(entry, source));
                }
            }
        }
    }
    Ok(())
}

fn place_of_entry(entry: &Entry) -> Place {
    (entry.at.as_microsecond(), format!("{:012}e{}", entry.seq, entry.id))
}

fn place_of_fact(fact: &Fact) -> Place {
    (fact.stamp.at.as_microsecond(), format!("{:012}f", fact.seq))
}

fn names_one_of(fact: &Fact, entries: &[String]) -> bool {
    let named = fact.to("entry").and_then(Json::as_str);
    named.is_some_and(|named| entries.iter().any(|id| id == named))
}

type Texts = HashMap<(i64, i64), Option<String>>;

fn texts(tx: &mut Tx, record: Uuid, kept: &[(Place, Raw)]) -> Result<Texts> {
    let seqs = kept.iter().filter_map(|(_, raw)| match raw {
        Raw::Fact(fact) => Some(fact.seq),
        Raw::Entry(..) => None,
    });
    let (Some(first), Some(last)) = (seqs.clone().min(), seqs.max()) else {
        return Ok(Texts::new());
    };
    let rows = content_of(tx, record, first, last)?;
    Ok(rows.into_iter().map(|(seq, slot, body)| ((seq, slot), body)).collect())
}

/// Ids that stand as values of changes, and who acted.
fn mentioned(kept: &[(Place, Raw)]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = Vec::new();
    for (_, raw) in kept {
        match raw {
            Raw::Entry(entry, _) => {
                ids.push(entry.author);
                ids.extend(entry.retracted.map(|(_, by)| by));
            }
            Raw::Fact(fact) => {
                ids.push(fact.stamp.by);
                for change in &fact.changes {
                    for side in ["from", "to"] {
                        ids.extend(change[side].as_str().and_then(|s| s.parse::<Uuid>().ok()));
                    }
                }
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
        place: place_of_entry(&entry),
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
        place: place_of_fact(&fact),
        fact: Some(TimelineFact {
            changes: fact.changes.iter().map(change).collect(),
            kind: fact.kind,
        }),
        source: None,
    }
}
