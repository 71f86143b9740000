//! The mass of a consignment that says none of its own: what all its items weigh.

use manifest::declared::{DeclaredMass, GoodsItem};

/// Digits behind the decimal mark that are added up.
const PLACES: usize = 6;

/// The sum of the items' gross masses, in their unit; `None` unless each says one that is a plain number, all in one unit.
pub(super) fn of_items(items: &[GoodsItem]) -> Option<DeclaredMass> {
    let mut sum = 0_i64;
    let mut common: Option<&str> = None;
    for item in items {
        let Some(DeclaredMass::Said { amount, unit }) = &item.gross_mass else { return None };
        if *common.get_or_insert(unit) != unit {
            return None;
        }
        sum = sum.checked_add(millionths(amount)?)?;
    }
    let unit = common?.to_owned();
    let (whole, rest) = (sum / 1_000_000, sum % 1_000_000);
    let rest = format!("{rest:06}");
    let rest = rest.trim_end_matches('0');
    let amount = if rest.is_empty() { whole.to_string() } else { format!("{whole}.{rest}") };
    Some(DeclaredMass::Said { amount, unit })
}

/// Millionths of a number with a decimal mark or without.
fn millionths(amount: &str) -> Option<i64> {
    let (whole, rest) = amount.trim().split_once(['.', ',']).unwrap_or((amount.trim(), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    // `1,250`: a tonne and a quarter or a thousand, which is asked where it stands.
    let is_doubtful = amount.contains(',') && rest.len() == 3;
    let fits = !whole.is_empty() && rest.len() <= PLACES && digits(whole) && digits(rest) && !is_doubtful;
    let parts = format!("{rest:0<PLACES$}").parse::<i64>().ok().filter(|_| fits)?;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(amounts: &[(&str, &str)]) -> Option<(String, String)> {
        let items: Vec<GoodsItem> = amounts
            .iter()
            .map(|(amount, unit)| GoodsItem {
                gross_mass: (!amount.is_empty())
                    .then(|| DeclaredMass::Said { amount: (*amount).to_owned(), unit: (*unit).to_owned() }),
                ..GoodsItem::default()
            })
            .collect();
        match of_items(&items)? {
            DeclaredMass::Said { amount, unit } => Some((amount, unit)),
            DeclaredMass::Milligrams(_) => None,
        }
    }

    #[test]
    fn items_that_all_say_their_mass() {
        let kilograms = |amount: &str| Some((amount.to_owned(), "KGM".to_owned()));
        assert_eq!(sum(&[("100.5", "KGM")]), kilograms("100.5"));
        assert_eq!(sum(&[("100,5", "KGM"), ("0.25", "KGM"), ("7", "KGM")]), kilograms("107.75"));
        for none in [
            &[][..],
            &[("100", "KGM"), ("", "")],
            &[("100", "KGM"), ("1", "TNE")],
            &[("1,250", "KGM")],
            &[("-1", "KGM")],
            &[("9999999999999", "KGM")],
            &[("1.0000001", "KGM")],
            &[("ten", "KGM")],
        ] {
            assert_eq!(sum(none), None, "{none:?}");
        }
    }
}
