//! What is kept in memory of people: who they are, what they hold, and what
//! records are called.
//!
//! Invariant: nothing here is used unless the transaction at hand reads the
//! mark it was made under (`steward_history::marks`), so an answer from memory
//! is the one that the transaction would read itself, whichever process made
//! the last change. What ends by time is compared with the time at each use.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;

/// Most entries of one kind; a full memory begins anew.
const MOST: usize = 20_000;

/// Values under one mark.
#[derive(Debug)]
pub(crate) struct Marked<K, V> {
    kept: RwLock<(i64, HashMap<K, V, RandomState>)>,
}

impl<K, V> Default for Marked<K, V> {
    fn default() -> Self {
        Marked { kept: RwLock::new((0, HashMap::default())) }
    }
}

impl<K: Eq + Hash, V: Clone> Marked<K, V> {
    /// The value that was kept under this mark.
    pub fn get(&self, mark: i64, key: &K) -> Option<V> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if kept.0 == mark { kept.1.get(key).cloned() } else { None }
    }

    /// Adds to `found` what was kept of these keys under this mark; the others.
    pub fn get_all(&self, mark: i64, keys: &[K], found: &mut HashMap<K, V, RandomState>) -> Vec<K>
    where
        K: Copy,
    {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != mark {
            return keys.to_vec();
        }
        let mut others = Vec::new();
        for key in keys {
            if let Entry::Vacant(place) = found.entry(*key) {
                match kept.1.get(key) {
                    Some(value) => drop(place.insert(value.clone())),
                    None => others.push(*key),
                }
            }
        }
        others
    }

    /// Keeps a value under this mark; what stands under another one goes.
    pub fn keep(&self, mark: i64, key: K, value: V) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != mark || kept.1.len() >= MOST {
            *kept = (mark, HashMap::default());
        }
        kept.1.insert(key, value);
    }
}
