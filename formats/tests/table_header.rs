//! Lines above a list as companies write them: vehicle and model, arrival, drivers and crew, labels that nobody filled in. Invented
//! people.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Given, Limits, read};
use manifest::declared::{Declared, DeclaredInstant, Load, Said};
use manifest::finding::{FindingCode as C, Severity};
use manifest::person::CrewRole;

const HEADING: &str = "№;ФИО;Дата рождения;Пол;Гражданство;Вид документа;Номер документа\n";
const ROW: &str = "1;Образцов Олег;02.01.1980;М;РФ;Паспорт;751234567\n";

/// A list with a plate, a time of arrival and drivers, one of which is written otherwise.
fn declared(plate: &str, arrival: &str, drivers: &str) -> Declared {
    let text = format!(
        "Номер списка: X1\nПункт пропуска: Гишткуприк\n{plate}\n{arrival}\n{drivers}\n{HEADING}{ROW}"
    );
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    let declared = read(text.as_bytes(), None, &given, &Limits::default()).unwrap().messages.remove(0);
    let declared = declared.content.unwrap();
    let Some(Load::PassengerList(list)) = &declared.load else { panic!("a list") };
    assert_eq!(list.passengers.len(), 1, "{text}");
    declared
}

const PLATE: &str = "Гос. номер: 01A123BC";
const ARRIVAL: &str = "Прибытие: 24.11.2026 09:00";

fn weights(declared: &Declared, code: C) -> Vec<Severity> {
    declared.notes.iter().filter(|note| note.code == code).map(|note| note.severity).collect()
}

#[test]
fn a_model_is_no_plate_wherever_it_stands() {
    for (lines, plate) in [
        ("Автобус: Setra S 415\nГос. номер: 01A123BC", "01A123BC"),
        ("Гос. номер: 01A123BC\nАвтобус: Setra S 415", "01A123BC"),
        ("Автобус №1\nГос. номер: 01A123BC", "01A123BC"),
        ("Транспортное средство;Setra;01A123BC", "01A123BC"),
        ("Автобус: Setra;01 A 123 BC", "01 A 123 BC"),
        ("Автобус: Mercedes-Benz 16 RHD, 2019 г.в., гос. номер 01A123BC, 49 мест", "01A123BC"),
        ("Гос. номер: 01A123BC\nАвтобус: 01 А 123 ВС", "01A123BC"),
        ("Автобус 777ABC02 (Казахстан)", "777ABC02"),
    ] {
        let read = declared(lines, ARRIVAL, "");
        assert_eq!(read.conveyance.as_ref().unwrap().registration, plate, "{lines}");
        assert_eq!(weights(&read, C::ReferenceDisagrees), [], "{lines}");
        assert_eq!(weights(&read, C::ValueMalformed), [], "{lines}");
    }
    for lines in [
        "Гос. номер: 01A123BC\nАвтобус: 01b999cc",
        "Гос. номер: 01A123BC → замена 01A555BC",
        "Гос. номер: 01 A 123 BC, 777 ABC 02",
        "Гос. номер: 01A123BC\nГос. номер: 01A999BC",
    ] {
        let read = declared(lines, ARRIVAL, "");
        assert_eq!(weights(&read, C::ValueMalformed), [Severity::Blocking], "{lines}");
    }
}

#[test]
fn arrivals_as_people_write_them() {
    for line in [
        "Прибытие: 24.11.2026 в 09-00",
        "Прибытие: 24.11.2026 г. в 09:00 ч.",
        "Kelish vaqti: 2026 yil 24 noyabr, soat 09:00",
        "Kelish vaqti: 2026-yil 24-noyabr 09:00",
        "Kelish vaqti: 24.11.2026 soat 9:00 da",
        "Дата прибытия: 24.11.2026\nВремя прибытия: 09.00",
        "Прибытие;24.11.2026;09:00",
        "Прибытие: 24.11.2026;09:00",
        "Прибытие на границу 24/11/2026 09:00",
        "Ориентировочное время прибытия на границу: 24.11.26 9:00",
        "ETA 11/24/2026 9:00 AM",
        "ETA: 24.11.2026 9:00 AM",
    ] {
        let read = declared(PLATE, line, "");
        let arrival = read.journey.as_ref().unwrap().arrival_time.clone();
        let Some(DeclaredInstant::Instant { timestamp, .. }) = arrival else { panic!("{line}: {arrival:?}") };
        assert_eq!(timestamp.to_string(), "2026-11-24T04:00:00Z", "{line}");
    }
}

#[test]
fn drivers_and_crew_in_lines() {
    let crew = |lines: &str| {
        let read = declared(PLATE, ARRIVAL, lines);
        let each = read.crew_members.iter().map(|member| {
            let role = match member.role {
                Some(Said::Plain(role)) => role,
                _ => panic!("{lines}"),
            };
            (member.name.as_ref().unwrap().family_name.clone(), role)
        });
        each.collect::<Vec<_>>()
    };
    let [driver, conductor, other] = [CrewRole::Driver, CrewRole::Conductor, CrewRole::Other];
    let member = |name: &str, role| (name.to_owned(), role);
    let both = [member("Омаров", driver), member("Петров", driver)];
    for lines in [
        "Водители: 1) Омаров Ерлан 2) Петров Иван",
        "Водители: 1. Омаров Ерлан 2. Петров Иван",
        "Водители:;1) Омаров Ерлан\n;2) Петров Иван",
        "Водители;Омаров Ерлан\n;Петров Иван",
        "Водитель-1: Омаров Ерлан\nВодитель-2: Петров Иван",
        "Водитель №1: Омаров Ерлан\nВодитель № 2: Петров Иван",
        "1-й водитель: Омаров Ерлан\n2-й водитель: Петров Иван",
        "Экипаж: водитель Омаров Ерлан, второй водитель Петров Иван",
    ] {
        assert_eq!(crew(lines), both, "{lines}");
    }
    let lines = "Экипаж: водитель Омаров Ерлан, паспорт N1111111, проводник Иванова Анна";
    assert_eq!(crew(lines), [member("Омаров", driver), member("Иванова", conductor)]);
    let lines = "Экипаж: Омаров Ерлан, Петров Иван";
    assert_eq!(crew(lines), [member("Омаров", other), member("Петров", other)]);
    // A label that nobody filled in takes nobody from the list.
    for lines in [
        "Водитель: -",
        "Водитель:",
        "Водитель: ____",
        "Водитель: нет данных",
        "Haydovchi:",
        "Экипаж: 2 человека",
        "Экипаж: 2 водителя: Омаров Ерлан",
    ] {
        assert_eq!(crew(lines), [], "{lines}");
    }
}

/// Seats that nobody has are no persons, and words behind a number are none of it.
#[test]
fn rows_of_free_seats_and_numbers_with_words() {
    let rows = "1;Образцов Олег;02.01.1980;М;РФ;Паспорт;751234567\n2;;;;;;\n3;свободно;;;;;\n4;-;-;-;-;-;-\nСвободно;;;;;;\n\
        5;Бабаев Ботир;03.01.1981;М;UZB;Паспорт;AA3333333 выдан 01.01.2020 ИИБ\n";
    let text = format!("Номер списка: X1\nПункт пропуска: Гишткуприк\n{PLATE}\n{ARRIVAL}\n{HEADING}{rows}");
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    let read = read(text.as_bytes(), None, &given, &Limits::default()).unwrap().messages.remove(0);
    let read = read.content.unwrap();
    let Some(Load::PassengerList(list)) = &read.load else { panic!("a list") };
    let numbers: Vec<_> = list.passengers.iter().map(|it| it.travel_documents[0].number.as_str()).collect();
    assert_eq!(numbers, ["751234567", "AA3333333"]);
    let told = read.notes.iter().find(|note| note.code == C::ElementNotRead).unwrap();
    assert_eq!(told.place.as_ref().unwrap().to_string(), "row 11, column 7 (G11)");
    assert!(read.notes.iter().all(|note| note.severity < Severity::Blocking), "{:?}", read.notes);
}

/// A number without a digit and what a formula left are a finding of that row alone.
#[test]
fn numbers_and_names_that_are_none() {
    let rows = "1;Образцов Олег;02.01.1980;М;РФ;Паспорт;751234567\n2;Бабаев Ботир;03.01.1981;М;UZB;Паспорт;AA\n\
        3;Каримов Камол;04.01.1982;М;UZB;Паспорт;#N/A\n4;#REF!;04.01.1983;М;UZB;Паспорт;AA5555555\n";
    let text = format!("Номер списка: X1\nПункт пропуска: Гишткуприк\n{PLATE}\n{ARRIVAL}\n{HEADING}{rows}");
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    let read = read(text.as_bytes(), None, &given, &Limits::default()).unwrap().messages.remove(0);
    let settings = manifest::RuleSettings::default();
    let (manifest, mut findings) =
        manifest::normalize(read.content.unwrap(), &manifest::CodeLists::built_in(), &settings);
    let _ = manifest::validate(manifest, "2026-11-22T12:00:00Z".parse().unwrap(), &settings, &mut findings);
    let blocked: Vec<_> = findings.blocked().into_iter().collect();
    let about = manifest::About::Passenger;
    assert_eq!(blocked, [about(1), about(2), about(3)]);
}
