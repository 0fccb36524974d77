//! From the rows of one incident to its facts. Pure: values in, values out.
//!
//! Invariant: every row becomes exactly one fact, also one that changes nothing.
//! Invariant: a fact depends on its own row and those before it, never on where
//! the file ends, so a longer file only appends.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result, Timestamp};

use crate::fact::{PlannedFact, Reference, Unmapped, Value};
use crate::mapping::{FieldMapping, FinalMapping, Mapping, Transform, made_up_login};
use crate::reader::{Group, Row, require};

/// A mapping bound to the columns of a file.
pub struct Planner<'m> {
    mapping: &'m Mapping,
    columns: Vec<Box<str>>,
    zone: TimeZone,
    at: usize,
    by: Option<(usize, &'m str)>,
    state: usize,
    /// Fields that some state sets, `state` itself among them.
    state_fields: Vec<&'m str>,
    fields: Vec<(&'m str, &'m FieldMapping, Vec<usize>)>,
    finals: Vec<(&'m str, &'m FinalMapping, usize)>,
    kept: Vec<usize>,
    /// Columns under the digest, by name, so that their order does not matter.
    digested: Vec<usize>,
}

impl<'m> Planner<'m> {
    /// Binds a mapping to a header. A column the mapping does not know is kept.
    ///
    /// # Errors
    /// `Invalid` that names missing columns, or an unknown zone.
    pub fn new(
        mapping: &'m Mapping,
        columns: &[Box<str>],
        zone: Option<&str>,
    ) -> Result<Planner<'m>> {
        require(columns, mapping.columns())?;
        let place = |name: &str| columns.iter().position(|c| **c == *name).unwrap_or_default();
        let zone = zone.unwrap_or(&mapping.time.zone);
        let zone =
            TimeZone::get(zone).map_err(|e| Error::invalid("zone", "zone", e.to_string()))?;
        let mut state_fields: Vec<&str> =
            mapping.state.values.values().flatten().map(|(field, _)| field.as_str()).collect();
        state_fields.sort_unstable();
        state_fields.dedup();
        let bound = |f: &FieldMapping| f.column.iter().chain(&f.join).map(|c| place(c)).collect();
        let known: Vec<&str> = mapping.columns().collect();
        let is_kept = |name: &str| {
            let named = mapping.kept.iter().any(|k| k == name);
            named || !(known.contains(&name) || mapping.ignored.contains_key(name))
        };
        let mut digested: Vec<usize> =
            (0..columns.len()).filter(|i| !mapping.is_final(&columns[*i])).collect();
        digested.sort_by_key(|i| &columns[*i]);
        // Times first: what is set together with a time sees it set.
        let mut finals: Vec<(&str, &FinalMapping, usize)> =
            mapping.finals.iter().map(|(n, f)| (n.as_str(), f, place(&f.column))).collect();
        finals.sort_by_key(|(_, f, _)| f.in_state.is_none());
        Ok(Planner {
            mapping,
            zone,
            at: place(&mapping.row.at),
            by: mapping.row.by.as_ref().map(|by| (place(&by.column), by.login.as_str())),
            state: place(&mapping.state.column),
            state_fields,
            fields: mapping.fields.iter().map(|(n, f)| (n.as_str(), f, bound(f))).collect(),
            finals,
            kept: (0..columns.len()).filter(|i| is_kept(&columns[*i])).collect(),
            digested,
            columns: columns.to_vec(),
        })
    }

    /// Columns that are kept as text because the mapping has no field for them.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().map(|i| &*self.columns[*i])
    }

    /// The facts of one incident, one for each row.
    pub fn plan(&self, group: &Group) -> Vec<PlannedFact> {
        let mut past = Past::default();
        let facts = group.rows.iter().enumerate().map(|(i, row)| self.fact(i, row, &mut past));
        facts.collect()
    }

    fn fact(&self, index: usize, row: &Row, past: &mut Past) -> PlannedFact {
        let mut now = Now { row, values: BTreeMap::new(), unmapped: Vec::new() };
        if let Some(flaw) = &row.flaw {
            now.unmapped.push(Unmapped {
                row: row.no,
                column: String::new(),
                value: row.values.join(","),
                reason: format!("the row {flaw}"),
            });
        }
        let at = self.own_time(&mut now, past);
        let state = self.set_state(&mut now);
        for (name, field, columns) in &self.fields {
            let value = match columns.as_slice() {
                [column] if field.join.is_empty() => self.read(&mut now, *column, &field.into()),
                columns => Some(self.join(row, columns, &field.with)),
            };
            if let Some(value) = value {
                now.values.insert(name, value);
            }
        }
        self.set_finals(&mut now, past, at, state);
        let changes = past.take_changes(&now.values);
        PlannedFact {
            ordinal: u32::try_from(index + 1).unwrap_or(u32::MAX),
            row: row.no,
            at,
            author: self.by.and_then(|(column, login)| self.person(&row.values[column], login)),
            changes,
            kept: self.kept_changes(row, past),
            unmapped: now.unmapped,
            digest: self.digest(row),
        }
    }

    /// The row's own time; where it cannot be read, that of the row before, or
    /// another time of the row.
    fn own_time(&self, now: &mut Now, past: &mut Past) -> Timestamp {
        let text = &now.row.values[self.at];
        if let Some(at) = self.time(text) {
            past.at = Some(at);
            return at;
        }
        let reason = "is not a time; that of the row before is taken";
        now.refuse(&self.columns[self.at], text, reason);
        let other = |(_, field, columns): &(&str, &FieldMapping, Vec<usize>)| {
            let text = columns.first().filter(|_| field.transform == Transform::Time)?;
            self.time(&now.row.values[*text])
        };
        past.at.or_else(|| self.fields.iter().find_map(other)).unwrap_or_default()
    }

    /// Sets the fields of the row's state; `None` when the state is not known.
    fn set_state(&self, now: &mut Now<'_, 'm>) -> Option<&'m str> {
        let text = &now.row.values[self.state];
        let Some(fields) = self.mapping.state.values.get(&**text) else {
            now.refuse(
                &self.columns[self.state],
                text,
                "is not a state of the mapping; the state stays as it was",
            );
            return None;
        };
        for name in &self.state_fields {
            let value = fields.get(*name).and_then(plain).unwrap_or(Value::Empty);
            now.values.insert(name, value);
        }
        fields.get("state").and_then(Json::as_str)
    }

    /// Sets final values: a time by the first row in its state whose own time
    /// it is, the rest together with the first time that is set.
    fn set_finals(
        &self,
        now: &mut Now<'_, 'm>,
        past: &mut Past,
        at: Timestamp,
        state: Option<&str>,
    ) {
        let mut set: Vec<&str> = Vec::new();
        for (index, (name, last, column)) in self.finals.iter().enumerate() {
            if past.finals.contains(&index) {
                continue;
            }
            let moment = match &last.in_state {
                Some(wanted) => {
                    state == Some(wanted.as_str())
                        && self.time(&now.row.values[*column]) == Some(at)
                }
                None => last.together_with.iter().any(|time| set.contains(&time.as_str())),
            };
            if !moment {
                continue;
            }
            set.push(name);
            past.finals.push(index);
            let source =
                Source { transform: last.transform, values: None, login: last.login.as_deref() };
            if let Some(value) = self.read(now, *column, &source) {
                now.values.insert(name, value);
            }
        }
    }

    /// The value of a column; `None`, with a note, when it has no place here.
    fn read(&self, now: &mut Now, column: usize, source: &Source) -> Option<Value> {
        let text = &*now.row.values[column];
        if self.is_empty(text) {
            return Some(Value::Empty);
        }
        if let Some(value) = source.values.and_then(|values| values.get(text)).and_then(plain) {
            return Some(match (source.transform, value) {
                (Transform::Choice, Value::Text(name)) => Value::Choice(name),
                (_, value) => value,
            });
        }
        let value = self.transform(text, source);
        if let Err(reason) = &value {
            now.refuse(
                &self.columns[column],
                text,
                &format!("{reason}; the field stays as it was"),
            );
        }
        value.ok()
    }

    fn transform(&self, text: &str, source: &Source) -> Result<Value, &'static str> {
        let named = |kind| Ok(Value::Record(Reference::Named { kind, name: text.to_owned() }));
        if source.transform != Transform::Time && text.chars().count() > 255 {
            return Err("has more than 255 characters");
        }
        match source.transform {
            Transform::Text => Ok(Value::Text(text.to_owned())),
            Transform::Number => {
                text.parse().map(Value::Number).map_err(|_| "is not a whole number")
            }
            Transform::Boolean => match text {
                "true" => Ok(Value::Boolean(true)),
                "false" => Ok(Value::Boolean(false)),
                _ => Err("is neither true nor false"),
            },
            Transform::Time => self.time(text).map(Value::Time).ok_or("is not a time"),
            Transform::Choice => Ok(Value::Choice(text.to_owned())),
            Transform::Person => {
                let person = self.person(text, source.login.unwrap_or_default());
                person.map(Value::Record).ok_or("is empty")
            }
            Transform::Team => named("team"),
            Transform::Location => named("location"),
            Transform::ConfigurationItem => named("configuration_item"),
            Transform::Service => named("service"),
        }
    }

    fn join(&self, row: &Row, columns: &[usize], with: &str) -> Value {
        let parts = columns.iter().map(|c| &*row.values[*c]).filter(|text| !self.is_empty(text));
        let text = parts.collect::<Vec<_>>().join(with);
        if text.is_empty() { Value::Empty } else { Value::Text(text) }
    }

    fn person(&self, name: &str, prefix: &str) -> Option<Reference> {
        let person =
            || Reference::Person { login: made_up_login(prefix, name), name: name.to_owned() };
        (!self.is_empty(name)).then(person)
    }

    fn is_empty(&self, text: &str) -> bool {
        text.is_empty() || self.mapping.empty.iter().any(|e| e == text)
    }

    fn time(&self, text: &str) -> Option<Timestamp> {
        let local = DateTime::strptime(&self.mapping.time.format, text).ok()?;
        self.zone.to_timestamp(local).ok()
    }

    fn kept_changes(&self, row: &Row, past: &mut Past) -> Vec<(String, String)> {
        past.kept.resize_with(self.kept.len(), || "".into());
        let mut changes = Vec::new();
        for (before, column) in past.kept.iter_mut().zip(&self.kept) {
            let text = &row.values[*column];
            let text: &str = if self.is_empty(text) { "" } else { text };
            if **before != *text {
                changes.push((self.columns[*column].to_string(), text.to_owned()));
                *before = text.into();
            }
        }
        changes
    }

    fn digest(&self, row: &Row) -> [u8; 32] {
        let mut sha = Sha256::new();
        for column in &self.digested {
            sha.update(self.columns[*column].as_bytes());
            sha.update([0x1f]);
            sha.update(row.values[*column].as_bytes());
            sha.update([0x1e]);
        }
        sha.finalize().into()
    }
}

/// How to read one column.
struct Source<'m> {
    transform: Transform,
    values: Option<&'m BTreeMap<String, Json>>,
    login: Option<&'m str>,
}

impl<'m> From<&&'m FieldMapping> for Source<'m> {
    fn from(field: &&'m FieldMapping) -> Source<'m> {
        Source {
            transform: field.transform,
            values: Some(&field.values),
            login: field.login.as_deref(),
        }
    }
}

/// What the rows so far have said.
#[derive(Default)]
struct Past {
    at: Option<Timestamp>,
    values: BTreeMap<String, Value>,
    finals: Vec<usize>,
    kept: Vec<Box<str>>,
}

impl Past {
    fn take_changes(&mut self, now: &BTreeMap<&str, Value>) -> Vec<(String, Value)> {
        let mut changes = Vec::new();
        for (name, value) in now {
            if self.values.get(*name).unwrap_or(&Value::Empty) != value {
                changes.push(((*name).to_owned(), value.clone()));
                self.values.insert((*name).to_owned(), value.clone());
            }
        }
        changes
    }
}

/// What one row says.
struct Now<'r, 'm> {
    row: &'r Row,
    values: BTreeMap<&'m str, Value>,
    unmapped: Vec<Unmapped>,
}

impl Now<'_, '_> {
    fn refuse(&mut self, column: &str, value: &str, reason: &str) {
        self.unmapped.push(Unmapped {
            row: self.row.no,
            column: column.to_owned(),
            value: value.to_owned(),
            reason: reason.to_owned(),
        });
    }
}

/// A value written in the mapping itself.
fn plain(value: &Json) -> Option<Value> {
    match value {
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Bool(b) => Some(Value::Boolean(*b)),
        Json::Number(n) => n.as_i64().map(Value::Number),
        _ => None,
    }
}
