//! Leaves of a declared manifest: understood by the reader already, or still in the partner's words.

use jiff::Timestamp;

/// A value that the reader understood, or the words that stood there.
#[derive(Debug, Clone, PartialEq)]
pub enum Said<T> {
    /// Understood by the reader.
    Plain(T),
    /// As it stood in the source; [`crate::normalize()`] reads it or makes a finding of it. An enum number that the
    /// contract does not know is such a word too.
    Words(String),
}

impl<T> From<T> for Said<T> {
    fn from(value: T) -> Self {
        Self::Plain(value)
    }
}

/// A mass as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredMass {
    /// Milligrams, as the contract has it.
    Milligrams(i64),
    /// An amount and a unit in the partner's words, for instance `12,5` and `KGM`.
    Said {
        /// The amount.
        amount: String,
        /// The unit, UN/ECE Recommendation 20 or a usual word; empty means kilograms.
        unit: String,
    },
}

/// An instant as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredInstant {
    /// A point in time.
    Instant {
        /// The point in time.
        timestamp: Timestamp,
        /// Offset from UTC in minutes that the sender wrote with it, where one was written.
        offset_minutes: Option<i32>,
    },
    /// Words, with the name of the format that they are in as far as the source names one: `RFC3339`, or an
    /// EDIFACT 2379 code such as `203`.
    Said {
        /// The words.
        text: String,
        /// The format's name; empty when the source names none.
        format: String,
    },
}

impl From<Timestamp> for DeclaredInstant {
    fn from(timestamp: Timestamp) -> Self {
        Self::Instant { timestamp, offset_minutes: None }
    }
}

/// A civil date as declared; month or day may be unknown. `Debug` prints its kind only: it may be a birth date.
#[derive(Clone, PartialEq, Eq)]
pub enum DeclaredDate {
    /// Numbers, zero for unknown, unchecked.
    Civil {
        /// Year, four digits.
        year: i32,
        /// Month, 1 to 12, or 0.
        month: i32,
        /// Day, 1 to 31, or 0.
        day: i32,
    },
    /// Words, with the format's name as far as the source names one (`ISO8601`, EDIFACT `102`).
    Said {
        /// The words.
        text: String,
        /// The format's name; empty when the source names none.
        format: String,
    },
}

/// An amount of money.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Money {
    /// ISO 4217 alphabetic code.
    pub currency_code: String,
    /// The amount.
    pub amount: Option<DeclaredAmount>,
}

/// An amount as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredAmount {
    /// Whole units and billionths, as the contract has it.
    Exact {
        /// Whole units.
        units: i64,
        /// Billionths, with the sign of `units`.
        nanos: i32,
    },
    /// Words, for instance `1 250,00`.
    Said(String),
}

/// A place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Location {
    /// UN/LOCODE, five characters.
    pub un_locode: String,
    /// A code of the sender's own.
    pub local_code: String,
    /// Name in the sender's words.
    pub name: String,
    /// ISO 3166-1 alpha-2 country code.
    pub country_code: String,
    /// Latitude in degrees, WGS 84.
    pub latitude_degrees: Option<Said<f64>>,
    /// Longitude in degrees, WGS 84.
    pub longitude_degrees: Option<Said<f64>>,
}
