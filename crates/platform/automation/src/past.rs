//! A ticket as it was just after one of its facts, folded from its history.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};
use steward_base::text::words;
use steward_base::{Result, Timestamp, Uuid};
use steward_condition::{FieldValue, Record};
use steward_database::Tx;
use steward_fields::{FieldType, Registry};
use steward_history::{Fact, Head, content_of, facts_of};

use crate::evaluate::{keys, seen_entries, words_of};

/// A ticket's values at a past moment.
pub(crate) struct Past<'a> {
    registry: &'a Registry,
    number: String,
    organisation: Uuid,
    updated_at: Timestamp,
    values: Map<String, Json>,
    texts: Vec<Vec<String>>,
    keys: HashMap<Uuid, Vec<String>>,
}

impl<'a> Past<'a> {
    /// Folds the facts of a ticket up to place `until`. Words that were erased
    /// since are empty.
    pub fn fold(tx: &mut Tx, head: &Head, registry: &'a Registry, until: i64) -> Result<Past<'a>> {
        let contents = content_of(tx, head.id, 1, until)?;
        let contents: HashMap<(i64, i64), String> = contents
            .into_iter()
            .filter_map(|(seq, slot, body)| Some(((seq, slot), body?)))
            .collect();
        let mut past = Past {
            registry,
            number: head.number.clone().unwrap_or_default(),
            organisation: head.organisation,
            updated_at: head.created_at,
            values: Map::new(),
            texts: Vec::new(),
            keys: HashMap::new(),
        };
        let mut after = 0;
        while after < until {
            let facts = facts_of(tx, head.id, after, 500)?;
            let Some(last) = facts.last() else { break };
            after = last.seq;
            for fact in facts.iter().take_while(|f| f.seq <= until) {
                past.take(fact, &contents);
            }
        }
        Ok(past)
    }

    fn take(&mut self, fact: &Fact, contents: &HashMap<(i64, i64), String>) {
        self.updated_at = fact.stamp.at;
        for change in &fact.changes {
            let Some(field) = change["field"].as_str() else { continue };
            let to = match change["to"]["content"].as_i64() {
                Some(slot) => {
                    contents.get(&(fact.seq, slot)).cloned().map_or(Json::Null, Json::from)
                }
                None => change["to"].clone(),
            };
            self.values.insert(field.to_owned(), to);
        }
    }

    /// Adds the names by which the references of these fields can be asked for.
    pub fn with_keys<'f>(
        &mut self,
        tx: &mut Tx,
        fields: impl Iterator<Item = &'f str>,
    ) -> Result<()> {
        let ids: Vec<Uuid> = fields
            .filter_map(|field| match self.value(field) {
                Some(FieldValue::Id(id)) => Some(id),
                _ => None,
            })
            .collect();
        self.keys = keys(tx, &ids)?;
        Ok(())
    }

    /// Adds the words a reader saw then.
    pub fn with_texts(
        &mut self,
        tx: &mut Tx,
        record: Uuid,
        until: i64,
        internal: bool,
    ) -> Result<()> {
        let entries = seen_entries(tx, record, internal)?;
        let then = entries.iter().filter(|entry| entry.seq <= until);
        self.texts = then.filter_map(words_of).map(|text| words(&text)).collect();
        self.texts.push(words(&self.number));
        for field in self.registry.fields() {
            let texty = matches!(field.ty, FieldType::Text | FieldType::LongText) || field.custom;
            if texty
                && (internal || field.group != "internal")
                && let Some(FieldValue::Text(text)) = self.value(&field.name)
            {
                self.texts.push(words(&text));
            }
        }
        Ok(())
    }

    /// The value of a field in the form facts store.
    pub fn json(&self, field: &str) -> Json {
        self.value(field).map_or(Json::Null, |value| steward_ticket::to_json(&value))
    }
}

impl Record for Past<'_> {
    fn value(&self, field: &str) -> Option<FieldValue> {
        match field {
            "number" => return Some(FieldValue::Text(self.number.clone())),
            "organisation" => return Some(FieldValue::Id(self.organisation)),
            "updated_at" => return Some(FieldValue::Time(self.updated_at)),
            _ => {}
        }
        let known = self.registry.field(field)?;
        let value = match known.custom {
            true => self.values.get(&format!("custom.{field}"))?,
            false => self.values.get(field)?,
        };
        let text = || value.as_str();
        match known.ty {
            FieldType::Integer => value.as_i64().map(FieldValue::Int),
            FieldType::Number => value.as_f64().map(FieldValue::Float),
            FieldType::Boolean => value.as_bool().map(FieldValue::Bool),
            FieldType::Date => text().and_then(steward_fields::date_instant).map(FieldValue::Time),
            FieldType::Reference(_) => text().and_then(|t| t.parse().ok()).map(FieldValue::Id),
            FieldType::Text | FieldType::LongText | FieldType::Choice => {
                text().map(|t| FieldValue::Text(t.to_owned()))
            }
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
