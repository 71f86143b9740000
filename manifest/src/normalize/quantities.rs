//! Numbers, masses and money: as said into our units, with nothing lost and nothing overflowing.

use super::Step;
use crate::declared::{DeclaredAmount, DeclaredMass, Money, Quantity, Said};
use crate::finding::{FindingCode, Severity};
use crate::findings::Spot;
use crate::quantity::{self, Mass};

/// Units of mass that words may name, each as milligrams in a fraction.
const MASS_UNITS: [(&[&str], i128, i128); 5] = [
    (&["", "KGM", "KG", "КГ"], 1_000_000, 1),
    (&["GRM", "G", "GR", "Г"], 1_000, 1),
    (&["MGM", "MG", "МГ"], 1, 1),
    (&["TNE", "T", "Т", "TON"], 1_000_000_000, 1),
    (&["LBR", "LB"], 45_359_237, 100),
];

impl Step<'_> {
    /// A mass in milligrams.
    pub(super) fn mass(&mut self, said: Option<DeclaredMass>, at: Spot<'_>) -> Option<Mass> {
        let (mg, words) = match said? {
            DeclaredMass::Milligrams(mg @ 0..) => return Mass::from_mg(mg),
            DeclaredMass::Milligrams(mg) => (Some(i128::from(mg)), mg.to_string()),
            DeclaredMass::Said { amount, unit } => {
                let name = unit.trim().to_uppercase();
                let Some((_, times, over)) =
                    MASS_UNITS.iter().find(|(names, ..)| names.contains(&name.as_str()))
                else {
                    self.unknown(&unit, "UN/ECE Recommendation 20, mass", Severity::Warning, at);
                    return None;
                };
                // The amount is read in millionths, so the unit's factor is divided by a million.
                let mg = decimal(&amount, 6).and_then(|millionths| millionths.checked_mul(*times));
                (mg.map(|mg| mg / (over * 1_000_000)), format!("{amount} {unit}"))
            }
        };
        let Some(mg) = mg else {
            self.warn(FindingCode::ValueMalformed, at)
                .original(&words)
                .parameter("form", "mass in figures with a decimal point: 1250.5")
                .push();
            return None;
        };
        // `1,250` is a tonne and a quarter to one writer and a kilogram and a quarter to another.
        if is_parted_by_a_comma(&words) {
            self.warn(FindingCode::ValueMalformed, at)
                .original(&words)
                .parameter("form", "mass in figures with a decimal point: 1250.5")
                .push();
        }
        let mass = i64::try_from(mg).ok().and_then(Mass::from_mg);
        if mass.is_none() {
            self.warn(FindingCode::NumberImplausible, at).original(&words).push();
        }
        mass
    }

    /// A count: a whole number from zero.
    pub(super) fn count(&mut self, said: Option<Said<i64>>, at: Spot<'_>) -> Option<u32> {
        let number = self.integer(said?, at)?;
        let count = u32::try_from(number).ok();
        if count.is_none() {
            self.warn(FindingCode::NumberImplausible, at).original(&number.to_string()).push();
        }
        count
    }

    /// A whole number.
    pub(super) fn integer(&mut self, said: Said<i64>, at: Spot<'_>) -> Option<i64> {
        match said {
            Said::Plain(number) => Some(number),
            Said::Words(words) => {
                let number = words.trim().parse().ok();
                if number.is_none() {
                    self.warn(FindingCode::ValueMalformed, at)
                        .original(&words)
                        .parameter("form", "whole number in digits: 42")
                        .push();
                }
                number
            }
        }
    }

    /// Money in a known currency; never negative.
    pub(super) fn money(&mut self, said: Option<Money>, at: Spot<'_>) -> Option<quantity::Money> {
        let said = said?;
        if said.currency_code.trim().is_empty() {
            // An amount of nothing in particular: what is missing is told, and no list is asked for no word.
            let finding = self.warn(FindingCode::RequiredFieldMissing, at.field("currency_code"));
            finding.parameter("field", "currency_code").push();
            return None;
        }
        let currency = self.currency(&said.currency_code, at.field("currency_code"))?;
        let units_at = at.field("units");
        let (amount, words) = match said.amount? {
            DeclaredAmount::Exact { units, nanos } => {
                let same_sign = units == 0 || nanos == 0 || (units < 0) == (nanos < 0);
                let fits = same_sign && nanos.unsigned_abs() < 1_000_000_000;
                if fits && units >= 0 && nanos >= 0 {
                    return Some(quantity::Money { currency, units, nanos });
                }
                (fits.then_some((units, nanos)), format!("{units} + {nanos}/1000000000"))
            }
            DeclaredAmount::Said(words) => {
                let split = decimal(&words, 9).and_then(|nanos| {
                    let units = i64::try_from(nanos / 1_000_000_000).ok()?;
                    Some((units, i32::try_from(nanos % 1_000_000_000).ok()?))
                });
                (split, words)
            }
        };
        let Some((units, nanos)) = amount else {
            self.warn(FindingCode::ValueMalformed, units_at)
                .original(&words)
                .parameter("form", "amount in figures with a decimal point: 1250.00")
                .push();
            return None;
        };
        if units < 0 || nanos < 0 {
            self.warn(FindingCode::NumberImplausible, units_at).original(&words).push();
            return None;
        }
        Some(quantity::Money { currency, units, nanos })
    }

    /// A quantity in a supplementary unit.
    pub(super) fn quantity(&mut self, said: Option<Quantity>, at: Spot<'_>) -> Option<quantity::Quantity> {
        let said = said?;
        let amount_at = at.field("amount_millionths");
        let amount_millionths = self.integer(said.amount_millionths?, amount_at)?;
        if amount_millionths < 0 {
            let original = amount_millionths.to_string();
            self.warn(FindingCode::NumberImplausible, amount_at).original(&original).push();
            return None;
        }
        let unit_code = said.unit_code.trim().to_ascii_uppercase();
        if !self.lists.has_unit(&unit_code) {
            let retired = self.lists.retired_unit(&unit_code);
            let list = "UN/ECE Recommendation 20";
            self.not_listed(&said.unit_code, retired, list, Severity::Note, at.field("unit_code"));
            return None;
        }
        Some(quantity::Quantity { amount_millionths, unit_code })
    }
}

/// Is a number's one comma followed by three digits, so that it may part thousands as well as begin a fraction?
fn is_parted_by_a_comma(words: &str) -> bool {
    let Some((whole, rest)) = words.split_once(',') else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let whole = whole.trim();
    digits == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
}

/// A decimal number in words, in units of ten to the minus `places`: point or comma before the fraction, blanks between
/// the thousands. `None` when it is not a number, has more places than `places`, or is absurdly long.
pub(super) fn decimal(words: &str, places: usize) -> Option<i128> {
    let plain: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    let (negative, digits) = plain.strip_prefix('-').map_or((false, plain.as_str()), |rest| (true, rest));
    let (whole, mut fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    // Programs that print twelve places print zeros.
    while let (true, Some(shorter)) = (fraction.len() > places, fraction.strip_suffix('0')) {
        fraction = shorter;
    }
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fits = (!whole.is_empty() || !fraction.is_empty()) && fraction.len() <= places && whole.len() <= 20;
    if !fits || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let number: i128 = format!("{whole}{fraction:0<places$}").parse().ok()?;
    Some(if negative { -number } else { number })
}
