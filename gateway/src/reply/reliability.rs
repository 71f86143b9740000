//! How reliable the parties of a manifest have proven, as an officer is told it.

use proto::v1;
use scoring::reliability::{EntityKind, Reliability};

use super::value::timestamp;
use crate::persist::{AuthorisedOperator, Conduct};

/// How reliable an entrepreneur has proven in one part of the trade.
#[must_use]
pub fn reliability(kind: EntityKind, standing: &Reliability) -> v1::Reliability {
    v1::Reliability {
        kind: kind.as_str().to_owned(),
        probability: standing.probability,
        low: standing.low,
        high: standing.high,
        group_rate: standing.group_rate,
        outcome_count: standing.outcomes,
        evidence: standing.evidence.as_str().to_owned(),
        ..v1::Reliability::default()
    }
}

/// Adds what is shown beside it: how the entrepreneur conducts itself, and its certificate.
pub fn add_conduct(
    to: &mut v1::Reliability,
    conduct: Option<&Conduct>,
    authorised: Option<&AuthorisedOperator>,
) {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    if let Some(conduct) = conduct {
        to.manifest_count = conduct.manifests;
        to.first_seen_time = Some(timestamp(conduct.first_seen));
        to.chapter_count = count(conduct.chapters.count_ones() as usize);
        to.origin_count = count(conduct.origins.len());
        to.late_count = conduct.late;
        to.amended_count = conduct.amended;
    }
    if let Some(entry) = authorised {
        let date = |day: jiff::civil::Date| v1::CivilDate {
            year: i32::from(day.year()),
            month: i32::from(day.month()),
            day: i32::from(day.day()),
        };
        to.authorised_operator_reference.clone_from(&entry.reference);
        to.authorised_from_date = Some(date(entry.valid_from));
        to.authorised_until_date = Some(date(entry.valid_until));
    }
}
