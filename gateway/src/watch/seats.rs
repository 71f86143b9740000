//! How many watchers there may be: per partner, and in all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use super::Config;
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
    /// Since when each watcher has had something that it was not told.
    behind: Mutex<Vec<Weak<Behind>>>,
}

/// Since when a watcher has had something that it was not told. In the future while it knows everything: then it is owed a
/// heartbeat, and one that is not fetched tells of a peer that does not read.
type Behind = Mutex<Option<Instant>>;

/// One watcher's seat; given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    partner_id: String,
    behind: Arc<Behind>,
}

/// Which limit has no seat left: the setting's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full(pub(super) &'static str);

impl Seats {
    /// So many seats for each partner, and so many in all, as the section says.
    #[must_use]
    pub fn new(config: &Config, metrics: Metrics) -> Self {
        Self(Arc::new(Inner {
            per_partner: config.watchers_per_partner,
            in_total: config.watchers_in_total,
            metrics,
            taken: Mutex::default(),
            behind: Mutex::default(),
        }))
    }

    /// For how long the watcher that is furthest behind has had something that it was not told: because it reads slowly, not
    /// at all, or because we do.
    #[must_use]
    pub fn lag(&self) -> Duration {
        let mut behind = self.0.behind.lock().unwrap_or_else(PoisonError::into_inner);
        behind.retain(|each| each.strong_count() > 0);
        let since = |each: &Weak<Behind>| *each.upgrade()?.lock().unwrap_or_else(PoisonError::into_inner);
        behind.iter().filter_map(since).min().map_or(Duration::ZERO, |since| since.elapsed())
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
        let behind = Arc::new(Behind::default());
        self.0.behind.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&behind));
        Ok(Seat { seats: self.clone(), partner_id: partner_id.to_owned(), behind })
    }
}

impl Seat {
    /// There is something that the watcher was not told, or it has not come back for more.
    pub(super) fn is_behind(&self) {
        let (mut behind, now) = (self.behind.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        *behind = Some(behind.map_or(now, |since| since.min(now)));
    }

    /// It was told everything, and waits for its heartbeat at the latest.
    pub(super) fn is_up_to_date(&self, heartbeat: Instant) {
        *self.behind.lock().unwrap_or_else(PoisonError::into_inner) = Some(heartbeat);
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
        let config = Config { watchers_per_partner: 2, watchers_in_total: 3, ..Config::default() };
        let seats = Seats::new(&config, Metrics::default());
        let first = seats.take("a").unwrap();
        let _second = seats.take("a").unwrap();
        assert_eq!(seats.take("a").map(|_| ()), Err(Full("watch.watchers_per_partner")));
        let _third = seats.take("b").unwrap();
        assert_eq!(seats.take("b").map(|_| ()), Err(Full("watch.watchers_in_total")));
        drop(first);
        assert!(seats.take("b").is_ok());
    }

    #[test]
    fn the_one_furthest_behind_counts_while_it_is_there() {
        let seats = Seats::new(&Config::default(), Metrics::default());
        let [slow, quick] = ["a", "b"].map(|who| seats.take(who).unwrap());
        assert_eq!(seats.lag(), Duration::ZERO);
        slow.is_behind();
        std::thread::sleep(Duration::from_millis(30));
        slow.is_behind(); // still since then
        quick.is_behind();
        assert!(seats.lag() >= Duration::from_millis(30));
        quick.is_up_to_date(Instant::now() + Duration::from_secs(60));
        assert!(seats.lag() >= Duration::from_millis(30));
        drop(slow);
        assert_eq!(seats.lag(), Duration::ZERO);
    }
}
