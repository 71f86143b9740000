//! What a post reports, between the wire and the store: read strictly, kept as one line of JSON, told again as recorded.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use proto::v1;
use serde::{Deserialize, Serialize};

use super::Reach;
use crate::{
    persist::RecordedInspection,
    reply::{Notice, Reason, outcome_name, timestamp},
};

/// Longest reference, in characters.
const REFERENCE_LIMIT: usize = 70;
/// Highest revision of a report.
const REVISION_LIMIT: i32 = 999;
/// Longest inspection that is believed: thirty days of one inspector.
const MINUTES_LIMIT: i32 = 43_200;

/// Which part of a manifest was examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The vehicle and its papers.
    Conveyance,
    /// One consignment, by its place from 0.
    Consignment(usize),
    /// Passengers and crew together.
    Travellers,
}

/// A report in our words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Report {
    pub(super) outcome_reference: String,
    pub(super) revision: u32,
    pub(super) part: Part,
    pub(super) irregular: bool,
    pub(super) critical: bool,
    /// Places from 0; empty for all.
    pub(super) examined_items: Vec<usize>,
    /// Places from 0; empty for all that were examined.
    pub(super) irregular_items: Vec<usize>,
    pub(super) examine_time: Timestamp,
    /// As stored.
    pub(super) kept: Kept,
}

/// The stored form. Numbers of enums are the contract's, which never change meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    v: u32,
    measures: Vec<i32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kinds: Vec<i32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    examined: Vec<i32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<i32>,
    #[serde(default)]
    minutes: i32,
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// The first field that stands in the way.
    pub(super) fn read(outcome: v1::Outcome, latest: Timestamp) -> Result<Self, Notice> {
        let wrong = |field: &str, problem: &str| {
            Err(Notice::new(Reason::RequestInvalid).at(format!("outcome.{field}"), problem))
        };
        let reference = outcome.outcome_reference;
        if reference.is_empty() {
            return wrong("outcome_reference", "is missing");
        }
        if reference.chars().count() > REFERENCE_LIMIT
            || reference.trim() != reference
            || reference.chars().any(char::is_control)
        {
            return wrong(
                "outcome_reference",
                "is longer than 70 characters, or has control characters or outer blanks",
            );
        }
        let Some(revision) =
            u32::try_from(outcome.revision).ok().filter(|_| outcome.revision <= REVISION_LIMIT)
        else {
            return wrong("revision", "is not between 0 and 999");
        };
        let Some(part) = Part::parse(&outcome.subject) else {
            return wrong(
                "subject",
                "is not \"conveyance\", \"travellers\" or \"consignments/{number from 1}\"",
            );
        };
        let known = |number: &i32| *number != 0 && v1::ControlMeasure::try_from(*number).is_ok();
        if outcome.measures.is_empty() || !outcome.measures.iter().all(known) {
            return wrong("measures", "is empty, or has a measure that is not stated or not known");
        }
        let known = |number: &i32| *number != 0 && v1::IrregularityKind::try_from(*number).is_ok();
        if !outcome.kinds.iter().all(known) {
            return wrong("kinds", "has a kind that is not stated or not known");
        }
        if outcome.critical && !outcome.irregular {
            return wrong("critical", "is set although nothing irregular was found");
        }
        let named = !outcome.kinds.is_empty() || !outcome.irregular_items.is_empty();
        if named && !outcome.irregular {
            return wrong("irregular", "is not set, but kinds or items of an irregularity are");
        }
        let of_goods = matches!(part, Part::Consignment(_));
        let items = !outcome.examined_items.is_empty() || !outcome.irregular_items.is_empty();
        if items && !of_goods {
            return wrong(
                "examined_items",
                "or irregular_items is set, but only a consignment has goods items",
            );
        }
        let Some(examined_items) = places(&outcome.examined_items) else {
            return wrong("examined_items", "has a number that is not a place from 1, or one twice");
        };
        let Some(irregular_items) = places(&outcome.irregular_items) else {
            return wrong("irregular_items", "has a number that is not a place from 1, or one twice");
        };
        if !examined_items.is_empty() && irregular_items.iter().any(|item| !examined_items.contains(item)) {
            return wrong("irregular_items", "has an item that was not examined");
        }
        if !(0..=MINUTES_LIMIT).contains(&outcome.inspector_minutes) {
            return wrong("inspector_minutes", "is negative or beyond belief");
        }
        let examined = outcome.examine_time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok());
        let Some(examine_time) = examined else { return wrong("examine_time", "is missing or out of range") };
        if examine_time > latest {
            return wrong("examine_time", "lies in the future");
        }
        let mut kept = Kept {
            v: 1,
            measures: outcome.measures,
            kinds: outcome.kinds,
            examined: outcome.examined_items,
            items: outcome.irregular_items,
            minutes: outcome.inspector_minutes,
        };
        // Lists are sets: another order is not another report.
        for list in [&mut kept.measures, &mut kept.kinds, &mut kept.examined, &mut kept.items] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(Self {
            outcome_reference: reference,
            revision,
            part,
            irregular: outcome.irregular,
            critical: outcome.critical,
            examined_items,
            irregular_items,
            examine_time,
            kept,
        })
    }

    /// What its measures were able to find of a part with so many goods items.
    pub(super) fn reach(&self, items: usize) -> Reach {
        Reach::of(&self.kept.measures, &self.examined_items, items)
    }

    /// The bytes to store.
    pub(super) fn encode(&self) -> Vec<u8> {
        // Plain values into memory: nothing can fail.
        serde_json::to_vec(&self.kept).unwrap_or_default()
    }

    /// Digest of everything that was reported, reference and revision apart: repeats are settled by it.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut words = self.encode();
        words.extend_from_slice(
            format!(
                "\n{}\n{}\n{}\n{}",
                self.part.word(),
                self.irregular,
                self.critical,
                self.examine_time.as_nanosecond()
            )
            .as_bytes(),
        );
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, &words).as_ref());
        bytes
    }
}

/// Places from 0, each once.
fn places(numbers: &[i32]) -> Option<Vec<usize>> {
    let mut places = Vec::with_capacity(numbers.len());
    for number in numbers {
        let place = usize::try_from(*number).ok()?.checked_sub(1)?;
        if places.contains(&place) {
            return None;
        }
        places.push(place);
    }
    Some(places)
}

impl Part {
    /// The part that the contract's words name.
    pub(super) fn parse(words: &str) -> Option<Self> {
        match words {
            "conveyance" => Some(Part::Conveyance),
            "travellers" => Some(Part::Travellers),
            _ => {
                let number = words.strip_prefix("consignments/")?;
                let canonical = !number.starts_with(['0', '+']);
                let place: usize = canonical.then(|| number.parse().ok()).flatten()?;
                place.checked_sub(1).map(Part::Consignment)
            }
        }
    }

    /// The contract's words.
    pub(super) fn word(self) -> String {
        match self {
            Part::Conveyance => "conveyance".to_owned(),
            Part::Travellers => "travellers".to_owned(),
            Part::Consignment(place) => format!("consignments/{}", place + 1),
        }
    }
}

fn kept(recorded: &RecordedInspection) -> Result<Kept, String> {
    let kept: Kept = serde_json::from_slice(&recorded.report).map_err(|error| error.to_string())?;
    if kept.v != 1 {
        return Err(format!("version {} of a report is not known", kept.v));
    }
    Ok(kept)
}

/// What the measures of a recorded report were able to find of a part with so many goods items.
///
/// # Errors
/// In words, when the stored form is damaged or of a later version.
pub(crate) fn reach_of(recorded: &RecordedInspection, items: usize) -> Result<Reach, String> {
    let kept = kept(recorded)?;
    Ok(Reach::of(&kept.measures, &places(&kept.examined).unwrap_or_default(), items))
}

/// A recorded report as it is told.
///
/// # Errors
/// In words, when the stored form is damaged or of a later version.
pub(super) fn told(recorded: &RecordedInspection) -> Result<v1::Outcome, String> {
    let kept = kept(recorded)?;
    Ok(v1::Outcome {
        name: outcome_name(recorded.manifest_id, recorded.number),
        outcome_reference: recorded.outcome_reference.clone(),
        revision: i32::try_from(recorded.revision).unwrap_or(i32::MAX),
        subject: recorded.subject.clone(),
        measures: kept.measures,
        irregular: recorded.irregular,
        critical: recorded.critical,
        kinds: kept.kinds,
        examined_items: kept.examined,
        irregular_items: kept.items,
        examine_time: Some(timestamp(recorded.examine_time)),
        inspector_minutes: kept.minutes,
        border_post_code: recorded.border_post_code.clone(),
        report_time: Some(timestamp(recorded.report_time)),
        drawn_at_random: recorded.drawn_at_random,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> v1::Outcome {
        v1::Outcome {
            outcome_reference: "SYNTHETIC-1".into(),
            subject: "consignments/2".into(),
            measures: vec![v1::ControlMeasure::Physical.into(), v1::ControlMeasure::NonIntrusive.into()],
            irregular: true,
            kinds: vec![v1::IrregularityKind::Value.into()],
            examined_items: vec![1, 3],
            irregular_items: vec![3],
            examine_time: Some(prost_types::Timestamp { seconds: 1_000, nanos: 0 }),
            ..v1::Outcome::default()
        }
    }

    fn read(change: impl FnOnce(&mut v1::Outcome)) -> Result<Report, Notice> {
        let mut outcome = good();
        change(&mut outcome);
        Report::read(outcome, Timestamp::from_second(2_000).unwrap())
    }

    #[test]
    fn a_report_is_read_and_the_order_of_lists_does_not_matter() {
        let report = read(|_| ()).unwrap();
        assert_eq!((report.part, report.part.word().as_str()), (Part::Consignment(1), "consignments/2"));
        assert_eq!(
            (report.examined_items.as_slice(), report.irregular_items.as_slice()),
            (&[0, 2][..], &[2][..])
        );
        let turned = read(|outcome| {
            outcome.measures.reverse();
            outcome.examined_items.reverse();
        });
        assert_eq!(turned.unwrap().digest(), report.digest());
        assert_ne!(read(|outcome| outcome.critical = true).unwrap().digest(), report.digest());
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_field() {
        type Change = fn(&mut v1::Outcome);
        let cases: [(&str, Change); 14] = [
            ("outcome_reference", |o| o.outcome_reference.clear()),
            ("outcome_reference", |o| o.outcome_reference = " x".into()),
            ("revision", |o| o.revision = -1),
            ("subject", |o| o.subject = "consignments/0".into()),
            ("subject", |o| o.subject = "passengers/1".into()),
            ("measures", |o| o.measures.clear()),
            ("measures", |o| o.measures = vec![0]),
            ("kinds", |o| o.kinds = vec![99]),
            ("critical", |o| {
                o.irregular = false;
                o.critical = true;
            }),
            ("irregular", |o| o.irregular = false),
            ("examined_items", |o| o.subject = "conveyance".into()),
            ("irregular_items", |o| o.irregular_items = vec![2]),
            ("inspector_minutes", |o| o.inspector_minutes = -5),
            ("examine_time", |o| o.examine_time = Some(prost_types::Timestamp { seconds: 3_000, nanos: 0 })),
        ];
        for (field, change) in cases {
            let notice = read(change).unwrap_err();
            assert_eq!(notice.reason, Reason::RequestInvalid);
            assert_eq!(notice.violations[0].0, format!("outcome.{field}"));
        }
    }
}
