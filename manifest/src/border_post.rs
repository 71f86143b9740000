//! Border posts of Uzbekistan: where a conveyance arrives, and which calendar day it is there.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::conveyance::Mode;

/// The clock at every border post: Uzbekistan keeps +05:00 all year.
pub const LOCAL_OFFSET: Offset = Offset::constant(5);

/// A border post of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BorderPost {
    /// Our code, upper case, for instance `UZ-GISHTKUPRIK`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Modes of transport that cross there.
    pub modes: Vec<Mode>,
}

/// The calendar day at the border posts at an instant: rules that say "today" mean this one.
#[must_use]
pub fn local_date(instant: Timestamp) -> Date {
    LOCAL_OFFSET.to_datetime(instant).date()
}
