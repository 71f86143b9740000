//! One watcher's way through the feed. It is pulled: nothing is read from the store before the last page is sent.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use jiff::{SignedDuration, civil::Date};
use manifest::border_post::local_date;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{access, seats::Seat};
use crate::{
    authenticate::{
        Peer,
        registry::{Partner, Registry},
    },
    calls::Failure,
    clock::Clock,
    observability::{Kind, Metrics, Outcome, Step},
    persist::{FeedPosition, FeedRow, Scope, Store},
    reply::{Notice, Reason},
};

/// What a watcher is told next.
#[derive(Debug)]
pub(super) enum Event {
    /// A manifest revision was decided, or its life moved on.
    Row(Box<FeedRow>),
    /// Nothing happened for a while; everything up to here is told.
    Heartbeat(FeedPosition),
    /// A day is over; everything up to here is told.
    DayOver(Date, FeedPosition),
}

/// How often, and how much at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) heartbeat: Duration,
    pub(super) min_read_interval: Duration,
    pub(super) page_size: u32,
}

/// A watcher's place in the feed, and all that it holds.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) store: Store,
    pub(super) registry: Registry,
    pub(super) metrics: Metrics,
    pub(super) draining: CancellationToken,
    pub(super) pace: Pace,
    pub(super) peer: Peer,
    pub(super) border_post_code: String,
    pub(super) scope: Scope,
    pub(super) wake: watch::Receiver<FeedPosition>,
    pub(super) position: FeedPosition,
    /// Bounded by the page size.
    page: VecDeque<FeedRow>,
    /// Nothing more was in the store when it was last read.
    at_end: bool,
    read_at: Instant,
    told_at: Instant,
    days: Option<Days>,
    seat: Seat,
}

/// Which days were told to be over, for a watcher that wants to know.
#[derive(Debug)]
pub(super) struct Days {
    pub(super) clock: Clock,
    pub(super) told: Option<Date>,
}

/// What was received in the last moments of a day may still be on its way into the store.
const DAY_CLOSES_AFTER: SignedDuration = SignedDuration::from_mins(5);

impl Days {
    /// The newest day that is over, unless it was told.
    fn next(&mut self) -> Option<Date> {
        let closed = self.clock.now().checked_sub(DAY_CLOSES_AFTER).ok()?;
        let day = local_date(closed).yesterday().ok()?;
        (self.told < Some(day)).then(|| *self.told.insert(day))
    }
}

impl Subscription {
    pub(super) fn new(
        (store, registry, metrics, draining): (Store, Registry, Metrics, CancellationToken),
        pace: Pace,
        (peer, border_post_code, scope): (Peer, String, Scope),
        position: FeedPosition,
        days: Option<Days>,
        seat: Seat,
    ) -> Self {
        let wake = store.feed_wake();
        let now = Instant::now();
        let read_at = now.checked_sub(pace.min_read_interval).unwrap_or(now);
        Self {
            store,
            registry,
            metrics,
            draining,
            pace,
            peer,
            border_post_code,
            scope,
            wake,
            position,
            page: VecDeque::new(),
            at_end: false,
            read_at,
            told_at: now,
            days,
            seat,
        }
    }

    /// Waits for the next event. Before each, the partner is asked for again: who may not watch any more is cut off.
    ///
    /// # Errors
    /// Why the stream ends: the partner lost the right, the gateway stops, the store does not answer.
    pub(super) async fn next(&mut self) -> Result<Event, Failure> {
        let event = self.find().await;
        // Until it comes back for the next one: a peer that does not read is behind, whatever lies in the buffers.
        self.seat.is_behind();
        event
    }

    async fn find(&mut self) -> Result<Event, Failure> {
        loop {
            if self.draining.is_cancelled() {
                return Err(Notice::new(Reason::ShuttingDown).into());
            }
            self.still_allowed()?;
            if let Some(row) = self.page.pop_front() {
                self.position = row.position;
                self.told_at = Instant::now();
                return Ok(Event::Row(Box::new(row)));
            }
            if !self.at_end {
                self.read().await?;
            } else if let Some(day) = self.days.as_mut().and_then(Days::next) {
                self.told_at = Instant::now();
                return Ok(Event::DayOver(day, self.position));
            } else if self.told_at.elapsed() >= self.pace.heartbeat {
                self.told_at = Instant::now();
                return Ok(Event::Heartbeat(self.position));
            } else {
                self.seat.is_up_to_date((self.told_at + self.pace.heartbeat).into_std());
                self.sleep().await;
                self.seat.is_behind();
            }
        }
    }

    /// The partner that watches, as the registry knows it now; its scope must still be the one it began with.
    pub(super) fn still_allowed(&self) -> Result<Arc<Partner>, Failure> {
        let partner = self.registry.partner(&self.peer)?;
        if access::scope(&partner, &self.border_post_code)? != self.scope {
            return Err(Notice::new(Reason::RoleNotAllowed).into());
        }
        Ok(partner)
    }

    async fn read(&mut self) -> Result<(), Failure> {
        // Seen before it is read: what is committed in between wakes us again.
        let _ = self.wake.borrow_and_update();
        self.read_at = Instant::now();
        let rows = self.store.feed_after(&self.scope, self.position, self.pace.page_size).await;
        let outcome = if rows.is_ok() { Outcome::Ok } else { Outcome::Fault };
        self.metrics.step(Step::Watch, Kind::Other, outcome, self.read_at.elapsed());
        let rows = rows?;
        self.at_end = u32::try_from(rows.len()).is_ok_and(|found| found < self.pace.page_size);
        self.page = rows.into();
        Ok(())
    }

    /// Until something is committed, a heartbeat is due, or the gateway stops. A heartbeat also looks into the store:
    /// another process may have written to it.
    async fn sleep(&mut self) {
        let heartbeat = self.told_at + self.pace.heartbeat;
        tokio::select! {
            changed = self.wake.changed() => {
                // Many commits are read together; a wake-up that has gone for good leaves the heartbeats.
                let next_read = if changed.is_ok() { self.read_at + self.pace.min_read_interval } else { heartbeat };
                tokio::select! {
                    () = sleep_until(next_read) => {}
                    () = self.draining.cancelled() => {}
                }
                self.at_end = false;
            }
            // Read first: another process may have written, and then that is what the watcher is told.
            () = sleep_until(heartbeat) => self.at_end = false,
            () = self.draining.cancelled() => {}
        }
    }
}
