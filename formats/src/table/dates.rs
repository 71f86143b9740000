//! Dates as people type them into tables.

use jiff::civil::{Date, DateTime, Time};

use super::fold::fold;
use super::times::without_time;
use super::words;

/// Which of two numbers is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

/// How two digits of a year are completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Century {
    /// A birth: never after the year of reading.
    Past,
    /// A document or journey: within fifty years around the year of reading.
    Near,
}

/// Why a date could have been read otherwise; the text says how it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Both numbers could be the day, and no other row of the column tells.
    DayOrMonth,
    /// The year has two digits.
    TwoDigitYear,
    /// A number of days since 1900, as table programs count.
    DayNumber,
}

impl Doubt {
    /// How it was read, for the finding.
    pub(super) const fn form(self) -> &'static str {
        match self {
            Self::DayOrMonth => "day, month, year",
            Self::TwoDigitYear => "two-digit year",
            Self::DayNumber => "day number of a table program",
        }
    }
}

/// A date as read: numbers of the calendar, zero for what was not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: i32,
    pub(super) month: i32,
    pub(super) day: i32,
    pub(super) doubt: Option<Doubt>,
}

/// What a column's rows tell about the order of its numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Orders {
    day_first: bool,
    month_first: bool,
}

impl Orders {
    /// Looks at one more row: a number above twelve cannot be a month.
    pub(super) fn look(&mut self, text: &str) {
        let (date, _) = without_time(text);
        if let [first, second, year] = numbers(&date).as_slice()
            && year.digits != 3
            && first.digits <= 2
        {
            self.day_first |= first.value > 12 && second.value <= 12;
            self.month_first |= second.value > 12 && first.value <= 12;
        }
    }

    /// The order, when the rows agree.
    pub(super) const fn order(self) -> Option<Order> {
        match (self.day_first, self.month_first) {
            (true, false) => Some(Order::DayFirst),
            (false, true) => Some(Order::MonthFirst),
            _ => None,
        }
    }
}

/// A date in words; `None` when it is none or not of the calendar. A time of day behind it is left alone.
pub(super) fn date(text: &str, order: Option<Order>, century: Century, this_year: i32) -> Option<Day> {
    if text.len() > 64 {
        return None;
    }
    let (text, _) = without_time(text);
    let folded = fold(&text);
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).map(without_year).collect();
    // `1990 yil 5 may`, `2026 yil 24 noyabr, soat`: words for a year between numbers, and those before a time of day.
    words.retain(|word| !matches!(*word, "г" | "года" | "год" | "yil" | "yili" | "йил" | "йили"));
    while words.last().is_some_and(|word| {
        matches!(*word, "в" | "at" | "y" | "r" | "р" | "soat" | "соат" | "da" | "да" | "ч" | "час" | "часов")
    }) {
        words.pop();
    }
    let day = if let Some(place) = words.iter().position(|word| words::value("month", word).is_some()) {
        let month = words.get(place).and_then(|word| words::value("month", word))?.parse().ok()?;
        words.remove(place);
        named_month(&words, month, century, this_year)?
    } else {
        let numbers = numbers(&words.join("."));
        if numbers.len() != words.len() {
            return None;
        }
        let slashes = text.contains('/');
        numeric(&numbers, slashes, order, century, this_year)?
    };
    in_calendar(day)
}

#[derive(Debug, Clone, Copy)]
struct Number {
    value: i32,
    digits: usize,
}

/// The numbers of a text that has nothing but numbers between its signs; the rest is left out.
fn numbers(text: &str) -> Vec<Number> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(4);
    words.filter_map(number).collect()
}

fn number(word: &str) -> Option<Number> {
    let is_number = word.len() <= 8 && word.bytes().all(|b| b.is_ascii_digit());
    let value = word.parse().ok().filter(|_| is_number)?;
    Some(Number { value, digits: word.len() })
}

/// `12 мая 1990`, `12-May-90`, `May 12, 1990`, `май 1990`.
fn named_month(words: &[&str], month: i32, century: Century, this_year: i32) -> Option<Day> {
    let numbers: Vec<Number> = words.iter().filter_map(|word| number(word)).collect();
    let plain = |year: i32, day: i32| Day { year, month, day, doubt: None };
    match numbers.as_slice() {
        [year] if year.digits == 4 && words.len() == 1 => Some(plain(year.value, 0)),
        [year, day] if year.digits == 4 && day.digits <= 2 && words.len() == 2 => {
            Some(plain(year.value, day.value))
        }
        [day, year] if year.digits == 4 && words.len() == 2 => Some(plain(year.value, day.value)),
        [day, year] if year.digits == 2 && words.len() == 2 => {
            let year = completed(year.value, century, this_year);
            Some(Day { doubt: Some(Doubt::TwoDigitYear), ..plain(year, day.value) })
        }
        _ => None,
    }
}

/// `1990г` and `1990yil` without what is stuck to the year. Months and days with letters stuck to them (`12мая1990`) are not read.
fn without_year(word: &str) -> &str {
    ["года", "г", "yil", "йил"]
        .iter()
        .filter_map(|letters| word.strip_suffix(letters))
        .find(|year| matches!(year.len(), 2 | 4) && year.bytes().all(|b| b.is_ascii_digit()))
        .unwrap_or(word)
}

fn numeric(
    numbers: &[Number],
    slashes: bool,
    order: Option<Order>,
    century: Century,
    this_year: i32,
) -> Option<Day> {
    let plain = |year, month, day| Day { year, month, day, doubt: None };
    Some(match numbers {
        [year] if year.digits == 4 && (1880..=2120).contains(&year.value) => plain(year.value, 0, 0),
        [days] if days.digits == 5 => {
            let date = from_day_number(f64::from(days.value), false)?.date();
            let doubt = Some(Doubt::DayNumber);
            Day { year: date.year().into(), month: date.month().into(), day: date.day().into(), doubt }
        }
        [whole] if whole.digits == 8 => {
            let v = whole.value;
            let year_first = plain(v / 10_000, v / 100 % 100, v % 100);
            let year_last = plain(v % 10_000, v / 10_000 % 100, v / 1_000_000);
            // 19900425 and 25041990: the year tells.
            if (1880..=2120).contains(&year_first.year) { year_first } else { year_last }
        }
        [year, month] if year.digits == 4 => plain(year.value, month.value, 0),
        [month, year] if year.digits == 4 => plain(year.value, month.value, 0),
        [year, month, day] if year.digits == 4 || (year.digits == 2 && year.value > 31) => {
            let doubt = (year.digits == 2).then_some(Doubt::TwoDigitYear);
            let year = if year.digits == 2 { completed(year.value, century, this_year) } else { year.value };
            Day { doubt, ..plain(year, month.value, day.value) }
        }
        [first, second, year] if year.digits == 4 || year.digits == 2 => {
            let doubt = (year.digits == 2).then_some(Doubt::TwoDigitYear);
            let year = if year.digits == 2 { completed(year.value, century, this_year) } else { year.value };
            let day_first = Day { doubt, ..plain(year, second.value, first.value) };
            let month_first = Day { doubt, ..plain(year, first.value, second.value) };
            match (first.value > 12, second.value > 12, order) {
                (true, false, _) => day_first,
                (false, true, _) => month_first,
                (true, true, _) => return None,
                (false, false, Some(Order::MonthFirst)) => month_first,
                (false, false, Some(Order::DayFirst)) => day_first,
                // With points or dashes the day stands first wherever these lists come from.
                (false, false, None) if !slashes || first.value == second.value => day_first,
                (false, false, None) => Day { doubt: Some(Doubt::DayOrMonth), ..day_first },
            }
        }
        _ => return None,
    })
}

/// Four digits of a year from two.
const fn completed(two: i32, century: Century, this_year: i32) -> i32 {
    let this_century = this_year / 100 * 100;
    let year = this_century + two;
    match century {
        Century::Past if year > this_year => year - 100,
        Century::Near if year > this_year + 50 => year - 100,
        Century::Past | Century::Near => year,
    }
}

fn in_calendar(day: Day) -> Option<Day> {
    let Day { year, month, day: of_month, .. } = day;
    manifest::quantity::PartialDate::new(year, month, of_month)?;
    Some(day)
}

/// The number that a day has since 1900, of a text that is a day's number since 1904, its time of day with it; `None` when it is
/// no such number.
pub(super) fn since_1904(text: &str) -> Option<String> {
    let (days, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_number = days.len() == 5 && days.bytes().chain(rest.bytes()).all(|b| b.is_ascii_digit());
    let days = days.parse::<u32>().ok().filter(|_| is_number)?.checked_add(1462)?;
    Some(if rest.is_empty() { days.to_string() } else { format!("{days}.{rest}") })
}

/// A day number of a table program into date and time; `None` outside of 1900 to 2200. Since 1904 in workbooks that say so.
pub(super) fn from_day_number(days: f64, since_1904: bool) -> Option<DateTime> {
    if !(0.0..110_000.0).contains(&days) {
        return None;
    }
    let days = if since_1904 { days + 1462.0 } else { days };
    let minutes = (days * 1440.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "below 1.6e8 by the check above")]
    let minutes = minutes as i64;
    // Table programs count a 29 February 1900 that never was.
    let first = if minutes < 60 * 1440 { Date::constant(1899, 12, 31) } else { Date::constant(1899, 12, 30) };
    let start = first.to_datetime(Time::midnight());
    start.checked_add(jiff::Span::new().try_minutes(minutes).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: Option<Order>) -> Option<(i32, i32, i32, Option<Doubt>)> {
        date(text, order, Century::Past, 2026).map(|day| (day.year, day.month, day.day, day.doubt))
    }

    #[test]
    fn dates_as_people_type_them() {
        for text in [
            "25.04.1990",
            "25.4.1990",
            "1990-04-25",
            "25-04-1990",
            "25/04/1990",
            "04/25/1990",
            "1990/04/25",
            "19900425",
            "25041990",
            "25 апреля 1990 г.",
            "25 апр 1990",
            "25-Apr-1990",
            "April 25, 1990",
            "25 aprel 1990",
            "25.04.1990 0:00:00",
            "1990-04-25T00:00:00",
            "25.04.1990г.",
            "25 . 04 . 1990",
            "1990.04.25",
            "25.04.1990г",
            "1990 yil 25 aprel",
            "1990-yil 25-aprel",
            "25-aprel 1990-yil",
            "1990 йил 25 апрель",
            "25 апреля 1990г.",
            "25 апреля 1990года",
        ] {
            assert_eq!(read(text, None), Some((1990, 4, 25, None)), "{text}");
        }
        assert_eq!(read("1990", None), Some((1990, 0, 0, None)));
        assert_eq!(read("04.1990", None), Some((1990, 4, 0, None)));
        assert_eq!(read("05.04.1990", None), Some((1990, 4, 5, None)));
        assert_eq!(read("25.04.90", None), Some((1990, 4, 25, Some(Doubt::TwoDigitYear))));
        assert_eq!(read("25.04.20", None), Some((2020, 4, 25, Some(Doubt::TwoDigitYear))));
        assert_eq!(read("32988", None), Some((1990, 4, 25, Some(Doubt::DayNumber))));
        for text in [
            "",
            "31.02.1990",
            "25.13.1990",
            "0",
            "abc",
            "Иванов",
            "12345678901",
            "1.2.3.4",
            "99/99/1990",
            "--",
        ] {
            assert_eq!(read(text, None), None, "{text}");
        }
    }

    #[test]
    fn the_column_tells_which_number_is_the_day() {
        assert_eq!(read("05/04/1990", None), Some((1990, 4, 5, Some(Doubt::DayOrMonth))));
        assert_eq!(read("05/05/1990", None), Some((1990, 5, 5, None)));
        let order = |texts: &[&str]| {
            let mut orders = Orders::default();
            texts.iter().for_each(|text| orders.look(text));
            orders.order()
        };
        let month_first = order(&["05/04/1990", "04/25/1990"]);
        assert_eq!(month_first, Some(Order::MonthFirst));
        assert_eq!(read("05/04/1990", month_first), Some((1990, 5, 4, None)));
        assert_eq!(order(&["25/04/1990", "01/02/1990"]), Some(Order::DayFirst));
        assert_eq!(order(&["25/04/1990", "04/25/1990"]), None);
        assert_eq!(order(&["1990-12-25", "x"]), None);
    }

    #[test]
    fn centuries() {
        let near = |text| date(text, None, Century::Near, 2026).map(|day| day.year);
        assert_eq!(
            (near("01.01.31"), near("01.01.77"), near("01.01.26")),
            (Some(2031), Some(1977), Some(2026))
        );
        assert_eq!(read("01.01.27", None).map(|day| day.0), Some(1927));
    }

    #[test]
    fn day_numbers() {
        let day = |days, since_1904| from_day_number(days, since_1904).map(|at| at.to_string());
        assert_eq!(day(1.0, false).as_deref(), Some("1900-01-01T00:00:00"));
        assert_eq!(day(59.0, false).as_deref(), Some("1900-02-28T00:00:00"));
        assert_eq!(day(61.0, false).as_deref(), Some("1900-03-01T00:00:00"));
        assert_eq!(day(32988.0, false).as_deref(), Some("1990-04-25T00:00:00"));
        assert_eq!(day(31526.0, true).as_deref(), Some("1990-04-25T00:00:00"));
        assert_eq!(day(46_349.354_166_666_7, false).as_deref(), Some("2026-11-23T08:30:00"));
        assert!(day(-1.0, false).is_none() && day(1e300, false).is_none() && day(f64::NAN, false).is_none());
    }
}
