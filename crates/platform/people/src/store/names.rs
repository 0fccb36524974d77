//! The directory: what references are called, many in one statement.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use steward_base::{Result, Uuid};
use steward_database::{Tx, Value};
use steward_history::marks;

use super::memory::Marked;

/// What a record is called.
#[derive(Debug, Clone)]
pub struct Name {
    /// The record.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its number, for tickets.
    pub number: Option<String>,
    /// Its login, for people.
    pub login: Option<String>,
    /// Itself as answers show it, made once: a page shows hundreds.
    shown: Box<RawValue>,
}

/// See [`Name::new`].
#[derive(Serialize)]
struct Shown<'a> {
    id: Uuid,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
}

impl Name {
    /// What the record `id` is called.
    pub fn new(
        id: Uuid,
        kind: String,
        name: String,
        number: Option<String>,
        login: Option<String>,
    ) -> Name {
        let shown = Shown { id, name: &name, login: login.as_deref(), number: number.as_deref() };
        // No text is a reason to fail.
        let shown = to_raw_value(&shown).unwrap_or_else(|_| RawValue::NULL.to_owned());
        Name { id, kind, name, number, login, shown }
    }

    /// A record that cannot be named: its name is empty.
    pub fn unknown(id: Uuid) -> Name {
        Name::new(id, String::new(), String::new(), None, None)
    }

    /// The same record, of which no more than its number is told.
    pub fn by_number(&self) -> Name {
        let name = self.number.clone().unwrap_or_default();
        Name::new(self.id, self.kind.clone(), name, self.number.clone(), self.login.clone())
    }

    /// `{"id", "name"}`, with `login` for people and `number` for tickets.
    pub fn shown(&self) -> &RawValue {
        &self.shown
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.kind == other.kind && self.shown.get() == other.shown.get()
    }
}

impl Eq for Name {}

/// What records are called, by id.
pub type Names = HashMap<Uuid, Arc<Name>, RandomState>;

/// Most ids asked for in one statement.
const CHUNK: usize = 256;

/// Names of records without a number; those of tickets change all the time.
#[derive(Default)]
struct Known {
    names: Marked<Uuid, Arc<Name>>,
}

/// What these records are called; unknown ids are left out. No permission is
/// asked: whoever may see a reference may read what it is called.
pub fn names(tx: &mut Tx, ids: &[Uuid]) -> Result<Names> {
    // A page names each of its people and teams some three times.
    let mut found = Names::with_capacity_and_hasher(ids.len() / 3, RandomState::default());
    if ids.is_empty() {
        return Ok(found);
    }
    let (mark, known) = (marks(tx)?.names, tx.memory::<Known>());
    let mut wanted = known.names.get_all(mark, ids, &mut found);
    wanted.sort_unstable();
    wanted.dedup();
    for chunk in wanted.chunks(CHUNK) {
        for name in read(tx, chunk)? {
            let (id, name) = (name.id, Arc::new(name));
            if name.number.is_none() {
                known.names.keep(mark, id, name.clone());
            }
            found.insert(id, name);
        }
    }
    Ok(found)
}

fn read(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Name>> {
    let (places, args) = in_list(ids);
    let sql = format!(
        "select r.id, r.kind, r.name, r.number, p.login from record r
         left join person p on p.id = r.id where r.id in ({places})"
    );
    tx.rows(&sql, &args, |r| Ok(Name::new(r.get(0)?, r.get(1)?, r.get(2)?, r.opt(3)?, r.opt(4)?)))
}

/// Places and arguments for `in (...)`, filled up with the last id to a power
/// of two, so that few different statements are prepared.
pub fn in_list(ids: &[Uuid]) -> (String, Vec<Value>) {
    let size = ids.len().next_power_of_two();
    let places: Vec<String> = (1..=size).map(|n| format!("${n}")).collect();
    let last = ids.last().copied();
    let args =
        ids.iter().copied().chain(std::iter::repeat_n(last.unwrap_or_default(), size - ids.len()));
    (places.join(", "), args.map(Value::Id).collect())
}
