//! The single list of features. Position is meaning: the model's columns are this list, and the fingerprint over
//! it stands in every bundle, so that a model can never be fed another list than the one it learned.

use aws_lc_rs::digest::{SHA256, digest};

use super::goods_item::{PRIOR_CRITICAL, PRIOR_FRAUD, PRIOR_WEIGHT, RATE_WEIGHT};
use crate::history::CounterKind;

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
pub const WIDTH: usize = 52;

/// Every feature in its position. `r_` is the share of irregular outcomes, `c_` of critically irregular ones.
pub const CATALOG: [Feature; WIDTH] = {
    use CounterKind as K;
    [
        r("r_sig_pre", K::Signature),
        r("r_hs6_mass", K::Hs6Mass),
        r("r_hs6_massb", K::Hs6MassBand),
        r("r_hs4_massb", K::Hs4MassBand),
        r("r_hs6_route", K::Hs6Route),
        r("r_hs4_route", K::Hs4Route),
        r("r_hs6_org", K::Hs6Origin),
        r("r_hs6_uv", K::Hs6UnitValue),
        r("r_hs6", K::Hs6),
        r("r_hs4", K::Hs4),
        r("r_hs2", K::Hs2),
        r("r_mass", K::Mass),
        r("r_org", K::Origin),
        r("r_imp", K::Importer),
        r("r_decl", K::Declarant),
        r("r_seller", K::Exporter),
        r("r_office", K::Office),
        r("c_sig_pre", K::Signature),
        r("c_hs6_mass", K::Hs6Mass),
        r("c_hs6_massb", K::Hs6MassBand),
        r("c_hs4_massb", K::Hs4MassBand),
        r("c_hs6_route", K::Hs6Route),
        r("c_hs4_route", K::Hs4Route),
        r("c_hs6_org", K::Hs6Origin),
        r("c_hs6_uv", K::Hs6UnitValue),
        r("c_hs6", K::Hs6),
        r("c_hs4", K::Hs4),
        r("c_hs2", K::Hs2),
        r("c_mass", K::Mass),
        r("c_org", K::Origin),
        r("c_imp", K::Importer),
        r("c_decl", K::Declarant),
        r("c_seller", K::Exporter),
        r("c_office", K::Office),
        n("n_sig_pre", K::Signature),
        n("n_hs6_mass", K::Hs6Mass),
        n("n_hs6_massb", K::Hs6MassBand),
        n("n_hs4_massb", K::Hs4MassBand),
        n("n_hs6_route", K::Hs6Route),
        n("n_hs6_org", K::Hs6Origin),
        n("n_hs6_uv", K::Hs6UnitValue),
        n("n_hs6", K::Hs6),
        n("n_imp", K::Importer),
        n("n_seller", K::Exporter),
        m("hs6", "HS code as a number", (-1.0, 999_999.0), "-1", Group::Commodity),
        m("lm", "log10(kg+0.01)", (-4.0, 13.0), "-4", Group::Mass),
        m("lp", "log10(KRW+1)", (-1.0, 25.0), "-1", Group::Value),
        m("luv", "log10(KRW/kg+0.01)", (-4.0, 28.0), "-4", Group::UnitValue),
        m("zuv_hs6", "standard deviations", (-8.0, 8.0), "0", Group::UnitValueUnusual),
        m("zm_hs6", "standard deviations", (-8.0, 8.0), "0", Group::MassUnusual),
        m("transit", "0 or 1", (-1.0, 1.0), "-1", Group::Transit),
        m("round", "decimal zeros of whole kilograms, 4 at most", (-1.0, 4.0), "-1", Group::RoundMass),
    ]
};

/// The catalog as text: one line a feature, in front the constants that its values depend on.
pub(super) fn text() -> String {
    let mut text = format!(
        "prior fraud {PRIOR_FRAUD} critical {PRIOR_CRITICAL} weight {PRIOR_WEIGHT} rate weight {RATE_WEIGHT}\n"
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
