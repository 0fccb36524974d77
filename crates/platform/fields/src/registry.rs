//! All fields of a kind, and the cache that keeps them in memory.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use serde_json::Value as Json;
use steward_base::{Error, Result};
use steward_condition::{Choice, FieldInfo, FieldType as Asked, Group};
use steward_database::Tx;

use crate::field::{Field, FieldType};
use crate::store::{load_choices, load_custom};

/// The fields of one record kind.
#[derive(Debug, Clone)]
pub struct Registry {
    /// The kind, e.g. `incident`.
    pub kind: String,
    fields: Vec<Field>,
    by_name: HashMap<String, usize>,
    /// Words that stand for several choices: field, word, codes.
    pub groups: Vec<(&'static str, &'static str, &'static [&'static str])>,
    /// Settings that rules read, by key (`priority_matrix`, ...).
    pub settings: HashMap<String, Json>,
}

impl Registry {
    /// Makes a registry from its fields; later ones of a name win.
    pub fn new(kind: &str, fields: Vec<Field>) -> Registry {
        let by_name = fields.iter().enumerate().map(|(i, f)| (f.name.clone(), i)).collect();
        Registry {
            kind: kind.into(),
            fields,
            by_name,
            groups: Vec::new(),
            settings: HashMap::new(),
        }
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.by_name.get(name).map(|i| &self.fields[*i])
    }

    /// All fields in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Custom fields in order.
    pub fn custom(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.custom)
    }

    /// Checks a code against a field's choices; a label in any case is taken
    /// for its code.
    ///
    /// # Errors
    /// `Invalid` that names the field.
    pub fn choice(&self, field: &str, given: &str) -> Result<String> {
        let found = self.field(field).and_then(|f| {
            let exact = f.choices.iter().find(|(code, _)| code == given);
            let key = steward_base::text::fold(given);
            let fold = |text: &str| steward_base::text::fold(text) == key;
            exact.or_else(|| f.choices.iter().find(|(c, l)| fold(c) || fold(l)))
        });
        found.map(|(code, _)| code.clone()).ok_or_else(|| {
            Error::invalid(field, "choice", format!("{given:?} is not a choice of {field}"))
        })
    }
}

/// A field as the condition language sees it.
pub fn as_info(registry: &Registry, field: &Field) -> FieldInfo {
    let ty = match &field.ty {
        FieldType::Text => Asked::Text,
        FieldType::LongText => Asked::LongText,
        FieldType::Integer => Asked::Integer,
        FieldType::Number => Asked::Number,
        FieldType::Choice => Asked::Choice,
        FieldType::Date => Asked::Date,
        FieldType::Boolean => Asked::Boolean,
        FieldType::Reference(target) => Asked::Reference { target: target.clone() },
    };
    let choice =
        |(code, label): &(String, String)| Choice { code: code.clone(), label: label.clone() };
    let group = |(_, name, codes): &(&str, &str, &[&str])| Group {
        name: (*name).into(),
        codes: codes.iter().map(|c| (*c).to_owned()).collect(),
    };
    FieldInfo {
        name: field.name.clone(),
        ty,
        choices: field.choices.iter().chain(&field.hidden_choices).map(choice).collect(),
        groups: registry.groups.iter().filter(|g| g.0 == field.name).map(group).collect(),
        indexed: field.indexed,
        calendar: field.custom,
    }
}

/// Builds the shipped part of a kind's registry.
pub type Shipped = fn() -> Registry;

/// The registries of all kinds, kept in memory and renewed when their mark in
/// the database moves: one short read in each transaction that needs them, so
/// that nothing is decided on an old one.
pub struct Registries {
    shipped: Vec<(&'static str, Shipped)>,
    cache: RwLock<HashMap<&'static str, (i64, Arc<Registry>)>>,
}

impl Registries {
    /// For these kinds.
    pub fn new(shipped: Vec<(&'static str, Shipped)>) -> Registries {
        Registries { shipped, cache: RwLock::default() }
    }

    /// The kinds there are registries of.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.shipped.iter().map(|(kind, _)| *kind)
    }

    /// Whether there is a registry of this kind.
    pub fn knows(&self, kind: &str) -> bool {
        self.shipped.iter().any(|(k, _)| *k == kind)
    }

    /// The registry of a kind as of this transaction.
    pub fn get(&self, tx: &mut Tx, kind: &str) -> Result<Arc<Registry>> {
        let version = steward_history::marks(tx)?.registry;
        let cached = |c: &HashMap<&'static str, (i64, Arc<Registry>)>| {
            c.get(kind).filter(|(v, _)| *v == version).map(|(_, r)| r.clone())
        };
        let lock = self.cache.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(registry) = cached(&lock) {
            return Ok(registry);
        }
        drop(lock);
        let (name, shipped) = self
            .shipped
            .iter()
            .find(|(k, _)| *k == kind)
            .ok_or_else(|| Error::Internal(format!("no registry of kind {kind}")))?;
        let registry = Arc::new(complete(tx, shipped())?);
        let mut cache = self.cache.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        cache.insert(name, (version, registry.clone()));
        Ok(registry)
    }
}

/// Adds custom fields, choices and settings from the database.
fn complete(tx: &mut Tx, shipped: Registry) -> Result<Registry> {
    let custom = load_custom(tx, &shipped.kind)?;
    let mut choices = load_choices(tx, &shipped.kind)?;
    let mut fields = shipped.fields;
    fields.extend(custom);
    for field in &mut fields {
        if let Some(own) = choices.remove(&field.name) {
            // A stored choice takes the place of a shipped one of its code.
            field.choices.retain(|(code, _)| !own.iter().any(|c| c.code == *code));
            for choice in own {
                let list = match choice.active {
                    true => &mut field.choices,
                    false => &mut field.hidden_choices,
                };
                list.push((choice.code, choice.label));
            }
        }
    }
    let mut registry = Registry::new(&shipped.kind, fields);
    registry.groups = shipped.groups;
    registry.settings = crate::store::load_settings(tx, &shipped.kind)?;
    Ok(registry)
}
