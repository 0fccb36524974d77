//! What a row becomes: a planned fact with its values.

use std::collections::BTreeMap;

use steward_base::Timestamp;

/// Something that exists beside the incidents and is named by them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// A person, known by a made-up login.
    Person {
        /// The login.
        login: String,
        /// The name as written.
        name: String,
    },
    /// A record of this kind, known by its name as written.
    Named {
        /// `team`, `location`, `configuration_item` or `service`.
        kind: &'static str,
        /// The name.
        name: String,
    },
}

/// A field's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// Text, as written.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Boolean(bool),
    /// An instant.
    Time(Timestamp),
    /// A choice, as named in the source.
    Choice(String),
    /// Another record.
    Record(Reference),
}

/// A value of the file that has no place here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped {
    /// Row in the file; the header is row 1.
    pub row: u64,
    /// The column; empty when it is about the whole row.
    pub column: String,
    /// The value as written.
    pub value: String,
    /// Why.
    pub reason: String,
}

/// What one row becomes.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedFact {
    /// Its place among the incident's rows, from 1.
    pub ordinal: u32,
    /// Its row in the file.
    pub row: u64,
    /// When it happened, by the row's own time.
    pub at: Timestamp,
    /// Who did it, where the row says so.
    pub author: Option<Reference>,
    /// What changed since the row before, by field in alphabetical order.
    pub changes: Vec<(String, Value)>,
    /// Columns kept as text whose value changed, as (column, value).
    pub kept: Vec<(String, String)>,
    /// What could not be mapped.
    pub unmapped: Vec<Unmapped>,
    /// SHA-256 of the row without the final columns.
    pub digest: [u8; 32],
}

/// The fields after the first `count` facts.
pub fn state_after(facts: &[PlannedFact], count: usize) -> BTreeMap<&str, &Value> {
    let mut state = BTreeMap::new();
    for fact in facts.iter().take(count) {
        state.extend(fact.changes.iter().map(|(name, value)| (name.as_str(), value)));
    }
    state
}
