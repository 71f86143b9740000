//! A bound per key: so many at once for each network or identity.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts what is there now, per key. Holds only keys with something there, so others' limits bound its size.
#[derive(Debug)]
pub(super) struct Tally<K: Eq + Hash> {
    present: Mutex<HashMap<K, usize>>,
    limit: usize,
}

/// One counted presence; leaves when dropped.
#[derive(Debug)]
pub(super) struct Entry<K: Eq + Hash> {
    tally: Arc<Tally<K>>,
    key: K,
}

impl<K: Eq + Hash + Clone> Tally<K> {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Tally { present: Mutex::default(), limit })
    }

    /// Enters, unless `limit` are there under this key already.
    pub(super) fn enter(self: &Arc<Self>, key: K) -> Option<Entry<K>> {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let count = present.entry(key.clone()).or_default();
        if *count >= self.limit {
            return None; // the key stays: somebody is there, since a limit is at least one
        }
        *count += 1;
        Some(Entry { tally: self.clone(), key })
    }
}

impl<K: Eq + Hash> Drop for Entry<K> {
    fn drop(&mut self) {
        let mut present = self.tally.present.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = present.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                present.remove(&self.key);
            }
        }
    }
}
