//! The features of one goods item.

use super::catalog::WIDTH;
use super::counters::{COUNTED, Counters};
use super::rates::Rates;
use crate::history::{CounterKey, CounterKind, History, Moments};
use crate::measures::Measured;
use crate::subject::Subject;

/// Base rate of irregular outcomes before there are any: that of the training data (2020).
pub const PRIOR_FRAUD: f64 = 0.217;
/// Base rate of critically irregular outcomes before there are any.
pub const PRIOR_CRITICAL: f64 = 0.0105;
/// How many outcomes those base rates weigh as much as: a young installation does not believe its first day.
pub const PRIOR_WEIGHT: f64 = 200.0;
/// How many outcomes the base rate weighs as much as inside the rate of one key.
pub const RATE_WEIGHT: f64 = 5.0;
/// The same inside a rate of critical outcomes: they are so seldom that one of them says more.
pub const CRITICAL_RATE_WEIGHT: f64 = 2.0;
/// Fewer values than this have no usable spread.
const SPREAD_FROM: i64 = 3;
/// Spread of a logarithm below which values are the same price written differently.
const LEAST_SPREAD: f64 = 0.05;

/// The model's input for one goods item, in the catalog's order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeatureVector(pub [f32; WIDTH]);

impl FeatureVector {
    /// Whether every feature is a number that a model may be asked about.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.0.iter().all(|feature| feature.is_finite())
    }
}

/// A vector and the history values in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// The model's input.
    pub vector: FeatureVector,
    /// What it was made of.
    pub counters: Counters,
    /// Kinds of counters that it could not have, because a part of their key was not declared.
    pub undeclared: Undeclared,
}

/// A set of kinds of counters whose key lacks a declared part: "never seen" and "never said" are not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Undeclared(pub u32);

impl Undeclared {
    /// Was a part of this kind's key not declared?
    #[must_use]
    pub const fn has(self, kind: CounterKind) -> bool {
        self.0 >> kind as u32 & 1 == 1
    }
}

/// The features of a goods item, given what was known before it.
#[must_use]
pub fn of(subject: &Subject, history: &History, rates: &Rates) -> Features {
    of_measured(&Measured::of(subject, rates, None), history)
}

/// The same of a goods item that was measured before.
pub(crate) fn of_measured(measured: &Measured, history: &History) -> Features {
    let mut counters = Counters::default();
    counters.set(CounterKind::Base, history.at(&CounterKey::BASE));
    let mut undeclared = Undeclared::default();
    for (place, key) in measured.keys.iter().enumerate() {
        match key {
            Some(key) => counters.set(key.kind, history.at(key)),
            None => undeclared.0 |= 1 << (place + 1),
        }
    }
    Features { vector: vector(measured, &counters), counters, undeclared }
}

/// How many features are measured on the goods item itself: the rest of the catalog.
pub(crate) const MEASURED: usize = WIDTH - COUNTED;

/// A vector from what was measured and what was counted: what a stored record holds.
pub(crate) fn with_counters(measured: [f32; MEASURED], counters: &Counters) -> FeatureVector {
    let mut out = [0.0; WIDTH];
    let (counted, own) = out.split_at_mut(COUNTED);
    counted.copy_from_slice(&counters.features());
    own.copy_from_slice(&measured);
    FeatureVector(out)
}

impl FeatureVector {
    /// The features that were measured on the goods item itself.
    pub(crate) fn measured(&self) -> [f32; MEASURED] {
        let mut own = [0.0; MEASURED];
        own.copy_from_slice(&self.0[COUNTED..]);
        own
    }
}

fn vector(measured: &Measured, counters: &Counters) -> FeatureVector {
    let (mass, unit_value) = (measured.log_mass, measured.log_unit_value);
    let own = [
        measured.hs6.map_or(-1.0, |code| code as f32),
        mass.unwrap_or(-4.0) as f32,
        measured.log_value.unwrap_or(-1.0) as f32,
        unit_value.unwrap_or(-4.0) as f32,
        deviation(unit_value, &counters.unit_value),
        deviation(mass, &counters.mass),
        measured.transit.map_or(-1.0, |transit| f32::from(u8::from(transit))),
        measured.mass_mg.map_or(-1.0, roundness),
    ];
    with_counters(own, counters)
}

fn deviation(value: Option<f64>, usual: &Moments) -> f32 {
    match value {
        Some(value) if usual.n >= SPREAD_FROM => {
            let spread = (usual.m2 / usual.n as f64).sqrt().max(LEAST_SPREAD);
            // An infinite value must stay one, so that it withholds: clamp would hide it.
            let z = (value - usual.mean) / spread;
            (if z.is_finite() { z.clamp(-8.0, 8.0) } else { z }) as f32
        }
        _ => 0.0,
    }
}

/// How many decimal zeros end a mass of whole kilograms, 4 at most; 0 also for a mass that is not whole.
fn roundness(mass_mg: i64) -> f32 {
    let (mut kilograms, rest) = (mass_mg / 1_000_000, mass_mg % 1_000_000);
    if rest != 0 || kilograms <= 0 {
        return 0.0;
    }
    let mut zeros = 0;
    while zeros < 4 && kilograms % 10 == 0 {
        kilograms /= 10;
        zeros += 1;
    }
    zeros as f32
}
