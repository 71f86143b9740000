//! Reading the feed; why nothing is missed stands in `persist/feed.rs`.

use super::{
    Store,
    row::{state, summary, unpacked},
};
use crate::persist::{
    Error, FeedEvent, FeedPosition, FeedRow, ManifestSummary, Scope,
    database::{On, query, sql},
};

impl Store {
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
        let (text, whose) = match scope {
            Scope::Partner(id) => (sql!(both "feed_after_partner"), Some(id)),
            Scope::BorderPost(code) => (sql!(both "feed_after_border_post"), Some(code)),
            Scope::All => (sql!(both "feed_after_all"), None),
        };
        let follows = self.followers.acquire().await.map_err(|_| Error::Closed)?;
        let rows = query(text)
            .bind(whose.map(String::as_str))
            .bind(after.0)
            .bind(self.page(limit))
            .fetch_all(&self.readers)
            .await?;
        drop(follows);
        rows.iter()
            .map(|row| {
                Ok(FeedRow {
                    position: FeedPosition(row.try_get("position")?),
                    event: FeedEvent::parse(row.try_get("event")?)
                        .ok_or_else(|| Error::Corrupt("feed event is unknown".into()))?,
                    manifest: ManifestSummary { state: state(row.try_get("event_state")?)?, ..summary(row)? },
                    journey_key: row.try_get("journey_key")?,
                    decisions: unpacked(row, "decisions")?,
                    changes: row.try_get("changes")?,
                })
            })
            .collect()
    }

    /// The position of the newest committed row: where "from now" begins.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn feed_end(&self) -> Result<FeedPosition, Error> {
        end(&self.readers).await
    }
}

/// The newest committed position.
pub(in crate::persist) async fn end<'c>(on: impl Into<On<'c>>) -> Result<FeedPosition, Error> {
    let row = query(sql!(both "feed_end")).fetch_one(on).await?;
    Ok(FeedPosition(row.try_get("position")?))
}
