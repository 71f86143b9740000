//! Passenger lists in tables: text with separators and workbooks, as bus companies keep them.
//!
//! Bytes become sheets of cells ([`grid`]), each row is told what it is ([`layout`]), headings and words are compared in
//! English, Russian and Uzbek in both scripts ([`heading`], tables in formats/data), and what stands there is declared. A
//! row that cannot be read is one person's trouble.

mod alone;
mod columns;
mod company;
mod dates;
mod drivers;
pub(crate) mod encoding;
mod fold;
mod grid;
mod heading;
mod journey;
mod labels;
mod layout;
mod list;
mod names;
mod page;
mod people;
mod person;
mod plates;
mod row_facts;
mod said;
mod separated;
mod several;
mod stops;
mod stray;
mod times;
mod totals;
mod unread;
mod values;
mod words;
pub(crate) mod xlsx;

use manifest::declared::FormNote;
use manifest::finding::{FindingCode, Severity};

use crate::{Cause, Document, Envelope, Format, Given, Limits, Unreadable};
use page::{At, Page};

/// How many bytes are looked at to recognise a list.
const LOOKED_AT: usize = 64 * 1024;

/// How many known headings in one row make a text a passenger list.
const HEADINGS_OF_A_LIST: usize = 3;

/// Is it text with separators that has a row of at least three known headings?
pub(crate) fn is_separated_list(bytes: &[u8]) -> bool {
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let text = encoding::decode(start).text;
    separated::separator(&text).1 >= HEADINGS_OF_A_LIST
}

/// Reads text with separators.
///
/// # Errors
/// When it is no text, has no heading that is known, or exceeds a limit.
pub(crate) fn read_separated(
    bytes: &[u8],
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Document, Unreadable> {
    let decoded = encoding::decode(bytes);
    let (separator, _) = separated::separator(
        decoded.text.get(..decoded.text.floor_char_boundary(LOOKED_AT)).unwrap_or(&decoded.text),
    );
    let sheet = separated::sheet(&decoded.text, separator, limits)?;
    let messages = list::read(&[sheet], given, limits)?;
    let mut notes = Vec::new();
    if decoded.guessed.is_some() || decoded.broken {
        let weight = if decoded.broken { Severity::Warning } else { Severity::Note };
        let at = At { sheet: manifest::declared::NameId::NONE, row: 1, column: 0 };
        let note = Page::default().at(FindingCode::CharacterSet, weight, at);
        notes.push(note.parameter("declared", decoded.guessed.unwrap_or("UTF-8")));
    }
    Ok(Document { format: Format::PassengerCsv, envelope: Envelope::default(), messages, notes })
}

/// Reads a workbook.
///
/// # Errors
/// When it is no workbook, unfolds to more than is read, or has no heading that is known.
pub(crate) fn read_workbook(
    bytes: &[u8],
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Document, Unreadable> {
    let book = xlsx::read(bytes, limits)?;
    let messages = list::read(&book.sheets, given, limits)?;
    let hidden = book.hidden.iter().map(|name| {
        let note = FormNote::new(FindingCode::ElementNotRead, Severity::Warning);
        note.place(page::row_place(name, 1)).parameter("field", "hidden sheet")
    });
    Ok(Document {
        format: Format::PassengerXlsx,
        envelope: Envelope::default(),
        notes: hidden.collect(),
        messages,
    })
}

/// It has no row that reads like the heading of a passenger list.
fn no_heading() -> Unreadable {
    let cause = "no row with known headings: a list needs at least surname or full name, date of birth and document number";
    Unreadable { place: None, cause: Cause::Malformed(cause.to_owned()) }
}
