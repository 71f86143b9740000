//! Counters that were read before, until any counter is changed by anybody (`docs/decisions/0127`).

use std::collections::{HashMap, HashSet};

use scoring::{Counter, CounterKey};

use super::history::Counted;

/// Counters by hash, as they all were at one version.
#[derive(Debug)]
pub(super) struct Remembered {
    most: usize,
    version: i64,
    /// Nothing stands under a hash with an empty list.
    by_hash: HashMap<i64, Vec<(CounterKey, Counter)>>,
}

impl Remembered {
    /// Of so many hashes at the most.
    pub(super) fn of(most: usize) -> Self {
        Self { most, version: 0, by_hash: HashMap::new() }
    }

    /// Forgets all of it.
    pub(super) fn forget(&mut self) {
        self.by_hash.clear();
    }

    /// Forgets all of it when what is asked for would not fit beside it.
    pub(super) fn make_room(&mut self, asked: &[CounterKey]) {
        if self.by_hash.len().saturating_add(asked.len()) > self.most {
            self.forget();
        }
    }

    /// The keys whose hashes are not known.
    pub(super) fn missing(&self, asked: &[CounterKey]) -> Vec<CounterKey> {
        let mut seen = HashSet::with_capacity(asked.len());
        let new = |key: &&CounterKey| !self.by_hash.contains_key(&key.hash) && seen.insert(key.hash);
        asked.iter().filter(new).copied().collect()
    }

    /// Takes what was found for what was missing. `false` when what is remembered is older than that: all of it is forgotten,
    /// and has to be read again.
    pub(super) fn take(&mut self, missing: &[CounterKey], found: Counted) -> bool {
        if self.by_hash.is_empty() {
            self.version = found.version;
        }
        if self.version != found.version {
            self.forget();
            return false;
        }
        self.by_hash.extend(missing.iter().map(|key| (key.hash, Vec::new())));
        for (key, counter) in found.counters {
            let same = self.by_hash.entry(key.hash).or_default();
            same.reserve_exact(1); // seldom more than one, and many of them
            same.push((key, counter));
        }
        true
    }

    /// What is counted under a key that was asked for.
    pub(super) fn counter(&self, key: &CounterKey) -> Option<&Counter> {
        let found = self.by_hash.get(&key.hash)?.iter().find(|(of, _)| of == key)?;
        Some(&found.1)
    }
}

#[cfg(test)]
mod tests {
    use scoring::CounterKind;

    use super::*;

    fn key(number: u64) -> CounterKey {
        CounterKey::new(CounterKind::Hs6, &[&number.to_string()])
    }

    fn found(numbers: &[u64], version: i64) -> Counted {
        let counter = Counter { n: version, ..Counter::default() };
        Counted {
            counters: numbers.iter().map(|number| (key(*number), counter)).collect(),
            as_of: None,
            version,
        }
    }

    #[test]
    fn a_change_forgets_all_and_an_absent_counter_is_remembered_too() {
        let mut remembered = Remembered::of(10);
        let asked = [key(1), key(2), key(1)];
        assert_eq!(remembered.missing(&asked), [key(1), key(2)]);
        assert!(remembered.take(&asked[..2], found(&[1], 7)));
        assert!(remembered.missing(&asked).is_empty());
        assert_eq!(remembered.counter(&key(1)).map(|counter| counter.n), Some(7));
        assert_eq!(remembered.counter(&key(2)), None);
        assert!(!remembered.take(&[], found(&[], 8)), "somebody changed a counter");
        assert_eq!(remembered.missing(&asked), [key(1), key(2)]);
        assert!(remembered.take(&asked[..2], found(&[1, 2], 8)));
        assert_eq!(remembered.counter(&key(2)).map(|counter| counter.n), Some(8));
    }

    #[test]
    fn it_holds_no_more_than_it_may() {
        let mut remembered = Remembered::of(3);
        for number in 0..10 {
            let asked = [key(number)];
            remembered.make_room(&asked);
            assert!(remembered.take(&asked, found(&[number], 1)));
            assert!(remembered.by_hash.len() <= 3);
        }
        // More than it may in one: that is read and answered all the same.
        let asked: Vec<_> = (0..5).map(key).collect();
        remembered.make_room(&asked);
        assert!(remembered.take(&asked, found(&[0, 1, 2, 3, 4], 1)));
        assert_eq!(remembered.counter(&key(4)).map(|counter| counter.n), Some(1));
    }
}
