//! The single list of features. Position is meaning: the model's columns are this list, and the fingerprint over
//! it stands in every bundle, so that a model can never be fed another list than the one it learned.

use aws_lc_rs::digest::{SHA256, digest};

use super::goods_item::{CRITICAL_RATE_WEIGHT, PRIOR_CRITICAL, PRIOR_FRAUD, PRIOR_WEIGHT, RATE_WEIGHT};
use crate::history::CounterKind;
use crate::measures::KEYS;

/// One model input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// Short name; also the CSV column of `score features`.
    pub name: &'static str,
    /// What it is counted or measured in.
    pub unit: &'static str,
    /// Least and greatest value it can take.
    pub range: (f32, f32),
    /// The value that says "missing".
    pub missing: &'static str,
    /// Which features an officer is told about as one.
    pub group: Group,
}

/// What several features together say; contributions are summed over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// How often earlier consignments with this key were irregular, and how many there were.
    Earlier(CounterKind),
    /// The HS code as a number.
    Commodity,
    /// The mass.
    Mass,
    /// The value.
    Value,
    /// The value per kilogram.
    UnitValue,
    /// How far the value per kilogram lies from what is usual for the HS code.
    UnitValueUnusual,
    /// How far the mass lies from what is usual for the HS code.
    MassUnusual,
    /// Departure differs from origin.
    Transit,
    /// How round the mass is.
    RoundMass,
}

impl Group {
    /// Does it count earlier outcomes, and so move whenever one is learnt, though nothing else has changed?
    #[must_use]
    pub fn counts_outcomes(self) -> bool {
        matches!(self, Group::Earlier(_))
    }
}

const BASE_RATE: &str = "the base rate";

/// Share of irregular earlier outcomes, smoothed.
const fn r(name: &'static str, kind: CounterKind) -> Feature {
    Feature { name, unit: "share", range: (0.0, 1.0), missing: BASE_RATE, group: Group::Earlier(kind) }
}

/// ln(1 + number of earlier outcomes).
const fn n(name: &'static str, kind: CounterKind) -> Feature {
    Feature { name, unit: "ln(1+count)", range: (0.0, 44.0), missing: "0", group: Group::Earlier(kind) }
}

const fn m(
    name: &'static str,
    unit: &'static str,
    range: (f32, f32),
    missing: &'static str,
    group: Group,
) -> Feature {
    Feature { name, unit, range, missing, group }
}

/// How many features there are.
pub const WIDTH: usize = 3 * KEYS + OWN.len();

macro_rules! counted {
    ($( $word:literal $kind:ident, )+) => {
        [
            $( r(concat!("r_", $word), CounterKind::$kind), )+
            $( r(concat!("c_", $word), CounterKind::$kind), )+
            $( n(concat!("n_", $word), CounterKind::$kind), )+
        ]
    };
}

/// What is known of earlier outcomes: of every kind the share of irregular ones (`r_`), of critically irregular ones
/// (`c_`), and how many there were (`n_`).
const COUNTED: [Feature; 3 * KEYS] = counted! {
    "sig_pre" Signature,
    "hs6_mass" Hs6Mass,
    "hs6_massb" Hs6MassBand,
    "hs4_massb" Hs4MassBand,
    "hs6_route" Hs6Route,
    "hs4_route" Hs4Route,
    "hs6_org" Hs6Origin,
    "hs6_uv" Hs6UnitValue,
    "hs6" Hs6,
    "hs4" Hs4,
    "hs2" Hs2,
    "mass" Mass,
    "org" Origin,
    "imp" Importer,
    "decl" Declarant,
    "seller" Exporter,
    "office" Office,
    "route" Route,
    "hs2_route" Hs2Route,
    "hs2_org" Hs2Origin,
};

/// What is measured on the goods item itself.
const OWN: [Feature; 8] = [
    m("hs6", "HS code as a number", (-1.0, 999_999.0), "-1", Group::Commodity),
    m("lm", "log10(kg+0.01)", (-4.0, 13.0), "-4", Group::Mass),
    m("lp", "log10(KRW+1)", (-1.0, 25.0), "-1", Group::Value),
    m("luv", "log10(KRW/kg+0.01)", (-4.0, 28.0), "-4", Group::UnitValue),
    m("zuv_hs6", "standard deviations", (-8.0, 8.0), "0", Group::UnitValueUnusual),
    m("zm_hs6", "standard deviations", (-8.0, 8.0), "0", Group::MassUnusual),
    m("transit", "0 or 1", (-1.0, 1.0), "-1", Group::Transit),
    m("round", "decimal zeros of whole kilograms, 4 at most", (-1.0, 4.0), "-1", Group::RoundMass),
];

/// Every feature in its position: the counted ones, then those measured on the goods item.
pub const CATALOG: [Feature; WIDTH] = {
    let mut all = [OWN[0]; WIDTH];
    let mut place = 0;
    while place < WIDTH {
        all[place] = if place < COUNTED.len() { COUNTED[place] } else { OWN[place - COUNTED.len()] };
        place += 1;
    }
    all
};

/// The catalog as text: one line a feature, in front the constants that its values depend on.
pub(super) fn text() -> String {
    let mut text = format!(
        "prior fraud {PRIOR_FRAUD} critical {PRIOR_CRITICAL} weight {PRIOR_WEIGHT} \
         rate weight {RATE_WEIGHT} critical {CRITICAL_RATE_WEIGHT}\n"
    );
    for (position, f) in CATALOG.iter().enumerate() {
        text += &format!("{position}\t{}\t{}\t{}..{}\t{}\n", f.name, f.unit, f.range.0, f.range.1, f.missing);
    }
    text
}

/// SHA-256 over [`text`], in hexadecimal.
#[must_use]
pub fn fingerprint() -> String {
    crate::hex::hex(digest(&SHA256, text().as_bytes()).as_ref())
}
