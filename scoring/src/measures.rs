//! The quantities of one goods item that counter keys and features are both made of.

use std::fmt::Write as _;

use crate::features::Rates;
use crate::history::{CounterKey, CounterKind};
use crate::subject::Subject;

/// How many counters a goods item can have, without the base rates: one for each kind, in order of codes from 1.
pub(crate) const KEYS: usize = 17;

/// A subject with its amounts in the features' units.
pub(crate) struct Measures<'a> {
    pub(crate) subject: &'a Subject,
    /// Six digits, or nothing.
    pub(crate) hs6: Option<&'a str>,
    /// Kilograms, not negative.
    pub(crate) mass_kg: Option<f64>,
    /// South Korean won, the unit of the training data; not negative.
    pub(crate) value_krw: Option<f64>,
}

impl<'a> Measures<'a> {
    pub(crate) fn of(subject: &'a Subject, rates: &Rates) -> Self {
        let hs6 = subject
            .hs_code
            .as_deref()
            .filter(|code| code.len() >= 6 && code.bytes().all(|b| b.is_ascii_digit()))
            .map(|code| &code[..6]);
        let mass_kg = subject.mass_mg.filter(|mass| *mass >= 0).map(|mass| mass as f64 / 1e6);
        let value_krw =
            subject.value.as_ref().filter(|value| value.units >= 0 && value.nanos >= 0).and_then(|value| {
                let rate = rates.krw_per_unit(&value.currency, subject.date)?;
                Some((value.units as f64 + f64::from(value.nanos) / 1e9) * rate)
            });
        Self { subject, hs6, mass_kg, value_krw }
    }

    /// log10(kg + 0.01): the hundredth keeps the zero masses that real declarations contain.
    pub(crate) fn log_mass(&self) -> Option<f64> {
        self.mass_kg.map(|kg| (kg + 0.01).log10())
    }

    /// log10(KRW + 1).
    pub(crate) fn log_value(&self) -> Option<f64> {
        self.value_krw.map(|krw| (krw + 1.0).log10())
    }

    /// log10(KRW / kg + 0.01), the mass taken as one gram at least.
    pub(crate) fn log_unit_value(&self) -> Option<f64> {
        Some((self.value_krw? / self.mass_kg?.max(1e-3) + 0.01).log10())
    }

    /// The keys of the kinds that this goods item has, in the order of the kinds' codes from 1.
    pub(crate) fn keys(&self) -> [Option<CounterKey>; KEYS] {
        let (mut mass, mut band, mut unit_value) = (String::new(), String::new(), String::new());
        // Writing to a string cannot fail.
        if let (Some(mg), Some(log)) = (self.subject.mass_mg.filter(|mg| *mg >= 0), self.log_mass()) {
            let _ = write!(mass, "{mg}");
            let _ = write!(band, "{}", (log * 10.0).round() as i64);
        }
        if let Some(log) = self.log_unit_value().filter(|log| log.is_finite()) {
            let _ = write!(unit_value, "{}", (log * 1000.0).round() as i64);
        }
        let hs6 = self.hs6.unwrap_or_default();
        let (hs4, hs2) = (hs6.get(..4).unwrap_or_default(), hs6.get(..2).unwrap_or_default());
        let text = |part: &'a Option<String>| part.as_deref().unwrap_or_default();
        let (departure, origin) = (text(&self.subject.departure_country), text(&self.subject.origin_country));
        // A key needs all of its parts: an unknown part is a missing key, not a common one.
        let key = |kind, parts: &[&str]| {
            parts.iter().all(|part| !part.is_empty()).then(|| CounterKey::new(kind, parts))
        };
        use CounterKind as K;
        [
            key(K::Signature, &[hs6, departure, origin, &mass]),
            key(K::Hs6Mass, &[hs6, &mass]),
            key(K::Hs6MassBand, &[hs6, &band]),
            key(K::Hs4MassBand, &[hs4, &band]),
            key(K::Hs6Route, &[hs6, departure, origin]),
            key(K::Hs4Route, &[hs4, departure, origin]),
            key(K::Hs6Origin, &[hs6, origin]),
            key(K::Hs6UnitValue, &[hs6, &unit_value]),
            key(K::Hs6, &[hs6]),
            key(K::Hs4, &[hs4]),
            key(K::Hs2, &[hs2]),
            key(K::Mass, &[&mass]),
            key(K::Origin, &[origin]),
            key(K::Importer, &[text(&self.subject.importer)]),
            key(K::Declarant, &[text(&self.subject.declarant)]),
            key(K::Exporter, &[text(&self.subject.exporter)]),
            key(K::Office, &[text(&self.subject.office)]),
        ]
    }
}
