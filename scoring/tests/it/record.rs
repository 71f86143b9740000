//! The stored form: everything comes back, and comes out again byte for byte.

use manifest::finding::{About, FindingCode, Severity};
use scoring::record::{RecordError, decode, encode, recompute};
use scoring::*;

use crate::support::*;

fn cases() -> Vec<Decided> {
    let past = history(&outcomes(&yarn(), 10, 6, 1));
    let findings = [
        warning(FindingCode::GrossMassBelowSum, About::Consignment(0)),
        finding(
            FindingCode::ValueMalformed,
            Severity::Blocking,
            About::GoodsItem { consignment: 1, item: 0 },
        ),
        finding(FindingCode::FiledLate, Severity::Note, About::Conveyance),
        warning(FindingCode::DocumentExpired, About::CrewMember(0)),
        warning(FindingCode::MinorAlone, About::Passenger(3)),
    ];
    let truck = cargo(vec![vec![yarn(); 4], vec![Subject { value: None, importer: None, ..yarn() }]]);
    let coach = Case::Coach { crew: vec![CrewMember::Driver, CrewMember::Other], passengers: 5 };
    let rejected = [finding(FindingCode::RequiredFieldMissing, Severity::Blocking, About::Manifest)];
    [
        scorer().score(&truck, Ok(&past), &[]),
        scorer().score(&truck, Ok(&past), &findings),
        scorer().score(&truck, Ok(&past), &rejected),
        scorer().score(&truck, Ok(&History::default()), &[]),
        scorer().score(&truck, Err(Withheld::HistoryUnavailable), &findings),
        scorer().score(&coach, Ok(&past), &findings),
        scorer().score(&Case::ModeNotDecided, Ok(&past), &[]),
        Scored::withheld(Withheld::ManifestRejected, None, &rejected),
        Scored::withheld(Withheld::ScoringFailed, Some(&truck), &findings),
    ]
    .into_iter()
    .map(|scored| finish(scored, &Capacity::default()))
    .collect()
}

#[test]
fn what_is_written_is_read() {
    for decided in cases() {
        assert_eq!(decode(&encode(&decided)).unwrap(), decided);
    }
}

#[test]
fn the_evidence_alone_makes_the_same_bytes_again() {
    let scorer = scorer();
    for decided in cases() {
        assert_eq!(recompute(scorer, &encode(&decided)).unwrap(), decided);
    }
}

#[test]
fn a_record_that_was_touched_does_not_pass() {
    let text = String::from_utf8(encode(&cases()[0])).unwrap();
    let touched = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        recompute(scorer(), text.replacen(from, to, 1).as_bytes())
    };
    assert!(matches!(touched("RED", "GREEN"), Err(RecordError::Differs)));
    assert!(matches!(touched("\"base\":[10,6,1]", "\"base\":[10,1,1]"), Err(RecordError::Differs)));
    assert!(matches!(touched("\"v\":1", "\"v\":2"), Err(RecordError::Version(2))));
    assert!(matches!(touched("\"x\":\"", "\"x\":\"A"), Err(RecordError::Malformed(_))));
    let digest = scorer().identity().policy_digest.clone();
    assert!(matches!(touched(&digest, "0"), Err(RecordError::Identity { .. })));
}

#[test]
fn no_key_of_a_party_is_written() {
    let text = String::from_utf8(encode(&cases()[0])).unwrap();
    assert!(!text.contains("UZ-IMPORTER"));
}
