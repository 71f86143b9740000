//! The quantities of one goods item that counter keys and features are both made of, worked out once.

use crate::features::Rates;
use crate::history::{CounterKey, CounterKind, letters};
use crate::subject::Subject;

/// How many counters a goods item can have, without the base rates: one for each kind, in order of codes from 1.
pub(crate) const KEYS: usize = CounterKind::ALL.len() - 1;

/// The keys of the kinds that a goods item has, in the order of the kinds' codes from 1.
pub(crate) type Keys = [Option<CounterKey>; KEYS];

/// A goods item in the features' units, without a word of its parties.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    /// Which counters it has.
    pub(crate) keys: Keys,
    /// Six digits, or nothing.
    pub(crate) hs6: Option<u32>,
    /// Milligrams, not negative.
    pub(crate) mass_mg: Option<i64>,
    /// log10(kg + 0.01): the hundredth keeps the zero masses that real declarations contain.
    pub(crate) log_mass: Option<f64>,
    /// log10(KRW + 1): South Korean won are the unit of the training data.
    pub(crate) log_value: Option<f64>,
    /// log10(KRW / kg + 0.01), the mass taken as one gram at least.
    pub(crate) log_unit_value: Option<f64>,
    /// Departure differs from origin.
    pub(crate) transit: Option<bool>,
}

impl Measured {
    /// Measures a goods item. `before` is the item in front of it: what both say alike is worked out once.
    pub(crate) fn of(subject: &Subject, rates: &Rates, before: Option<(&Subject, &Measured)>) -> Self {
        let hs = subject
            .hs_code
            .as_deref()
            .filter(|code| code.len() >= 6 && code.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|code| &code[..6]);
        let mass_mg = subject.mass_mg.filter(|mass| *mass >= 0);
        let mass_kg = mass_mg.map(|mass| mass as f64 / 1e6);
        let value = subject.value.as_ref().filter(|value| value.units >= 0 && value.nanos >= 0);
        let value_krw = value.and_then(|value| {
            let rate = rates.krw_per_unit(&value.currency, subject.date)?;
            Some((value.units as f64 + f64::from(value.nanos) / 1e9) * rate)
        });
        let unit_value = value_krw.zip(mass_kg).map(|(krw, kg)| krw / kg.max(1e-3));
        let country = |code: &Option<String>| code.as_ref().is_some_and(|code| !code.is_empty());
        let route = country(&subject.departure_country) && country(&subject.origin_country);
        let mut measured = Self {
            keys: [None; KEYS],
            hs6: hs.and_then(|digits| digits.parse().ok()),
            mass_mg,
            log_mass: mass_kg.map(|kg| (kg + 0.01).log10()),
            log_value: value_krw.map(|krw| (krw + 1.0).log10()),
            log_unit_value: unit_value.map(|each| (each + 0.01).log10()),
            transit: route.then(|| subject.departure_country != subject.origin_country),
        };
        measured.goods_keys(subject, hs);
        measured.party_keys(subject, before);
        measured
    }

    /// The keys of code, route, mass and value. A key needs all of its parts: an unknown part is a missing key, not a
    /// common one.
    fn goods_keys(&mut self, subject: &Subject, hs: Option<&str>) {
        use CounterKind as K;
        let departure = subject.departure_country.as_deref().filter(|code| !code.is_empty());
        let origin = subject.origin_country.as_deref().filter(|code| !code.is_empty());
        let hs6 = self.hs6;
        let (hs4, hs2) = (hs6.map(|code| code / 100), hs6.map(|code| code / 10_000));
        let band = self.log_mass.map(|log| (log * 10.0).round() as i32);
        let unit_value = self.log_unit_value.filter(|log| log.is_finite());
        let unit_value = unit_value.map(|log| (log * 1000.0).round() as i32);
        let mut set = |kind: K, key: Option<CounterKey>| self.keys[kind as usize - 1] = key;
        let codes = |kind, hs: Option<u32>, rest: Option<u32>| Some(CounterKey::of_codes(kind, hs?, rest?));
        for (kind, code) in [(K::Hs6, hs6), (K::Hs4, hs4), (K::Hs2, hs2)] {
            set(kind, codes(kind, code, Some(0)));
        }
        for (kind, code, band) in
            [(K::Hs6MassBand, hs6, band), (K::Hs4MassBand, hs4, band), (K::Hs6UnitValue, hs6, unit_value)]
        {
            set(kind, codes(kind, code, band.map(i32::cast_unsigned)));
        }
        // Countries are two letters, but for a store's or a file's own invention.
        let route = departure.zip(origin);
        let packed = route.and_then(|(departure, origin)| {
            Some(u32::from(letters(departure)?) << 16 | u32::from(letters(origin)?))
        });
        let of_origin = origin.and_then(letters).map(u32::from);
        for (kind, code, digits) in [(K::Hs6Route, hs6, 6), (K::Hs4Route, hs4, 4), (K::Hs2Route, hs2, 2)] {
            let text = || {
                let (departure, origin) = route?;
                Some(CounterKey::new(kind, &[&hs?[..digits], departure, origin]))
            };
            set(kind, codes(kind, code, packed).or_else(text));
        }
        for (kind, code, digits) in [(K::Hs6Origin, hs6, 6), (K::Hs2Origin, hs2, 2)] {
            let text = || Some(CounterKey::new(kind, &[&hs?[..digits], origin?]));
            set(kind, codes(kind, code, of_origin).or_else(text));
        }
        set(K::Route, route.map(|(departure, origin)| CounterKey::new(K::Route, &[departure, origin])));
        set(K::Origin, origin.map(|origin| CounterKey::new(K::Origin, &[origin])));
        if let Some(mass) = self.mass_mg {
            let text = mass.to_string();
            let digested = |kind, parts: &[Option<&str>]| {
                let parts: Option<Vec<&str>> = parts.iter().copied().collect();
                parts.map(|parts| CounterKey::digested(kind, &parts))
            };
            let mass_key = CounterKey::of_mass(mass);
            set(K::Mass, mass_key.or_else(|| digested(K::Mass, &[Some(&text)])));
            set(K::Hs6Mass, digested(K::Hs6Mass, &[hs, Some(&text)]));
            set(K::Signature, digested(K::Signature, &[hs, departure, origin, Some(&text)]));
        }
    }

    /// The keys of parties and office: the ones that cost a digest, and the ones that goods items have in common.
    fn party_keys(&mut self, subject: &Subject, before: Option<(&Subject, &Measured)>) {
        use CounterKind as K;
        type Of = fn(&Subject) -> Option<&str>;
        let parties: [(K, Of); 4] = [
            (K::Importer, |subject| subject.importer.as_deref()),
            (K::Declarant, |subject| subject.declarant.as_deref()),
            (K::Exporter, |subject| subject.exporter.as_deref()),
            (K::Office, |subject| subject.office.as_deref()),
        ];
        for (kind, of) in parties {
            let place = kind as usize - 1;
            self.keys[place] = match (of(subject).filter(|name| !name.is_empty()), before) {
                (Some(name), Some((other, known))) if of(other) == Some(name) => known.keys[place],
                (Some(name), _) => Some(CounterKey::digested(kind, &[name])),
                (None, _) => None,
            };
        }
    }
}
