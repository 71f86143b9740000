//! How much is taken on at once. What comes above waits as the bytes that it came as; what finds no place is refused at
//! once; what has no time left is dropped before it costs anything.

mod config;
mod incoming;
mod line;
mod metered;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

pub use config::Config;
pub(super) use incoming::{Held, Incoming};
use line::{Joined, Line, Place};
pub(super) use metered::{Limits, Metered};

use super::Failure;
use crate::observability::Metrics;

/// Until when a call is worth its work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(pub(super) Instant);

impl Deadline {
    /// Is there any time left?
    ///
    /// # Errors
    /// [`Failure::DeadlineExceeded`].
    pub(super) fn in_time(self) -> Result<(), Failure> {
        if Instant::now() < self.0 { Ok(()) } else { Err(Failure::DeadlineExceeded) }
    }
}

/// Until when the caller waits, as far as it says so. Travels in the request's extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Callers(pub(super) Option<Deadline>);

impl Callers {
    /// Until when work that begins now is worth it: as long as the caller waits, and no longer than this.
    pub(super) fn deadline(self, longest: Duration) -> Deadline {
        let ours = Instant::now() + longest;
        Deadline(self.0.map_or(ours, |callers| callers.0.min(ours)))
    }
}

/// The line of those who wait for their turn. Cheap to clone; all clones are one line.
#[derive(Clone)]
pub(super) struct Queue(Arc<Inner>);

struct Inner {
    line: Mutex<Line>,
    metrics: Metrics,
}

impl Queue {
    pub(super) fn new(config: &Config, metrics: Metrics) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let config = config.clone().on(processors);
        Self(Arc::new(Inner { line: Mutex::new(Line::new(config)), metrics }))
    }

    /// Waits until a partner's message of so many bytes has its turn; `arrival` is the declared one, seconds since 1970. One
    /// that declares none, or whose format tells it too late, goes before all others of its partner.
    ///
    /// # Errors
    /// [`Failure::Overloaded`] when there is no place to wait, [`Failure::DeadlineExceeded`] when it would be for nothing.
    pub(super) async fn turn(
        &self,
        partner_id: &str,
        bytes: usize,
        arrival: Option<i64>,
        deadline: Deadline,
    ) -> Result<Turn, Failure> {
        deadline.in_time()?;
        let (bytes, joined) = {
            let mut line = self.line();
            let bytes = line.counted(bytes);
            (bytes, line.join(partner_id, bytes, arrival.unwrap_or(i64::MIN)))
        };
        match joined {
            Joined::Now => {}
            Joined::Full(setting) => return Err(Failure::Overloaded { setting }),
            Joined::Waits(place, told) => {
                let mut waiting = Waiting { queue: self, partner_id, bytes, place: Some(place) };
                // The other end goes without a word where the place had to be given up to another partner.
                if told.await.is_err() {
                    return Err(Failure::Overloaded { setting: "intake.queue.waiting_bytes" });
                }
                deadline.in_time()?; // the turn goes to the next
                waiting.place = None;
            }
        }
        Ok(Turn { queue: self.clone(), partner_id: partner_id.to_owned(), bytes })
    }

    fn line(&self) -> LineGuard<'_> {
        LineGuard {
            metrics: &self.0.metrics,
            line: self.0.line.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// Tells the metrics what changed when it is let go.
struct LineGuard<'q> {
    metrics: &'q Metrics,
    line: MutexGuard<'q, Line>,
}

impl std::ops::Deref for LineGuard<'_> {
    type Target = Line;

    fn deref(&self) -> &Line {
        &self.line
    }
}

impl std::ops::DerefMut for LineGuard<'_> {
    fn deref_mut(&mut self) -> &mut Line {
        &mut self.line
    }
}

impl Drop for LineGuard<'_> {
    fn drop(&mut self) {
        let (at_once, waiting) = self.line.load();
        self.metrics.set_queue(at_once, waiting);
    }
}

/// The turn of one message; given back when dropped.
pub(super) struct Turn {
    queue: Queue,
    partner_id: String,
    bytes: usize,
}

impl Turn {
    /// Gives the turn back, to wait for something else than a turn. What waits so is counted too, apart from those in line.
    ///
    /// # Errors
    /// [`Failure::Overloaded`] when there is no place to wait.
    pub(super) fn aside(self) -> Result<Aside, Failure> {
        let (queue, partner_id, bytes) = (self.queue.clone(), self.partner_id.clone(), self.bytes);
        // Before the turn is given back, which may be all that is known of the partner.
        let full = queue.line().aside(&partner_id, bytes);
        drop(self);
        match full {
            Some(setting) => Err(Failure::Overloaded { setting }),
            None => Ok(Aside { queue, partner_id, bytes }),
        }
    }
}

/// A message that waits for something else than its turn; counted until dropped.
pub(super) struct Aside {
    queue: Queue,
    partner_id: String,
    bytes: usize,
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.queue.line().returned(&self.partner_id, self.bytes);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.line().done(&self.partner_id, self.bytes);
    }
}

/// A place in the line; given up when dropped, unless its turn was taken.
struct Waiting<'q> {
    queue: &'q Queue,
    partner_id: &'q str,
    bytes: usize,
    place: Option<Place>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.queue.line().left(self.partner_id, place, self.bytes);
        }
    }
}
