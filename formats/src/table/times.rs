//! Times of day and offsets from UTC as people type them beside dates.

use jiff::civil::Time;

use super::fold::fold;

/// A time of day with its offset from UTC in minutes, where one was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) time: Time,
    pub(super) offset_minutes: Option<i32>,
    /// A later time stood behind it: `08:30-09:00`.
    pub(super) is_first_of_two: bool,
}

/// The ways to write a time of day that have no colon: `в 08 часов 30 минут`, and `08.30` behind a whole day.
pub(super) fn with_colon(text: &str) -> String {
    const HOURS: [&str; 8] = ["часов", "часа", "час", "ч", "ч.", "soat", "соат", "h"];
    const MINUTES: [&str; 8] = ["минут", "минуты", "минута", "мин", "мин.", "м", "daqiqa", "min"];
    if text.contains(':') || text.len() > 128 {
        return text.to_owned();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &str| (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    if let Some(at) = words.iter().position(|word| HOURS.contains(word)).filter(|at| *at > 0)
        && let (Some(hour), Some(minute)) = (words.get(at - 1), words.get(at + 1))
        && is_number(hour)
        && is_number(minute)
    {
        let behind = words.iter().skip(at + 2).filter(|word| !MINUTES.contains(word));
        let before = words.iter().take(at - 1);
        let clock = format!("{hour}:{minute:0>2}");
        let all: Vec<&str> = before.copied().chain([clock.as_str()]).chain(behind.copied()).collect();
        return all.join(" ");
    }
    if let Some((last, before)) = words.split_last()
        && let Some((hour, minute)) = last.split_once(['.', '-'])
        && is_number(hour)
        && minute.len() == 2
        && is_number(minute)
        && (before.is_empty()
            || before.iter().any(|word| word.bytes().filter(u8::is_ascii_digit).count() >= 4))
    {
        return format!("{} {hour}:{minute}", before.join(" ")).trim_start().to_owned();
    }
    text.to_owned()
}

/// What follows a later time of day behind a dash; `None` where an offset or nothing stands there.
fn behind_range(rest: &str, first: Time) -> Option<&str> {
    let second = rest.trim_start().strip_prefix(['-', '–', '—'])?.trim_start();
    let (hour, rest) = second.split_once(':')?;
    let (minute, rest) = rest.split_at_checked(2)?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (hour, minute) =
        (hour.parse().ok().filter(|_| digits(hour))?, minute.parse().ok().filter(|_| digits(minute))?);
    let second = Time::new(hour, minute, 0, 0).ok()?;
    (second > first).then_some(rest)
}

/// `9:00 PM`: the hour of twenty-four, and what follows the two letters.
fn of_twelve(hour: i8, rest: &str) -> (i8, &str) {
    let behind = |letters: [&str; 4]| {
        let rest = rest.trim_start();
        let behind = letters.iter().find_map(|letters| rest.strip_prefix(letters))?;
        (!behind.starts_with(char::is_alphanumeric)).then_some(behind)
    };
    match (behind(["AM", "am", "a.m.", "A.M."]), behind(["PM", "pm", "p.m.", "P.M."])) {
        (Some(behind), _) if (1..=12).contains(&hour) => (if hour == 12 { 0 } else { hour }, behind),
        (_, Some(behind)) if (1..=12).contains(&hour) => (if hour == 12 { 12 } else { hour + 12 }, behind),
        _ => (hour, rest),
    }
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
    let mut rest = after.get(2..).unwrap_or_default();
    if let Some(seconds) = rest.strip_prefix(':') {
        rest = seconds.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    let (hour, rest) = of_twelve(hour, rest);
    let Ok(time) = Time::new(hour, minute, 0, 0) else { return (text.to_owned(), None) };
    let day = before.get(..hours_at).unwrap_or_default();
    // `T08:30-09:00` has an offset, as the standard writes it.
    let range = behind_range(rest, time).filter(|_| !day.ends_with(['T', 't']));
    let (offset_minutes, rest) = offset(range.unwrap_or(rest));
    let date = day.trim_end_matches(['T', 't']);
    (format!("{date} {rest}"), Some(Clock { time, offset_minutes, is_first_of_two: range.is_some() }))
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
            ("23.11.2026 soat 8:30 da", None),
            ("2026 yil 23 noyabr, soat 08:30", None),
            ("23.11.2026 г. в 08:30 ч.", None),
            ("11/23/2026 8:30 AM", None),
        ] {
            assert_eq!(taken(text), (day, Some(("08:30:00".to_owned(), offset))), "{text}");
        }
        for (text, first_of_two, offset) in [
            ("23.11.2026 08:30-09:00", true, None),
            ("23.11.2026 08:30 – 09:00", true, None),
            ("23.11.2026 08:30-09:00 UTC+5", true, Some(300)),
            ("2026-11-23T08:30-09:00", false, Some(-540)),
            ("23.11.2026 08:30-05:00", false, Some(-300)),
        ] {
            let clock = without_time(text).1.unwrap();
            assert_eq!((clock.is_first_of_two, clock.offset_minutes), (first_of_two, offset), "{text}");
        }
        for text in [
            "23 ноября 2026 г. в 08:30",
            "23.11.2026 в 08 часов 30 минут",
            "23.11.2026, 08.30",
            "23.11.2026 08 ч. 30 мин.",
            "23.11.2026 в 08-30",
            "23.11.2026 soat 08.30",
        ] {
            assert_eq!(taken(&with_colon(text)), (day, Some(("08:30:00".to_owned(), None))), "{text}");
        }
        assert_eq!(taken("23.11.2026 8:30 PM").1, Some(("20:30:00".to_owned(), None)));
        assert_eq!(taken("23.11.2026 12:30 am").1, Some(("00:30:00".to_owned(), None)));
        assert_eq!(with_colon("09.00"), "09:00");
        assert_eq!(with_colon("23.11.26"), "23.11.26");
        assert_eq!(taken("23.11.2026"), (day, None));
        assert_eq!(taken("25:99"), (None, None));
        assert_eq!(offset("+05:00").0, Some(300));
        assert_eq!(offset("-3").0, Some(-180));
        assert_eq!(offset("пять").0, None);
    }
}
