//! The feed: what watchers read, in the order in which it was committed.
//!
//! **Why no committed row can be missed.** A position is handed out inside the writing transaction, as the highest
//! stored one plus one. SQLite lets one transaction write at a time, from `BEGIN IMMEDIATE` to its commit, across
//! threads and processes: so positions are handed out in the order of commits, and whoever sees position N sees
//! every committed position below it. "Everything after N" therefore skips nothing. The newest feed row is never
//! deleted, or its position would be handed out twice. PostgreSQL's transactions commit side by side, so there every one
//! of ours that writes takes the same lock first and keeps it until it is committed (`docs/decisions/0091`): the same
//! holds. The conformance suite has the case.

use super::{ManifestSummary, outcome::words};

/// A place in the feed. Opaque but for its order; [`FeedPosition::START`] is before everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FeedPosition(pub(in crate::persist) i64);

impl FeedPosition {
    /// Before the first row.
    pub const START: FeedPosition = FeedPosition(0);

    /// The form in which tokens carry it.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// The position that a token carries; `None` for what can never have been one.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        Some(i64::from_be_bytes(bytes)).filter(|position| *position >= 0).map(FeedPosition)
    }
}

words! {
    /// Why there is a row in the feed.
    FeedEvent {
        /// A manifest revision was recorded with its decisions.
        Recorded = "RECORDED",
        /// It was withdrawn.
        Cancelled = "CANCELLED",
        /// A later revision restates it.
        Amended = "AMENDED",
        /// It is at the border post.
        Arrived = "ARRIVED",
        /// It was released.
        Completed = "COMPLETED",
        /// It never arrived in time.
        Expired = "EXPIRED",
        /// The sender announced that it has arrived; its state is as before.
        ArrivalAnnounced = "ARRIVAL_ANNOUNCED",
        /// Rules alone had decided, and history and model decided later; its state is as before.
        Redecided = "REDECIDED",
    }
}

/// One row of the feed: a manifest revision with all its pre-decisions. `Debug` leaves the decisions out.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// Its place.
    pub position: FeedPosition,
    /// What happened.
    pub event: FeedEvent,
    /// The manifest in short; its state is the one after this event.
    pub manifest: ManifestSummary,
    /// The key under which a conveyance is in order.
    pub journey_key: Option<String>,
    /// The pre-decisions' record.
    pub decisions: Vec<u8>,
    /// What the revision says otherwise than the one before.
    pub changes: Option<Vec<u8>>,
}

impl std::fmt::Debug for FeedRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedRow")
            .field("position", &self.position)
            .field("event", &self.event)
            .field("manifest", &self.manifest)
            .finish_non_exhaustive()
    }
}
