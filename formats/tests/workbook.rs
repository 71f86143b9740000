//! Passenger lists in workbooks: made with a writer of workbooks, and by hand where a writer would not go wrong.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::io::{Cursor, Write as _};

use formats::{Cause, Document, Format, Given, Limits, Unreadable, read, recognise};
use manifest::declared::{DeclaredDate, DeclaredInstant, Load, PassengerList};
use manifest::finding::FindingCode;
use rust_xlsxwriter::{Format as CellFormat, Formula, Workbook, Worksheet};
use zip::write::{SimpleFileOptions, ZipWriter};

fn given() -> Given<'static> {
    Given { reference: None, received_time: "2026-11-22T12:00:00Z".parse().unwrap() }
}

fn document(bytes: &[u8]) -> Document {
    assert_eq!(recognise(bytes), Some(Format::PassengerXlsx));
    read(bytes, None, &given(), &Limits::default()).unwrap()
}

fn refused(bytes: &[u8], limits: &Limits) -> Unreadable {
    read(bytes, None, &given(), limits).unwrap_err()
}

fn list(document: &Document, message: usize) -> &PassengerList {
    match &document.messages[message].content.as_ref().unwrap().load {
        Some(Load::PassengerList(list)) => list,
        other => panic!("{other:?}"),
    }
}

fn row(sheet: &mut Worksheet, number: u32, cells: &[&str]) {
    for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        sheet.write_string(number, column, *cell).unwrap();
    }
}

const HEADING: [&str; 8] =
    ["№ п/п", "Фамилия", "Имя", "Дата рождения", "Пол", "Гражданство", "Номер документа", "Место посадки"];

/// A list as a dispatcher keeps it: journey above, dates as dates, numbers as numbers, merged cells, a formula, a total.
fn usual() -> Vec<u8> {
    let mut book = Workbook::new();
    let date = CellFormat::new().set_num_format("dd.mm.yyyy");
    let moment = CellFormat::new().set_num_format("dd.mm.yyyy hh:mm");
    let zeros = CellFormat::new().set_num_format("000000000");
    let bold = CellFormat::new().set_bold();
    let sheet = book.add_worksheet().set_name("Пассажиры").unwrap();
    sheet.merge_range(0, 0, 0, 7, "СПИСОК ПАССАЖИРОВ (SYNTHETIC)", &bold).unwrap();
    row(sheet, 1, &["Гос. номер:", "", "01A123BC"]);
    row(sheet, 2, &["Пункт пропуска", "", "Яллама"]);
    row(sheet, 3, &["Дата и время прибытия"]);
    sheet.write_number_with_format(3, 2, 46_349.354_166_666_664, &moment).unwrap();
    row(sheet, 5, &HEADING);
    row(sheet, 6, &["", "Примеров", "Иван", "", "М", "Россия"]);
    sheet.write_number(6, 0, 1).unwrap();
    sheet.write_number_with_format(6, 3, 32_988, &date).unwrap();
    sheet.write_number_with_format(6, 6, 1234, &zeros).unwrap();
    row(sheet, 7, &["", "", "Анна", "", "Ж", "Россия"]);
    sheet.write_number(7, 0, 2).unwrap();
    sheet.write_formula(7, 1, Formula::new("=B7&\"а\"").set_result("Примерова")).unwrap();
    sheet.write_number(7, 3, 33_000).unwrap();
    sheet.write_number(7, 6, 700_123_456).unwrap();
    row(sheet, 8, &["3", "Пробный", "Олег", "01.02.1960", "М", "Казахстан", "N 0000001"]);
    sheet.merge_range(6, 7, 8, 7, "Алматы", &bold).unwrap();
    sheet.set_row_hidden(8).unwrap();
    row(sheet, 9, &["Итого:", "3"]);
    let hidden = book.add_worksheet().set_name("Черновик").unwrap();
    row(hidden, 0, &HEADING);
    row(hidden, 1, &["1", "Скрытый", "Пётр", "01.01.1990", "М", "РФ", "1"]);
    hidden.set_hidden(true);
    let journey = book.add_worksheet().set_name("Рейс").unwrap();
    row(journey, 0, &["Перевозчик", "ООО «Вымышленный»"]);
    row(journey, 1, &["Страна регистрации", "Казахстан"]);
    book.save_to_buffer().unwrap()
}

#[test]
fn a_dispatchers_workbook() {
    let document = document(&usual());
    assert_eq!(document.messages.len(), 1);
    let declared = document.messages[0].content.as_ref().unwrap();
    let people = &list(&document, 0).passengers;
    let names: Vec<_> =
        people.iter().map(|person| person.name.as_ref().unwrap().family_name.as_str()).collect();
    assert_eq!(names, ["Примеров", "Примерова", "Пробный"], "a row that is hidden is on board all the same");
    let days = [(1990, 4, 25), (1990, 5, 7), (1960, 2, 1)];
    for (person, (year, month, day)) in people.iter().zip(days) {
        assert!(person.birth_date == Some(DeclaredDate::Civil { year, month, day }), "{year}");
        assert_eq!(format!("{:?}", person.embark_stop_sequence), "Some(Plain(1))", "merged downwards");
    }
    let numbers: Vec<_> = people.iter().map(|person| person.travel_documents[0].number.as_str()).collect();
    assert_eq!(numbers, ["000001234", "700123456", "N 0000001"]);
    let conveyance = declared.conveyance.as_ref().unwrap();
    assert_eq!((conveyance.registration.as_str(), conveyance.nationality_code.as_str()), ("01A123BC", "KAZ"));
    assert_eq!(declared.carrier.as_ref().unwrap().name, "ООО «Вымышленный»");
    let journey = declared.journey.as_ref().unwrap();
    assert_eq!(journey.border_post_code, "UZ-YALLAMA");
    let expected = DeclaredInstant::Instant {
        timestamp: "2026-11-23T03:30:00Z".parse().unwrap(),
        offset_minutes: Some(300),
    };
    assert_eq!(journey.arrival_time, Some(expected));
    assert_eq!(declared.manifest_reference, "01A123BC-2026-11-23");
    let hidden: Vec<_> = document.notes.iter().map(|note| note.place.as_ref().unwrap().to_string()).collect();
    assert_eq!(hidden, ["sheet Черновик, row 1"]);
    let mut source = declared.source.clone();
    let place = source.place_of(&"passenger_list.passengers[2].birth_date".into()).unwrap();
    assert_eq!(place.to_string(), "sheet Пассажиры, row 9, column 4 (D9)");
}

#[test]
fn a_sheet_for_each_journey_is_a_message_for_each() {
    let mut book = Workbook::new();
    for (name, plate) in [("Утро", "01A123BC"), ("Вечер", "01B456CD")] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        row(sheet, 0, &["Гос. номер", plate]);
        row(sheet, 1, &HEADING);
        row(sheet, 2, &["1", "Примеров", "Иван", "01.01.1990", "М", "РФ", "AA1"]);
    }
    let crew = book.add_worksheet().set_name("Разное").unwrap();
    row(crew, 0, &["Заметки"]);
    let document = document(&book.save_to_buffer().unwrap());
    let plates: Vec<_> = document
        .messages
        .iter()
        .map(|message| message.content.as_ref().unwrap().conveyance.as_ref().unwrap().registration.clone())
        .collect();
    assert_eq!(plates, ["01A123BC", "01B456CD"]);
}

#[test]
fn crew_on_a_sheet_of_its_own() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Yo‘lovchilar").unwrap();
    row(sheet, 0, &["F.I.Sh.", "Tug‘ilgan sana", "Pasport raqami", "Fuqaroligi"]);
    row(sheet, 1, &["Sinovov Jasur Rustam o‘g‘li", "25.04.1990", "AA0000001", "O‘zbekiston"]);
    let sheet = book.add_worksheet().set_name("Haydovchilar").unwrap();
    row(sheet, 0, &["F.I.Sh.", "Tug‘ilgan sana", "Pasport raqami", "Fuqaroligi"]);
    row(sheet, 1, &["Namunayev Alisher", "29.02.1980", "AA0000002", "O‘zbekiston"]);
    let document = document(&book.save_to_buffer().unwrap());
    let declared = document.messages[0].content.as_ref().unwrap();
    assert_eq!((list(&document, 0).passengers.len(), declared.crew_members.len()), (1, 1));
    assert_eq!(format!("{:?}", declared.crew_members[0].role), "Some(Plain(Driver))");
}

/// An archive of the parts given, packed.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const RELATIONS: &str = "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/s.xml\"/>\
    <Relationship Id=\"r2\" Type=\"x/sharedStrings\" Target=\"/xl/strings.xml\"/></Relationships>";

fn by_hand(book: &str, strings: &str, sheet: &str) -> Vec<u8> {
    archive(&[
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/strings.xml", strings.as_bytes()),
        ("xl/worksheets/s.xml", sheet.as_bytes()),
    ])
}

const BOOK: &str = "<workbook xmlns:r=\"r\"><workbookPr date1904=\"1\"/><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";

fn inline(cells: &[&str]) -> String {
    let cells = cells.iter().map(|cell| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>"));
    format!("<row>{}</row>", cells.collect::<String>())
}

#[test]
fn quirks_of_other_writers() {
    // No coordinates, texts in runs, escapes, years since 1904, relations with absolute names, a formula's text.
    let strings = "<sst><si><r><t>Сам</t></r><r><t xml:space=\"preserve\">охина</t></r><rPh><t>x</t></rPh></si><si><t>Ann_x0041_ (&amp;Co&#65;)</t></si></sst>";
    let heading = inline(&["Surname", "Given name", "Date of birth", "Passport number"]);
    let sheet = format!(
        "<worksheet><sheetData>{heading}<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c><v>31526</v></c><c t=\"str\"><f>1+1</f><v>AA1</v></c></row></sheetData></worksheet>"
    );
    let document = document(&by_hand(BOOK, strings, &sheet));
    let person = &list(&document, 0).passengers[0];
    let name = person.name.as_ref().unwrap();
    assert_eq!((name.family_name.as_str(), name.given_name.as_str()), ("Самохина", "AnnA (&CoA)"));
    assert_eq!(person.travel_documents[0].number, "AA1");
    // Without a date's format the number is read as the workbook counts, and the doubt is said.
    assert!(person.birth_date == Some(DeclaredDate::Civil { year: 1990, month: 4, day: 25 }));
    let declared = document.messages[0].content.as_ref().unwrap();
    assert!(declared.notes.iter().any(|note| note.code == FindingCode::DateAmbiguous));
}

/// A broken writer gives two rows one number: both are people, and both are read.
#[test]
fn two_rows_of_one_number_are_two_rows() {
    let cells = |row: u32, texts: [&str; 4]| {
        let cell = |(column, text): (char, &str)| {
            format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
        };
        format!("<row r=\"{row}\">{}</row>", ('A'..).zip(texts).map(cell).collect::<String>())
    };
    let heading = cells(1, ["Surname", "Given name", "Date of birth", "Passport number"]);
    let first = cells(2, ["Sample", "Ann", "25.04.1990", "AA1111111"]);
    let second = cells(2, ["Example", "Bob", "26.04.1990", "AA2222222"]);
    let sheet = format!("<worksheet><sheetData>{heading}{first}{second}</sheetData></worksheet>");
    let read = document(&by_hand(BOOK, "<sst/>", &sheet));
    assert_eq!(list(&read, 0).passengers.len(), 2);
    let declared = read.messages[0].content.as_ref().unwrap();
    let repaired = declared.notes.iter().find(|note| note.code == FindingCode::FormRepaired).unwrap();
    assert_eq!(repaired.place.as_ref().unwrap().to_string(), "row 2".replace("row", "sheet A, row"));
    // Two values in one place of one row: nobody knows which was meant.
    let torn = first.replace("</row>", "") + &second.replace("<row r=\"2\">", "");
    let sheet = format!("<worksheet><sheetData>{heading}{torn}</sheetData></worksheet>");
    let read = document(&by_hand(BOOK, "<sst/>", &sheet));
    let declared = read.messages[0].content.as_ref().unwrap();
    assert!(declared.notes.iter().any(|note| note.code == FindingCode::RowUnreadable));
}

/// Where a workbook could not be read on: the part with line and column, or the last entry of an archive that is cut.
#[test]
fn refusals_of_workbooks_have_a_place() {
    let limits = Limits::default();
    let place = |bytes: &[u8], limits: &Limits| {
        refused(bytes, limits).place.map(|place| place.to_string()).unwrap_or_default()
    };
    let sheet = format!("<worksheet>\n<sheetData>{}", inline(&["Surname"]));
    assert_eq!(place(&by_hand(BOOK, "<sst/>", &sheet), &limits), "xl/worksheets/s.xml, line 2, column 67");
    let bad = "<worksheet>\n  <sheetData></row></worksheet>";
    assert_eq!(place(&by_hand(BOOK, "<sst/>", bad), &limits), "xl/worksheets/s.xml, line 2, column 14");
    let dtd = "<!DOCTYPE sst []><sst/>";
    assert_eq!(place(&by_hand(BOOK, dtd, "<worksheet/>"), &limits), "xl/strings.xml, line 1, column 1");
    let whole = usual();
    let cut = &whole[..whole.len() - 30];
    assert!(
        place(cut, &limits).starts_with("xl/") || place(cut, &limits).starts_with("docProps/"),
        "{}",
        place(cut, &limits)
    );
    let small = Limits { max_unfolded_bytes: 200, ..Limits::default() };
    assert!(place(&usual(), &small).starts_with("xl/"), "{}", place(&usual(), &small));
}

#[test]
fn what_is_no_workbook_is_said_so() {
    let limits = Limits::default();
    let said = |bytes: &[u8]| refused(bytes, &limits).to_string();
    assert!(said(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]).contains("save it as .xlsx"));
    let ods = archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".as_slice())]);
    // Packed, the words cannot be seen: writers store this part as it is.
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("mimetype", stored).unwrap();
    zip.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    let ods_stored = zip.finish().unwrap().into_inner();
    assert!(said(&ods_stored).contains(".ods"));
    assert!(matches!(refused(&ods, &limits).cause, Cause::NotRecognised { .. }));
    assert!(matches!(
        refused(&archive(&[("readme.txt", b"x".as_slice())]), &limits).cause,
        Cause::NotRecognised { .. }
    ));
    let whole = usual();
    let cut = refused(&whole[..whole.len() / 2], &limits);
    assert!(matches!(cut.cause, Cause::Truncated(_) | Cause::NotRecognised { .. }), "{cut}");
    let cut = read(&whole[..whole.len() - 30], Some(Format::PassengerXlsx), &given(), &limits).unwrap_err();
    assert!(matches!(cut.cause, Cause::Truncated(_)), "{cut}");
    let no_list = by_hand(BOOK, "<sst/>", "<worksheet><sheetData/></worksheet>");
    assert!(said(&no_list).contains("no row with known headings"));
}

#[test]
fn bombs_are_answered() {
    let begin = std::time::Instant::now();
    let limits = Limits::default();
    // A hundred megabytes of blanks in a hundred kilobytes.
    let blanks = format!("<worksheet><sheetData>{}</sheetData></worksheet>", " ".repeat(100 << 20));
    let bomb = by_hand(BOOK, "<sst/>", &blanks);
    assert!(bomb.len() < 1 << 20);
    let cause = refused(&bomb, &limits).cause;
    assert_eq!(
        cause,
        Cause::TooMany { what: "bytes in the unfolded workbook", limit: limits.max_unfolded_bytes }
    );
    drop(blanks);
    // Entities.
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><worksheet>&b;</worksheet>";
    assert_eq!(refused(&by_hand(BOOK, "<sst/>", entities), &limits).cause, Cause::DocumentType);
    // One long text asked for by every cell.
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(4000));
    let cells = format!(
        "<worksheet><sheetData><row>{}</row></sheetData></worksheet>",
        "<c t=\"s\"><v>0</v></c>".repeat(60_000)
    );
    let cause = refused(&by_hand(BOOK, &strings, &cells), &limits).cause;
    assert_eq!(cause, Cause::TooMany { what: "bytes in all cells", limit: limits.max_unfolded_bytes });
    // A million cells, elements in elements, and a sheet as wide and high as they come.
    let cells = format!(
        "<worksheet><sheetData><row>{}</row></sheetData></worksheet>",
        "<c><v>1</v></c>".repeat(600_000)
    );
    let cause = refused(&by_hand(BOOK, "<sst/>", &cells), &limits).cause;
    assert_eq!(cause, Cause::TooMany { what: "cells", limit: limits.max_parts });
    let deep = "<a>".repeat(100_000);
    assert!(matches!(refused(&by_hand(BOOK, "<sst/>", &deep), &limits).cause, Cause::TooMany { .. }));
    let heading = inline(&["Surname", "Given name", "Date of birth", "Passport number"]);
    let wide = format!(
        "<worksheet><sheetData>{heading}<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>\
         <mergeCells>{}</mergeCells></worksheet>",
        "<mergeCell ref=\"A1:XFD1048576\"/>".repeat(20_000)
    );
    let document = document(&by_hand(BOOK, "<sst/>", &wide));
    assert!(list(&document, 0).passengers.len() <= 1);
    println!("bombs took {:?}", begin.elapsed());
    assert!(begin.elapsed().as_secs() < 60);
}
