//! What a list's form has no column for, and what is left out of a value.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Given, Limits, read};
use manifest::declared::Declared;
use manifest::finding::{About, Finding, FindingCode as C, Severity};
use manifest::{CodeLists, Manifest, RuleSettings, normalize, validate};

const NOW: &str = "2026-11-22T12:00:00Z";

/// A list as an operator's own program writes it: no number, no kinds of documents.
const LIST: &str = "Plate;01A123BC\nCountry of registration;UZ\nBorder post;UZ-GISHTKUPRIK\nArrival;2026-11-23 08:00\n\
    Driver;Synthetic Driver\n\n\
    Surname;Given name;Date of birth;Sex;Nationality;Passport\n\
    Synthetic;Mary;1985-07-04;F;UZB;AA1234567\nSynthetic;Timur;1986-07-04;M;UZB;AA1234568\n";

fn declared(text: &str, reference: Option<&str>) -> Declared {
    let given = Given { reference, received_time: NOW.parse().unwrap() };
    let document = read(text.as_bytes(), None, &given, &Limits::default()).unwrap();
    document.messages.into_iter().next().unwrap().content.unwrap()
}

fn normalized(text: &str) -> (Manifest, Vec<Finding>) {
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(declared(text, None), &CodeLists::built_in(), &settings);
    let manifest = match validate(manifest, NOW.parse().unwrap(), &settings, &mut findings) {
        Ok(valid) => valid.into_manifest(),
        Err(rejected) => rejected.into_manifest(),
    };
    (manifest, findings.into_vec())
}

fn of(findings: &[Finding], code: C) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.code == code).collect()
}

#[test]
fn a_column_that_the_form_lacks_is_said_once_of_the_list() {
    let list = LIST.replace(";Passport\n", ";Document number\n");
    let (_, findings) = normalized(&list);
    let missing = of(&findings, C::RequiredFieldMissing);
    let missing: Vec<_> = missing.iter().filter(|it| it.path.as_str() != "passenger_list.service").collect();
    let [finding] = missing.as_slice() else { panic!("one finding for the list: {missing:?}") };
    assert_eq!((finding.about, finding.severity), (About::Conveyance, Severity::Note));
    assert!(finding.place.as_ref().unwrap().to_string().starts_with("row 7"));
    assert!(
        !findings.iter().any(|it| it.about.is_person()
            && it.severity > Severity::Note
            && it.about != About::CrewMember(0)),
        "{findings:?}"
    );
}

#[test]
fn sex_expiry_and_issuing_state_are_not_asked_for() {
    let list = LIST.replace(";Sex;", ";").replace(";F;", ";").replace(";M;", ";");
    let (manifest, findings) = normalized(&list);
    assert!(!findings.iter().any(|it| matches!(it.about, About::Passenger(_))), "{findings:?}");
    let Some(manifest::manifest::Load::PassengerList(list)) = manifest.load else { panic!("a list") };
    assert_eq!(list.passengers.len(), 2);
}

#[test]
fn what_is_left_out_of_a_number_is_said_with_the_whole() {
    let (manifest, findings) = normalized(&LIST.replace("AA1234567", "\"AA1;234\""));
    let repaired = of(&findings, C::FormRepaired);
    let finding = repaired.iter().find(|it| it.about == About::Passenger(0)).unwrap();
    assert_eq!(finding.original.as_ref().unwrap().0, "AA1;234");
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.path.as_str(), "passenger_list.passengers[0].travel_documents[0].number");
    let Some(manifest::manifest::Load::PassengerList(list)) = manifest.load else { panic!("a list") };
    assert_eq!(list.passengers[0].person.travel_documents[0].number.as_deref(), Some("AA1234"));
    // Blanks are no part of a number; a stroke is said as a note.
    let (_, findings) =
        normalized(&LIST.replace("AA1234567", "AA 1234567").replace("AA1234568", "AA-1234568"));
    let repaired = of(&findings, C::FormRepaired);
    assert!(repaired.iter().all(|it| it.about != About::Passenger(0)));
    assert!(repaired.iter().any(|it| it.about == About::Passenger(1) && it.severity == Severity::Note));
    // Cyrillic letters that became Latin ones too.
    let (_, findings) = normalized(&LIST.replace("AA1234567", "\u{410}\u{410}1234567"));
    assert!(of(&findings, C::FormRepaired).iter().any(|it| it.about == About::Passenger(0)));
}

#[test]
fn a_list_without_a_number_says_which_was_made_or_that_one_is_needed() {
    let made = declared(LIST, None);
    assert_eq!(made.manifest_reference, "01A123BC-2026-11-23");
    let (_, findings) = normalized(LIST);
    let repaired = of(&findings, C::FormRepaired);
    let [finding] = repaired.as_slice() else { panic!("{repaired:?}") };
    assert_eq!(finding.path.as_str(), "manifest_reference");
    assert_eq!(finding.original.as_ref().unwrap().0, "01A123BC-2026-11-23");
    assert_eq!(declared(LIST, Some("MY-1")).manifest_reference, "MY-1");
    let (_, findings) = normalized(&LIST.replace("Plate;01A123BC\n", ""));
    let needed = findings.iter().find(|it| it.path.as_str() == "manifest_reference").unwrap();
    assert_eq!((needed.code, needed.severity), (C::RequiredFieldMissing, Severity::Blocking));
}
