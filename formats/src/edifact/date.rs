//! Dates and times as DTM says them: the formats of EDIFACT code list 2379.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use manifest::declared::{DeclaredDate, DeclaredInstant};

/// Which century a year of two digits belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Century {
    /// The last one that is not after the day of receipt: births.
    Past(Date),
    /// The one that is nearest to the day of receipt: journeys, documents.
    Near(Date),
}

impl Century {
    fn year(self, two: i16) -> i16 {
        let (day, last) = match self {
            Century::Past(day) => (day, day.year()),
            Century::Near(day) => (day, day.year().saturating_add(49)),
        };
        let century = day.year() - day.year().rem_euclid(100);
        // The latest year with these two digits that is not after `last`.
        [100, 0, -100].into_iter().map(|step| century + step + two).find(|year| *year <= last).unwrap_or(two)
    }
}

/// A date in a format of 2379, or in the usual form of its length when no format is named. What is not one stays words.
pub(crate) fn date(value: &str, format: &str, century: Century) -> DeclaredDate {
    read_date(value, format, century)
        .unwrap_or_else(|| DeclaredDate::Said { text: value.to_owned(), format: format.to_owned() })
}

fn read_date(value: &str, format: &str, century: Century) -> Option<DeclaredDate> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(value) {
        // ISO 8601 and its friends are read further on.
        return with_named_month(value, century);
    }
    let number = |from: usize, length: usize| value.get(from..from.checked_add(length)?)?.parse::<i16>().ok();
    let order = order(value, format)?;
    let (mut year, mut month, mut day, mut at) = (0, 0, 0, 0_usize);
    for part in order.bytes() {
        let width = if part == b'C' { 4 } else { 2 };
        let said = number(at, width)?;
        at += width;
        match part {
            b'C' => year = said,
            b'Y' => year = said,
            b'M' => month = said,
            _ => day = said,
        }
    }
    if order.contains('Y') {
        year = century.year(year);
        // A birthday still to come this year was a hundred years ago.
        if let (Century::Past(today), Ok(said)) = (century, Date::new(year, clip(month), clip(day)))
            && said > today
        {
            year -= 100;
        }
    }
    Some(DeclaredDate::Civil { year: year.into(), month: month.into(), day: day.into() })
}

/// In which order a value has its parts, C for a year of four digits and Y for one of two. A value whose length is not its format's
/// is read as what it is: `20010203` under 101 is no second of January 2020.
fn order(value: &str, format: &str) -> Option<&'static str> {
    let of_format = match format {
        "2" => "DMY",
        "3" => "MDY",
        "4" => "DMC",
        "8" => "MDC",
        "101" | "201" | "202" | "301" | "302" => "YMD",
        "102" | "203" | "204" | "205" | "303" | "304" => "CMD",
        "602" => "C",
        "609" => "YM",
        "610" => "CM",
        _ => "",
    };
    let of_length = match (value.len(), of_format) {
        (4, "YM") => "YM",
        (6, "CM" | "YM") => "CM",
        (6, "DMY" | "DMC") => "DMY",
        (6, "MDY" | "MDC") => "MDY",
        (8, "DMY" | "DMC") => "DMC",
        (8, "MDY" | "MDC") => "MDC",
        // With its seconds.
        (12, "YMD") if format == "202" || format == "302" => "YMD",
        (4, _) => "C",
        (6 | 10, _) => "YMD",
        (12, _) if !value.starts_with("19") && !value.starts_with("20") => "YMD",
        (8 | 12 | 14, _) => "CMD",
        _ => return None,
    };
    Some(of_length)
}

/// Does a value have the length that its format (2379) says? Of others the beginning of a period and the offset behind the digits are
/// not looked at.
pub(crate) fn fits(value: &str, format: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let wanted: &[usize] = match format {
        "2" | "3" | "101" => &[6],
        "4" | "8" | "102" => &[8],
        "201" | "301" => &[10],
        "202" | "302" | "203" | "205" | "303" => &[12],
        "204" | "304" => &[14],
        "602" | "609" => &[4],
        "610" => &[6],
        _ => return true,
    };
    digits == 0 || wanted.contains(&digits)
}

/// `21JAN1957`, `21JAN57`: as airlines write dates outside of EDIFACT, and sometimes inside.
fn with_named_month(value: &str, century: Century) -> Option<DeclaredDate> {
    const MONTHS: [&str; 12] =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let day: i32 = value.get(..2)?.parse().ok()?;
    let word = value.get(2..5)?.to_ascii_uppercase();
    let month = (1..).zip(MONTHS).find(|(_, name)| *name == word)?.0;
    let year = value.get(5..)?;
    let number = year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse::<i16>().ok())??;
    let year = match year.len() {
        4 => number,
        2 => {
            let near = century.year(number);
            let unborn = matches!(century, Century::Past(today) if near > today.year());
            if unborn { near - 100 } else { near }
        }
        _ => return None,
    };
    Some(DeclaredDate::Civil { year: year.into(), month, day })
}

fn clip(number: i16) -> i8 {
    i8::try_from(number).unwrap_or(0)
}

/// An instant with the clock that it was read on.
pub(crate) struct Read {
    pub(crate) instant: DeclaredInstant,
    /// No offset was written and none is known for the place: the clock was taken for UTC.
    pub(crate) clock_unknown: bool,
}

/// An instant in a format of 2379. Without an offset it is local to its place, as the standard has it: `clock` is that
/// place's offset from UTC in minutes, where it is known. What is no instant stays words.
pub(crate) fn instant(value: &str, format: &str, century: Century, clock: Option<i16>) -> Read {
    let words = || Read {
        instant: DeclaredInstant::Said { text: value.to_owned(), format: format.to_owned() },
        clock_unknown: false,
    };
    // Of a period only the beginning is an instant.
    let (value, format) = match format {
        "717" | "713" => (value.get(..10).unwrap_or(value), "201"),
        "718" => (value.get(..8).unwrap_or(value), "102"),
        "719" => (value.get(..12).unwrap_or(value), "203"),
        _ => (value, format),
    };
    let (digits, zone) = split_zone(value);
    let Some((local, said)) = civil(digits, format, century).zip(offset(zone)) else { return words() };
    let minutes = match said {
        Zone::Offset(minutes) => Some(minutes),
        Zone::Unsaid => clock,
    };
    let seconds = i32::from(minutes.unwrap_or(0)).saturating_mul(60);
    let Some(timestamp) =
        Offset::from_seconds(seconds).ok().and_then(|offset| offset.to_timestamp(local).ok())
    else {
        return words();
    };
    Read {
        instant: DeclaredInstant::Instant { timestamp, offset_minutes: minutes.map(i32::from) },
        clock_unknown: minutes.is_none(),
    }
}

fn split_zone(value: &str) -> (&str, &str) {
    // Format 205 writes +HHMM behind twelve digits; the others write letters or a signed number.
    let end = value.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    (value.get(..end).unwrap_or_default(), value.get(end..).unwrap_or_default().trim())
}

fn civil(digits: &str, format: &str, century: Century) -> Option<DateTime> {
    let DeclaredDate::Civil { year, month, day } = read_date(digits, format, century)? else { return None };
    let date =
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let short_year = order(digits, format)?.contains('Y');
    let time = digits.get(if short_year { 6 } else { 8 }..)?;
    let part = |at: usize| match time.get(at..at.checked_add(2)?) {
        Some(two) => two.parse::<i8>().ok(),
        None => Some(0),
    };
    if !matches!(time.len(), 0 | 4 | 6) {
        return None;
    }
    // 2400 is the midnight that ends a day.
    if part(0)? == 24 && part(2)? == 0 {
        return date.checked_add(1.day()).ok().map(|date| date.to_datetime(Time::midnight()));
    }
    Some(date.to_datetime(Time::new(part(0)?, part(2)?, part(4)?, 0).ok()?))
}

enum Zone {
    Offset(i16),
    Unsaid,
}

fn offset(zone: &str) -> Option<Zone> {
    match zone {
        "" => return Some(Zone::Unsaid),
        "UTC" | "GMT" | "Z" | "ZZZ" | "UCT" => return Some(Zone::Offset(0)),
        _ => {}
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i16>().ok()?, 0),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(Zone::Offset(sign * (hours * 60 + minutes)))
}

/// Countries around ours with one clock and no summer time, as minutes from UTC (IANA tzdata 2025b).
const CLOCKS: [(&str, i16); 14] = [
    ("UZ", 300),
    ("TJ", 300),
    ("TM", 300),
    ("KZ", 300),
    ("KG", 360),
    ("AF", 270),
    ("PK", 300),
    ("TR", 180),
    ("BY", 180),
    ("GE", 240),
    ("AM", 240),
    ("AZ", 240),
    ("IR", 210),
    ("AE", 240),
];

/// Airports of Uzbekistan by IATA code: the ones that flights of the samples' kind are announced to.
const AIRPORTS: [&str; 11] = ["TAS", "SKD", "BHK", "UGC", "NCU", "FEG", "NMA", "TMJ", "KSQ", "NVI", "AZN"];

/// The offset of a place's clock in minutes, by the country in its code: a UN/LOCODE, a border post, a country code.
#[must_use]
pub fn clock_of(place: &str) -> Option<i16> {
    let country = match place.as_bytes() {
        [_, _] | [_, _, b'-', ..] | [_, _, _, _, _] => place.get(..2)?,
        [_, _, _] if AIRPORTS.contains(&place) => "UZ",
        _ => return None,
    };
    CLOCKS.iter().find(|(code, _)| *code == country).map(|(_, minutes)| *minutes)
}

/// The day of receipt in UTC.
pub(crate) fn day_of(received: Timestamp) -> Date {
    Offset::UTC.to_datetime(received).date()
}
