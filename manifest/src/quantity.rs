//! Quantities, money, instants and dates in customs' units. Sums are checked: a declared number may be anything.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

/// A mass in milligrams, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mass(i64);

impl Mass {
    /// Milligrams; `None` when negative.
    #[must_use]
    pub const fn from_mg(mg: i64) -> Option<Self> {
        if mg < 0 { None } else { Some(Self(mg)) }
    }

    /// Milligrams.
    #[must_use]
    pub const fn mg(self) -> i64 {
        self.0
    }

    /// The sum; `None` when it overflows.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(mg) => Some(Self(mg)),
            None => None,
        }
    }
}

/// An amount of money in a known currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// ISO 4217 alphabetic code.
    pub currency: CurrencyCode,
    /// Whole units.
    pub units: i64,
    /// Billionths of a unit with the sign of `units`.
    pub nanos: i32,
}

/// A quantity in a known unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// Amount in millionths of the unit.
    pub amount_millionths: i64,
    /// UN/ECE Recommendation 20 code.
    pub unit_code: String,
}

/// A date that may lack its day, or day and month. `Debug` prints its kind only: it may be a birth date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    month: i8,
    day: i8,
}

impl PartialDate {
    /// A date from numbers, zero for unknown; `None` unless the known part exists in the calendar. A day needs a month.
    #[must_use]
    pub fn new(year: i32, month: i32, day: i32) -> Option<Self> {
        let year = i16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
        let month = i8::try_from(month).ok()?;
        let day = i8::try_from(day).ok()?;
        if month == 0 {
            return (day == 0).then_some(Self { year, month, day });
        }
        Date::new(year, month, day.max(1)).ok().filter(|_| day >= 0)?;
        Some(Self { year, month, day })
    }

    /// Year.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// Month, 0 when unknown.
    #[must_use]
    pub const fn month(self) -> i8 {
        self.month
    }

    /// Day of the month, 0 when unknown.
    #[must_use]
    pub const fn day(self) -> i8 {
        self.day
    }

    /// The date as `CCYY-MM-DD`, with zeros for what is unknown. For the original value of a finding: a date of birth is
    /// personal data, so there is no `Display` that could end in a log.
    #[must_use]
    pub fn to_words(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The date when it is wholly known.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        Date::new(self.year, self.month, self.day).ok()
    }

    /// The first day that it can be.
    #[must_use]
    pub fn earliest(self) -> Date {
        Date::new(self.year, self.month.max(1), self.day.max(1)).unwrap_or(Date::MIN)
    }

    /// The last day that it can be.
    #[must_use]
    pub fn latest(self) -> Date {
        match (self.month, self.day) {
            (0, _) => Date::new(self.year, 12, 31).unwrap_or(Date::MAX),
            (month, 0) => Date::new(self.year, month, 1).map_or(Date::MAX, Date::last_of_month),
            (month, day) => Date::new(self.year, month, day).unwrap_or(Date::MAX),
        }
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartialDate(..)")
    }
}

/// An instant with the sender's own offset, for showing it as the sender wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// The point in time.
    pub timestamp: Timestamp,
    /// Offset from UTC in minutes that the sender wrote with it.
    pub offset_minutes: Option<i16>,
}

/// A code of exactly `N` upper-case ASCII letters or digits, kept inline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<const N: usize>([u8; N]);

/// ISO 3166-1 alpha-2.
pub type CountryCode = Code<2>;
/// ISO 4217 alphabetic.
pub type CurrencyCode = Code<3>;

impl<const N: usize> Code<N> {
    /// A code from text of exactly the right length, upper-case ASCII letters and digits only.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).then_some(Self(bytes))
    }

    /// A code from text of exactly the right length in any case.
    #[must_use]
    pub fn new_in_any_case(text: &str) -> Option<Self> {
        let mut bytes: [u8; N] = text.as_bytes().try_into().ok()?;
        bytes.make_ascii_uppercase();
        Self::new(std::str::from_utf8(&bytes).ok()?)
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Debug for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
