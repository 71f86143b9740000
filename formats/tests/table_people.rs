//! Nobody may be lost from a list in silence: two people in a row, rows fused by quotation marks, and people beside, below or
//! behind the list. Invented people.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use formats::{Document, Given, Limits, read};
use manifest::declared::{Declared, Load, PassengerList};
use manifest::finding::{About, Finding, FindingCode as C, Severity};
use manifest::{CodeLists, RuleSettings};
use rust_xlsxwriter::{Workbook, Worksheet};

fn document(bytes: &[u8]) -> Document {
    let given = Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() };
    read(bytes, None, &given, &Limits::default()).unwrap()
}

fn declared(bytes: &[u8]) -> Declared {
    document(bytes).messages.remove(0).content.unwrap()
}

fn families(declared: &Declared) -> Vec<String> {
    let Some(Load::PassengerList(PassengerList { passengers, .. })) = &declared.load else { panic!() };
    let family = |name: &manifest::declared::PersonName| name.family_name.clone();
    passengers.iter().map(|each| each.name.as_ref().map_or(String::from("?"), family)).collect()
}

/// Findings that are no notes.
fn heavy(declared: Declared) -> Vec<Finding> {
    let settings = RuleSettings::default();
    let (manifest, mut findings) = manifest::normalize(declared, &CodeLists::built_in(), &settings);
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let _ = manifest::validate(manifest, now, &settings, &mut findings);
    findings.into_vec().into_iter().filter(|finding| finding.severity > Severity::Note).collect()
}

fn told(findings: &[Finding]) -> Vec<(C, Severity, About, String)> {
    let place = |finding: &Finding| finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
    findings.iter().map(|it| (it.code, it.severity, it.about, place(it))).collect()
}

const JOURNEY: &str = "Гос. номер: 01A123BC\nСтрана регистрации: KZ\nПункт пропуска: Гишткуприк\n\
    Дата и время прибытия: 23.11.2026 08:30\nВид рейса: регулярный\n";
const HEADING: &str = "№;Фамилия;Имя;Дата рождения;Пол;Гражданство;Вид документа;Номер документа;Категория\n";

fn list(rows: &[&str]) -> Declared {
    let driver = "1;Примеров;Пётр;01.01.1975;М;KZ;Паспорт;N1111111;Водитель";
    let first = "2;Образцов;Олег;02.01.1980;М;UZ;Паспорт;AA2222222;Пассажир";
    declared(format!("{JOURNEY}{HEADING}{driver}\n{first}\n{}\n", rows.join("\n")).as_bytes())
}

#[test]
fn two_people_in_a_row_are_blocked() {
    for row in [
        "3;Бабаев Ботир, Каримов Камол;;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
        "3;Бабаев;Ботир;03.01.1981;М;UZ;Паспорт;AA3333333, AA4444444;Пассажир",
        "3;Бабаев;Ботир;03.01.1981, 14.01.1982;М;UZ;Паспорт;AA3333333;Пассажир",
        "3;Бабаев/Каримов;Ботир/Камол;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
        "3;Бабаев и Каримов;Ботир;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
        "3;Babayev & Karimov;Botir;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
        "3;\"Бабаев\nКаримов\";Ботир;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
        "3;\"Бабаев; Каримов\";Ботир;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
        "3;Бабаев 2;Ботир;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
    ] {
        let found = heavy(list(&[row]));
        let expected = (C::RowUnreadable, Severity::Blocking, About::Passenger(1), String::from("row 9"));
        assert_eq!(told(&found), [expected], "{row}");
        assert!(found[0].original.is_some());
    }
}

#[test]
fn one_person_with_a_name_of_many_signs_is_read() {
    for name in [
        "Петров-Водкин;Кузьма",
        "Иванова (Петрова);Анна",
        "VAN DER BERG;JAN",
        "ORTEGA Y GASSET;JOSE",
        "O'G'LI;BAXTIYOR",
        "Иванова/Петрова;Анна",
        "Каримов/Karimov;Азиз/Aziz",
        "Smith, Jr.;John",
        "D’Arcy;Anne-Marie",
    ] {
        let row = format!("3;{name};03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир");
        let found = heavy(list(&[&row]));
        let blocked = found.iter().filter(|it| it.severity == Severity::Blocking).count();
        assert_eq!(blocked, 0, "{name}: {:?}", told(&found));
    }
}

/// Two marks that belong to nothing, in neighbouring rows, would make one value of all that stands between them.
#[test]
fn stray_quotation_marks_fuse_nobody() {
    let fused = list(&[
        "3;\"Бабаев;Ботир;03.01.1981;М;UZ;Паспорт;AA3333333;Пассажир",
        "4;Каримов\";Камол;14.01.1982;М;UZ;Паспорт;AA4444444;Пассажир",
        "5;Юсупов;Юнус;14.01.1983;М;UZ;Паспорт;AA5555555;Пассажир",
    ]);
    assert_eq!(families(&fused), ["Образцов", "Бабаев", "Каримов", "Юсупов"]);
    let repaired = fused.notes.iter().filter(|note| note.code == C::FormRepaired);
    let places: Vec<_> = repaired.filter_map(|note| note.place.as_ref().map(ToString::to_string)).collect();
    assert_eq!(places[..2], ["row 9", "row 10"], "{places:?}");
    // Rows of other widths cannot be told apart: what they became is blocked with its words.
    let found = heavy(list(&[
        "3;\"Бабаев;Ботир;03.01.1981;М;UZ;Паспорт;AA3333333",
        "4;Каримов\";Камол;14.01.1982;М;UZ;Паспорт;AA4444444;Пассажир",
    ]));
    let expected = (C::RowUnreadable, Severity::Blocking, About::Passenger(1), String::from("row 9"));
    assert_eq!(told(&found), [expected]);
    let words = &found[0].original.as_ref().unwrap().0;
    assert!(words.contains("AA3333333") && words.contains("AA4444444"), "{words}");
}

fn row(sheet: &mut Worksheet, number: u32, cells: &[&str]) {
    for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        sheet.write_string(number, column, *cell).unwrap();
    }
}

const HEAD: [&str; 9] = [
    "№",
    "Familiyasi",
    "Ismi",
    "Tugʻilgan sana",
    "Jinsi",
    "Fuqaroligi",
    "Hujjat turi",
    "Hujjat raqami",
    "Lavozimi",
];
const DRIVER: [&str; 9] =
    ["1", "Omarov", "Yerlan", "01.01.1975", "erkak", "KZ", "Pasport", "N1111111", "haydovchi"];
const FIRST: [&str; 8] = ["2", "Aliyev", "Anvar", "02.01.1980", "erkak", "UZ", "Pasport", "AA2222222"];
const SECOND: [&str; 8] = ["3", "Boboyev", "Botir", "03.01.1981", "erkak", "UZ", "Pasport", "AA3333333"];
const THIRD: [&str; 8] = ["4", "Karimov", "Komil", "13.01.1982", "erkak", "UZ", "Pasport", "AA4444444"];

/// A workbook whose first sheet has a list with a driver and a passenger; the rest is the test's.
fn book(more: impl Fn(&mut Worksheet), others: impl Fn(&mut Workbook)) -> Declared {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Roʻyxat").unwrap();
    row(sheet, 0, &["Davlat raqami:", "71W"]);
    row(sheet, 1, &["Страна регистрации:", "KZ"]);
    row(sheet, 2, &["Chegara posti:", "UZ-GISHTKUPRIK"]);
    row(sheet, 3, &["Kelish vaqti:", "23.11.2026 08:30"]);
    row(sheet, 5, &HEAD);
    row(sheet, 6, &DRIVER);
    row(sheet, 7, &FIRST);
    more(sheet);
    others(&mut book);
    declared(&book.save_to_buffer().unwrap())
}

#[test]
fn a_sheet_without_headings_goes_on_with_the_list() {
    let read = book(
        |_| {},
        |book| {
            let sheet = book.add_worksheet().set_name("Davomi").unwrap();
            row(sheet, 0, &SECOND);
            row(sheet, 1, &THIRD);
        },
    );
    assert_eq!(families(&read), ["Aliyev", "Boboyev", "Karimov"]);
    let found = told(&heavy(read));
    assert_eq!(
        found,
        [(C::FormRepaired, Severity::Warning, About::Manifest, String::from("sheet Davomi, row 1"))]
    );
}

#[test]
fn who_may_be_a_person_elsewhere_withholds_the_list() {
    let withheld = |read: Declared, place: &str| {
        let found = told(&heavy(read));
        let expected = (C::ValueMalformed, Severity::Blocking, About::Conveyance, place.to_owned());
        assert!(found.contains(&expected), "{place}: {found:?}");
    };
    // On a sheet in another order of columns.
    let other = |book: &mut Workbook| {
        let sheet = book.add_worksheet().set_name("Davomi").unwrap();
        row(sheet, 0, &["Karimov Komil", "AA4444444", "13.01.1982"]);
    };
    withheld(book(|_| {}, other), "sheet Davomi, row 1, column 1 (A1)");
    // Beside the list, with headings and without.
    let beside = |sheet: &mut Worksheet| {
        for (row, cells) in [(5, &HEAD[..8]), (7, &SECOND[..])] {
            for (column, cell) in (11_u16..).zip(cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    };
    withheld(book(beside, |_| {}), "sheet Roʻyxat, row 8, column 12 (L8)");
    let bare = |sheet: &mut Worksheet| {
        for (column, cell) in (11_u16..).zip(&SECOND[1..]) {
            sheet.write_string(7, column, *cell).unwrap();
        }
    };
    withheld(book(bare, |_| {}), "sheet Roʻyxat, row 8, column 12 (L8)");
    let under = |sheet: &mut Worksheet| {
        for (column, cell) in (11_u16..).zip(&SECOND[1..]) {
            sheet.write_string(9, column, *cell).unwrap();
        }
    };
    withheld(book(under, |_| {}), "sheet Roʻyxat, row 10, column 12 (L10)");
    // In one cell below the list.
    let note = |sheet: &mut Worksheet| row(sheet, 9, &["Karimov Komil, 13.01.1982, pasport AA4444444"]);
    withheld(book(note, |_| {}), "sheet Roʻyxat, row 10, column 1 (A10)");
}

#[test]
fn a_name_alone_below_the_list_asks_for_a_look() {
    let name = |sheet: &mut Worksheet| row(sheet, 9, &["Karimov Komil"]);
    let found = told(&heavy(book(name, |_| {})));
    let place = String::from("sheet Roʻyxat, row 10, column 1 (A10)");
    assert!(found.contains(&(C::ElementNotRead, Severity::Warning, About::Conveyance, place)), "{found:?}");
    // What stands below lists anyway asks for nothing.
    let signature = |sheet: &mut Worksheet| {
        row(sheet, 9, &["Jami:", "1"]);
        row(sheet, 10, &["Direktor", "Karimov K.A.", "22.11.2026"]);
        row(sheet, 11, &["imzo: ____________"]);
        row(sheet, 12, &["Oq yoʻl!"]);
    };
    let found = told(&heavy(book(signature, |_| {})));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn people_below_the_list_under_words_of_their_own_are_read() {
    let more = |sheet: &mut Worksheet| {
        row(sheet, 9, &["Qoʻshimcha yoʻlovchilar"]);
        row(sheet, 10, &THIRD);
    };
    let read = book(more, |_| {});
    assert_eq!(families(&read), ["Aliyev", "Karimov"]);
    assert!(heavy(read).is_empty());
}

/// Headings without rows: an empty coach says that it is empty, of every other somebody asks who travels in it.
#[test]
fn a_list_of_nobody_is_asked_about() {
    let driver = "1;Примеров;Пётр;01.01.1975;М;KZ;Паспорт;N1111111;Водитель";
    let of = |count: &str| told(&heavy(declared(format!("{JOURNEY}{count}{HEADING}{driver}\n").as_bytes())));
    let asked = (C::RequiredFieldMissing, Severity::Warning, About::Conveyance, String::from("row 6"));
    assert_eq!(of(""), [asked]);
    assert_eq!(of("Количество пассажиров: 0\n"), []);
}
