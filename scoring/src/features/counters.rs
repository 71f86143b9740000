//! The history values of one goods item, and the features that are made of them alone.

use std::ops::Index;
use std::sync::LazyLock;

use super::goods_item::{CRITICAL_RATE_WEIGHT, PRIOR_CRITICAL, PRIOR_FRAUD, PRIOR_WEIGHT, RATE_WEIGHT};
use crate::history::{Counter, CounterKind, Moments};
use crate::measures::KEYS;

/// How many features are made of counters alone: the first ones of the catalog.
pub(super) const COUNTED: usize = 3 * KEYS;

/// Outcomes that were counted under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All of them.
    pub n: i64,
    /// The irregular ones.
    pub fraud: i64,
    /// The critically irregular ones.
    pub critical: i64,
}

/// The counters a vector was made of. Index 0 is the base rates; the others are the kinds by their codes.
#[derive(Debug, Clone, PartialEq)]
pub struct Counters {
    /// The base rates' tally, then one for each kind by its code.
    pub tallies: [Tally; KEYS + 1],
    /// Moments of the unit value under the HS code.
    pub unit_value: Moments,
    /// Moments of the mass under the HS code.
    pub mass: Moments,
}

impl Default for Counters {
    fn default() -> Self {
        let none = Moments::default();
        Self { tallies: [Tally::default(); KEYS + 1], unit_value: none, mass: none }
    }
}

impl Index<usize> for Counters {
    type Output = Tally;

    fn index(&self, code: usize) -> &Tally {
        &self.tallies[code]
    }
}

impl Counters {
    /// What is counted under a kind's key.
    #[must_use]
    pub fn of(&self, kind: CounterKind) -> &Tally {
        &self.tallies[kind as usize]
    }

    pub(super) fn set(&mut self, kind: CounterKind, counter: &Counter) {
        let Counter { n, fraud, critical, value, mass } = *counter;
        self.tallies[kind as usize] = Tally { n, fraud, critical };
        if kind == CounterKind::Hs6 {
            (self.unit_value, self.mass) = (value, mass);
        }
    }

    /// The rates of a key that nothing was counted under: irregular and critical outcomes.
    pub(super) fn unseen(&self) -> [f32; 2] {
        let (fraud, critical) = self.base_rates();
        [smoothed(0, 0, fraud, RATE_WEIGHT) as f32, smoothed(0, 0, critical, CRITICAL_RATE_WEIGHT) as f32]
    }

    fn base_rates(&self) -> (f64, f64) {
        let base = &self.tallies[0];
        (
            smoothed(base.fraud, base.n, PRIOR_FRAUD, PRIOR_WEIGHT),
            smoothed(base.critical, base.n, PRIOR_CRITICAL, PRIOR_WEIGHT),
        )
    }

    /// The features that are made of counters alone: of every kind the share of irregular outcomes, of critical ones,
    /// and the logarithm of the count.
    pub(super) fn features(&self) -> [f32; COUNTED] {
        let (fraud_rate, critical_rate) = self.base_rates();
        let mut out = [0.0; COUNTED];
        for (place, tally) in self.tallies[1..].iter().enumerate() {
            out[place] = smoothed(tally.fraud, tally.n, fraud_rate, RATE_WEIGHT) as f32;
            out[KEYS + place] = smoothed(tally.critical, tally.n, critical_rate, CRITICAL_RATE_WEIGHT) as f32;
            out[2 * KEYS + place] = log_count(tally.n);
        }
        out
    }
}

fn smoothed(hits: i64, n: i64, prior: f64, weight: f64) -> f64 {
    (hits as f64 + weight * prior) / (n as f64 + weight)
}

/// ln(1 + n). Small counts are nearly all there are, and a logarithm costs as much as ten of the other features.
fn log_count(n: i64) -> f32 {
    static SMALL: LazyLock<Vec<f32>> = LazyLock::new(|| (0..4096).map(log).collect());
    fn log(n: i64) -> f32 {
        (n as f64).ln_1p() as f32
    }
    match usize::try_from(n).ok().and_then(|n| SMALL.get(n)) {
        Some(known) => *known,
        None => log(n),
    }
}
