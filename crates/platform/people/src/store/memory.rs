//! What is kept in memory of people: who they are, what they hold, and what
//! records are called.
//!
//! Invariant: nothing here is used unless the transaction at hand reads the
//! mark it was made under (`steward_history::marks`), so an answer from memory
//! is the one that the transaction would read itself, whichever process made
//! the last change. What ends by time is compared with the time at each use.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

/// Most entries of one kind; a full memory begins anew.
const MOST: usize = 20_000;

/// Values under one mark.
#[derive(Debug)]
pub(crate) struct Marked<K, V> {
    kept: RwLock<(i64, HashMap<K, V>)>,
}

impl<K, V> Default for Marked<K, V> {
    fn default() -> Self {
        Marked { kept: RwLock::new((0, HashMap::new())) }
    }
}

impl<K: Eq + Hash, V: Clone> Marked<K, V> {
    /// The value that was kept under this mark.
    pub fn get(&self, mark: i64, key: &K) -> Option<V> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if kept.0 == mark { kept.1.get(key).cloned() } else { None }
    }

    /// Keeps a value under this mark; what stands under another one goes.
    pub fn keep(&self, mark: i64, key: K, value: V) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != mark || kept.1.len() >= MOST {
            *kept = (mark, HashMap::new());
        }
        kept.1.insert(key, value);
    }
}
