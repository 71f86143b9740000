//! The counts of a period, and one digest over all of it.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use jiff::{Timestamp, civil::Date};
use manifest::{State, border_post::LOCAL_OFFSET};
use proto::v1;
use tokio::sync::Semaphore;

use crate::{
    calls::Failure,
    persist::{ReconciledRow, Store},
    reply,
};

/// Rows that are read together.
const TOGETHER: u32 = 500;

/// Beginning and end of a day at the border posts.
pub(crate) fn day(day: Date) -> Option<(Timestamp, Timestamp)> {
    let midnight = |day: Date| LOCAL_OFFSET.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok();
    Some((midnight(day)?, midnight(day.tomorrow().ok()?)?))
}

/// Counts periods, a few at a time: walking one is the longest that a reader of the store is asked for, and at midnight
/// every watcher asks. Cheap to clone; all clones share the places.
#[derive(Debug, Clone)]
pub struct Ledger {
    store: Store,
    places: Arc<Semaphore>,
}

impl Ledger {
    /// Over a store, with so many places.
    #[must_use]
    pub fn new(store: Store, at_once: usize) -> Self {
        Self { store, places: Arc::new(Semaphore::new(at_once)) }
    }

    /// What was received of a partner in a period.
    ///
    /// # Errors
    /// When the store does not answer, or what it answers cannot be read.
    pub(crate) async fn totals(
        &self,
        partner_id: &str,
        period: (Timestamp, Timestamp),
    ) -> Result<v1::ReconciliationTotals, Failure> {
        // Never closed.
        let _place = self.places.acquire().await;
        let mut counting = Counting::new();
        let mut after = None;
        loop {
            let page = self.store.reconciled(partner_id, period, after, TOGETHER, false).await?;
            page.rows.iter().try_for_each(|row| counting.add(row))?;
            after = page.next;
            if after.is_none() {
                return Ok(counting.finish());
            }
        }
    }
}

struct Counting {
    totals: v1::ReconciliationTotals,
    digests: Context,
}

impl Counting {
    fn new() -> Self {
        Self { totals: v1::ReconciliationTotals::default(), digests: Context::new(&SHA256) }
    }

    fn add(&mut self, row: &ReconciledRow) -> Result<(), Failure> {
        let receipt = reply::receipt(&row.receipt).map_err(|error| Failure::Unreadable(error.to_string()))?;
        self.digests.update(&receipt.received_digest);
        let totals = &mut self.totals;
        let count = match (row.state, row.verdict.as_str()) {
            (State::Rejected, _) => &mut totals.rejected_count,
            (_, "GREEN") => &mut totals.green_count,
            (_, "YELLOW") => &mut totals.yellow_count,
            (_, "RED") => &mut totals.red_count,
            _ => &mut totals.withheld_count,
        };
        *count = count.saturating_add(1);
        totals.received_count = totals.received_count.saturating_add(1);
        totals.test_count = totals.test_count.saturating_add(i32::from(row.test));
        Ok(())
    }

    fn finish(self) -> v1::ReconciliationTotals {
        let received_digests_digest = self.digests.finish().as_ref().to_vec();
        v1::ReconciliationTotals { received_digests_digest, ..self.totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_at_the_posts() {
        let (from, before) = day(jiff::civil::date(2026, 11, 23)).unwrap();
        assert_eq!(from.to_string(), "2026-11-22T19:00:00Z");
        assert_eq!(before.to_string(), "2026-11-23T19:00:00Z");
        assert_eq!(day(Date::MAX), None);
    }
}
