//! A ticket in memory, as conditions of rules ask it.

use std::collections::HashMap;

use steward_base::Uuid;
use steward_base::text::words;
use steward_condition::{FieldValue, Record};
use steward_fields::Registry;

use crate::model::Ticket;

/// A ticket with what a condition may need beyond its row.
pub struct InMemory<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// Its fields.
    pub registry: &'a Registry,
    /// The words of its documents the reader sees, text by text.
    pub texts: Vec<Vec<String>>,
    /// Folded keys (number, login, e-mail, name) of the records it refers to.
    pub keys: HashMap<Uuid, Vec<String>>,
}

impl Record for InMemory<'_> {
    fn value(&self, field: &str) -> Option<FieldValue> {
        match self.registry.field(field) {
            Some(f) if f.custom => self.ticket.custom_value(&f.ty, field),
            _ => self.ticket.value(field),
        }
    }

    fn words(&self, field: Option<&str>) -> Vec<Vec<String>> {
        let Some(field) = field else { return self.texts.clone() };
        match self.value(field) {
            Some(FieldValue::Text(text)) => vec![words(&text)],
            _ => vec![],
        }
    }

    fn reference_is(&self, _target: &str, id: Uuid, key: &str) -> bool {
        self.keys.get(&id).is_some_and(|keys| keys.iter().any(|k| k == key))
    }
}
