//! Rows that say something of those around them: stops at which people get on, lines about vehicle and drivers. Invented people.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Given, Limits, read};
use manifest::declared::{Declared, Load, Passenger, Said};
use manifest::finding::{About, FindingCode as C, Severity};
use manifest::{CodeLists, RuleSettings};

const JOURNEY: &str = "Номер списка: X1\nСтрана регистрации: KZ\nПункт пропуска: Гишткуприк\n\
    Дата и время прибытия: 23.11.2026 08:30\nВид рейса: регулярный\n";
const PLATE: &str = "Гос. номер: 01A123BC\n";
const DRIVER: &str = "Водитель: Омаров Ерлан, паспорт N1111111, 01.02.1975, KZ\n";
const HEADING: &str = "№;ФИО;Дата рождения;Пол;Гражданство;Вид документа;Номер документа\n";

fn declared(text: &str) -> Declared {
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    read(text.as_bytes(), None, &given, &Limits::default()).unwrap().messages.remove(0).content.unwrap()
}

fn heavy(text: &str) -> Vec<(C, Severity, About)> {
    let settings = RuleSettings::default();
    let (manifest, mut findings) = manifest::normalize(declared(text), &CodeLists::built_in(), &settings);
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let _ = manifest::validate(manifest, now, &settings, &mut findings);
    let all = findings.into_vec().into_iter().filter(|it| it.severity > Severity::Note);
    all.map(|it| (it.code, it.severity, it.about)).collect()
}

fn person(number: usize) -> String {
    let names =
        ["Образцов Олег", "Бабаев Ботир", "Каримов Камол", "Юсупов Юнус", "Саидов Саид", "Рахимов Рустам"];
    let name = names[(number - 1) % names.len()];
    format!("{number};{name};02.01.198{};М;UZ;Паспорт;AA{}\n", number % 10, 2_222_220 + number)
}

fn passengers(declared: &Declared) -> &[Passenger] {
    let Some(Load::PassengerList(list)) = &declared.load else { panic!("a list") };
    &list.passengers
}

/// Where each passenger gets on, by name.
fn boarding(declared: &Declared) -> Vec<String> {
    let stops = &declared.journey.as_ref().unwrap().stops;
    let name = |number: &Said<i64>| match number {
        Said::Plain(number) => {
            let location = stops[usize::try_from(number - 1).unwrap()].location.as_ref().unwrap();
            location.name.clone()
        }
        Said::Words(words) => words.clone(),
    };
    let each = passengers(declared).iter();
    each.map(|it| it.embark_stop_sequence.as_ref().map(name).unwrap_or_default()).collect()
}

#[test]
fn a_row_with_a_stop_says_where_those_below_get_on() {
    for (first, second) in [
        ("Samarqand", "Buxoro"),
        ("г. Самарканд", "г. Бухара"),
        ("Отправление: Самарканд", "Отправление: Бухара"),
        ("Посадка в г. Самарканд", "Посадка в г. Бухара"),
        ("Самарқанд шаҳри", "Бухоро шаҳри"),
        ("Остановка: Кызылтепа", "Остановка: Галаасия"),
    ] {
        let rows = format!("{first};;;;;;\n{}{};;;;;;\n{}{}", person(1), second, person(2), person(3));
        let text = format!("{JOURNEY}{PLATE}{DRIVER}{HEADING}{rows}");
        let read = declared(&text);
        let names = boarding(&read);
        assert_eq!(names.len(), 3, "{first}");
        assert!(names[0] != names[1] && names[1] == names[2] && !names[0].is_empty(), "{first}: {names:?}");
        assert!(first.contains(&names[0]) && second.contains(&names[1]), "{names:?}");
        assert_eq!(heavy(&text), [], "{first}");
        let told = read.notes.iter().filter(|note| note.code == C::FormRepaired).count();
        assert_eq!(told, 2, "{:?}", read.notes);
    }
}

/// The cell of a person's own says more than the row above; a total ends a stop's list.
#[test]
fn a_stop_ends_where_it_ends() {
    let heading = HEADING.replace('\n', ";Место посадки\n");
    let with = |number: usize, stop: &str| person(number).replace('\n', &format!(";{stop}\n"));
    let text = format!(
        "{JOURNEY}{PLATE}{DRIVER}{heading}Самарканд\n{}{}Итого: 2\n{}Бухара\n{}",
        with(1, ""),
        with(2, "Джизак"),
        with(3, ""),
        with(4, "")
    );
    assert_eq!(boarding(&declared(&text)), ["Самарканд", "Джизак", "", "Бухара"]);
}

/// What is neither a stop nor a person asks for a look, and holds up nobody whose row is whole.
#[test]
fn a_text_between_persons_holds_up_nobody() {
    for (line, found) in [
        ("Кызылтепа", &[(C::ElementNotRead, Severity::Warning, About::Conveyance)][..]),
        ("стр. 2 из 3", &[]),
        ("------", &[]),
        ("Каримов", &[(C::RowUnreadable, Severity::Blocking, About::Passenger(1))]),
        ("AA7777777", &[(C::RowUnreadable, Severity::Blocking, About::Passenger(1))]),
    ] {
        let text = format!("{JOURNEY}{PLATE}{DRIVER}{HEADING}{};{line};;;;;\n{}", person(1), person(2));
        assert_eq!(heavy(&text), found, "{line}");
    }
}

#[test]
fn a_plate_beside_a_model_is_read_alone() {
    for line in [
        "Автобус: Yutong гос. номер 01 A 123 BC",
        "Автобус Yutong гос. номер 01 A 123 BC",
        "Автобус;Yutong ZK6122 г/н 01 A 123 BC",
        "Avtobus: Yutong davlat raqami 01 A 123 BC",
    ] {
        let read = declared(&format!("{JOURNEY}{line}\n{DRIVER}{HEADING}{}", person(1)));
        assert_eq!(read.conveyance.unwrap().registration, "01 A 123 BC", "{line}");
    }
}

#[test]
fn what_a_line_says_of_its_driver_is_kept() {
    let of = |line: &str| {
        let text = format!("{JOURNEY}{PLATE}{line}\n{HEADING}{}", person(1));
        (declared(&text).crew_members.remove(0), heavy(&text))
    };
    let warned = |codes: &[C]| -> Vec<(C, Severity, About)> {
        codes.iter().map(|code| (*code, Severity::Warning, About::CrewMember(0))).collect()
    };
    let (member, found) = of("Водитель: Омаров Ерлан, в/у AA 1234567");
    assert_eq!(found, warned(&[C::DocumentMissing]));
    assert!(member.travel_documents.is_empty());
    let (member, found) = of("Водитель: Омаров Ерлан, паспорт N1111111");
    assert_eq!(member.travel_documents[0].number, "N1111111");
    assert_eq!(member.name.unwrap().family_name, "Омаров");
    assert_eq!(found, warned(&[C::RequiredFieldMissing, C::RequiredFieldMissing]));
    let (member, found) = of("Водитель: Омаров Ерлан, 01.02.1975 г.р., KZ, в/у AA 1234567");
    assert!(member.birth_date.is_some() && member.nationality_code == "KZ");
    assert_eq!(found, warned(&[C::DocumentMissing]));
}

/// A town's name is a surname too. Where the list's own numbers leave one out, somebody stood there, and nobody is made a stop of.
#[test]
fn a_bare_town_where_a_number_is_left_out_is_a_person() {
    let of = |between: &str, last: usize| {
        let rows = format!("{}{between}\n{}", person(1), person(last));
        format!("{JOURNEY}{PLATE}{DRIVER}{HEADING}{rows}")
    };
    let text = of(";Навои;;;;;", 3);
    assert_eq!(passengers(&declared(&text)).len(), 3);
    assert!(
        heavy(&text).iter().any(|(_, severity, _)| *severity == Severity::Blocking),
        "{:?}",
        heavy(&text)
    );
    for (between, last) in [(";Навои;;;;;", 2), ("г. Навои;;;;;;", 3)] {
        let text = of(between, last);
        assert_eq!((passengers(&declared(&text)).len(), heavy(&text)), (2, vec![]), "{between}");
    }
}

/// Of totals under each stop none counts the whole list.
#[test]
fn totals_of_parts_are_added_up() {
    let of = |totals: [&str; 3]| {
        let [first, second, all] = totals;
        let rows = format!("{}{}{first}{}{second}{all}", person(1), person(2), person(3));
        let text = format!("{JOURNEY}{PLATE}{DRIVER}{HEADING}{rows}");
        let Some(Load::PassengerList(list)) = declared(&text).load else { panic!("a list") };
        list.declared_passenger_count
    };
    let total = |number: u32| format!("Жами: {number};;;;;;\n");
    let (two, one, three, four) = (total(2), total(1), total(3), total(4));
    assert_eq!(of([&two, &one, &three]), Some(Said::Plain(3)));
    assert_eq!(of([&two, &one, ""]), Some(Said::Plain(3)));
    // Somebody is missing: the sum says so.
    assert_eq!(of([&two, &two, &four]), Some(Said::Plain(4)));
    assert_eq!(of([&two, &two, ""]), Some(Said::Plain(4)));
    // No persons between them: what comes second is a part of the first.
    assert_eq!(of(["", &four, &one]), Some(Said::Plain(4)));
}

/// Lines about the crew: two names in one line, a name in a row of cells that look like headings, a name without a colon.
#[test]
fn nobody_of_a_line_about_the_crew_is_lost() {
    for (line, crew) in [
        ("Haydovchilar: Karimov Akmal va Tursunov Aziz", 2),
        ("Водитель;Омаров Ерлан;паспорт;N1111111;гражд. РК", 1),
        ("Водитель Омаров Ерлан, удостоверение личности 012345678", 1),
        ("Водитель: Омаров Ерлан;паспорт;N1111111", 1),
        ("Ҳайдовчи: Каримов Акмал, ҳайдовчилик гувоҳномаси AB 1234567", 1),
    ] {
        let read = declared(&format!("{JOURNEY}{PLATE}{line}\n{HEADING}{}", person(1)));
        assert_eq!((read.crew_members.len(), passengers(&read).len()), (crew, 1), "{line}");
        let names: Vec<_> = read.crew_members.iter().filter_map(|it| it.name.as_ref()).collect();
        assert!(names.iter().all(|it| !it.given_name.contains(' ')), "{names:?}");
    }
    // Whose part it is, is not guessed; that somebody is named there is told.
    let text = format!(
        "{JOURNEY}{PLATE}В рейсе работает экипаж Омаров Ерлан и Иванова Анна\n{HEADING}{}",
        person(1)
    );
    let told = declared(&text).notes;
    assert!(
        told.iter().any(|it| it.code == C::ElementNotRead && it.severity == Severity::Warning),
        "{told:?}"
    );
}

/// Which station of a town it is makes no other stop of the journey.
#[test]
fn a_station_of_a_town_is_its_stop() {
    let rows = format!("Отправление: Шымкент, автовокзал Самал;;;;;;\n{}", person(1));
    let text = format!("Маршрут: Алматы - Шымкент - Ташкент\n{JOURNEY}{PLATE}{DRIVER}{HEADING}{rows}");
    assert_eq!(boarding(&declared(&text)), ["Шымкент"]);
    assert_eq!(heavy(&text), []);
}

/// A plate without its model, and the trailer's beside it.
#[test]
fn the_plate_and_the_trailers() {
    for line in ["Автобус: NEOPLAN 01A123BC", "ТС: Setra S 415 / 01A123BC", "Bus: Yutong ZK6122H9 01A123BC"]
    {
        let read = declared(&format!("{JOURNEY}{line}\n{DRIVER}{HEADING}{}", person(1)));
        assert_eq!(read.conveyance.unwrap().registration, "01A123BC", "{line}");
    }
    let line = "Гос. номер: 01 A 123 BC / прицеп 01 4567 AA";
    let conveyance =
        declared(&format!("{JOURNEY}{line}\n{DRIVER}{HEADING}{}", person(1))).conveyance.unwrap();
    assert_eq!(conveyance.registration, "01 A 123 BC");
    assert_eq!(conveyance.trailer_registrations, ["01 4567 AA"]);
}
