//! How many watchers there may be: per partner, and in all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::observability::Metrics;

/// The seats of the watchers. Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Seats(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    per_partner: usize,
    in_total: usize,
    metrics: Metrics,
    taken: Mutex<HashMap<String, usize>>,
}

/// One watcher's seat; given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    partner_id: String,
}

/// Which limit has no seat left: the setting's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full(pub(super) &'static str);

impl Seats {
    /// So many seats for each partner, and so many in all.
    #[must_use]
    pub fn new(per_partner: usize, in_total: usize, metrics: Metrics) -> Self {
        Self(Arc::new(Inner { per_partner, in_total, metrics, taken: Mutex::default() }))
    }

    pub(super) fn take(&self, partner_id: &str) -> Result<Seat, Full> {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let total: usize = taken.values().sum();
        if total >= self.0.in_total {
            return Err(Full("watch.watchers_in_total"));
        }
        let own = taken.entry(partner_id.to_owned()).or_default();
        if *own >= self.0.per_partner {
            return Err(Full("watch.watchers_per_partner"));
        }
        *own += 1;
        self.0.metrics.set_feed_watchers(total + 1);
        Ok(Seat { seats: self.clone(), partner_id: partner_id.to_owned() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.partner_id) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.partner_id);
            }
        }
        self.seats.0.metrics.set_feed_watchers(taken.values().sum());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_has_its_own_limit_and_all_have_one_together() {
        let seats = Seats::new(2, 3, Metrics::default());
        let first = seats.take("a").unwrap();
        let _second = seats.take("a").unwrap();
        assert_eq!(seats.take("a").map(|_| ()), Err(Full("watch.watchers_per_partner")));
        let _third = seats.take("b").unwrap();
        assert_eq!(seats.take("b").map(|_| ()), Err(Full("watch.watchers_in_total")));
        drop(first);
        assert!(seats.take("b").is_ok());
    }
}
