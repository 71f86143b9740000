//! What a caller holds while the store writes for him, and what he saw before: nobody else looks before his writing is settled,
//! and nothing is written by what stands otherwise by then.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use super::{Store, journeys::JourneyPlaces};
use crate::persist::{
    Error, FeedPosition, Outcome,
    database::{Connection, query, sql},
};

/// Names under which something of a partner's is looked for.
#[derive(Debug, Clone, Default)]
pub struct LookedFor {
    /// Whose.
    pub partner_id: String,
    /// References.
    pub references: Vec<String>,
    /// Other names: [`crate::persist::Link::said`].
    pub said: Vec<String>,
}

/// A turn in what goes by some names: places among gateways, and whatever keeps apart those of this one. Let go with the last
/// clone, the places first.
#[derive(Clone)]
pub struct Held(Arc<Holding>);

struct Holding {
    _places: Option<JourneyPlaces>,
    _here: Box<dyn Send + Sync>,
    names: LookedFor,
    /// Up to which position what goes by these names was seen, or written for who holds it.
    seen: AtomicI64,
}

impl Held {
    /// Of places and of something of the caller's, before he looks for what goes by these names; `seen`: the end of the feed
    /// since he has them.
    #[must_use]
    pub fn new(
        places: Option<JourneyPlaces>,
        here: impl Send + Sync + 'static,
        names: LookedFor,
        seen: FeedPosition,
    ) -> Self {
        let here: Box<dyn Send + Sync> = Box::new(here);
        Self(Arc::new(Holding { _places: places, _here: here, names, seen: AtomicI64::new(seen.0) }))
    }

    /// Asked in the transaction that relies on what was seen, and under its lock. A place may be another's meanwhile: its session
    /// has ended, or a commit that nobody waited for any more came late.
    ///
    /// # Errors
    /// [`Error::Outdated`] when something else stands there now: it has to be looked at again.
    pub(super) async fn still_stands(&self, connection: &mut Connection) -> Result<(), Error> {
        let LookedFor { partner_id, references, said } = &self.0.names;
        if references.is_empty() && said.is_empty() {
            return Ok(());
        }
        let found = query(sql!(each "stood_otherwise"))
            .bind(partner_id.as_str())
            .bind(self.0.seen.load(Ordering::Relaxed))
            .bind(references.clone())
            .bind(said.clone())
            .fetch_optional(connection)
            .await?;
        found.map_or(Ok(()), |_| Err(Error::Outdated))
    }

    /// Has anything at all been written since?
    pub(super) fn is_behind(&self, last: FeedPosition) -> bool {
        self.0.seen.load(Ordering::Relaxed) < last.0
    }

    /// Does something that is recorded in the same transaction go by one of these names?
    pub(super) fn is_about(&self, outcome: &Outcome) -> bool {
        let LookedFor { partner_id, references, said } = &self.0.names;
        outcome.key.partner_id == *partner_id
            && (references.contains(&outcome.key.manifest_reference)
                || outcome.links.iter().any(|link| said.contains(&link.said)))
    }

    /// What he wrote himself he knows.
    pub(super) fn wrote(&self, position: FeedPosition) {
        self.0.seen.fetch_max(position.0, Ordering::Relaxed);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(..)")
    }
}

impl Store {
    /// The same store, whose writes keep what their caller holds until they are settled, though he may have gone away by then;
    /// and are refused when what he looked at has changed (`docs/decisions/0137`).
    #[must_use]
    pub fn holding(&self, held: &Held) -> Self {
        Self { held: Some(held.clone()), ..self.clone() }
    }
}
