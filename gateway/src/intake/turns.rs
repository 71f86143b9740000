//! What concerns one journey is taken up one after the other, also from two calls and at two gateways: each has to see what the
//! other left (`docs/decisions/0137`).

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use manifest::declared::Declared;
use tokio::sync::{Mutex, MutexGuard};

use super::{Failure, halves};
use crate::{
    decode::document::Half,
    persist::{JourneyPlaces, Store},
};

/// Places that names fall on. Those of two journeys that are at work at once seldom fall on one.
const PLACES: u32 = 65_536;

/// Names by which a message may find what stands, and be found: who has one in common waits for the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Of a message: its reference, and for a list of a coach all by which the journey's other list may be found.
    pub(super) fn of(declared: &Declared, half: Option<Half>) -> Self {
        let mut names = Self::default();
        if half.is_some() {
            names.0.extend(halves::trips(declared));
        }
        names.add_reference(&declared.manifest_reference);
        names
    }

    /// Of what stands under a reference.
    pub(super) fn of_reference(reference: &str) -> Self {
        let mut names = Self::default();
        names.add_reference(reference);
        names
    }

    /// One more. `false` if it was among them, or is none.
    pub(super) fn add_reference(&mut self, reference: &str) -> bool {
        !reference.is_empty() && self.0.insert(format!("reference/{reference}"))
    }
}

/// Whose turn it is.
pub(super) struct Turns {
    places: Vec<Mutex<()>>,
}

/// A journey's turn; over when dropped, first among gateways, then within this one.
pub(super) struct JourneyTurn<'t> {
    _everywhere: Option<JourneyPlaces>,
    _here: Vec<MutexGuard<'t, ()>>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| Mutex::new(())).collect() }
    }

    /// Waits until nobody else has any of a partner's names.
    ///
    /// # Errors
    /// When other gateways cannot be asked.
    pub(super) async fn of(
        &self,
        store: &Store,
        partner_id: &str,
        names: &Names,
    ) -> Result<JourneyTurn<'_>, Failure> {
        let places: BTreeSet<u32> = names.0.iter().map(|name| place(partner_id, name)).collect();
        // In the order of places, so that nobody waits for one who waits for him.
        let mut here = Vec::with_capacity(places.len());
        for mutex in places.iter().filter_map(|place| self.places.get(*place as usize)) {
            here.push(mutex.lock().await);
        }
        let everywhere = match places.is_empty() {
            true => None,
            false => store.journey_places(places.into_iter().map(i64::from).collect()).await?,
        };
        Ok(JourneyTurn { _everywhere: everywhere, _here: here })
    }
}

/// The same at every gateway, whichever version it is.
fn place(partner_id: &str, name: &str) -> u32 {
    let digest = digest(&SHA256, format!("{partner_id}\n{name}").as_bytes());
    let first = digest.as_ref().first_chunk::<4>().copied().unwrap_or_default();
    u32::from_be_bytes(first) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_place_at_every_gateway() {
        assert_eq!(place("silk-coach", "reference/PAX-1"), 59_437);
        assert_ne!(place("silk-coach", "reference/PAX-1"), place("tulpar-bus", "reference/PAX-1"));
        assert!((0..5_000).all(|name| place("a", &name.to_string()) < PLACES));
    }
}
