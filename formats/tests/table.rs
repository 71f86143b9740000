//! Passenger lists in tables, from the bytes to the findings.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::fs;
use std::path::Path;

use formats::{Document, Format, Given, Intent, Limits, Message, read, recognise};
use jiff::Timestamp;
use manifest::declared::{Declared, Load, PassengerList};
use manifest::finding::{About, FindingCode, Severity};
use manifest::{CodeLists, RuleSettings};

fn given() -> Given<'static> {
    Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap() }
}

fn document(bytes: &[u8]) -> Document {
    read(bytes, None, &given(), &Limits::default()).unwrap()
}

fn only(bytes: &[u8]) -> Declared {
    let document = document(bytes);
    assert_eq!(document.messages.len(), 1);
    document.messages.into_iter().next().unwrap().content.unwrap()
}

fn list(declared: &Declared) -> &PassengerList {
    match &declared.load {
        Some(Load::PassengerList(list)) => list,
        other => panic!("{other:?}"),
    }
}

fn template(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/passenger-lists");
    fs::read(folder.join(name)).unwrap()
}

/// Findings as `code severity about place`.
fn findings(declared: Declared) -> Vec<String> {
    let lists = CodeLists::built_in();
    let settings = RuleSettings::default();
    let (manifest, mut found) = manifest::normalize(declared, &lists, &settings);
    let _ = manifest::validate(manifest, given().received_time, &settings, &mut found);
    let mut said = Vec::new();
    for finding in found.into_vec() {
        let place = finding.place.map(|place| place.to_string()).unwrap_or_default();
        said.push(format!(
            "{} {:?} {:?} {} {place}",
            finding.code.as_str(),
            finding.severity,
            finding.about,
            finding.path
        ));
    }
    said
}

fn heavy(findings: &[String]) -> Vec<&String> {
    findings.iter().filter(|finding| !finding.contains(" Note ")).collect()
}

#[test]
fn the_templates_are_read_without_a_warning() {
    for (name, reference, passengers, crew) in [
        ("passengers-en.csv", "SILK-EN-0001", 3, 2),
        ("passengers-ru.csv", "SILK-RU-0001", 4, 1),
        ("passengers-uz-latn.csv", "SILK-UZ-0001", 2, 1),
        ("passengers-uz-cyrl.csv", "SILK-UZ-0002", 2, 1),
    ] {
        let bytes = template(name);
        assert_eq!(recognise(&bytes), Some(Format::PassengerCsv), "{name}");
        let declared = only(&bytes);
        assert_eq!(declared.manifest_reference, reference, "{name}");
        assert_eq!(
            (list(&declared).passengers.len(), declared.crew_members.len()),
            (passengers, crew),
            "{name}"
        );
        let conveyance = declared.conveyance.as_ref().unwrap();
        assert_eq!(
            (conveyance.mode_code.as_str(), conveyance.registration.as_str()),
            ("3", "01A123BC"),
            "{name}"
        );
        assert_eq!(conveyance.nationality_code, "UZB", "{name}");
        let journey = declared.journey.as_ref().unwrap();
        assert!(journey.border_post_code.starts_with("UZ-"), "{name}");
        assert!(journey.stops.len() >= 2, "{name}");
        let all = findings(declared);
        // A driver of whom a line above the list gives the name alone.
        let expected =
            if name == "passengers-uz-latn.csv" { "DOCUMENT_MISSING Warning CrewMember(0)" } else { "" };
        let heavy = heavy(&all);
        assert_eq!(heavy.len(), usize::from(!expected.is_empty()), "{name}: {heavy:#?}");
        assert!(heavy.iter().all(|finding| finding.starts_with(expected)), "{name}: {heavy:#?}");
    }
}

/// The fields that the order asks for, and no others: nobody is asked which state issued their passport.
#[test]
fn one_bad_row_in_a_list_of_the_order_is_one_finding() {
    let declared =
        only(testkit::passenger_table::order_162("2026-11-23T08:30+05:00", "31.02.1988").as_bytes());
    assert_eq!((list(&declared).passengers.len(), declared.crew_members.len()), (50, 1));
    let fathers = list(&declared).passengers.iter().take(6).map(|one| &one.name.as_ref().unwrap().patronymic);
    assert_eq!(fathers.collect::<Vec<_>>(), ["", "", "", "", "", "Каримович"]);
    let all = findings(declared);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].starts_with("VALUE_MALFORMED Blocking Passenger(24)"), "{all:?}");
    assert!(all[0].contains("row 35, column 4"), "{all:?}");
}

#[test]
fn a_status_says_draft() {
    for (status, draft) in [
        ("Статус;черновик", true),
        ("Статус;проект", true),
        ("Status;draft", true),
        ("Holati;qoralama", true),
        ("Статус;окончательный", false),
        ("Status;amended", false),
        ("Port;1", false),
    ] {
        let text = format!("{status}\n{}", fifty(""));
        assert_eq!(only(text.as_bytes()).draft, draft, "{status}");
    }
}

#[test]
fn the_order_of_2024_is_read_in_full() {
    let declared = only(&template("passengers-ru.csv"));
    let list = list(&declared);
    let child = &list.passengers[3];
    let name = child.name.as_ref().unwrap();
    assert_eq!(
        (name.family_name.as_str(), name.given_name.as_str(), name.patronymic.as_str()),
        ("Пробная", "Аня", "Петровна")
    );
    let document = &child.travel_documents[0];
    assert_eq!(format!("{:?}", document.document_type), "Some(Plain(BirthCertificate))");
    assert_eq!(document.number, "I-ТН 000005");
    assert_eq!(child.nationality_code, "RUS");
    let stops = &declared.journey.as_ref().unwrap().stops;
    let names: Vec<_> = stops.iter().map(|stop| stop.location.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(names, ["Алматы", "Шымкент", "Ташкент"]);
    assert_eq!(
        format!(
            "{:?} {:?}",
            list.passengers[1].embark_stop_sequence, list.passengers[1].debark_stop_sequence
        ),
        "Some(Plain(2)) Some(Plain(3))"
    );
    assert_eq!(format!("{:?}", list.service), "Some(Plain(Occasional))");
    assert_eq!(format!("{:?}", list.declared_passenger_count), "Some(Plain(4))");
    let arrival = declared.journey.as_ref().unwrap().arrival_time.clone();
    assert_eq!(
        arrival,
        Some(manifest::declared::DeclaredInstant::Instant {
            timestamp: "2026-11-23T03:30:00Z".parse().unwrap(),
            offset_minutes: Some(300),
        })
    );
}

/// A list of fifty in which one row is broken in the way given.
fn fifty(broken: &str) -> String {
    let mut text = String::from(
        "Plate;01A123BC\nCountry of registration;UZ\nBorder post;UZ-OYBEK\nArrival;2026-11-23T08:30+05:00\n\
         Service;regular\nNo;Role;Surname;Given name;Date of birth;Sex;Nationality;Document type;Document number;Document expiry;Issuing state\n\
         0;driver;Driverov;Test;1980-01-01;M;UZB;P;AA9999999;2031-01-01;UZB\n",
    );
    for i in 1..=50 {
        if i == 25 {
            text.push_str(broken);
            text.push('\n');
        } else {
            text.push_str(&format!(
                "{i};passenger;Synthetic{i};Person;1990-04-{:02};F;UZB;P;AA{i:07};2031-01-01;UZB\n",
                i % 28 + 1
            ));
        }
    }
    text
}

#[test]
fn one_bad_row_in_fifty_costs_one_person() {
    for (broken, code, place) in [
        ("25;passenger;Broken, a torn line", "ROW_UNREADABLE", "row 32"),
        (
            "25;passenger;A;B;1990-02-31;F;UZB;P;AA0000025;2031-01-01;UZB",
            "VALUE_MALFORMED",
            "row 32, column 5",
        ),
        ("25;passenger;A;B;1990-02-01;F;UZB;P;;2031-01-01;UZB", "REQUIRED_FIELD_MISSING", "row 32"),
        ("25;passenger;\"A;B;1990-02-01;F;UZB;P;AA0000025;2031-01-01;UZB;;", "ROW_UNREADABLE", "row 32"),
        ("25;passenger;A;B;extra;1990-02-01;F;UZB;P;AA0000025;2031-01-01;UZB", "ROW_UNREADABLE", "row 32"),
        ("just a line of words", "ROW_UNREADABLE", "row 32"),
    ] {
        let declared = only(fifty(broken).as_bytes());
        assert_eq!(list(&declared).passengers.len(), 50, "{broken}");
        let all = findings(declared);
        let heavy = heavy(&all);
        assert_eq!(heavy.len(), 1, "{broken}: {heavy:#?}");
        assert!(heavy[0].starts_with(&format!("{code} Blocking Passenger(24)")), "{broken}: {heavy:?}");
        assert!(heavy[0].contains(place), "{broken}: {heavy:?}");
    }
}

#[test]
fn what_is_wrong_is_said_with_place_and_words() {
    let declared = only(fifty("25;passenger;A;B;1990-02-31;F;UZB;P;AA0000025;2031-01-01;UZB").as_bytes());
    let (_, found) = manifest::normalize(declared, &CodeLists::built_in(), &RuleSettings::default());
    let finding = found.iter().find(|finding| finding.severity == Severity::Blocking).unwrap();
    assert_eq!((finding.code, finding.about), (FindingCode::ValueMalformed, About::Passenger(24)));
    assert_eq!(finding.original.as_ref().unwrap().0, "1990-02-31");
}

#[test]
fn any_text_is_not_a_list() {
    for text in [
        "",
        "hello",
        "a;b;c\n1;2;3\n",
        "Dear colleagues,\nplease find the list of passengers below.\n",
        "%PDF-1.4",
        "PK\u{3}\u{4}",
        "surname of the bride, given to all",
    ] {
        assert_eq!(recognise(text.as_bytes()), None, "{text}");
        assert!(
            read(text.as_bytes(), Some(Format::PassengerCsv), &given(), &Limits::default()).is_err(),
            "{text}"
        );
    }
}

#[test]
fn crew_sections_repeated_headings_and_totals() {
    let text = "\
Список пассажиров рейса № 22;;;\n\
Автобус гос. номер 01A123BC;;;\n\
Экипаж:;;;\n\
ФИО;Дата рождения;Гражданство;Паспорт\n\
Водителев Иван Петрович;01.01.1980;РФ;70 1111111\n\
;;;\n\
Пассажиры:;;;\n\
№;Фамилия, имя;Дата рождения;Гражданство;Серия и № документа\n\
1;Примерова Анна;02.03.1991;РФ;70 2222222\n\
2;Примеров Олег;12.03.1991;РФ;70 3333333\n\
3;;;;\n\
4;;;;\n\
Итого;3;;;\n\
Директор ________ (подпись);;;\n";
    let declared = only(text.as_bytes());
    assert_eq!(declared.crew_members.len(), 1);
    let list = list(&declared);
    assert_eq!(list.passengers.len(), 2);
    assert_eq!(format!("{:?}", list.declared_passenger_count), "Some(Plain(2))", "three with the driver");
    assert_eq!(declared.conveyance.as_ref().unwrap().registration, "01A123BC");
    assert_eq!(list.passengers[0].travel_documents[0].number, "70 2222222");
}

#[test]
fn drivers_above_the_list() {
    let drivers = |line: &str| {
        let text = format!("{line}\nФамилия;Имя;Дата рождения;Паспорт\nПримеров;Иван;01.02.1990;AA1\n");
        let crew = only(text.as_bytes()).crew_members;
        crew.into_iter().map(|member| member.name.unwrap().family_name).collect::<Vec<_>>()
    };
    assert_eq!(drivers("Водитель: Примеров П.П., Образцов О.О."), ["Примеров", "Образцов"]);
    assert_eq!(drivers("Haydovchi;Namunayev, Alisher"), ["Namunayev"]);
    let text =
        "№;ФИО;Дата рождения;Паспорт\n1;Примеров Иван;01.02.1990;AA1\nВодитель;Пробный Олег;01.02.1980;AA2\n";
    assert_eq!(only(text.as_bytes()).crew_members.len(), 1, "a role in the place of a number");
    assert_eq!(drivers("Driver 1: Ann Example\nDriver 2: Ann Example"), ["Ann"]);
}

#[test]
fn two_rows_of_headings() {
    let text = "\
№;Ф.И.О.;Документ;;;Дата;Место;\n\
;;вид;серия;номер;рождения;посадки;высадки\n\
1;Примеров Иван;паспорт;AA;1234567;01.02.1990;Алматы;Ташкент\n";
    let declared = only(text.as_bytes());
    let person = &list(&declared).passengers[0];
    assert_eq!(person.travel_documents[0].number, "AA1234567");
    assert!(
        person.birth_date.is_some()
            && person.embark_stop_sequence.is_some()
            && person.debark_stop_sequence.is_some()
    );
}

#[test]
fn dates_with_strokes_are_read_by_their_column() {
    let rows = |dates: [&str; 3]| {
        let mut text = String::from("Surname,Given name,Date of birth,Nationality,Passport\n");
        for (i, date) in dates.iter().enumerate() {
            text.push_str(&format!("A{i},B,{date},UZB,AA{i}\n"));
        }
        let declared = only(text.as_bytes());
        let doubts = declared.notes.iter().filter(|note| note.code == FindingCode::DateAmbiguous).count();
        let first = match &list(&declared).passengers[0].birth_date {
            Some(manifest::declared::DeclaredDate::Civil { year, month, day }) => (*year, *month, *day),
            other => panic!("{other:?}"),
        };
        (first, doubts)
    };
    assert_eq!(rows(["05/04/1990", "04/25/1990", "01/02/1990"]), ((1990, 5, 4), 0));
    assert_eq!(rows(["05/04/1990", "25/04/1990", "01/02/1990"]), ((1990, 4, 5), 0));
    assert_eq!(rows(["05/04/1990", "06/04/1990", "01/02/1990"]), ((1990, 4, 5), 3));
}

#[test]
fn every_row_may_repeat_the_journey() {
    let text = "\
Гос номер;Дата отправления;Пункт отправления;Пункт назначения;Фамилия;Имя;Дата рождения;Паспорт;Гражданство\n\
01A123BC;23.11.2026;Алматы;Ташкент;Примеров;Иван;01.02.1990;AA1;РФ\n\
01A123BC;23.11.2026;Алматы;Ташкент;Примерова;Анна;01.02.1991;AA2;РФ\n";
    let declared = only(text.as_bytes());
    assert_eq!(declared.conveyance.as_ref().unwrap().registration, "01A123BC");
    assert_eq!(list(&declared).passengers.len(), 2);
    assert_eq!(declared.journey.as_ref().unwrap().stops.len(), 2);
}

#[test]
fn status_and_revision_say_what_is_wanted() {
    let intent = |line: &str| {
        let text = format!("{line}\nФамилия;Имя;Дата рождения;Паспорт\nПримеров;Иван;01.02.1990;AA1\n");
        let Message { intent, .. } = document(text.as_bytes()).messages.remove(0);
        intent
    };
    assert_eq!(intent("Статус;Окончательный"), Intent::Close);
    assert_eq!(intent("Status: draft"), Intent::Announce);
    assert_eq!(intent("Изменение №;2"), Intent::Amend);
    assert_eq!(intent("Holati;bekor qilingan"), Intent::Cancel);
    assert_eq!(intent("Пункт пропуска;Ойбек"), Intent::Announce);
}

#[test]
fn ten_thousand_rows_are_read_in_linear_time() {
    let rows = |count: usize| {
        let mut text = String::from(
            "No;Surname;Given name;Date of birth;Sex;Nationality;Document type;Document number;From;To\n",
        );
        for i in 0..count {
            text.push_str(&format!(
                "{i};Synthetic{i};Person;{:02}.04.1990;F;Узбекистан;Паспорт;AA{i:07};Town{};Tashkent\n",
                i % 28 + 1,
                i % 50
            ));
        }
        text
    };
    let limits = Limits { max_persons: 20_000, ..Limits::default() };
    let took = |count: usize| {
        let text = rows(count);
        let begin = std::time::Instant::now();
        let document = read(text.as_bytes(), None, &given(), &limits).unwrap();
        let took = begin.elapsed();
        assert_eq!(list(document.messages[0].content.as_ref().unwrap()).passengers.len(), count);
        took
    };
    took(100);
    let (small, large) = (took(1_000), took(10_000));
    println!("1 000 rows in {small:?}, 10 000 rows in {large:?}");
    assert!(large < small * 40, "{small:?} then {large:?}");
}
