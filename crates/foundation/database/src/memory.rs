//! What rooms keep in memory of a database, shared by all its transactions.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// One value of each type. It outlives transactions and sees those that are
/// rolled back, so whoever keeps something here compares it with a mark that
/// the transaction reads (`steward_history::marks`) before using it.
#[derive(Default)]
pub struct Memory {
    kept: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Memory {
    /// The value of this type; made empty on first use.
    pub(crate) fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let id = TypeId::of::<T>();
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        let value = kept.unwrap_or_else(|| {
            let mut all = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            all.entry(id).or_insert_with(|| Arc::new(T::default())).clone()
        });
        value.downcast().unwrap_or_default()
    }
}

/// Bytes of a [`Stamp`].
pub(crate) const HEAD: usize = 48;

/// Moves with every commit, whichever process made it: between two equal stamps
/// nothing was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(pub(crate) [u8; HEAD]);

/// The last value that a transaction has read to use it again; see
/// [`crate::Tx::once`].
#[derive(Default)]
pub struct Once {
    kept: Option<(usize, Box<dyn Any + Send>)>,
}

impl Once {
    /// The value, when it is of this type and nothing was written since.
    pub(crate) fn get<T: Clone + 'static>(&self, writes: usize) -> Option<T> {
        let (then, value) = self.kept.as_ref()?;
        if *then == writes { value.downcast_ref().cloned() } else { None }
    }

    pub(crate) fn keep<T: Send + 'static>(&mut self, writes: usize, value: T) {
        self.kept = Some((writes, Box::new(value)));
    }
}
