//! The back-end for one record in memory.

use std::cmp::Ordering;

use jiff::Timestamp;
use steward_base::text;
use uuid::Uuid;

use crate::condition::{Check, Condition, Edge, Node, RefValue, Scalar, Test};
use crate::words::WordTerm;

/// A value of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// Integer.
    Int(i64),
    /// Number with decimals.
    Float(f64),
    /// Text, or the code of a choice.
    Text(String),
    /// Truth value.
    Bool(bool),
    /// Instant.
    Time(Timestamp),
    /// Reference.
    Id(Uuid),
}

/// A record that can be asked.
pub trait Record {
    /// The value of a field; `None` when it is empty.
    fn value(&self, field: &str) -> Option<FieldValue>;

    /// The words of a field or, without a field, of the whole full text that
    /// the reader may see: one list for each text, since phrases do not reach
    /// from one text into the next.
    fn words(&self, field: Option<&str>) -> Vec<Vec<String>>;

    /// Whether the record of kind `target` with this id has that number, login,
    /// e-mail or name; `key` is folded.
    fn reference_is(&self, target: &str, id: Uuid, key: &str) -> bool;
}

impl Condition {
    /// Whether the record meets the condition.
    pub fn matches(&self, record: &dyn Record) -> bool {
        self.node.matches(record)
    }
}

impl Node {
    fn matches(&self, record: &dyn Record) -> bool {
        match self {
            Node::All(parts) => parts.iter().all(|part| part.matches(record)),
            Node::Any(parts) => parts.iter().any(|part| part.matches(record)),
            Node::Test(test) => test.holds(record) != test.negated,
        }
    }
}

impl Test {
    fn holds(&self, record: &dyn Record) -> bool {
        let field = self.field.as_deref();
        if let Check::Words(terms) = &self.check {
            return occur(terms, &record.words(field));
        }
        let Some(value) = field.and_then(|field| record.value(field)) else {
            return self.check == Check::Empty;
        };
        match &self.check {
            Check::Empty | Check::Words(_) => false,
            Check::Present => true,
            Check::OneOf(values) => {
                values.iter().any(|wanted| compare(&value, wanted) == Some(Ordering::Equal))
            }
            Check::Between(start, end) => {
                within(&value, start.as_ref(), Ordering::Greater)
                    && within(&value, end.as_ref(), Ordering::Less)
            }
            Check::Refers { target, to } => to.iter().any(|wanted| match (wanted, &value) {
                (RefValue::Id(id), FieldValue::Id(own)) => id == own,
                (RefValue::Text { key, .. }, FieldValue::Id(own)) => {
                    record.reference_is(target, *own, key)
                }
                _ => false,
            }),
        }
    }
}

/// Every term occurs in one of the texts.
fn occur(terms: &[WordTerm], texts: &[Vec<String>]) -> bool {
    terms.iter().all(|term| texts.iter().any(|text| term.occurs_in(text)))
}

/// Whether the value lies on the `side` of the edge, or on it if that is included.
fn within(value: &FieldValue, edge: Option<&Edge>, side: Ordering) -> bool {
    let Some(edge) = edge else { return true };
    match compare(value, &edge.value) {
        Some(Ordering::Equal) => edge.included,
        other => other == Some(side),
    }
}

/// How the record's value stands to the wanted one; `None` when they cannot be
/// compared (a text without a key, a value of another type).
fn compare(value: &FieldValue, wanted: &Scalar) -> Option<Ordering> {
    match (value, wanted) {
        (FieldValue::Int(own), Scalar::Int(n)) => Some(own.cmp(n)),
        (FieldValue::Int(own), Scalar::Float(n)) => (*own as f64).partial_cmp(n),
        (FieldValue::Float(own), Scalar::Int(n)) => own.partial_cmp(&(*n as f64)),
        (FieldValue::Float(own), Scalar::Float(n)) => own.partial_cmp(n),
        (FieldValue::Bool(own), Scalar::Bool(b)) => Some(own.cmp(b)),
        (FieldValue::Time(own), Scalar::Time(at)) => {
            Some(own.as_microsecond().cmp(&at.as_microsecond()))
        }
        (FieldValue::Text(own), Scalar::Code(code)) => Some(own.cmp(code)),
        (FieldValue::Text(own), Scalar::Key(key)) => text::key(own).map(|own| own.cmp(key)),
        _ => None,
    }
}
