//! Who is concerned by a fact: pure.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use steward_base::Uuid;
use steward_history::{Door, Fact};

/// Why somebody is told. Of several reasons for one fact the first here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody wrote `@login`.
    Mentioned,
    /// It is theirs now.
    Assigned,
    /// A public comment.
    Commented,
    /// A work note: only for those who may read them.
    Noted,
    /// It is resolved.
    Resolved,
    /// It is open again.
    Reopened,
    /// It repeats another and is merged into that.
    Merged,
    /// The one it repeats is resolved.
    OriginalResolved,
    /// It ends without a resolution.
    Canceled,
    /// The resolution was confirmed, or time has passed.
    Closed,
    /// It waits.
    OnHold,
    /// The date is there until which it waited.
    Resumed,
    /// Its priority is another.
    Priority,
    /// A rule says so.
    Rule,
}

impl Kind {
    const ALL: [Kind; 14] = [
        Kind::Mentioned,
        Kind::Assigned,
        Kind::Commented,
        Kind::Noted,
        Kind::Resolved,
        Kind::Reopened,
        Kind::Merged,
        Kind::OriginalResolved,
        Kind::Canceled,
        Kind::Closed,
        Kind::OnHold,
        Kind::Resumed,
        Kind::Priority,
        Kind::Rule,
    ];

    /// Its name in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Mentioned => "mentioned",
            Kind::Assigned => "assigned",
            Kind::Commented => "commented",
            Kind::Noted => "noted",
            Kind::Resolved => "resolved",
            Kind::Reopened => "reopened",
            Kind::Merged => "merged",
            Kind::OriginalResolved => "original_resolved",
            Kind::Canceled => "canceled",
            Kind::Closed => "closed",
            Kind::OnHold => "on_hold",
            Kind::Resumed => "resumed",
            Kind::Priority => "priority",
            Kind::Rule => "rule",
        }
    }

    /// Whether whoever called and whoever it is for are told, whether who has it
    /// is, and whether who watches is.
    fn reach(self) -> (bool, bool, bool) {
        match self {
            Kind::Commented | Kind::Canceled | Kind::Merged => (true, true, true),
            Kind::Resolved | Kind::OriginalResolved => (true, false, true),
            Kind::Noted | Kind::Reopened | Kind::Resumed => (false, true, true),
            Kind::OnHold | Kind::Closed | Kind::Priority => (false, false, true),
            Kind::Mentioned | Kind::Assigned | Kind::Rule => (false, false, false),
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.as_str() == name)
    }
}

/// Persons around a ticket at the moment of a fact.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    pub assignee: Option<Uuid>,
    pub caller: Option<Uuid>,
    pub requested_for: Option<Uuid>,
    pub watchers: Vec<Uuid>,
    /// What it repeats.
    pub duplicate_of: Option<Uuid>,
    /// Who has that.
    pub original_assignee: Option<Uuid>,
}

/// What a fact of a ticket may have to be told for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Concern {
    event: Option<Kind>,
    assigned: Option<Uuid>,
    mentioned: Vec<Uuid>,
    /// Whether only those who read work notes may hear of it.
    pub internal: bool,
    /// The entry it brought.
    pub entry: Option<Uuid>,
}

/// What a fact of this kind may ring for. Waiting that ends by an answer is told
/// by the answer, so only the end by time is told itself.
fn event_of(kind: &str, door: Door) -> Option<Kind> {
    match kind.rsplit_once('.').map(|(_, event)| event)? {
        "commented" => Some(Kind::Commented),
        "noted" => Some(Kind::Noted),
        "resolved" => Some(Kind::Resolved),
        "reopened" => Some(Kind::Reopened),
        "merged" => Some(Kind::Merged),
        "original_resolved" => Some(Kind::OriginalResolved),
        "canceled" => Some(Kind::Canceled),
        "closed" => Some(Kind::Closed),
        "on_hold" => Some(Kind::OnHold),
        "resumed" if door == Door::Timer => Some(Kind::Resumed),
        "updated" | "corrected" => Some(Kind::Priority),
        _ => None,
    }
}

impl Concern {
    /// Whether [`Concern::of`] may find something in such a fact, by a look at
    /// the changes as they are stored.
    pub fn may_be(kind: &str, door: Door, changes: &str) -> bool {
        let event = match event_of(kind, door) {
            Some(Kind::Priority) => changes.contains("\"priority\""),
            event => event.is_some(),
        };
        door != Door::Import && (event || changes.contains("\"assigned_to\""))
    }

    /// `None` for a fact nobody is told of: of another kind, or imported.
    pub fn of(fact: &Fact) -> Option<Concern> {
        if fact.stamp.door == Door::Import {
            return None;
        }
        let event = event_of(&fact.kind, fact.stamp.door)
            .filter(|event| *event != Kind::Priority || fact.to("priority").is_some());
        let assigned = fact.to("assigned_to").and_then(id);
        if event.is_none() && assigned.is_none() {
            return None;
        }
        let mentioned = fact.to("mentions").and_then(Json::as_array);
        let mentioned = mentioned.map(|ids| ids.iter().filter_map(id).collect());
        Some(Concern {
            event,
            assigned,
            mentioned: mentioned.unwrap_or_default(),
            internal: event == Some(Kind::Noted),
            entry: fact.to("entry").and_then(id),
        })
    }

    /// Whether it takes the persons around the ticket to answer.
    pub fn needs_people(&self) -> bool {
        self.event.is_some()
    }

    /// Whether who has the incident that this one repeats is told too.
    pub fn needs_original(&self) -> bool {
        self.event == Some(Kind::Commented)
    }

    /// Who is told, and why; whoever acted (or had it done for them) is not.
    pub fn recipients(&self, fact: &Fact, around: &Around) -> BTreeMap<Uuid, Kind> {
        let mut told: BTreeMap<Uuid, Kind> = BTreeMap::new();
        let mut tell = |who: &Uuid, kind: Kind| {
            let entry = told.entry(*who).or_insert(kind);
            *entry = kind.min(*entry);
        };
        self.mentioned.iter().for_each(|p| tell(p, Kind::Mentioned));
        self.assigned.iter().for_each(|p| tell(p, Kind::Assigned));
        if let Some(event) = self.event {
            let (customers, assignee, watchers) = event.reach();
            if customers {
                around.caller.iter().chain(&around.requested_for).for_each(|p| tell(p, event));
            }
            if assignee {
                around.assignee.iter().for_each(|p| tell(p, event));
                around.original_assignee.iter().for_each(|p| tell(p, event));
            }
            if watchers {
                around.watchers.iter().for_each(|p| tell(p, event));
            }
        }
        told.remove(&fact.stamp.by);
        if let Some(other) = fact.stamp.on_behalf_of {
            told.remove(&other);
        }
        told
    }
}

pub(crate) fn id(value: &Json) -> Option<Uuid> {
    value.as_str().and_then(|text| text.parse().ok())
}
