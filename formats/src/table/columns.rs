//! The headings over a list: one row of them or two, with the columns that they name.

use std::collections::BTreeMap;

use super::fold::fold;
use super::grid::Row;
use super::heading::{Column, Fact, Heading, fact, heading, slip};
use super::stray;
use super::words::COLUMNS;

/// How many columns of a row are looked at for headings.
const COLUMNS_LOOKED_AT: usize = 128;

/// A heading row that was understood.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// Columns about persons.
    pub(super) persons: BTreeMap<Column, u32>,
    /// Columns that repeat a fact of the journey in every row.
    pub(super) facts: Vec<(u32, Fact)>,
    /// Headings that are not known, and columns that are named twice.
    pub(super) unknown: Vec<(u32, String)>,
    /// Number of the heading's row (the upper one of two).
    pub(super) row: u32,
    /// How many rows the heading takes.
    pub(super) height: usize,
    /// The heading of the document's number says that it is a passport's.
    pub(super) passports: bool,
    /// How wide it is.
    pub(super) width: u32,
    /// Columns of a second list beside the first: headings that were known already, enough of them for a person.
    pub(super) beside: Vec<u32>,
    /// The headings stand on another sheet.
    pub(super) carried: bool,
}

/// How many headings of a row that are not known are compared with all that are.
const SLIPS_LOOKED_FOR: usize = 16;

impl Columns {
    /// The heading that begins in a row; `None` when it is none. `again` asks for more, where a list is already open: rows
    /// of persons hold words such as `passport` too.
    pub(super) fn read(row: &Row, below: Option<&Row>, again: bool) -> Option<Self> {
        let exact = row.cells.iter().take(COLUMNS_LOOKED_AT).filter(|cell| is_exact(&cell.text)).count();
        if exact == 0 || (again && exact < 2) || is_of_a_driver(row) {
            return None;
        }
        let one = Self::of(row, row.cells.iter().map(|cell| (cell.column, cell.text.clone())), 1);
        let below = below.filter(|below| below.number == row.number.saturating_add(1));
        let two = below.map(|below| Self::of_two(row, below));
        let columns = match two {
            // A fact of the journey above the heading is not a heading over it.
            Some(two) if one.known() >= 2 && two.known() > one.known() => two,
            _ => one,
        };
        let cells = row.cells.len();
        let enough = if again {
            columns.known() >= 3 && columns.known() * 2 >= cells
        } else {
            columns.known() >= 3 || (columns.known() >= 2 && cells <= 4)
        };
        (enough && columns.persons.keys().any(|column| column.identifies())).then_some(columns)
    }

    /// How many columns are understood.
    pub(super) fn known(&self) -> usize {
        self.persons.len() + self.facts.len()
    }

    /// Does a row hold nothing but the numbers of the columns, as printed forms do under their headings?
    pub(super) fn is_numbered_by(&self, row: &Row) -> bool {
        let numbers = row.cells.iter().zip(1_usize..);
        row.cells.len() >= 3 && numbers.into_iter().all(|(cell, number)| cell.text == number.to_string())
    }

    /// The same columns for a sheet that goes on without headings.
    pub(super) fn carried(&self) -> Self {
        let persons = self.persons.clone();
        Self {
            persons,
            facts: self.facts.clone(),
            carried: true,
            passports: self.passports,
            width: self.width,
            ..Self::default()
        }
    }

    fn is_documents_number(&self, column: u32, name: &str) -> bool {
        let before = column.checked_sub(1);
        let is = |wanted| self.persons.get(&wanted).copied() == before;
        (is(Column::DocumentSeries) || is(Column::DocumentType))
            && !self.persons.contains_key(&Column::DocumentNumber)
            && matches!(fold(name).as_str(), "номер" | "number" | "raqami" | "раками" | "nomer" | "номери")
    }

    fn of_two(top: &Row, below: &Row) -> Self {
        let mut label = String::new();
        let mut names = Vec::new();
        let mut columns: Vec<u32> = top.cells.iter().chain(&below.cells).map(|cell| cell.column).collect();
        columns.sort_unstable();
        columns.dedup();
        for column in columns {
            let (upper, lower) = (top.text(column), below.text(column));
            if !upper.is_empty() {
                upper.clone_into(&mut label);
            }
            let name = if lower.is_empty() {
                upper.to_owned()
            } else {
                let pair = [format!("{label} {lower}"), format!("{lower} {label}"), lower.to_owned()];
                let known = pair.iter().find(|name| heading(name).is_some());
                known.unwrap_or(&pair[0]).clone()
            };
            names.push((column, name));
        }
        Self::of(top, names.into_iter(), 2)
    }

    fn of(row: &Row, names: impl Iterator<Item = (u32, String)>, height: usize) -> Self {
        let mut columns = Self { row: row.number, height, width: row.width, ..Self::default() };
        let mut slips = SLIPS_LOOKED_FOR;
        let mut repeated = Vec::new();
        for (column, name) in names.take(COLUMNS_LOOKED_AT) {
            columns.width = columns.width.max(column);
            let known = heading(&name).or_else(|| {
                slips = slips.checked_sub(1)?;
                slip(&name)
            });
            match known {
                Some(Heading::Person(person)) if !columns.persons.contains_key(&person) => {
                    columns.persons.insert(person, column);
                    if matches!(person, Column::DocumentNumber | Column::DocumentSeries) {
                        let folded = fold(&name);
                        columns.passports |=
                            ["паспорт", "pasport", "passport"].iter().any(|word| folded.contains(word));
                    }
                }
                Some(Heading::Journey(fact)) if !columns.facts.iter().any(|(_, known)| *known == fact) => {
                    columns.facts.push((column, fact));
                }
                // `Number` alone, next to the document's kind or series.
                None if columns.is_documents_number(column, &name) => {
                    columns.persons.insert(Column::DocumentNumber, column);
                }
                known => {
                    if let Some(Heading::Person(person)) = known {
                        repeated.push((person, column));
                    }
                    columns.unknown.push((column, name));
                }
            }
        }
        let born = |(person, _): &(Column, u32)| {
            matches!(person, Column::BirthDate | Column::DocumentNumber | Column::Document)
        };
        if repeated.iter().any(|(person, _)| person.identifies() && !born(&(*person, 0)))
            && repeated.iter().any(born)
        {
            columns.beside = repeated.iter().map(|(_, column)| *column).collect();
        }
        columns
    }
}

fn is_exact(text: &str) -> bool {
    super::heading::is_heading(text)
}

/// `Водитель | Омаров Ерлан | паспорт | N1111111`: a line about the driver, whose words are those of headings.
fn is_of_a_driver(row: &Row) -> bool {
    let [key, name, ..] = row.cells.as_slice() else { return false };
    fact(key.text.trim_end_matches([':', ' '])) == Some(Fact::Driver)
        && heading(&name.text).is_none()
        && stray::holds_whole_name(&name.text)
}

/// Could a row inside of a list be a heading again? Looks at three cells only.
pub(super) fn may_be_heading(row: &Row) -> bool {
    let first = row.cells.iter().take(4);
    first.filter(|cell| cell.text.len() < 80 && COLUMNS.contains_key(&fold(&cell.text))).count() >= 2
}
