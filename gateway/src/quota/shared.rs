//! A quota that gateways keep together. The store hands out submissions of a partner's minute, some at a time, and each
//! gateway counts with what it was given: all together never let more through than agreed, and few calls wait for the
//! store. What lies unused for a while goes back, so that it is not lost to the others (`docs/decisions/0099`).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{Counter, Exceeded, NotCounted, Quota, minute_of, used_up};
use crate::{
    authenticate::registry::Partner,
    persist::{Error, Store},
};

/// This part of a minute's quota is taken at once.
const PARTS: u32 = 64;

/// So long a gateway believes that nothing is left, and so often it gives back what it does not use.
pub(crate) const BELIEVED: Duration = Duration::from_secs(1);

/// What this gateway was given of a partner's minute.
#[derive(Debug, Default)]
pub(super) struct Lease {
    given: u32,
    /// Was any of it used since the last look?
    used: bool,
    /// When the store said that nothing is left.
    none_left: Option<Timestamp>,
    /// One asks, the others wait for what it brings.
    turn: Turn,
}

/// Holds when it was asked in vain last, and why.
type Turn = Arc<tokio::sync::Mutex<Option<(Instant, Error)>>>;

impl Quota {
    pub(super) async fn shared_submission(
        &self,
        store: &Store,
        partner: &Partner,
        now: Timestamp,
    ) -> Result<(), NotCounted> {
        let Some(turn) = self.take(partner, now)? else { return Ok(()) };
        let began = Instant::now();
        let mut turn = turn.lock().await;
        if let Some((at, error)) = turn.as_ref()
            && *at >= began
        {
            return Err(error.clone().into());
        }
        if self.take(partner, now)?.is_none() {
            return Ok(());
        }
        let limit = partner.quota_per_minute;
        let minute = minute_of(now).max(self.minute().number);
        let given = store.take_quota(&partner.id, minute, (limit / PARTS).max(1), limit).await;
        let given = given.inspect_err(|error| *turn = Some((Instant::now(), error.clone())))?;
        let mut counted = self.minute();
        if counted.number != minute {
            // The minute turned while the store was asked: this one belongs to the minute in which it came.
            return if given > 0 { Ok(()) } else { Err(used_up(Counter::Submissions, limit, now).into()) };
        }
        let counts = counted.of(partner, now, self.0.max_partners)?;
        if given == 0 {
            counts.lease.none_left = Some(now);
            return Err(used_up(Counter::Submissions, limit, now).into());
        }
        counts.lease.given = counts.lease.given.saturating_add(given);
        counts.submissions = counts.submissions.saturating_add(1);
        counts.lease.used = true;
        Ok(())
    }

    /// Counts one with what was given already: `None`. Otherwise the turn in which the store is asked for more.
    fn take(&self, partner: &Partner, now: Timestamp) -> Result<Option<Turn>, Exceeded> {
        let mut minute = self.minute();
        let counts = minute.of(partner, now, self.0.max_partners)?;
        if counts.submissions < counts.lease.given {
            counts.submissions += 1;
            counts.lease.used = true;
            return Ok(None);
        }
        let believed = i64::try_from(BELIEVED.as_millis()).unwrap_or(i64::MAX);
        let is_believed = |at: Timestamp| now.as_millisecond().saturating_sub(at.as_millisecond()) < believed;
        if counts.lease.none_left.is_some_and(is_believed) {
            return Err(used_up(Counter::Submissions, partner.quota_per_minute, now));
        }
        Ok(Some(Arc::clone(&counts.lease.turn)))
    }

    /// Gives back what was not used since the last look. Does nothing where a gateway is alone.
    pub(crate) async fn give_back(&self, now: Timestamp) {
        let Some(store) = &self.0.shared else { return };
        let (unused, number) = {
            let mut minute = self.minute();
            let number = minute.number;
            let unused: Vec<_> = minute
                .counts
                .iter_mut()
                .filter_map(|(partner_id, counts)| {
                    if std::mem::take(&mut counts.lease.used) {
                        return None;
                    }
                    let unused = counts.lease.given.saturating_sub(counts.submissions);
                    counts.lease.given -= unused;
                    (unused > 0).then(|| (partner_id.clone(), number, unused))
                })
                .collect();
            (unused, number)
        };
        // What is of a minute that has passed is of no use to anybody; forgetting is done with the next that is given back.
        if unused.is_empty() || number < minute_of(now) {
            return;
        }
        if let Err(error) = store.give_back_quota(unused, number).await {
            tracing::warn!(%error, "what was not used of quotas was not given back; it is lost for its minute");
        }
    }
}
