//! Where things stood and what was noted: what a reader of tables writes beside the fields.

use manifest::declared::{FormNote, Mark, NameId, PathKey, SourceMap, SourcePlace};
use manifest::finding::{About, FindingCode, Severity};

use super::grid::{Cell, letters};

/// A cell of a sheet, or a row when the column is 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) sheet: NameId,
    pub(super) row: u32,
    pub(super) column: u32,
}

/// Notes and places of one message.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) map: SourceMap,
    pub(super) notes: Vec<FormNote>,
}

impl Page {
    /// A sheet's name, for [`At`].
    pub(super) fn sheet(&mut self, name: &str) -> NameId {
        if name.is_empty() { NameId::NONE } else { self.map.name(short(name)) }
    }

    /// Notes where a field stood.
    pub(super) fn mark(&mut self, path: PathKey, at: At) {
        self.map.mark(path, mark(at));
    }

    /// A note that begins at a place.
    pub(super) fn at(&self, code: FindingCode, severity: Severity, at: At) -> FormNote {
        FormNote::new(code, severity).place(self.map.in_words(mark(at)))
    }

    /// A note at a place.
    pub(super) fn placed(&self, note: FormNote, at: At) -> FormNote {
        note.place(self.map.in_words(mark(at)))
    }

    /// Keeps a note.
    pub(super) fn push(&mut self, note: FormNote) {
        self.notes.push(note);
    }

    /// What is wrong with a cell's text itself, about the field that it went into.
    pub(super) fn look_at(&mut self, cell: &Cell, at: At, about: About, path: &str, limit: usize) {
        if cell.cut {
            let place = self.map.in_words(mark(at));
            self.push(FormNote::text_cut(about, path, limit).place(place));
        }
        if cell.damaged {
            let note = self.at(FindingCode::CharacterSet, Severity::Warning, at).at(about, path);
            self.push(note.original(&cell.text).parameter("declared", "printable text"));
        }
    }

    /// Something that has no place in the contract; `what` is a word of ours, never the partner's.
    pub(super) fn not_read(&mut self, what: &str, at: At) {
        let note = self.at(FindingCode::ElementNotRead, Severity::Note, at);
        self.push(note.parameter("field", what));
    }

    /// A column whose heading is not known.
    pub(super) fn heading_unknown(&mut self, text: &str, at: At) {
        let note = self.at(FindingCode::HeadingUnknown, Severity::Note, at);
        self.push(note.original(text).parameter("column", letters(at.column)));
    }
}

const fn mark(at: At) -> Mark {
    Mark::Cell { sheet: at.sheet, row: at.row, column: at.column }
}

/// A row as a place.
pub(super) fn row_place(sheet: &str, row: u32) -> SourcePlace {
    SourcePlace::Cell { sheet: short(sheet), row, column: 0 }
}

/// A sheet's name is the partner's own text: kept short.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(31).collect()
}
