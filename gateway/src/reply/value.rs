//! Small values on their way to the wire: instants, states, severities, names.

use jiff::Timestamp;
use manifest::{Severity, State};
use proto::v1;
use scoring::{SubjectRef, Verdict};
use uuid::Uuid;

/// An instant.
#[must_use]
pub fn timestamp(instant: Timestamp) -> prost_types::Timestamp {
    // jiff's two parts may be negative together; protobuf counts nanoseconds forwards.
    let (seconds, nanos) = (instant.as_second(), instant.subsec_nanosecond());
    if nanos < 0 {
        prost_types::Timestamp { seconds: seconds - 1, nanos: nanos + 1_000_000_000 }
    } else {
        prost_types::Timestamp { seconds, nanos }
    }
}

/// Where a manifest stands, by the state's word (`SUBMITTED`); UNSPECIFIED for a word that the contract lacks.
#[must_use]
pub fn manifest_state(word: &str) -> v1::ManifestState {
    match State::parse(word) {
        None => v1::ManifestState::Unspecified,
        Some(State::Draft) => v1::ManifestState::Draft,
        Some(State::Submitted) => v1::ManifestState::Submitted,
        Some(State::Amended) => v1::ManifestState::Amended,
        Some(State::Closed) => v1::ManifestState::Closed,
        Some(State::Arrived) => v1::ManifestState::Arrived,
        Some(State::Completed) => v1::ManifestState::Completed,
        Some(State::Cancelled) => v1::ManifestState::Cancelled,
        Some(State::Expired) => v1::ManifestState::Expired,
        Some(State::Rejected) => v1::ManifestState::Rejected,
    }
}

/// Resource name of a manifest.
#[must_use]
pub fn manifest_name(id: Uuid) -> String {
    format!("manifests/{id}")
}

/// Resource name of a report of an inspection.
#[must_use]
pub fn outcome_name(manifest: Uuid, number: i64) -> String {
    format!("manifests/{manifest}/outcomes/{number}")
}

/// The roll-up's word of a verdict, in receipts, lists and metrics: `GREEN`, `YELLOW`, `RED` or `WITHHELD`.
#[must_use]
pub fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Corridor(corridor) => corridor.as_str(),
        Verdict::Withheld(_) => "WITHHELD",
    }
}

pub(super) fn severity(severity: Severity) -> v1::Severity {
    match severity {
        Severity::Note => v1::Severity::Note,
        Severity::Warning => v1::Severity::Warning,
        Severity::Blocking => v1::Severity::Blocking,
    }
}

/// A subject's name in the contract; numbers are from 1.
pub(super) fn subject(subject: SubjectRef) -> String {
    match subject {
        SubjectRef::Conveyance => "conveyance".to_owned(),
        SubjectRef::Consignment(place) => format!("consignments/{}", place + 1),
        SubjectRef::CrewMember(place) => format!("crewMembers/{}", place + 1),
        SubjectRef::Passenger(place) => format!("passengers/{}", place + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_count_forwards() {
        let before = Timestamp::new(-2, -500_000_000).unwrap();
        assert_eq!(timestamp(before), prost_types::Timestamp { seconds: -3, nanos: 500_000_000 });
        let after = Timestamp::new(7, 9).unwrap();
        assert_eq!(timestamp(after), prost_types::Timestamp { seconds: 7, nanos: 9 });
    }

    #[test]
    fn every_state_is_in_the_contract() {
        for state in State::ALL {
            let name = format!("MANIFEST_STATE_{}", state.as_str());
            assert_eq!(manifest_state(state.as_str()).as_str_name(), name);
        }
        assert_eq!(manifest_state("GONE"), v1::ManifestState::Unspecified);
    }
}
