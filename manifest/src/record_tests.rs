//! The stored form: nothing lost, no natural person in the record, old versions still read.

use crate::declared::{Said, SourcePlace};
use crate::finding::Finding;
use crate::manifest::Load;
use crate::person::{Person, PersonName};
use crate::record::{RecordError, decode, decode_findings, encode_findings, encode_manifest, to_json_texts};
use crate::samples::*;
use crate::{Declared, FindingCode, Manifest};
use crate::{record_compact_read, record_compact_write};

fn text(json: &[u8]) -> &str {
    std::str::from_utf8(json).unwrap()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
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
            assert!(!holds(&stored.record, secret), "{secret} in the record");
            assert!(holds(&stored.persons, secret), "{secret} with the persons");
        }
        assert_eq!(decode(&stored.record, Some(&stored.persons)), Ok(manifest.clone()));
        let without = decode(&stored.record, None).unwrap();
        assert_eq!(without.crew_members.len(), manifest.crew_members.len());
        assert_eq!(without.crew_members[0].role, manifest.crew_members[0].role);
        assert_eq!(
            without.passenger_list().map(|l| l.passengers.len()),
            manifest.passenger_list().map(|l| l.passengers.len())
        );
        assert_eq!(encode_manifest(&without).record, stored.record, "the record alone is whole");
    }
}

#[test]
fn persons_of_another_manifest_do_not_fit() {
    let two = encode_manifest(&normalized(coach(2)));
    let three = encode_manifest(&normalized(coach(3)));
    assert_eq!(decode(&two.record, Some(&three.persons)), Err(RecordError::PersonsDoNotFit));
    assert_eq!(decode(&[3, 0], None), Err(RecordError::UnknownVersion(3)));
    assert!(matches!(decode(b"", None), Err(RecordError::Malformed { .. })));
    for end in 1..two.record.len() {
        assert!(matches!(decode(&two.record[..end], None), Err(RecordError::Damaged(_))), "cut at {end}");
    }
    let longer = [&two.record[..], &[0]].concat();
    assert_eq!(decode(&longer, None), Err(RecordError::Damaged(two.record.len())));
}

#[test]
fn damage_in_version_1_is_said() {
    let (two, _) = to_json_texts(&normalized(coach(2)));
    let later = text(&two).replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(decode(later.as_bytes(), None), Err(RecordError::UnknownVersion(2)));
    assert!(matches!(decode(b"{", None), Err(RecordError::Malformed { .. })));
    let broken = text(&two).replacen("\"KZ\"", "\"kz\"", 1);
    assert_eq!(decode(broken.as_bytes(), None), Err(RecordError::Value("a country code")));
    let many = text(&two).replacen("\"passenger_count\":2", "\"passenger_count\":4000000000", 1);
    assert_eq!(decode(many.as_bytes(), None), Err(RecordError::Value("a number of passengers")));
}

/// Numbers and texts at their edges come back, through the same code that carries every noun.
#[test]
fn the_compact_form_reads_what_it_wrote() {
    type All = (Vec<u64>, Vec<i64>, (f64, bool), Option<String>, Option<u16>);
    let all: All = (
        vec![0, 127, 128, u64::from(u32::MAX), u64::MAX],
        vec![0, -1, 63, 64, -64, -65, i64::MIN, i64::MAX],
        (-0.1, true),
        Some("Ўзбекистон".to_owned()),
        None,
    );
    let mut bytes = Vec::new();
    record_compact_write::write(&all, &mut bytes).unwrap();
    assert_eq!(record_compact_read::read::<All>(&bytes).unwrap(), all);
    for end in 0..bytes.len() {
        assert!(record_compact_read::read::<All>(&bytes[..end]).is_err());
    }
    // A list that claims more than is there takes no memory; a number of more than 64 bits is none.
    assert!(record_compact_read::read::<Vec<u64>>(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1]).is_err());
    assert!(
        record_compact_read::read::<u64>(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).is_err()
    );
    assert!(record_compact_read::read::<u8>(&[0x80, 2]).is_err());
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

/// What a version wrote is read for ever. `FIXTURES_ACCEPT=1` rewrites the files; a diff there needs a new version, but
/// for a field that was added at the end of its structure.
#[test]
fn story_of_the_versions() {
    let check = |name: &str, declared: Declared, json: [&str; 2], compact: [&[u8]; 2]| {
        let manifest: Manifest = normalized(declared);
        let (stored, texts) = (encode_manifest(&manifest), to_json_texts(&manifest));
        if std::env::var_os("FIXTURES_ACCEPT").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
            std::fs::write(format!("{folder}/record-v1/{name}.record.json"), &texts.0).unwrap();
            std::fs::write(format!("{folder}/record-v1/{name}.persons.json"), &texts.1).unwrap();
            std::fs::write(format!("{folder}/record-v2/{name}.record"), &stored.record).unwrap();
            std::fs::write(format!("{folder}/record-v2/{name}.persons"), &stored.persons).unwrap();
            return;
        }
        let read = decode(json[0].as_bytes(), Some(json[1].as_bytes()));
        assert_eq!(read.as_ref(), Ok(&manifest), "{name}, version 1");
        assert_eq!([text(&texts.0), text(&texts.1)], json, "{name}, version 1");
        assert_eq!(decode(compact[0], Some(compact[1])), Ok(manifest), "{name}, version 2");
        assert_eq!(
            [&stored.record[..], &stored.persons[..]],
            compact,
            "{name}, version 2: did a field change place?"
        );
    };
    macro_rules! fixtures {
        ($name:literal, $declared:expr) => {
            check(
                $name,
                $declared,
                [
                    include_str!(concat!("../fixtures/record-v1/", $name, ".record.json")),
                    include_str!(concat!("../fixtures/record-v1/", $name, ".persons.json")),
                ],
                [
                    include_bytes!(concat!("../fixtures/record-v2/", $name, ".record")),
                    include_bytes!(concat!("../fixtures/record-v2/", $name, ".persons")),
                ],
            )
        };
    }
    fixtures!("lorry", lorry());
    fixtures!("coach", coach(2));
}

/// Records of the first days have no Latin names; everything else of them is read as it was.
#[test]
fn story_of_records_before_latin_names() {
    let check = |name: &str, declared: Declared, forms: [[&[u8]; 2]; 2]| {
        let mut manifest: Manifest = normalized(declared);
        for person in persons_of(&mut manifest) {
            let name = person.name.take().unwrap_or_default();
            person.name = Some(PersonName {
                latin_family_name: None,
                latin_given_name: None,
                latin_patronymic: None,
                comparison_key: None,
                ..name
            });
        }
        for [record, persons] in forms {
            assert_eq!(decode(record, Some(persons)).as_ref(), Ok(&manifest), "{name}");
        }
    };
    macro_rules! fixtures {
        ($name:literal, $declared:expr) => {
            check(
                $name,
                $declared,
                [
                    [
                        include_bytes!(concat!("../fixtures/before-latin-names/", $name, ".record.json")),
                        include_bytes!(concat!("../fixtures/before-latin-names/", $name, ".persons.json")),
                    ],
                    [
                        include_bytes!(concat!("../fixtures/before-latin-names/", $name, ".record")),
                        include_bytes!(concat!("../fixtures/before-latin-names/", $name, ".persons")),
                    ],
                ],
            )
        };
    }
    fixtures!("lorry", lorry());
    fixtures!("coach", coach(2));
}

fn persons_of(manifest: &mut Manifest) -> Vec<&mut Person> {
    let mut persons: Vec<&mut Person> =
        manifest.crew_members.iter_mut().map(|member| &mut member.person).collect();
    if let Some(Load::PassengerList(list)) = &mut manifest.load {
        persons.extend(list.passengers.iter_mut().map(|passenger| &mut passenger.person));
    }
    persons
}
