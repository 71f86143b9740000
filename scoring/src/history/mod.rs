//! What earlier outcomes say: counters, the keys under which they are kept, and how an outcome changes them.
//!
//! A counter row is `(kind, hash)`. The hash is *specified* ([`CounterKey`]), so that rows written by one version,
//! language or machine are found by every other. Nothing here reads a store or a clock: `History` is the rows that
//! somebody read.

mod counter;
mod key;
mod kind;
mod spread;

use std::collections::HashMap;

use jiff::civil::Date;

pub use counter::{Counter, Moments};
pub use key::CounterKey;
pub(crate) use key::letters;
pub use kind::CounterKind;
use spread::Spread;

use crate::features::Rates;
use crate::measures::Measured;
use crate::subject::Subject;

/// The counters that were read for a case. A key that is not there counts nothing.
#[derive(Debug, Clone, Default)]
pub struct History {
    counters: HashMap<CounterKey, Counter, Spread>,
    as_of: Option<Date>,
}

impl History {
    /// No history at all, as of a day.
    #[must_use]
    pub fn new(as_of: Option<Date>) -> Self {
        Self { counters: HashMap::default(), as_of }
    }

    /// History from the rows that a store holds.
    #[must_use]
    pub fn from_rows(as_of: Option<Date>, rows: impl IntoIterator<Item = (CounterKey, Counter)>) -> Self {
        let mut history = Self::new(as_of);
        for (key, counter) in rows {
            history.add(key, &counter);
        }
        history
    }

    /// The day up to which outcomes are counted, if somebody said so; stored with each pre-decision.
    #[must_use]
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// What is counted under a key.
    #[must_use]
    pub fn counter(&self, key: &CounterKey) -> Counter {
        *self.at(key)
    }

    /// The same without a copy.
    pub(crate) fn at(&self, key: &CounterKey) -> &Counter {
        const NONE: &Counter = &Counter::NONE;
        self.counters.get(key).unwrap_or(NONE)
    }

    /// Adds a counter to the one under its key.
    pub fn add(&mut self, key: CounterKey, counter: &Counter) {
        self.counters.entry(key).or_default().merge(counter);
    }

    /// Adds one past outcome.
    pub fn learn(&mut self, outcome: &PastOutcome, rates: &Rates) {
        for (key, change) in outcome.updates(rates) {
            self.add(key, &change);
        }
        self.as_of = self.as_of.max(Some(outcome.subject.date));
    }

    /// How many counters are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counters.len()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counters.is_empty()
    }

    /// Every row, in no particular order.
    pub fn rows(&self) -> impl Iterator<Item = (&CounterKey, &Counter)> {
        self.counters.iter()
    }
}

/// A goods item whose inspection is over.
#[derive(Debug, Clone, PartialEq)]
pub struct PastOutcome {
    /// The goods item; its date is the day of declaration.
    pub subject: Subject,
    /// It was found irregular.
    pub fraud: bool,
    /// It was found critically irregular (a threat to society, not only to revenue); implies `fraud`.
    pub critical: bool,
}

impl PastOutcome {
    /// What this outcome adds to the counters: one row each, to be merged into what is stored.
    #[must_use]
    pub fn updates(&self, rates: &Rates) -> Vec<(CounterKey, Counter)> {
        let measured = Measured::of(&self.subject, rates, None);
        let counter = Counter {
            n: 1,
            fraud: i64::from(self.fraud || self.critical),
            critical: i64::from(self.critical),
            ..Counter::default()
        };
        let mut updates = Vec::with_capacity(CounterKind::ALL.len());
        updates.push((CounterKey::BASE, counter));
        for key in measured.keys.into_iter().flatten() {
            let mut counter = counter;
            if key.kind == CounterKind::Hs6 {
                counter.value = measured.log_unit_value.map(Moments::of).unwrap_or_default();
                counter.mass = measured.log_mass.map(Moments::of).unwrap_or_default();
            }
            updates.push((key, counter));
        }
        updates
    }
}

/// Walks outcomes in the order of their dates and shows each the history of the days *before* its own: what
/// happened on a day joins the history when that day is over. This is the one way in which training and
/// evaluation may look back.
pub fn walk_by_day(
    outcomes: &mut [PastOutcome],
    history: &mut History,
    rates: &Rates,
    mut each: impl FnMut(&PastOutcome, &History),
) {
    outcomes.sort_by_key(|outcome| outcome.subject.date);
    for day in outcomes.chunk_by(|a, b| a.subject.date == b.subject.date) {
        for outcome in day {
            each(outcome, history);
        }
        for outcome in day {
            history.learn(outcome, rates);
        }
    }
}
