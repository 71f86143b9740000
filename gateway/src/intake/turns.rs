//! What concerns one journey is taken up one after the other, also from two calls and at two gateways: each has to see what the
//! other left (`docs/decisions/0137`).

use aws_lc_rs::digest::{SHA256, digest};
use manifest::declared::Declared;
use tokio::sync::{Mutex, MutexGuard};

use super::{Failure, halves};
use crate::{
    decode::document::Half,
    persist::{JourneyPlace, Store},
};

/// So many journeys can be at work without waiting for one another.
const PLACES: u32 = 1_024;

/// Whose turn it is.
pub(super) struct Turns {
    places: Vec<Mutex<()>>,
}

/// A journey's turn; over when dropped, first among gateways, then within this one.
pub(super) struct JourneyTurn<'t> {
    _everywhere: Option<JourneyPlace>,
    _here: MutexGuard<'t, ()>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| Mutex::new(())).collect() }
    }

    /// Waits for the turn of a partner's journey: of the two lists of a coach by their departure, which both say; otherwise by the
    /// reference.
    ///
    /// # Errors
    /// When other gateways cannot be asked.
    pub(super) async fn of(
        &self,
        store: &Store,
        partner_id: &str,
        declared: &Declared,
        half: Option<Half>,
    ) -> Result<Option<JourneyTurn<'_>>, Failure> {
        let journey = match half.and_then(|_| halves::departure(declared)) {
            Some(departure) => departure.to_string(),
            None => declared.manifest_reference.clone(),
        };
        let number = place(partner_id, &journey);
        let Some(mutex) = self.places.get(number as usize) else { return Ok(None) };
        let here = mutex.lock().await;
        let everywhere = store.journey_place(i64::from(number)).await?;
        Ok(Some(JourneyTurn { _everywhere: everywhere, _here: here }))
    }
}

/// The same at every gateway, whichever version it is.
fn place(partner_id: &str, journey: &str) -> u32 {
    let digest = digest(&SHA256, format!("{partner_id}\n{journey}").as_bytes());
    let first = digest.as_ref().first_chunk::<4>().copied().unwrap_or_default();
    u32::from_be_bytes(first) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journey_has_one_place_at_every_gateway() {
        assert_eq!(place("silk-coach", "2026-11-23T08:00:00Z"), 368);
        assert_ne!(place("silk-coach", "2026-11-23T08:00:00Z"), place("silk-coach", "2026-11-23T09:00:00Z"));
        assert!((0..5_000).all(|journey| place("a", &journey.to_string()) < PLACES));
    }
}
