//! Which keys were recorded here lately: whether looking for an earlier outcome is likely to find one.
//!
//! Retries come soon and mostly to the same process. For every other submission a look into the store before the work
//! costs two wake-ups of a thread and finds nothing. The store settles repeats for ever, whatever is remembered here:
//! a forgotten key costs the work of judging once more (and counts nowhere: `Pipeline::announce` gives the quota back),
//! a false memory costs a look.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use manifest::ManifestKey;

/// How many keys are remembered at the most, each in the one place that its digest names.
const PLACES: usize = 1 << 16;

/// The keys, as keyed digests.
#[derive(Debug)]
pub(super) struct Recent {
    places: Box<[AtomicU64]>,
    digest: RandomState,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(), digest: RandomState::new() }
    }

    /// Remembers a key that stands in the store.
    pub(super) fn note(&self, key: &ManifestKey) {
        let (place, digest) = self.place(key);
        place.store(digest, Relaxed);
    }

    /// Was this key recorded here lately?
    pub(super) fn holds(&self, key: &ManifestKey) -> bool {
        let (place, digest) = self.place(key);
        place.load(Relaxed) == digest
    }

    fn place(&self, key: &ManifestKey) -> (&AtomicU64, u64) {
        let digest = self.digest.hash_one(key).max(1); // 0 is an empty place
        let index = usize::try_from(digest).unwrap_or(usize::MAX) & (PLACES - 1);
        (&self.places[index], digest)
    }
}
