//! Instants into UTC and dates into the calendar.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::Step;
use crate::declared::{DeclaredDate, DeclaredInstant};
use crate::finding::{FindingCode, Severity};
use crate::findings::Spot;
use crate::quantity::{Instant, PartialDate};

/// Offsets beyond this do not exist on any clock, in minutes.
pub(super) const OFFSET_LIMIT_MINUTES: i64 = 18 * 60;

impl Step<'_> {
    /// An instant; words that name no offset are read on the journey's clock, and without one they are a finding.
    pub(super) fn instant(&mut self, said: Option<DeclaredInstant>, at: Spot<'_>) -> Option<Instant> {
        self.instant_weighing(said, Severity::Warning, at)
    }

    /// An instant whose absence weighs as much as its finding says.
    pub(super) fn instant_weighing(
        &mut self,
        said: Option<DeclaredInstant>,
        severity: Severity,
        at: Spot<'_>,
    ) -> Option<Instant> {
        match said? {
            DeclaredInstant::Instant { timestamp, offset_minutes } => {
                let own = offset_minutes
                    .filter(|minutes| i64::from(minutes.unsigned_abs()) <= OFFSET_LIMIT_MINUTES);
                let own = own.and_then(|minutes| i16::try_from(minutes).ok());
                Some(Instant { timestamp, offset_minutes: own.or(self.offset_minutes) })
            }
            DeclaredInstant::Said { text, format } => {
                let instant = read_instant(text.trim(), &format, self.offset_minutes);
                if instant.is_none() {
                    let form = "time with its offset from UTC: 2026-11-23T08:00:00+05:00";
                    let finding = self.findings.note(FindingCode::ValueMalformed, severity, at);
                    finding.original(&text).parameter("form", form).push();
                }
                instant
            }
        }
    }

    /// When a message was made. Whole families of messages write it without an offset, as their standard has it: such
    /// a clock is taken for UTC, which is said; nothing is decided by it but what came later.
    pub(super) fn instant_of_issue(
        &mut self,
        said: Option<DeclaredInstant>,
        at: Spot<'_>,
    ) -> Option<Instant> {
        let Some(DeclaredInstant::Said { text, format }) = &said else { return self.instant(said, at) };
        let utc = read_instant(text.trim(), format, Some(0)).filter(|_| self.offset_minutes.is_none());
        let Some(utc) = utc else { return self.instant(said, at) };
        let finding = self.findings.note(FindingCode::DateAmbiguous, Severity::Note, at);
        finding.original(text).parameter("form", "UTC").push();
        Some(utc)
    }

    /// A date that may lack its day or month.
    pub(super) fn date(
        &mut self,
        said: Option<DeclaredDate>,
        severity: Severity,
        at: Spot<'_>,
    ) -> Option<PartialDate> {
        let (date, words) = match said? {
            DeclaredDate::Civil { year: 0, month: 0, day: 0 } => return None,
            DeclaredDate::Civil { year, month, day } => match PartialDate::new(year, month, day) {
                Some(date) => return Some(date),
                None => (None, format!("{year:04}-{month:02}-{day:02}")),
            },
            DeclaredDate::Said { text, .. } => (read_date(text.trim()), text),
        };
        if date.is_none() {
            let finding = self.findings.note(FindingCode::ValueMalformed, severity, at);
            finding.original(&words).parameter("form", "date CCYY-MM-DD or CCYYMMDD: 2026-11-23").push();
        }
        date
    }
}

/// Words of an instant: RFC 3339, or digits of EDIFACT (`203` CCYYMMDDHHMM, `204` with seconds) on the sender's clock.
fn read_instant(text: &str, format: &str, offset_minutes: Option<i16>) -> Option<Instant> {
    if format == "UNIX" {
        return None;
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(Instant { timestamp, offset_minutes });
    }
    let local = if text.len() >= 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = if text.len() == 14 { "%Y%m%d%H%M%S" } else { "%Y%m%d%H%M" };
        DateTime::strptime(seconds, text).ok()?
    } else {
        text.parse::<DateTime>().ok()?
    };
    let minutes = offset_minutes?;
    let offset = Offset::from_seconds(i32::from(minutes).checked_mul(60)?).ok()?;
    let timestamp = offset.to_timestamp(local).ok()?;
    Some(Instant { timestamp, offset_minutes: Some(minutes) })
}

/// Words of a date: `CCYY-MM-DD`, `DD.MM.CCYY`, `CCYYMMDD`; parts at the end of the first and last form may lack.
pub(super) fn read_date(text: &str) -> Option<PartialDate> {
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i32>().ok())?;
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    match parts.as_slice() {
        [year] if year.len() == 4 => PartialDate::new(number(year)?, 0, 0),
        [whole] if whole.len() == 6 => {
            PartialDate::new(number(whole.get(..4)?)?, number(whole.get(4..)?)?, 0)
        }
        [whole] if whole.len() == 8 => {
            let day = number(whole.get(6..)?)?;
            PartialDate::new(number(whole.get(..4)?)?, number(whole.get(4..6)?)?, day)
        }
        [year, month] if year.len() == 4 => PartialDate::new(number(year)?, number(month)?, 0),
        [year, month, day] if year.len() == 4 => {
            PartialDate::new(number(year)?, number(month)?, number(day)?)
        }
        [day, month, year] if year.len() == 4 => {
            PartialDate::new(number(year)?, number(month)?, number(day)?)
        }
        _ => None,
    }
}
