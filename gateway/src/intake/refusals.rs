//! Refusals become audit rows, and no stranger can make them grow: the first of its kind in a minute is a row at
//! once, the rest of the minute one row with a count.

use std::{collections::HashMap, sync::Mutex};

use jiff::Timestamp;

use crate::persist::{AuditEvent, AuditKind};

/// Who was refused, why, from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// The partner, where one is registered.
    pub(super) partner_id: Option<String>,
    /// The reason's wire name.
    pub(super) reason: &'static str,
    /// Network of the peer's address.
    pub(super) network: String,
}

/// The refusals of this minute.
#[derive(Debug)]
pub(super) struct Refusals {
    minute: Mutex<Minute>,
    max_apart: usize,
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    begin: Timestamp,
    more: HashMap<Kind, i64>,
}

impl Refusals {
    pub(super) fn new(max_apart: usize) -> Self {
        Self { minute: Mutex::default(), max_apart }
    }

    /// Takes one refusal; returns the rows that are due now.
    pub(super) fn note(&self, kind: Kind, now: Timestamp) -> Vec<AuditEvent> {
        let mut minute = self.minute.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let number = now.as_second().div_euclid(60);
        let mut due = Vec::new();
        if minute.number != number {
            due = minute.close();
            *minute = Minute { number, begin: now, more: HashMap::new() };
        }
        if let Some(more) = minute.more.get_mut(&kind) {
            *more += 1;
        } else if minute.more.len() < self.max_apart {
            due.push(event(&kind, now, 1));
            minute.more.insert(kind, 0);
        } else {
            // Beyond that many kinds, only the reason is kept apart, and there is a closed set of reasons.
            let rest = Kind { partner_id: None, reason: kind.reason, network: String::new() };
            *minute.more.entry(rest).or_default() += 1;
        }
        due
    }

    /// The rows that are still owed; for the end of the process.
    pub(super) fn drain(&self) -> Vec<AuditEvent> {
        self.minute.lock().unwrap_or_else(std::sync::PoisonError::into_inner).close()
    }
}

impl Minute {
    fn close(&mut self) -> Vec<AuditEvent> {
        let begin = self.begin;
        self.more
            .drain()
            .filter(|(_, more)| *more > 0)
            .map(|(kind, more)| event(&kind, begin, more))
            .collect()
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

    #[test]
    fn the_first_is_a_row_at_once_and_the_rest_one_row() {
        let refusals = Refusals::new(10);
        assert_eq!(refusals.note(kind("192.0.2.0/24"), at(60)).len(), 1);
        for _ in 0..1000 {
            assert_eq!(refusals.note(kind("192.0.2.0/24"), at(61)), []);
        }
        let due = refusals.note(kind("192.0.2.0/24"), at(120));
        assert_eq!(due.iter().map(|event| event.count).collect::<Vec<_>>(), [1000, 1]);
        assert_eq!(refusals.drain(), []);
    }

    #[test]
    fn many_kinds_are_counted_as_one() {
        let refusals = Refusals::new(2);
        for network in 0..100 {
            refusals.note(kind(&format!("198.51.{network}.0/24")), at(0));
        }
        let due = refusals.drain();
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].count, due[0].source_network.as_deref()), (98, None));
    }
}
