//! The stored form: nothing lost, no natural person in the record, old versions still read.

use crate::declared::{Said, SourcePlace};
use crate::finding::Finding;
use crate::record::{RecordError, decode, decode_findings, encode_findings, encode_manifest};
use crate::samples::*;
use crate::{Declared, FindingCode, Manifest};

fn text(json: &[u8]) -> &str {
    std::str::from_utf8(json).unwrap()
}

#[test]
fn the_record_holds_no_natural_person() {
    let mut declared = lorry();
    let first = &mut cargo(&mut declared).consignments[0];
    let consignee = first.consignee.as_mut().unwrap();
    consignee.natural_person = true;
    consignee.name = "SYNTHETIC-PRIVATE".into();
    let mut carrier = party("SYNTHETIC-ALONE", "UZ", "30101800000001");
    carrier.identifiers[0].scheme = "PINFL".into();
    declared.carrier = Some(carrier);
    for (declared, secrets) in [
        (
            declared,
            &["SYNTHETIC-PRIVATE", "300000001", "SYNTHETIC-ALONE", "30101800000001", "DRIVER\"", "AZAMAT"][..],
        ),
        (coach(2), &["SYNTHETIC-1", "GULNORA", "1990", "FA0000001", "UZB"][..]),
    ] {
        let manifest = normalized(declared);
        let stored = encode_manifest(&manifest);
        for secret in secrets.iter().filter(|secret| **secret != "DRIVER\"") {
            assert!(!text(&stored.record_json).contains(secret), "{secret} in the record");
            assert!(text(&stored.persons_json).contains(secret), "{secret} with the persons");
        }
        assert_eq!(decode(&stored.record_json, Some(&stored.persons_json)), Ok(manifest.clone()));
        let without = decode(&stored.record_json, None).unwrap();
        assert_eq!(without.crew_members.len(), manifest.crew_members.len());
        assert_eq!(without.crew_members[0].role, manifest.crew_members[0].role);
        assert_eq!(
            without.passenger_list().map(|l| l.passengers.len()),
            manifest.passenger_list().map(|l| l.passengers.len())
        );
        assert_eq!(encode_manifest(&without).record_json, stored.record_json, "the record alone is whole");
    }
}

#[test]
fn persons_of_another_manifest_do_not_fit() {
    let two = encode_manifest(&normalized(coach(2)));
    let three = encode_manifest(&normalized(coach(3)));
    assert_eq!(decode(&two.record_json, Some(&three.persons_json)), Err(RecordError::PersonsDoNotFit));
    let later = text(&two.record_json).replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(decode(later.as_bytes(), None), Err(RecordError::UnknownVersion(2)));
    assert!(matches!(decode(b"{", None), Err(RecordError::Malformed { .. })));
    let broken = text(&two.record_json).replacen("\"KZ\"", "\"kz\"", 1);
    assert_eq!(decode(broken.as_bytes(), None), Err(RecordError::Value("a country code")));
    let many = text(&two.record_json).replacen("\"passenger_count\":2", "\"passenger_count\":4000000000", 1);
    assert_eq!(decode(many.as_bytes(), None), Err(RecordError::Value("a number of passengers")));
}

#[test]
fn findings_keep_their_originals_apart() {
    let findings = findings();
    let stored = encode_findings(&findings);
    assert!(!text(&stored.findings_json).contains("SYNTHETIC-ZONE"));
    assert_eq!(decode_findings(&stored.findings_json, Some(&stored.originals_json)), Ok(findings.clone()));
    let without = decode_findings(&stored.findings_json, None).unwrap();
    assert!(without.iter().all(|finding| finding.original.is_none() && finding.place.is_none()));
    assert_eq!(without.len(), findings.len());
    assert_eq!(without[0].code, FindingCode::MrzMalformed);
}

fn findings() -> Vec<Finding> {
    let mut declared = coach(3);
    list(&mut declared).passengers[1].travel_documents[0].mrz_lines = vec!["SYNTHETIC-ZONE".into()];
    list(&mut declared).declared_passenger_count = Some(Said::Plain(4));
    let (_, findings) = run(declared);
    let mut findings = findings.into_vec();
    findings.reverse();
    findings[0].place = Some(SourcePlace::Cell { sheet: "SYNTHETIC-ZONE".into(), row: 2, column: 1 });
    findings
}

/// What version 1 wrote is read for ever. `FIXTURES_ACCEPT=1` rewrites the files; a diff there needs a new version.
#[test]
fn story_of_version_1() {
    let check = |name: &str, declared: Declared, record: &str, persons: &str| {
        let manifest: Manifest = normalized(declared);
        let stored = encode_manifest(&manifest);
        if std::env::var_os("FIXTURES_ACCEPT").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/record-v1");
            std::fs::write(format!("{folder}/{name}.record.json"), &stored.record_json).unwrap();
            std::fs::write(format!("{folder}/{name}.persons.json"), &stored.persons_json).unwrap();
            return;
        }
        assert_eq!(decode(record.as_bytes(), Some(persons.as_bytes())), Ok(manifest), "{name}");
        assert_eq!(text(&stored.record_json), record, "{name}");
        assert_eq!(text(&stored.persons_json), persons, "{name}");
    };
    check(
        "lorry",
        lorry(),
        include_str!("../fixtures/record-v1/lorry.record.json"),
        include_str!("../fixtures/record-v1/lorry.persons.json"),
    );
    check(
        "coach",
        coach(2),
        include_str!("../fixtures/record-v1/coach.record.json"),
        include_str!("../fixtures/record-v1/coach.persons.json"),
    );
}
