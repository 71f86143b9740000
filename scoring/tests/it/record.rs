//! The stored form: everything comes back, and comes out again byte for byte.

use manifest::finding::{About, FindingCode, Severity};
use scoring::record::{RecordError, decode, encode, recompute, replay};
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

/// A bundle that answers as the shipped one does, under another digest.
fn next_bundle() -> Scorer {
    let shipped = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/models/customs-1"));
    let dir = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(shipped).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
    }
    let file = dir.path().join("bundle.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("# the next one\n{text}")).unwrap();
    Scorer::load(dir.path()).unwrap()
}

#[test]
fn every_record_is_made_again_across_a_change_of_bundle_by_the_one_that_made_it() {
    let (old, new) = (scorer(), next_bundle());
    assert_ne!(old.identity().bundle_digest, new.identity().bundle_digest);
    let past = history(&outcomes(&yarn(), 10, 6, 1));
    let case = cargo(vec![vec![yarn(); 2]]);
    let by_new = encode(&finish(new.score(&case, Ok(&past), &[]), &Capacity::default()));
    let mut records: Vec<Vec<u8>> = cases().iter().map(encode).collect();
    records.push(by_new.clone());
    for record in &records {
        replay([&new, old], record).unwrap();
        replay([old, &new], record).unwrap();
    }
    // The new one alone does not pass for the old one, and says whose records they are.
    match replay([old], &by_new) {
        Err(RecordError::Identity { bundle, .. }) => assert_eq!(bundle, new.identity().bundle_digest),
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_key_of_a_party_is_written() {
    let text = String::from_utf8(encode(&cases()[0])).unwrap();
    assert!(!text.contains("UZ-IMPORTER"));
}
