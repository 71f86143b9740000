//! What refused callers leave behind, whoever refused them: a count in the metrics and rows in the audit. No stranger
//! can make the rows grow: the first of its kind in a minute is a row at once, the rest of the minute one row with a
//! count.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::{
    authenticate::{Network, Peer, Registry},
    clock::Clock,
    observability::Metrics,
    persist::{AuditEvent, AuditKind, Store},
    reply::{Reason, layer::Sink},
};

/// Where everything that was told to a refused caller is noted. Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Refusals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    registry: Registry,
    clock: Clock,
    metrics: Metrics,
    minute: Mutex<Minute>,
    /// Something is due.
    wake: Notify,
}

/// Who was refused, why, from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    /// The partner, where one is registered.
    partner_id: Option<String>,
    /// The reason's wire name.
    reason: &'static str,
    /// Network of the peer's address.
    network: String,
}

/// The refusals of this minute.
#[derive(Debug, Default)]
struct Minute {
    number: i64,
    begin: Timestamp,
    max_apart: usize,
    more: HashMap<Kind, i64>,
    /// Rows to be written. Bounded: a minute makes at most two for each kind that is kept apart and each reason.
    due: Vec<AuditEvent>,
}

impl Refusals {
    /// Nothing is noted yet; above `max_apart` kinds in a minute only reasons are kept apart.
    #[must_use]
    pub fn new(store: Store, registry: Registry, clock: Clock, metrics: Metrics, max_apart: usize) -> Self {
        let minute = Mutex::new(Minute { max_apart, ..Minute::default() });
        Self(Arc::new(Inner { store, registry, clock, metrics, minute, wake: Notify::new() }))
    }

    /// A caller is about to be told this: counted, and audited unless it is a fault of ours. Nobody waits for the row: it
    /// is for [`Refusals::flush`], so that an answer is not held up by a store that hangs.
    pub fn told(&self, reason: Reason, peer: Option<&Peer>) {
        self.0.metrics.refusal(reason.as_str());
        if reason.is_fault() {
            return;
        }
        let partner = peer.and_then(|peer| self.0.registry.partner(peer).ok());
        let kind = Kind {
            partner_id: partner.map(|partner| partner.id.clone()),
            reason: reason.as_str(),
            network: peer.map_or_else(String::new, |peer| Network::of(peer.address.ip()).to_string()),
        };
        let due = {
            let mut minute = self.minute();
            minute.note(kind, self.0.clock.now());
            !minute.due.is_empty()
        };
        if due {
            self.0.wake.notify_one();
        }
    }

    /// Waits until a row is due.
    pub async fn due(&self) {
        self.0.wake.notified().await;
    }

    /// Writes the rows that are due.
    pub async fn flush(&self) {
        let due = std::mem::take(&mut self.minute().due);
        for event in due {
            let kind = event.kind.as_str();
            if let Err(error) = self.0.store.audit(event).await {
                self.0.metrics.audit_failure(kind);
                tracing::warn!(cause = %error, "a refusal could not be audited");
            }
        }
    }

    /// Writes the rows that are still owed, this minute's too; for the end of the process, before the store is closed.
    pub async fn close(&self) {
        self.minute().close();
        self.flush().await;
    }

    fn minute(&self) -> MutexGuard<'_, Minute> {
        self.0.minute.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Refusals {
    fn told(&self, reason: Reason, peer: Option<&Peer>) {
        Refusals::told(self, reason, peer);
    }
}

impl Minute {
    fn note(&mut self, kind: Kind, now: Timestamp) {
        let number = now.as_second().div_euclid(60);
        if self.number != number {
            self.close();
            (self.number, self.begin) = (number, now);
        }
        if let Some(more) = self.more.get_mut(&kind) {
            *more += 1;
        } else if self.more.len() < self.max_apart {
            self.due.push(event(&kind, now, 1));
            self.more.insert(kind, 0);
        } else {
            // Beyond that many kinds, only the reason is kept apart, and there is a closed set of reasons.
            let rest = Kind { partner_id: None, reason: kind.reason, network: String::new() };
            *self.more.entry(rest).or_default() += 1;
        }
    }

    fn close(&mut self) {
        let begin = self.begin;
        let owed = self.more.drain().filter(|(_, more)| *more > 0);
        self.due.extend(owed.map(|(kind, more)| event(&kind, begin, more)));
    }
}

fn event(kind: &Kind, now: Timestamp, count: i64) -> AuditEvent {
    let mut event = AuditEvent::new(AuditKind::Refused, now).reason(kind.reason).count(count);
    if let Some(partner_id) = &kind.partner_id {
        event = event.partner(partner_id);
    }
    if !kind.network.is_empty() {
        event = event.source_network(&kind.network);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(network: &str) -> Kind {
        Kind { partner_id: None, reason: "NOT_REGISTERED", network: network.into() }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn counts(minute: &mut Minute) -> Vec<i64> {
        minute.due.drain(..).map(|event| event.count).collect()
    }

    #[test]
    fn the_first_is_a_row_at_once_and_the_rest_one_row() {
        let mut minute = Minute { max_apart: 10, ..Minute::default() };
        minute.note(kind("192.0.2.0/24"), at(60));
        assert_eq!(counts(&mut minute), [1]);
        for _ in 0..1000 {
            minute.note(kind("192.0.2.0/24"), at(61));
        }
        assert_eq!(minute.due, []);
        minute.note(kind("192.0.2.0/24"), at(120));
        assert_eq!(counts(&mut minute), [1000, 1]);
        minute.close();
        assert_eq!(minute.due, []);
    }

    #[test]
    fn many_kinds_are_counted_as_one() {
        let mut minute = Minute { max_apart: 2, ..Minute::default() };
        for network in 0..100 {
            minute.note(kind(&format!("198.51.{network}.0/24")), at(0));
        }
        assert_eq!(counts(&mut minute), [1, 1]);
        minute.close();
        assert_eq!(minute.due.len(), 1);
        assert_eq!((minute.due[0].count, minute.due[0].source_network.as_deref()), (98, None));
    }
}
