//! The lists of one journey are taken up one after the other, also from two calls: each has to see what the other left.

use std::hash::{BuildHasher as _, RandomState};

use manifest::declared::Declared;
use tokio::sync::{Mutex, MutexGuard};

use super::halves;

/// So many journeys can be at work without waiting for one another.
const STRIPES: usize = 64;

/// Whose turn it is.
pub(super) struct Turns {
    stripes: Vec<Mutex<()>>,
    hasher: RandomState,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }

    /// Waits for the turn of a partner's journey: by its departure, which both lists say, else by the list's reference.
    pub(super) async fn of(&self, partner_id: &str, declared: &Declared) -> Option<MutexGuard<'_, ()>> {
        let journey = match halves::departure(declared) {
            Some(departure) => departure.to_string(),
            None => declared.manifest_reference.clone(),
        };
        let hash = self.hasher.hash_one((partner_id, journey));
        let place = usize::try_from(hash % STRIPES as u64).unwrap_or_default();
        Some(self.stripes.get(place)?.lock().await)
    }
}
