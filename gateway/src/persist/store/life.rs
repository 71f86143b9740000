//! What happens to a manifest after it is recorded, and the feed that tells of it.

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use crate::persist::{
    Clearance, Error, FeedPosition, FeedRow, ManifestSummary, Scope, Store, sqlite::Movement,
};

impl Store {
    /// Withdraws a partner's manifest. Repeating is safe: a withdrawn one stays so and nothing is written again.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the partner has no such manifest; [`Error::StateConflict`] when its state does not
    /// allow it; [`Error::Unavailable`].
    pub async fn cancel(
        &self,
        id: Uuid,
        partner_id: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.cancel(id, partner_id, reason, now).await,
        }
    }

    /// A border post reports that the conveyance of a manifest has come. The first time stays.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::StateConflict`] when its state does not allow it; [`Error::Unavailable`].
    pub async fn report_arrival(
        &self,
        id: Uuid,
        partner_id: &str,
        arrive_time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.report(id, partner_id, Movement::Arrival, arrive_time, now).await,
        }
    }

    /// A border post reports that it was released. The first time stays.
    ///
    /// # Errors
    /// As [`Store::report_arrival`].
    pub async fn report_release(
        &self,
        id: Uuid,
        partner_id: &str,
        release_time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.report(id, partner_id, Movement::Release, release_time, now).await,
        }
    }

    /// Its sender announces that a manifest's conveyance has arrived: kept and told, its state stays. The first time stays.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Unavailable`].
    pub async fn announce_arrival(
        &self,
        id: Uuid,
        partner_id: &str,
        time: Timestamp,
        now: Timestamp,
    ) -> Result<ManifestSummary, Error> {
        match self {
            Self::Sqlite(store) => store.report(id, partner_id, Movement::Announced, time, now).await,
        }
    }

    /// Looks at the manifests that were expected before an instant, some at a time, and expires those that never arrived.
    /// Returns how many were looked at and how many expired; nothing more to look at when the first is 0.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn expire(&self, before: Timestamp, limit: u32, now: Timestamp) -> Result<(u64, u64), Error> {
        match self {
            Self::Sqlite(store) => store.expire(before, limit, now).await,
        }
    }

    /// What was released between two instants, at one post or at all; `limit` at the most. Without test traffic.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn clearances(
        &self,
        border_post_code: Option<&str>,
        from: Timestamp,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Clearance>, Error> {
        match self {
            Self::Sqlite(store) => store.clearances(border_post_code, from, before, limit).await,
        }
    }

    /// The rows of a scope after a position, in commit order. Fewer than `limit` rows: that is all there is now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn feed_after(
        &self,
        scope: &Scope,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Vec<FeedRow>, Error> {
        match self {
            Self::Sqlite(store) => store.feed_after(scope, after, limit).await,
        }
    }

    /// The position of the newest committed row: where "from now" begins.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn feed_end(&self) -> Result<FeedPosition, Error> {
        match self {
            Self::Sqlite(store) => store.feed_end().await,
        }
    }

    /// Changes whenever this process has committed to the feed, so that watchers sleep until then. Rows of another
    /// process (`gateway` commands) show at the next heartbeat. Subscribe before reading the feed, then none is missed.
    #[must_use]
    pub fn feed_wake(&self) -> watch::Receiver<FeedPosition> {
        match self {
            Self::Sqlite(store) => store.feed_wake(),
        }
    }
}
