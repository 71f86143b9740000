//! What concerns one journey is taken up one after the other, also from two calls and at two gateways: each has to see what the
//! other left (`docs/decisions/0137`).

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use manifest::declared::Declared;

use super::{Failure, by_name::ByName, halves, links};
use crate::{
    decode::document::Half,
    persist::{FeedPosition, Held, LookedFor, Store},
};

/// Places among gateways that names fall on. Those of two journeys that are at work at once seldom fall on one.
const PLACES: u32 = 65_536;

/// Before a reference, in a name.
const REFERENCE: &str = "reference/";

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

    fn looked_for(&self, partner_id: &str) -> LookedFor {
        let mut looked_for = LookedFor { partner_id: partner_id.to_owned(), ..LookedFor::default() };
        for name in &self.0 {
            let Some(reference) = name.strip_prefix(REFERENCE) else {
                looked_for.said.push(name.clone());
                continue;
            };
            let halves = [Half::Passengers, Half::Crew].map(|half| links::list(half, reference));
            looked_for.said.extend(halves);
            looked_for.said.push(links::mrn(reference));
            looked_for.references.push(reference.to_owned());
        }
        looked_for
    }

    /// One more. `false` if it was among them, or is none.
    pub(super) fn add_reference(&mut self, reference: &str) -> bool {
        !reference.is_empty() && self.0.insert(format!("{REFERENCE}{reference}"))
    }
}

/// Whose turn it is.
pub(super) struct Turns {
    /// By partner and name: whoever waits, however long, waits for nobody but his own.
    names: ByName,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { names: ByName::default() }
    }

    /// Waits until nobody else has any of a partner's names, here or at another gateway; they are his until it is dropped.
    ///
    /// # Errors
    /// When other gateways cannot be asked.
    pub(super) async fn of(&self, store: &Store, partner_id: &str, names: &Names) -> Result<Held, Failure> {
        // In the order of names, so that nobody waits for one who waits for him.
        let mut here = Vec::with_capacity(names.0.len());
        for name in &names.0 {
            here.push(self.names.lock((partner_id.to_owned(), name.clone())).await);
        }
        let places: BTreeSet<u32> = names.0.iter().map(|name| place(partner_id, name)).collect();
        let everywhere = match places.is_empty() {
            true => None,
            false => store.journey_places(places.into_iter().map(i64::from).collect()).await?,
        };
        let looked_for = names.looked_for(partner_id);
        let seen = if names.0.is_empty() { FeedPosition::START } else { store.feed_end().await? };
        Ok(Held::new(everywhere, here, looked_for, seen))
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
