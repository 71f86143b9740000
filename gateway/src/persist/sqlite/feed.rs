//! Reading the feed; why nothing is missed stands in `persist/feed.rs`.

use sqlx::{Row as _, sqlite::SqlitePool};

use super::{
    Store,
    row::{state, summary, unpacked},
};
use crate::persist::{Error, FeedEvent, FeedPosition, FeedRow, ManifestSummary, Scope};

impl Store {
    pub(in crate::persist) async fn feed_after(
        &self,
        scope: &Scope,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Vec<FeedRow>, Error> {
        let (text, whose) = match scope {
            Scope::Partner(id) => (include_str!("../../../queries/sqlite/feed_after_partner.sql"), Some(id)),
            Scope::BorderPost(code) => {
                (include_str!("../../../queries/sqlite/feed_after_border_post.sql"), Some(code))
            }
            Scope::All => (include_str!("../../../queries/sqlite/feed_after_all.sql"), None),
        };
        let rows = sqlx::query(text)
            .bind(whose.map(String::as_str))
            .bind(after.0)
            .bind(self.page(limit))
            .fetch_all(&self.readers)
            .await?;
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

    pub(in crate::persist) async fn feed_end(&self) -> Result<FeedPosition, Error> {
        end(&self.readers).await
    }
}

/// The newest committed position.
pub(super) async fn end(readers: &SqlitePool) -> Result<FeedPosition, Error> {
    let row = sqlx::query(include_str!("../../../queries/sqlite/feed_end.sql")).fetch_one(readers).await?;
    Ok(FeedPosition(row.try_get("position")?))
}
