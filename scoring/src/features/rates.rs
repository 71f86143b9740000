//! Exchange rates into the features' unit of money. The model was trained on prices in South Korean won, so that
//! is the unit; a currency without a rate makes the value a missing feature, never a guess.

use jiff::civil::Date;

/// One currency's rate from a day on.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// First day on which it holds.
    pub from: Date,
    /// ISO 4217 alphabetic code.
    pub currency: String,
    /// South Korean won for one unit.
    pub krw: f64,
}

/// A dated table of rates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rates {
    latest_first: Vec<Rate>,
}

impl Rates {
    /// The table of these rates, in any order.
    #[must_use]
    pub fn new(mut rates: Vec<Rate>) -> Self {
        rates.sort_by_key(|rate| std::cmp::Reverse(rate.from));
        Self { latest_first: rates }
    }

    /// Won for one unit of a currency on a day: the latest rate that had begun.
    #[must_use]
    pub fn krw_per_unit(&self, currency: &str, day: Date) -> Option<f64> {
        if currency == "KRW" {
            return Some(1.0);
        }
        self.latest_first
            .iter()
            .find(|rate| rate.currency == currency && rate.from <= day)
            .map(|rate| rate.krw)
    }
}
