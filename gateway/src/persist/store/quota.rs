//! Quotas that several gateways keep together: the store hands out what is left of a partner's minute, some at a time.

use super::Store;
use crate::persist::{
    Error,
    database::{query, sql},
};

/// So many minutes back the counts are kept: a gateway whose clock is behind still counts with them.
const KEPT_MINUTES: i64 = 10;

impl Store {
    /// Takes up to `wanted` submissions out of a partner's minute, of which `limit` may be handed out to all gateways
    /// together; gives how many it got, 0 when all are. One statement, atomic by itself: it does not wait for writers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`]: none was taken, or nobody knows.
    pub async fn take_quota(
        &self,
        partner_id: &str,
        minute: i64,
        wanted: u32,
        limit: u32,
    ) -> Result<u32, Error> {
        let partner_id = partner_id.to_owned();
        self.alone(move |connection| {
            Box::pin(async move {
                let row = query(sql!(both "quota_take"))
                    .bind(partner_id.as_str())
                    .bind(minute)
                    .bind(wanted.min(limit))
                    .bind(limit)
                    .fetch_one(connection)
                    .await?;
                row.try_get("last").map_err(Error::from)
            })
        })
        .await
    }

    /// Gives back what was taken and not used (partner, minute, how many), and forgets what is long past.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`]: what was not given back is used up for its minute.
    pub async fn give_back_quota(
        &self,
        unused: Vec<(String, i64, u32)>,
        now_minute: i64,
    ) -> Result<(), Error> {
        self.alone(move |connection| {
            Box::pin(async move {
                for (partner_id, minute, count) in unused {
                    query(sql!(both "quota_give_back"))
                        .bind(partner_id.as_str())
                        .bind(minute)
                        .bind(count)
                        .execute(&mut *connection)
                        .await?;
                }
                let before = now_minute.saturating_sub(KEPT_MINUTES);
                query(sql!(both "quota_forget")).bind(before).execute(&mut *connection).await?;
                Ok(())
            })
        })
        .await
    }
}
