//! People: each case changes one thing about a clean coach and names every finding that follows.

use std::collections::BTreeSet;

use super::tests::check;
use crate::About;
use crate::declared::*;
use crate::samples::*;

#[test]
fn one_broken_row_among_fifty_is_one_traveller() {
    let mut declared = coach(50);
    let row = &mut list(&mut declared).passengers[16];
    row.birth_date = Some(DeclaredDate::Civil { year: 1990, month: 13, day: 1 });
    row.travel_documents.clear();
    let (result, findings) = run(declared);
    assert!(result.is_ok(), "the list stands");
    assert_eq!(findings.blocked(), BTreeSet::from([About::Passenger(16)]));
    assert!(findings.iter().all(|finding| finding.about == About::Passenger(16)));
    assert_eq!(findings.len(), 2);
}

/// A crew list that came first, or headings without rows: who travels is not known, unless the list says that nobody does.
#[test]
fn a_coach_without_passengers_says_that_it_is_empty() {
    let none = |count: Option<i64>| {
        move |d: &mut Declared| {
            let list = list(d);
            list.passengers.clear();
            list.declared_passenger_count = count.map(Into::into);
        }
    };
    let missing = "REQUIRED_FIELD_MISSING W passenger_list.passengers";
    check("nobody says", coach(3), none(None), &[missing]);
    check("empty", coach(3), none(Some(0)), &[]);
    let count = "COUNT_MISMATCH W passenger_list.declared_passenger_count";
    check("three who are not listed", coach(3), none(Some(3)), &[count, missing]);
}

#[test]
fn travellers() {
    let row = |what: &str, change: fn(&mut Passenger), expected: &[&str]| {
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace('@', "passenger_list.passengers[1]")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(what, coach(3), |d| change(&mut list(d).passengers[1]), &expected);
    };
    row("no name", |p| p.name = None, &["REQUIRED_FIELD_MISSING B @.name"]);
    row(
        "only a native name",
        |p| {
            p.name = Some(PersonName {
                native_full_name: s("Синтетик Гулнора"), ..PersonName::default()
            });
        },
        &[],
    );
    row("no nationality", |p| p.nationality_code = s(""), &["REQUIRED_FIELD_MISSING B @.nationality_code"]);
    row("unknown nationality", |p| p.nationality_code = s("QQQ"), &["CODE_UNKNOWN W @.nationality_code"]);
    row("special code", |p| p.nationality_code = s("XXA"), &[]);
    row("no document", |p| p.travel_documents.clear(), &["DOCUMENT_MISSING B @.travel_documents"]);
    row(
        "expired",
        |p| p.travel_documents[0].expiry_date = date(2026, 11, 19),
        &["DOCUMENT_EXPIRED W @.travel_documents[0].expiry_date"],
    );
    row(
        "an old second passport",
        |p| {
            p.travel_documents.push(document("OLD1"));
            p.travel_documents[1].expiry_date = date(2020, 1, 1);
        },
        &["DOCUMENT_EXPIRED N @.travel_documents[1].expiry_date"],
    );
    row("expires that day", |p| p.travel_documents[0].expiry_date = date(2026, 11, 20), &[]);
    row(
        "born tomorrow",
        |p| {
            p.birth_date = date(2026, 11, 21);
            p.name = Some(name("Другов", "Олим"));
        },
        &["BIRTH_DATE_IMPLAUSIBLE W @.birth_date", "MINOR_ALONE W @.guardian_passenger_number"],
    );
    row("born long ago", |p| p.birth_date = date(1900, 0, 0), &["BIRTH_DATE_IMPLAUSIBLE W @.birth_date"]);
    row("only a year", |p| p.birth_date = date(1970, 0, 0), &[]);
    row(
        "minor",
        |p| {
            p.birth_date = date(2008, 11, 21);
            p.name = Some(name("Другов", "Олим"));
        },
        &["MINOR_ALONE W @.guardian_passenger_number"],
    );
    row("eighteen that day", |p| p.birth_date = date(2008, 11, 20), &[]);
    row(
        "minor with guardian",
        |p| {
            p.birth_date = date(2015, 0, 0);
            p.guardian_passenger_number = Some(1.into());
        },
        &[],
    );
    row(
        "own guardian",
        |p| {
            p.birth_date = date(2015, 1, 1);
            p.guardian_passenger_number = Some(2.into());
        },
        &["MINOR_ALONE W @.guardian_passenger_number"],
    );
    row(
        "stop that is not",
        |p| p.embark_stop_sequence = Some(4.into()),
        &["STOPS_DISAGREE W @.embark_stop_sequence"],
    );
    row("unknown sex", |p| p.sex = Some(Said::Words(s("9"))), &["CODE_UNKNOWN W @.sex"]);
    check(
        "a father on the list, in the other script",
        coach(3),
        |d| {
            let passengers = &mut list(d).passengers;
            passengers[0].name = Some(name("Каримов", "Олим"));
            passengers[1].name = Some(name("Karimova", "Zuxra"));
            passengers[1].birth_date = date(2015, 1, 1);
        },
        &["MINOR_ALONE N passenger_list.passengers[1].guardian_passenger_number"],
    );
    check(
        "same document",
        coach(3),
        |d| {
            let number = list(d).passengers[0].travel_documents[0].number.clone();
            list(d).passengers[2].travel_documents[0].number = number;
        },
        &[
            "DOCUMENT_REPEATED W passenger_list.passengers[2].travel_documents[0].number",
            "DOCUMENT_REPEATED W passenger_list.passengers[0].travel_documents[0].number",
        ],
    );
    check("no driver", coach(3), |d| d.crew_members.clear(), &["DRIVER_MISSING W crew_members"]);
    check(
        "count",
        coach(3),
        |d| list(d).declared_passenger_count = Some(4.into()),
        &["COUNT_MISMATCH W passenger_list.declared_passenger_count"],
    );
    check(
        "stops out of order",
        coach(1),
        |d| {
            let stop = |n: i64| Stop { stop_sequence: Some(n.into()), ..Stop::default() };
            d.journey.as_mut().unwrap().stops = vec![stop(1), stop(3), stop(2)];
        },
        &["STOPS_DISAGREE W journey.stops[2].stop_sequence"],
    );
}

#[test]
fn zones() {
    // The specimen of ICAO Doc 9303 part 4 with a state that exists, check digits made anew.
    let good =
        ["P<UZBSYNTHETIC<<GULNORA<<<<<<<<<<<<<<<<<<<<<", "FA00000016UZB9001015F3012315<<<<<<<<<<<<<<00"];
    let zone = |what: &str, lines: &[&str], expected: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| s(line)).collect();
        let change = |d: &mut Declared| {
            let document = &mut list(d).passengers[1].travel_documents[0];
            document.number = s("FA0000001");
            document.mrz_lines = lines;
        };
        check(what, coach(3), change, expected);
    };
    let at = "passenger_list.passengers[1].travel_documents[0].mrz_lines";
    let mut made = good.map(s);
    crate::validate::mrz::tests::seal_td3(&mut made[1]);
    let good = [made[0].as_str(), made[1].as_str()];
    zone("good", &good, &[]);
    zone("lower case and blanks", &[&good[0].to_lowercase(), &format!(" {}", good[1])], &[]);
    zone("one line", &good[1..], &[&format!("MRZ_MALFORMED B {at}")]);
    zone("alphabet", &[good[0], &good[1].replace('F', "Ф")], &[&format!("MRZ_MALFORMED B {at}")]);
    zone(
        "wrong digit",
        &[good[0], &good[1].replace("900101", "900102")],
        &[&format!("MRZ_CHECK_DIGIT_WRONG B {at}")],
    );
    let mut other = good[1].replace("900101", "910101").replace("301231", "311231");
    crate::validate::mrz::tests::seal_td3(&mut other);
    zone(
        "another day",
        &[good[0], &other],
        &[&format!("MRZ_DISAGREES W {at}"), &format!("MRZ_DISAGREES W {at}")],
    );
}
