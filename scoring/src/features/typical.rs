//! A goods item as it would look if some of what was declared were typical: the question behind "what would change it".
//!
//! Typical is worked out from the item's own evidence, never invented: in place of a past rate under a key that names a
//! fact stands the rate under the narrowest other key that does not (in place of "this HS code, route and mass" then
//! "this HS code and route"), and in place of a measured quantity its mean under the HS code.

use std::sync::LazyLock;

use super::catalog::WIDTH;
use super::counters::COUNTED;
use super::goods_item::{FeatureVector, Features};
use crate::history::CounterKind;
use crate::measures::KEYS;

/// A fact that an officer can check against the goods and the papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The mass: weigh.
    Mass,
    /// The value for the mass: the invoice.
    Value,
    /// Departure and origin: the waybill and the certificate.
    Route,
    /// The HS code: look.
    Commodity,
}

impl Fact {
    /// Every fact.
    pub const ALL: [Fact; 4] = [Fact::Mass, Fact::Value, Fact::Route, Fact::Commodity];

    /// The fact's word in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Fact::Mass => "MASS",
            Fact::Value => "VALUE",
            Fact::Route => "ROUTE",
            Fact::Commodity => "COMMODITY",
        }
    }

    /// The fact that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.as_str() == word)
    }
}

/// What a key names: digits of the HS code, departure (2) or only origin (1), mass, value.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Parts {
    hs: u8,
    route: u8,
    mass: bool,
    value: bool,
}

const fn parts(kind: CounterKind) -> Option<Parts> {
    use CounterKind as K;
    let (hs, route, mass, value) = match kind {
        K::Signature => (6, 2, true, false),
        K::Hs6Mass | K::Hs6MassBand => (6, 0, true, false),
        K::Hs4MassBand => (4, 0, true, false),
        K::Hs6Route => (6, 2, false, false),
        K::Hs4Route => (4, 2, false, false),
        K::Hs2Route => (2, 2, false, false),
        K::Hs6Origin => (6, 1, false, false),
        K::Hs2Origin => (2, 1, false, false),
        K::Hs6UnitValue => (6, 0, false, true),
        K::Hs6 => (6, 0, false, false),
        K::Hs4 => (4, 0, false, false),
        K::Hs2 => (2, 0, false, false),
        K::Mass => (0, 0, true, false),
        K::Route => (0, 2, false, false),
        K::Origin => (0, 1, false, false),
        K::Base | K::Importer | K::Declarant | K::Exporter | K::Office => return None,
    };
    Some(Parts { hs, route, mass, value })
}

/// Keys that may stand for a narrower one, the narrowest first.
const BROADER: [CounterKind; 12] = {
    use CounterKind as K;
    [
        K::Hs6Mass,
        K::Hs6Route,
        K::Hs4Route,
        K::Hs2Route,
        K::Hs6Origin,
        K::Hs2Origin,
        K::Hs6,
        K::Hs4,
        K::Hs2,
        K::Route,
        K::Mass,
        K::Origin,
    ]
};

/// The vector of a goods item with some facts as they typically are. None when one of them was not declared, or when too
/// little is known to say what is typical.
pub(crate) fn typical(item: &Features, facts: &[Fact]) -> Option<FeatureVector> {
    let has = |fact| facts.contains(&fact);
    let counters = &item.counters;
    let declared = facts.iter().all(|fact| match fact {
        Fact::Mass => counters.mass.n >= 3 && !item.undeclared.has(CounterKind::Mass),
        Fact::Value => counters.unit_value.n >= 3 && !item.undeclared.has(CounterKind::Hs6UnitValue),
        Fact::Route => !item.undeclared.has(CounterKind::Route),
        Fact::Commodity => !item.undeclared.has(CounterKind::Hs6),
    });
    if !declared {
        return None;
    }
    let mut out = item.vector;
    let unseen = counters.unseen();
    let set = facts.iter().fold(0, |set, fact| set | 1 << *fact as usize);
    for (place, stand_in) in STAND_INS[set].iter().enumerate() {
        for (rates, unseen) in [0, KEYS].into_iter().zip(unseen) {
            match stand_in {
                StandIn::Itself => {}
                StandIn::Broader(broader) => out.0[rates + place] = item.vector.0[rates + broader],
                StandIn::Unseen => out.0[rates + place] = unseen,
            }
        }
    }
    let [_, mass, value, unit_value, unusual_value, unusual_mass, transit, round] =
        std::array::from_fn(|place| COUNTED + place);
    if has(Fact::Mass) {
        (out.0[mass], out.0[unusual_mass], out.0[round]) = (counters.mass.mean as f32, 0.0, 0.0);
    }
    if has(Fact::Value) {
        (out.0[unit_value], out.0[unusual_value]) = (counters.unit_value.mean as f32, 0.0);
    }
    // A value that was declared follows from what a kilogram costs and how many there are.
    if (has(Fact::Mass) || has(Fact::Value)) && !item.undeclared.has(CounterKind::Hs6UnitValue) {
        out.0[value] = out.0[unit_value] + out.0[mass];
    }
    if has(Fact::Route) {
        out.0[transit] = 0.0;
    }
    if has(Fact::Commodity) {
        (out.0[unusual_value], out.0[unusual_mass]) = (0.0, 0.0);
    }
    Some(out)
}

/// What stands in for the rates under a kind's key.
#[derive(Clone, Copy)]
enum StandIn {
    /// The key names none of the facts.
    Itself,
    /// The rates at this place.
    Broader(usize),
    /// Nothing narrower than all outcomes is left.
    Unseen,
}

/// For every set of facts (a bit each) and every kind by its place: worked out once, because scoring waits for it.
static STAND_INS: LazyLock<Vec<[StandIn; KEYS]>> = LazyLock::new(|| {
    let set = |set: usize| {
        let has = |fact: Fact| set >> fact as usize & 1 == 1;
        let mut out = [StandIn::Itself; KEYS];
        for kind in CounterKind::ALL {
            let Some(named) = parts(*kind) else { continue };
            let left = Parts {
                hs: if has(Fact::Commodity) { 0 } else { named.hs },
                route: if has(Fact::Route) { 0 } else { named.route },
                mass: named.mass && !has(Fact::Mass),
                value: named.value && !has(Fact::Value),
            };
            if left != named {
                out[*kind as usize - 1] = stand_in(left);
            }
        }
        out
    };
    (0..1 << Fact::ALL.len()).map(set).collect()
});

fn stand_in(left: Parts) -> StandIn {
    let broader = BROADER.into_iter().find(|broader| {
        parts(*broader).is_some_and(|p| {
            (p.hs == 0 || p.hs == left.hs) && p.route <= left.route && (left.mass || !p.mass)
        })
    });
    broader.map_or(StandIn::Unseen, |kind| StandIn::Broader(kind as usize - 1))
}

// The order of the measured features, which the places above rely on.
const _: () = assert!(WIDTH - COUNTED == 8, "a measured feature was added: say what is typical of it");
