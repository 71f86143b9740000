//! Voyage manifests as JSON: what the samples do not have.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Cause, Document, Format, Given, Intent, Limits, read, recognise};
use manifest::declared::{Declared, Load, PassengerList, SourcePlace};
use manifest::finding::{About, FindingCode};

fn given() -> Given<'static> {
    Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() }
}

fn document(text: &str) -> Document {
    read(text.as_bytes(), None, &given(), &Limits::default()).unwrap()
}

fn declared(document: &Document) -> &Declared {
    document.messages[0].content.as_ref().unwrap()
}

fn list(document: &Document) -> &PassengerList {
    match &declared(document).load {
        Some(Load::PassengerList(list)) => list,
        other => panic!("{other:?}"),
    }
}

/// A voyage with the records given.
fn voyage(records: &str) -> String {
    format!(
        "{{\"EventCode\": \"CI\", \"VoyageNumber\": \"0099\", \"CarrierCode\": \"ZZ\", \"CarrierType\": \"ROAD\",\n\
         \"DeparturePortCode\": \"AAA\", \"ArrivalPortCode\": \"BBB\", \"VoyageKey\": \"SYNTHETIC-1\", \"PassengerList\": [{records}]}}"
    )
}

#[test]
fn which_json_is_it() {
    assert_eq!(recognise(voyage("").as_bytes()), Some(Format::VoyageJson));
    assert_eq!(recognise(br#" [{"VoyageNumber":"1","CarrierCode":"ZZ"}]"#), Some(Format::VoyageJson));
    assert_eq!(recognise(br#"{"PassengerList":[{"PoavKey":"1"}]}"#), Some(Format::VoyageJson));
    for manifest in [
        r#"{"manifestReference": "A"}"#,
        r#"{"manifest_reference": "A"}"#,
        r#"{"manifest": {"manifestReference": "A"}}"#,
        r#"{"requestId": "x", "manifest": {"conveyance": {}, "journey": {}}}"#,
    ] {
        assert_eq!(recognise(manifest.as_bytes()), Some(Format::ManifestJson), "{manifest}");
    }
    for other in [r#"{"a": 1}"#, "[]", "{", r#"{"manifest": "x"}"#, "{\"Surname\":1}"] {
        assert_eq!(recognise(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn records_of_one_person_become_one_person() {
    let records = r#"
        {"PoavKey": "1", "PersonType": "P", "NationalityCountryCode": "UZB", "DocumentType": "P", "DocumentNumber": "AA1", "DocumentLevel": "Primary"},
        {"PoavKey": "1", "PersonType": "P", "NationalityCountryCode": "UZB", "DocumentType": "V", "DocumentNumber": "V1", "DocumentLevel": "Secondary"},
        {"PoavKey": "1", "PersonType": "P", "NationalityCountryCode": "KAZ", "DocumentType": "P"},
        {"PoavKey": "2", "PersonType": "C", "NationalityCountryCode": "TJK", "Surname": "Testov", "GivenName": "Ivan", "DateOfBirth": "1980-02-29", "Gender": "M"}"#;
    let document = document(&voyage(records));
    let people = &list(&document).passengers;
    assert_eq!(people.len(), 2, "one key on two nationalities is two people");
    assert_eq!(people[0].travel_documents.len(), 2);
    assert_eq!(declared(&document).crew_members.len(), 1);
    let not_read: Vec<_> = declared(&document)
        .notes
        .iter()
        .filter(|note| note.code == FindingCode::ElementNotRead)
        .map(|note| note.parameters[0].1.as_str())
        .collect();
    assert_eq!(not_read, ["DocumentLevel"], "each name once");
}

#[test]
fn one_bad_record_costs_one_person() {
    for bad in [
        "17",
        "null",
        "[]",
        r#"{"PoavKey": "9", "NationalityCountryCode": "UZB", "NationalityCountryCode": "KAZ"}"#,
    ] {
        let good = |key: u32| format!(r#"{{"PoavKey": "{key}", "NationalityCountryCode": "UZB"}}"#);
        let text = voyage(&format!("{},\n{bad},\n{}", good(1), good(2)));
        let document = document(&text);
        assert_eq!(list(&document).passengers.len(), 3, "{bad}");
        let blocking: Vec<_> =
            declared(&document).notes.iter().filter(|note| note.code == FindingCode::RowUnreadable).collect();
        assert_eq!(blocking.len(), 1, "{bad}");
        assert_eq!(blocking[0].about, About::Passenger(1));
        let Some(SourcePlace::Json { pointer, line }) = &blocking[0].place else { panic!("{bad}") };
        assert!(pointer.starts_with("/PassengerList/1") && *line == 3, "{pointer} {line}");
    }
}

#[test]
fn names_that_stand_twice_are_refused_when_they_differ() {
    let twice = |second: &str| {
        let text = voyage("").replacen('{', &format!("{{\"ArrivalPortCode\": \"{second}\",\n"), 1);
        document(&text).messages.remove(0).content
    };
    assert!(twice("BBB").is_ok(), "the same said twice");
    let refused = twice("CCC").unwrap_err();
    assert_eq!(
        refused.cause,
        Cause::Malformed("a name stands twice with different values: ArrivalPortCode".into())
    );
    assert_eq!(refused.place, Some(SourcePlace::Json { pointer: "/ArrivalPortCode".into(), line: 3 }));
}

#[test]
fn half_letters_and_zeros_cost_a_warning() {
    let document = document(&voyage(
        r#"{"PoavKey": "1", "Surname": "Te\ud800st\u0000ov", "NationalityCountryCode": "UZB"}"#,
    ));
    assert_eq!(list(&document).passengers[0].name.as_ref().unwrap().family_name, "Te\u{fffd}stov");
    let note = declared(&document).notes.iter().find(|note| note.code == FindingCode::CharacterSet).unwrap();
    assert_eq!(note.about, About::Passenger(0));
    assert_eq!(note.place.as_ref().unwrap().to_string(), "/PassengerList/0/Surname, line 2");
}

#[test]
fn several_voyages_and_text_behind_them() {
    let two = document(&format!("[{},\n{}]", voyage(""), voyage("")));
    assert_eq!(two.messages.len(), 2);
    let lines = document(&format!("{}\n{}\n", voyage(""), voyage("")));
    assert_eq!(lines.messages.len(), 2);
    let more = document(&format!("{}\nregards", voyage("")));
    assert_eq!(more.notes[0].code, FindingCode::TrailingText);
    let mixed = document(&format!("[{}, 5]", voyage("")));
    assert!(matches!(mixed.messages[1].content.as_ref().unwrap_err().cause, Cause::NotRead(_)));
    assert_eq!(two.messages[0].intent, Intent::Announce);
}

#[test]
fn what_cannot_be_read_has_its_place() {
    let limits = Limits { max_depth: 16, max_parts: 1000, max_persons: 5, ..Limits::default() };
    let refused =
        |text: &str| read(text.as_bytes(), Some(Format::VoyageJson), &given(), &limits).unwrap_err();
    let text = voyage(r#"{"PoavKey": "1", "Age": "#);
    let cut = refused(&text[..text.len() - 2]);
    assert_eq!(cut.place, Some(SourcePlace::Json { pointer: "/PassengerList/0/Age".into(), line: 2 }));
    assert!(matches!(cut.cause, Cause::Truncated(_)));
    assert!(matches!(
        refused(&voyage(&"[".repeat(100_000))).cause,
        Cause::TooMany { what: "levels of nesting", .. }
    ));
    assert!(matches!(refused(&voyage(&"1,".repeat(5000))).cause, Cause::TooMany { what: "values", .. }));
    assert!(matches!(refused("").cause, Cause::Truncated(_)));
    let many = voyage(&[r#"{"Age": "7"}"#; 9].join(","));
    let document = read(many.as_bytes(), None, &given(), &limits).unwrap();
    assert_eq!(list(&document).passengers.len(), 5);
    assert!(declared(&document).notes.iter().any(|note| note.code == FindingCode::TooManyElements));
    let huge = voyage(&format!("{{\"Age\": {}}}", "9".repeat(100_000)));
    assert_eq!(list(&read(huge.as_bytes(), None, &given(), &limits).unwrap()).passengers.len(), 1);
}
