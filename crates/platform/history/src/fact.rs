//! What a fact is.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use steward_base::{Timestamp, Uuid};

/// Through which door a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A session of the browser UI.
    Web,
    /// An API token.
    Api,
    /// A command on the server.
    Cli,
    /// A timer that came due.
    Timer,
    /// An automation rule.
    Automation,
    /// The import of history: nothing acts on such facts.
    Import,
}

impl Door {
    /// Its name in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Door::Web => "web",
            Door::Api => "api",
            Door::Cli => "cli",
            Door::Timer => "timer",
            Door::Automation => "automation",
            Door::Import => "import",
        }
    }

    /// The door of that name; unknown names read as [`Door::Api`].
    pub fn parse(name: &str) -> Door {
        match name {
            "web" => Door::Web,
            "cli" => Door::Cli,
            "timer" => Door::Timer,
            "automation" => Door::Automation,
            "import" => Door::Import,
            _ => Door::Api,
        }
    }
}

/// A fact's address within its record's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FactRef {
    /// The record.
    pub record: Uuid,
    /// Its place in the record's history, from 1.
    pub seq: i64,
}

/// Who, when and why: the same for all facts of one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Who acted.
    pub by: Uuid,
    /// For whom, where someone acts for another.
    pub on_behalf_of: Option<Uuid>,
    /// When it happened; only imports set it to the past.
    pub at: Timestamp,
    /// When we learnt of it.
    pub recorded_at: Timestamp,
    /// Through which door.
    pub door: Door,
    /// The first fact of the chain this follows from.
    pub cause: Option<FactRef>,
}

/// A value on its way into a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// A code, number, id or time: stays in the fact for good.
    Plain(Json),
    /// Free text, a name, an address: goes into `content`, and the fact keeps
    /// its salted digest. `subject` is the person it is about or by.
    Text {
        /// The words.
        body: String,
        /// Whose erasure takes it away.
        subject: Option<Uuid>,
    },
}

/// One field's change on its way into a fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Name of the field.
    pub field: String,
    /// What it was; text that was is found at the fact that brought it, so
    /// callers give `Plain(null)` for text.
    pub from: Json,
    /// What it is now.
    pub to: Written,
}

impl Change {
    /// A change of a code, number, id or time.
    pub fn plain(field: &str, from: impl Into<Json>, to: impl Into<Json>) -> Change {
        Change { field: field.into(), from: from.into(), to: Written::Plain(to.into()) }
    }

    /// A new text.
    pub fn text(field: &str, body: impl Into<String>, subject: Option<Uuid>) -> Change {
        let to = Written::Text { body: body.into(), subject };
        Change { field: field.into(), from: Json::Null, to }
    }
}

/// A fact's place in the one order of all facts (decisions: "Order on
/// PostgreSQL"). On SQLite `xid` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Place {
    /// Raised when a database moves to another cluster.
    pub epoch: i64,
    /// The writing transaction on PostgreSQL.
    pub xid: i64,
    /// The row's number.
    pub position: i64,
}

/// A fact as read from the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Its place in the order of all facts.
    pub place: Place,
    /// The record it belongs to.
    pub record: Uuid,
    /// The kind of that record, e.g. `incident`.
    pub record_kind: String,
    /// The organisation of that record.
    pub organisation: Uuid,
    /// Its place in the record's history, from 1.
    pub seq: i64,
    /// What happened, e.g. `incident.resolved`.
    pub kind: String,
    /// The changes, as stored: `[{"field","from","to"}]`, a text as
    /// `{"content": slot, "digest": hex}`.
    pub changes: Vec<Json>,
    /// Who, when, why.
    pub stamp: Stamp,
    /// Its link in the chain.
    pub hash: Vec<u8>,
}

impl Fact {
    /// This fact's address.
    pub fn reference(&self) -> FactRef {
        FactRef { record: self.record, seq: self.seq }
    }

    /// The stored `to` of a field, when this fact changed it.
    pub fn to(&self, field: &str) -> Option<&Json> {
        self.changes.iter().find(|c| c["field"] == field).map(|c| &c["to"])
    }
}
