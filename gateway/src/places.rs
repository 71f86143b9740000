//! So many places for each partner: one that takes all of its own leaves the others theirs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many places each partner has taken. Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Of one partner.
    limit: usize,
    /// Only who has taken some: no more entries than places are taken.
    taken: Mutex<HashMap<Arc<str>, usize>>,
}

/// One place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    places: Places,
    partner_id: Arc<str>,
}

impl Places {
    /// So many for each.
    #[must_use]
    pub fn of_each(limit: usize) -> Self {
        Self(Arc::new(Inner { limit, taken: Mutex::default() }))
    }

    /// One more place of a partner; `None` when all of its own are taken.
    #[must_use]
    pub fn take(&self, partner_id: &str) -> Option<Place> {
        let mut taken = self.taken();
        let partner_id = match taken.get_key_value(partner_id) {
            Some((known, count)) if *count < self.0.limit => Arc::clone(known),
            None if self.0.limit > 0 => Arc::from(partner_id),
            _ => return None,
        };
        *taken.entry(Arc::clone(&partner_id)).or_default() += 1;
        Some(Place { places: self.clone(), partner_id })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Arc<str>, usize>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        match taken.get_mut(&self.partner_id) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.partner_id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_places_and_gets_them_back() {
        let places = Places::of_each(2);
        let (first, _second) = (places.take("a").unwrap(), places.clone().take("a").unwrap());
        assert!(places.take("a").is_none());
        let other = places.take("b").unwrap();
        drop(first);
        let _third = places.take("a").unwrap();
        assert!(places.take("a").is_none());
        drop(other);
        assert_eq!(places.taken().len(), 1, "nobody is kept who has none");
        assert!(Places::of_each(0).take("a").is_none());
    }
}
