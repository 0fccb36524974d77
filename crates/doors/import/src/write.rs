//! One incident's facts on their way into the database, in one transaction.

use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid, time::wire};
use steward_database::{Db, Tx};
use steward_fields::{Registries, Registry};
use steward_people::Call;
use steward_ticket::{Past, PastUpdate, record_history};

use crate::directory::Directory;
use crate::fact::{PlannedFact, Reference, Value, state_after};
use crate::store::{Known, known, remember, remember_more};
use crate::{KIND, PREFIX};

/// What is written for one incident. Records are known by id here; choices
/// find their codes within the transaction.
pub struct Incident {
    source: String,
    number: Box<str>,
    organisation: Uuid,
    before: Option<Known>,
    digests: Vec<[u8; 32]>,
    updates: Vec<Update>,
}

/// One fact with its records known by id.
struct Update {
    at: steward_base::Timestamp,
    by: Option<Uuid>,
    set: Vec<(String, Setting)>,
    kept: Vec<(String, String)>,
}

enum Setting {
    Json(Json),
    Choice(String),
}

impl Incident {
    /// The facts from place `from` on.
    ///
    /// # Errors
    /// `Internal` for a reference the directory does not know.
    pub fn new(
        source: &str,
        organisation: Uuid,
        number: Box<str>,
        facts: &[PlannedFact],
        before: Option<Known>,
        from: usize,
        directory: &Directory,
    ) -> Result<Incident> {
        let mut updates: Vec<Update> =
            facts[from..].iter().map(|fact| update(fact, directory)).collect::<Result<_>>()?;
        // What the rows before say now need not be what they said then: a final
        // value may have come meanwhile. The first fact appended says it all.
        if let (1.., Some(first)) = (from, updates.first_mut()) {
            let state = state_after(facts, from + 1);
            let all = state.into_iter().map(|(n, v)| Ok((n.to_owned(), setting(v, directory)?)));
            first.set = all.collect::<Result<_>>()?;
        }
        Ok(Incident {
            source: source.to_owned(),
            number,
            organisation,
            before,
            digests: facts.iter().map(|fact| fact.digest).collect(),
            updates,
        })
    }

    fn past(&self, registry: &Registry, unknown: Uuid) -> Result<Past> {
        let value = |(field, setting): &(String, Setting)| {
            let value = match setting {
                Setting::Json(value) => value.clone(),
                Setting::Choice(name) => registry.choice(field, name)?.into(),
            };
            Ok((field.clone(), value))
        };
        let update = |update: &Update| {
            Ok(PastUpdate {
                at: update.at,
                by: update.by.unwrap_or(unknown),
                set: update.set.iter().map(value).collect::<Result<_>>()?,
                kept: update.kept.clone(),
            })
        };
        Ok(Past {
            kind: KIND,
            prefix: PREFIX,
            record: self.before.as_ref().map(|known| known.record),
            number: self.number.to_string(),
            organisation: self.organisation,
            updates: self.updates.iter().map(update).collect::<Result<_>>()?,
        })
    }
}

fn update(fact: &PlannedFact, directory: &Directory) -> Result<Update> {
    let set = fact.changes.iter();
    let set = set.map(|(name, value)| Ok((name.clone(), setting(value, directory)?)));
    let unmapped = fact.unmapped.iter().filter(|u| !u.column.is_empty() || !u.value.is_empty());
    let unmapped = unmapped.map(|u| {
        let column = if u.column.is_empty() { "row" } else { &u.column };
        (format!("unmapped.{column}"), u.value.clone())
    });
    let kept = fact.kept.iter().map(|(column, value)| (format!("source.{column}"), value.clone()));
    Ok(Update {
        at: fact.at,
        by: fact.author.as_ref().map(|author| id(author, directory)).transpose()?,
        set: set.collect::<Result<_>>()?,
        kept: kept.chain(unmapped).collect(),
    })
}

fn setting(value: &Value, directory: &Directory) -> Result<Setting> {
    Ok(Setting::Json(match value {
        Value::Empty => Json::Null,
        Value::Text(text) => text.as_str().into(),
        Value::Number(n) => (*n).into(),
        Value::Boolean(b) => (*b).into(),
        Value::Time(at) => wire(*at).into(),
        Value::Record(reference) => id(reference, directory)?.to_string().into(),
        Value::Choice(name) => return Ok(Setting::Choice(name.clone())),
    }))
}

fn id(reference: &Reference, directory: &Directory) -> Result<Uuid> {
    let known = directory.id(reference);
    known.ok_or_else(|| Error::internal(format!("{reference:?} was not made")))
}

/// Writes one incident.
///
/// # Errors
/// `Refused` when it was changed since it was looked at; `Invalid` when its
/// values break a rule; what the database says.
pub async fn write(
    db: &Db,
    call: &Call,
    registries: &std::sync::Arc<Registries>,
    incident: Incident,
) -> Result<()> {
    let (call, registries) = (call.clone(), registries.clone());
    db.write(move |tx| one(tx, &call, &registries, &incident)).await
}

fn one(tx: &mut Tx, call: &Call, registries: &Registries, incident: &Incident) -> Result<()> {
    let (source, number) = (incident.source.as_str(), &*incident.number);
    if known(tx, source, number)? != incident.before {
        return Err(Error::Refused("was changed during the import; it is left as it is".into()));
    }
    let registry = registries.get(tx, KIND)?;
    let past = incident.past(&registry, call.actor.id)?;
    let ticket = record_history(tx, call, &registry, &past)?;
    let after = Known {
        record: ticket.head.id,
        history_seq: ticket.head.seq,
        now_seq: ticket.head.seq,
        digests: incident.digests.clone(),
    };
    match incident.before {
        None => remember(tx, source, number, &after),
        Some(_) => remember_more(tx, source, number, &after),
    }
}
