//! Times of day and offsets from UTC as people type them beside dates.

use jiff::civil::Time;

use super::fold::fold;

/// A time of day with its offset from UTC in minutes, where one was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) time: Time,
    pub(super) offset_minutes: Option<i32>,
}

/// Takes the time of day out of a text: `23.11.2026 08:30`, `2026-11-23T08:30+05:00`, `08:30 (UTC+5), 23.11`.
pub(super) fn without_time(text: &str) -> (String, Option<Clock>) {
    let Some(colon) = text.find(':') else { return (text.to_owned(), None) };
    let (before, after) = (text.get(..colon).unwrap_or_default(), text.get(colon + 1..).unwrap_or_default());
    let hours_at = before
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let hours = before.get(hours_at..).unwrap_or_default();
    let minutes: String = after.chars().take_while(char::is_ascii_digit).collect();
    let (Ok(hour), Ok(minute)) = (hours.parse::<i8>(), minutes.parse::<i8>()) else {
        return (text.to_owned(), None);
    };
    if hours.len() > 2 || minutes.len() != 2 {
        return (text.to_owned(), None);
    }
    let Ok(time) = Time::new(hour, minute, 0, 0) else { return (text.to_owned(), None) };
    let mut rest = after.get(2..).unwrap_or_default();
    if let Some(seconds) = rest.strip_prefix(':') {
        rest = seconds.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    let (offset_minutes, rest) = offset(rest);
    let date = before.get(..hours_at).unwrap_or_default().trim_end_matches(['T', 't']);
    (format!("{date} {rest}"), Some(Clock { time, offset_minutes }))
}

/// An offset from UTC at the start of a text or behind `UTC` and `GMT`, and what remains.
pub(super) fn offset(text: &str) -> (Option<i32>, &str) {
    let trimmed = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ','));
    if let Some(rest) = trimmed.strip_prefix(['Z', 'z']) {
        return (Some(0), rest);
    }
    let named = ["UTC", "GMT", "utc", "gmt"].iter().find_map(|name| trimmed.strip_prefix(name));
    let signed = named.unwrap_or(trimmed).trim_start();
    let sign = match signed.chars().next() {
        Some('+') => 1,
        Some('-' | '−') => -1,
        _ if named.is_some() => return (Some(0), signed),
        _ => return zone(text, trimmed),
    };
    let digits_at = signed.chars().next().map_or(0, char::len_utf8);
    let digits = signed.get(digits_at..).unwrap_or_default();
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(digits.len());
    let (number, rest) = digits.split_at_checked(end).unwrap_or((digits, ""));
    let (hours, minutes) = match (number.split_once(':'), number.len()) {
        (Some((hours, minutes)), _) => (hours, minutes),
        (None, 4) => number.split_at_checked(2).unwrap_or((number, "0")),
        (None, _) => (number, "0"),
    };
    match (hours.parse::<i32>(), minutes.parse::<i32>()) {
        (Ok(hours @ 0..=15), Ok(minutes @ 0..=59)) => {
            (Some(sign * (hours * 60 + minutes)), rest.trim_start_matches(')'))
        }
        _ => (None, text),
    }
}

/// The clocks that people name: Tashkent's and Moscow's.
fn zone<'t>(text: &'t str, trimmed: &'t str) -> (Option<i32>, &'t str) {
    let folded = fold(trimmed);
    let is = |names: &[&str]| names.iter().any(|name| folded.starts_with(name));
    if is(&["ташкент", "по ташкент", "toshkent", "тошкент", "tashkent"]) {
        (Some(300), "")
    } else if is(&["мск", "по мск", "москов", "по москов", "moscow", "msk"]) {
        (Some(180), "")
    } else {
        (None, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::dates::{Century, date};

    #[test]
    fn times_and_offsets() {
        let taken = |text: &str| {
            let (rest, clock) = without_time(text);
            let clock = clock.map(|clock| (clock.time.to_string(), clock.offset_minutes));
            (date(&rest, None, Century::Near, 2026).map(|day| (day.year, day.month, day.day)), clock)
        };
        let day = Some((2026, 11, 23));
        for (text, offset) in [
            ("23.11.2026 08:30", None),
            ("2026-11-23T08:30:00+05:00", Some(300)),
            ("2026-11-23 08:30Z", Some(0)),
            ("23.11.2026 08:30 (UTC+5)", Some(300)),
            ("08:30 +0500 23.11.2026", Some(300)),
            ("23.11.2026, 08:30 МСК", Some(180)),
            ("23.11.2026 08:30 (ташкентское время)", Some(300)),
            ("23 ноября 2026 г. 08:30", None),
        ] {
            assert_eq!(taken(text), (day, Some(("08:30:00".to_owned(), offset))), "{text}");
        }
        assert_eq!(taken("23.11.2026"), (day, None));
        assert_eq!(taken("25:99"), (None, None));
        assert_eq!(offset("+05:00").0, Some(300));
        assert_eq!(offset("-3").0, Some(-180));
        assert_eq!(offset("пять").0, None);
    }
}
