//! What a partner sent in a period, in the order of recording.
//!
//! There is no index by time, so that recording pays nothing for it: positions of the feed grow with the time of receipt but
//! for the moments that a submission takes, so the period's beginning is found by halving, and its edges are looked at one
//! by one.

use jiff::{SignedDuration, Timestamp};

use super::{
    Store,
    row::{instant, key, micros, salt, seal, state, uuid},
};
use crate::persist::{
    Error, FeedPosition, ReconciledPage, ReconciledRow,
    database::{query, sql},
};

/// How much later than received something may have been recorded: far longer than any upload takes.
const SLACK: SignedDuration = SignedDuration::from_hours(1);

impl Store {
    /// A page of what a partner sent that was received in a period (its end excluded), in the order of recording; `after` is
    /// the previous page's `next`. Salts only where they are asked for: each costs two decipherings.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn reconciled(
        &self,
        partner_id: &str,
        (from, before): (Timestamp, Timestamp),
        after: Option<FeedPosition>,
        limit: u32,
        with_salts: bool,
    ) -> Result<ReconciledPage, Error> {
        let limit = self.page(limit);
        let earliest = from.checked_sub(SLACK).unwrap_or(from);
        let latest = before.checked_add(SLACK).unwrap_or(before);
        let mut position = match after {
            Some(after) => after.0,
            None => self.last_before(partner_id, earliest).await?,
        };
        let mut rows = Vec::new();
        loop {
            let found = query(sql!(both "reconcile_page"))
                .bind(partner_id)
                .bind(position)
                .bind(limit)
                .fetch_all(&self.readers)
                .await?;
            let more = found.len() == limit as usize;
            for row in found {
                position = row.try_get("position")?;
                let receive_time = instant(row.try_get("receive_time_us")?)?;
                if receive_time >= latest {
                    return Ok(ReconciledPage { rows, next: None });
                }
                if receive_time < from || receive_time >= before {
                    continue;
                }
                let id = uuid(&row, "id")?;
                let seal = if with_salts { seal(&row, id, &self.secrets)? } else { None };
                rows.push(ReconciledRow {
                    id,
                    key: key(&row)?,
                    state: state(row.try_get("state")?)?,
                    test: row.try_get("test")?,
                    receive_time,
                    verdict: row.try_get("verdict")?,
                    receipt: row.try_get("receipt")?,
                    received_salt: seal.map(|seal| salt(&row, &seal)).transpose()?,
                });
                if rows.len() == limit as usize {
                    return Ok(ReconciledPage { rows, next: Some(FeedPosition(position)) });
                }
            }
            if !more {
                return Ok(ReconciledPage { rows, next: None });
            }
        }
    }

    /// A position before the partner's first one that was received at or after an instant, and close to it.
    async fn last_before(&self, partner_id: &str, instant: Timestamp) -> Result<i64, Error> {
        let (mut low, mut high) = (0, self.feed_end().await?.0);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = query(sql!(both "reconcile_first"))
                .bind(partner_id)
                .bind(middle)
                .fetch_optional(&self.readers)
                .await?;
            match row {
                Some(row) if row.try_get::<i64>("receive_time_us")? < micros(instant) => {
                    low = row.try_get("position")?;
                }
                _ => high = middle,
            }
        }
        Ok(low)
    }
}
