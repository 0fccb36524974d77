//! Persons, teams and other records that rows name: found, else made as named.

use std::collections::{BTreeMap, HashMap, HashSet};

use steward_base::{Result, Uuid};
use steward_database::{Db, Tx};
use steward_people::items::{self, NewItem};
use steward_people::persons::{self, NewPerson};
use steward_people::{Call, teams};

use crate::fact::Reference;
use crate::store::{by_login, by_name};

/// The references of a file with their records.
#[derive(Default)]
pub struct Directory {
    ids: HashMap<Reference, Uuid>,
    /// Named by rows but neither found nor made (a dry run).
    absent: HashSet<Reference>,
    made: BTreeMap<&'static str, u64>,
}

impl Directory {
    /// The record of a reference seen by [`Directory::ensure`].
    pub fn id(&self, reference: &Reference) -> Option<Uuid> {
        self.ids.get(reference).copied()
    }

    /// How many were made, by kind.
    pub fn made(&self) -> Vec<(String, u64)> {
        self.made.iter().map(|(kind, n)| ((*kind).to_owned(), *n)).collect()
    }

    /// Finds these, and makes those that are not there, all in one
    /// transaction. `call` is not by the door of imports: making a person is
    /// an act of today.
    pub async fn ensure<'r>(
        &mut self,
        db: &Db,
        call: &Call,
        organisation: Uuid,
        wanted: impl IntoIterator<Item = &'r Reference>,
        make_them: bool,
    ) -> Result<()> {
        let unknown = |r: &&Reference| !self.ids.contains_key(*r) && !self.absent.contains(*r);
        let mut unknown: Vec<Reference> = wanted.into_iter().filter(unknown).cloned().collect();
        unknown.sort();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let asked = unknown.clone();
        let found =
            db.read(move |tx| asked.iter().map(|r| find(tx, r)).collect::<Result<Vec<_>>>());
        let mut missing = Vec::new();
        for (reference, id) in unknown.into_iter().zip(found.await?) {
            match id {
                Some(id) => drop(self.ids.insert(reference, id)),
                None => missing.push(reference),
            }
        }
        for reference in &missing {
            *self.made.entry(kind(reference)).or_default() += 1;
        }
        if !make_them {
            self.absent.extend(missing);
            return Ok(());
        }
        let (call, asked) = (call.clone(), missing.clone());
        let make_all = move |tx: &mut Tx| {
            let one = |r| {
                Ok(match find(tx, r)? {
                    Some(id) => id,
                    None => make(tx, &call, organisation, r)?,
                })
            };
            asked.iter().map(one).collect::<Result<Vec<_>>>()
        };
        if !missing.is_empty() {
            let ids = db.write(make_all).await?;
            self.ids.extend(missing.into_iter().zip(ids));
        }
        Ok(())
    }
}

fn kind(reference: &Reference) -> &'static str {
    match reference {
        Reference::Person { .. } => "person",
        Reference::Named { kind, .. } => kind,
    }
}

fn find(tx: &mut Tx, reference: &Reference) -> Result<Option<Uuid>> {
    match reference {
        Reference::Person { login, .. } => by_login(tx, login),
        Reference::Named { kind, name } => by_name(tx, kind, name),
    }
}

/// Makes what a row names. A person has no password, so nobody signs in by it.
fn make(tx: &mut Tx, call: &Call, organisation: Uuid, reference: &Reference) -> Result<Uuid> {
    let organisation = Some(organisation);
    match reference {
        Reference::Person { login, name } => {
            let new = NewPerson {
                login: login.clone(),
                name: name.clone(),
                organisation,
                ..NewPerson::default()
            };
            Ok(persons::create(tx, call, &new)?.id)
        }
        Reference::Named { kind: "team", name } => {
            Ok(teams::create(tx, call, name, None, organisation)?.id)
        }
        Reference::Named { kind, name } => {
            let new = NewItem { name: name.clone(), organisation, ..NewItem::default() };
            Ok(items::create(tx, call, kind, &new)?.id)
        }
    }
}
