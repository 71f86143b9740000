//! What is said of a list as a whole: the reference that was made for it, the columns that it does not have, and what was not read.

use manifest::declared::{Declared, DeclaredInstant, FormNote, NameId};
use manifest::finding::{About, FindingCode, Severity};

use super::columns::Columns;
use super::grid::Sheet;
use super::heading::{Column, Fact};
use super::journey::Facts;
use super::layout::Layout;
use super::page::{At, Page};
use super::stray::Somebody;

/// A list without a number has plate and day: the same list sent twice is the same list, and a bus goes once at a time.
/// What was made is said: under it the list is asked for and corrected.
pub(super) fn own_reference(declared: &Declared, facts: &Facts, page: &mut Page) -> String {
    let plate = declared
        .conveyance
        .as_ref()
        .and_then(|conveyance| manifest::normalize::plate(&conveyance.registration));
    let arrival = declared.journey.as_ref().and_then(|journey| journey.arrival_time.as_ref());
    let (reference, form) = match (plate, arrival) {
        (Some(plate), Some(DeclaredInstant::Instant { timestamp, .. })) => {
            let day = jiff::tz::Offset::constant(5).to_datetime(*timestamp).date();
            (format!("{plate}-{day}"), "no number of the list; made of plate and day")
        }
        (Some(_), _) => return String::new(),
        (None, _) => {
            (facts.text(Fact::JourneyReference).to_owned(), "no number of the list; the journey's was taken")
        }
    };
    if !reference.is_empty() {
        let note = FormNote::new(FindingCode::FormRepaired, Severity::Note);
        let note = note.at(About::Manifest, "manifest_reference").original(&reference);
        page.push(note.parameter("form", form));
    }
    reference
}

/// A list that has no column for the kind of its documents is told so once: what a form does not ask for is nobody's fault on it.
/// A traveller's number, state and readable zone tell the kind as well.
pub(super) fn not_held(sheets: &[(NameId, &Sheet, &Layout<'_>)], page: &mut Page) {
    let tables =
        || sheets.iter().flat_map(|(sheet, _, layout)| layout.tables.iter().map(move |it| (*sheet, it)));
    let is_held = |columns: &Columns| {
        columns.passports
            || [Column::DocumentType, Column::Document].iter().any(|it| columns.persons.contains_key(it))
    };
    if tables().any(|(_, columns)| is_held(columns)) {
        return;
    }
    let Some((sheet, columns)) = tables().next() else { return };
    let at = At { sheet, row: columns.row, column: 0 };
    let note = page.at(FindingCode::RequiredFieldMissing, Severity::Note, at);
    page.push(note.at(About::Conveyance, "passenger_list.passengers").parameter("field", "type"));
}

/// Who may stand on a sheet and was not read. Somebody likely withholds the coach: the list is not all of it. What might be a
/// name asks for a look at it.
pub(super) fn strays(sheet: NameId, layout: &Layout<'_>, page: &mut Page) {
    /// How many are named one by one.
    const NAMED: usize = 20;
    for (row, column, somebody) in layout.strays.iter().take(NAMED) {
        stray(At { sheet, row: *row, column: *column }, *somebody, page);
    }
}

/// Somebody who may stand in a cell that is not read.
pub(super) fn stray(at: At, somebody: Somebody, page: &mut Page) {
    let note = match somebody {
        Somebody::Likely => page
            .at(FindingCode::ValueMalformed, Severity::Blocking, at)
            .parameter("form", "every person in a row of the list, under its headings"),
        Somebody::Perhaps => page
            .at(FindingCode::ElementNotRead, Severity::Warning, at)
            .parameter("field", "words outside of the list that may be a name"),
    };
    page.push(note.at(About::Conveyance, "passenger_list"));
}

/// What stands on the sheets and was not read.
pub(super) fn notes_of_layout(sheets: &[(NameId, &Sheet, &Layout<'_>)], page: &mut Page) {
    /// Rows of text around a list that are named one by one.
    const ROWS_NAMED: usize = 20;
    for (sheet, _, layout) in sheets {
        for _ in layout.tables.iter().filter(|table| table.carried) {
            let row = layout.people.first().map_or(1, |person| person.row.number);
            let note =
                page.at(FindingCode::FormRepaired, Severity::Warning, At { sheet: *sheet, row, column: 0 });
            page.push(note.parameter("form", "sheet without headings, read by those of the list before"));
        }
        for (row, column) in layout.stops.iter().take(ROWS_NAMED) {
            let at = At { sheet: *sheet, row: *row, column: *column };
            let note = page.at(FindingCode::FormRepaired, Severity::Note, at);
            page.push(
                note.parameter("form", "row that names a stop, read as where the persons below it get on"),
            );
        }
        strays(*sheet, layout, page);
        for table in &layout.tables {
            for (column, text) in &table.unknown {
                page.heading_unknown(text, At { sheet: *sheet, row: table.row, column: *column });
            }
            for (column, place) in table.persons.iter().filter(|(column, _)| column.is_not_read()) {
                page.not_read(column.as_str(), At { sheet: *sheet, row: table.row, column: *place });
            }
        }
        for (row, column) in layout.unread.iter().take(ROWS_NAMED) {
            page.not_read("text outside of the list", At { sheet: *sheet, row: *row, column: *column });
        }
    }
}
