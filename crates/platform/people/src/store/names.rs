//! The directory: what references are called, many in one statement.

use std::collections::HashMap;
use std::sync::Arc;

use steward_base::{Result, Uuid};
use steward_database::{Tx, Value};
use steward_history::marks;

use super::memory::Marked;

/// What a record is called.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// What records are called, by id.
pub type Names = HashMap<Uuid, Arc<Name>>;

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
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = HashMap::with_capacity(wanted.len());
    if wanted.is_empty() {
        return Ok(found);
    }
    let (mark, known) = (marks(tx)?.names, tx.memory::<Known>());
    wanted.retain(|id| {
        let name = known.names.get(mark, id);
        let unknown = name.is_none();
        found.extend(name.map(|name| (*id, name)));
        unknown
    });
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
    tx.rows(&sql, &args, |r| {
        Ok(Name {
            id: r.get(0)?,
            kind: r.get(1)?,
            name: r.get(2)?,
            number: r.opt(3)?,
            login: r.opt(4)?,
        })
    })
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
