//! What earlier outcomes say: counters, the keys under which they are kept, and how an outcome changes them.
//!
//! A counter row is `(kind, hash)`. The hash is a *specified* digest of the key's text, so that rows written by
//! one version, language or machine are found by every other. Nothing here reads a store or a clock: `History`
//! is the rows that somebody read.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;

use crate::features::Rates;
use crate::measures::Measures;
use crate::subject::Subject;

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal $word:literal, )+) => {
        /// What a counter counts. The codes are stored; they grow and never change meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CounterKind { $( $(#[doc = $doc])+ $name = $code, )+ }

        impl CounterKind {
            /// Every kind, in the order of their codes.
            pub const ALL: &[CounterKind] = &[$( CounterKind::$name, )+];

            /// The word that opens the digested text of a key.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( CounterKind::$name => $word, )+ }
            }
        }
    };
}

kinds! {
    /// Every outcome there is: the base rates.
    Base = 0 "base",
    /// HS code, departure, origin and exact mass: the consignment's signature before arrival.
    Signature = 1 "sig_pre",
    /// HS code and exact mass.
    Hs6Mass = 2 "hs6_mass",
    /// HS code and mass band (a tenth of a decade).
    Hs6MassBand = 3 "hs6_massb",
    /// HS heading and mass band.
    Hs4MassBand = 4 "hs4_massb",
    /// HS code, departure and origin.
    Hs6Route = 5 "hs6_route",
    /// HS heading, departure and origin.
    Hs4Route = 6 "hs4_route",
    /// HS code and origin.
    Hs6Origin = 7 "hs6_org",
    /// HS code and band of the value per kilogram (a thousandth of a decade).
    Hs6UnitValue = 8 "hs6_uv",
    /// HS code; also keeps the moments of unit value and mass.
    Hs6 = 9 "hs6",
    /// HS heading.
    Hs4 = 10 "hs4",
    /// HS chapter.
    Hs2 = 11 "hs2",
    /// Exact mass.
    Mass = 12 "mass",
    /// Country of origin.
    Origin = 13 "org",
    /// Importer.
    Importer = 14 "imp",
    /// Declarant.
    Declarant = 15 "decl",
    /// Exporter or seller.
    Exporter = 16 "seller",
    /// Border post or customs office.
    Office = 17 "office",
}

impl CounterKind {
    /// The kind's number in a stored row.
    #[must_use]
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The kind that a stored number names.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// The key of one counter row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey {
    /// What is counted.
    pub kind: CounterKind,
    /// Digest of the key's text: the first eight bytes, big-endian, of SHA-256 over the kind's word and the
    /// parts, with 0x1F between. SHA-256 and not a hash table's function: partners choose some of the parts, and
    /// one who could aim at another's counter could spoil it.
    pub hash: i64,
}

impl CounterKey {
    /// The counter of all outcomes.
    pub const BASE: CounterKey = CounterKey { kind: CounterKind::Base, hash: 0 };

    /// The key of a kind and the parts of its text.
    #[must_use]
    pub fn new(kind: CounterKind, parts: &[&str]) -> Self {
        let mut text = String::with_capacity(64);
        text.push_str(kind.word());
        for part in parts {
            text.push('\u{1f}');
            text.push_str(part);
        }
        let digest = digest(&SHA256, text.as_bytes());
        let mut head = [0; 8];
        head.copy_from_slice(&digest.as_ref()[..8]);
        Self { kind, hash: i64::from_be_bytes(head) }
    }
}

/// Count, mean and sum of squared deviations of a quantity (Welford).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// How many values.
    pub n: i64,
    /// Their mean.
    pub mean: f64,
    /// Their summed squared deviation from the mean.
    pub m2: f64,
}

impl Moments {
    /// The moments of one value.
    #[must_use]
    pub fn of(value: f64) -> Self {
        Self { n: 1, mean: value, m2: 0.0 }
    }

    /// Adds other moments to these (Chan's formula).
    pub fn merge(&mut self, other: &Self) {
        let n = self.n.saturating_add(other.n);
        if other.n <= 0 || n <= 0 {
            return;
        }
        let delta = other.mean - self.mean;
        let share = other.n as f64 / n as f64;
        self.m2 += other.m2 + delta * delta * self.n as f64 * share;
        self.mean += delta * share;
        self.n = n;
    }
}

/// What is counted under one key.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Counter {
    /// Earlier outcomes.
    pub n: i64,
    /// Of them irregular.
    pub fraud: i64,
    /// Of them critically irregular.
    pub critical: i64,
    /// log10 of value per kilogram (KRW/kg); only [`CounterKind::Hs6`] has it.
    pub value: Moments,
    /// log10 of mass (kg); only [`CounterKind::Hs6`] has it.
    pub mass: Moments,
}

impl Counter {
    /// Adds another counter of the same key to this one.
    pub fn merge(&mut self, other: &Self) {
        self.n = self.n.saturating_add(other.n);
        self.fraud = self.fraud.saturating_add(other.fraud);
        self.critical = self.critical.saturating_add(other.critical);
        self.value.merge(&other.value);
        self.mass.merge(&other.mass);
    }
}

/// The counters that were read for a case. A key that is not there counts nothing.
#[derive(Debug, Clone, Default)]
pub struct History {
    counters: HashMap<CounterKey, Counter>,
    as_of: Option<Date>,
}

impl History {
    /// No history at all, as of a day.
    #[must_use]
    pub fn new(as_of: Option<Date>) -> Self {
        Self { counters: HashMap::new(), as_of }
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
        self.counters.get(key).copied().unwrap_or_default()
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
        let measures = Measures::of(&self.subject, rates);
        let counter = Counter {
            n: 1,
            fraud: i64::from(self.fraud || self.critical),
            critical: i64::from(self.critical),
            ..Counter::default()
        };
        let mut updates = Vec::with_capacity(CounterKind::ALL.len());
        updates.push((CounterKey::BASE, counter));
        for key in measures.keys().into_iter().flatten() {
            let mut counter = counter;
            if key.kind == CounterKind::Hs6 {
                counter.value = measures.log_unit_value().map(Moments::of).unwrap_or_default();
                counter.mass = measures.log_mass().map(Moments::of).unwrap_or_default();
            }
            updates.push((key, counter));
        }
        updates
    }
}

impl Subject {
    /// The keys of the counters that this goods item's features are made of, the base rates' among them.
    #[must_use]
    pub fn history_keys(&self, rates: &Rates) -> Vec<CounterKey> {
        let mut keys = Vec::with_capacity(CounterKind::ALL.len());
        keys.push(CounterKey::BASE);
        keys.extend(Measures::of(self, rates).keys().into_iter().flatten());
        keys
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
