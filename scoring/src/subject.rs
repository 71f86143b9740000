//! What scoring is told about one goods item: small, plain, and never a natural person.

use jiff::civil::Date;

/// One goods item as scoring sees it. Made from a validated manifest, from a stored record or from a CSV row; a
/// missing value is a missing feature, never a guess.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Harmonized System code, six digits.
    pub hs_code: Option<String>,
    /// Country of origin, ISO 3166-1 alpha-2.
    pub origin_country: Option<String>,
    /// Country of departure, ISO 3166-1 alpha-2.
    pub departure_country: Option<String>,
    /// Net mass where declared, else gross mass, in milligrams.
    pub mass_mg: Option<i64>,
    /// Declared value with its currency.
    pub value: Option<Value>,
    /// Key of the importer (normalized identifier, or a digest of name and country): opaque here.
    pub importer: Option<String>,
    /// Key of the exporter or seller.
    pub exporter: Option<String>,
    /// Key of the declarant.
    pub declarant: Option<String>,
    /// Key of the carrier.
    pub carrier: Option<String>,
    /// Border post or customs office, by its code.
    pub office: Option<String>,
    /// Mode of transport at the border.
    pub mode: Option<Mode>,
    /// The day on which it counts: of declaration in history, of arrival in a manifest.
    pub date: Date,
}

impl Subject {
    /// One of which nothing is declared but the day on which it counts.
    #[must_use]
    pub const fn undeclared(date: Date) -> Self {
        Self {
            hs_code: None,
            origin_country: None,
            departure_country: None,
            mass_mg: None,
            value: None,
            importer: None,
            exporter: None,
            declarant: None,
            carrier: None,
            office: None,
            mode: None,
            date,
        }
    }
}

/// An amount of money: currency, whole units, billionths (google.type.Money's split).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// ISO 4217 alphabetic code.
    pub currency: String,
    /// Whole units.
    pub units: i64,
    /// Billionths of a unit, 0 to 999,999,999.
    pub nanos: i32,
}

/// Mode of transport, UN/ECE Recommendation 19.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// 1
    Maritime,
    /// 2
    Rail,
    /// 3
    Road,
    /// 4
    Air,
    /// Anything else the recommendation knows.
    Other,
}
