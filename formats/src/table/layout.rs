//! What each row of a sheet is: a fact of the journey, a heading, a person, a total, or text around them.

use super::alone::{self, Stop, Stops};
use super::columns::{Columns, may_be_heading};
use super::fold::fold;
use super::grid::{Cell, Row, Sheet};
use super::heading::{Column, Fact};
use super::row_facts::facts;
use super::stray::{self, Somebody};
use super::totals::{is_total, totals};
use super::values::is_dash;
use super::words;

/// How many rows before the first heading are looked at.
const ROWS_BEFORE_HEADING: usize = 100;

/// Whose rows follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Passengers,
    Crew,
    Drivers,
}

/// A fact of the journey with the words that stood behind it.
#[derive(Debug, Clone)]
pub(super) struct FactSaid {
    pub(super) fact: Fact,
    pub(super) text: String,
    pub(super) row: u32,
    pub(super) column: u32,
}

/// A row of the list.
#[derive(Debug)]
pub(super) struct PersonRow<'s> {
    pub(super) row: &'s Row,
    /// Place of its heading in [`Layout::tables`].
    pub(super) table: usize,
    pub(super) section: Section,
    /// The row does not fit the list and is not taken apart.
    pub(super) unreadable: bool,
    /// The stop that a row above names for those below it.
    pub(super) boards_at: Option<Stop>,
}

/// A sheet that was understood.
#[derive(Debug, Default)]
pub(super) struct Layout<'s> {
    pub(super) tables: Vec<Columns>,
    pub(super) people: Vec<PersonRow<'s>>,
    pub(super) facts: Vec<FactSaid>,
    /// Numbers of a totals row.
    pub(super) totals: Vec<FactSaid>,
    /// Rows around the list that say nothing that is known: row and column.
    pub(super) unread: Vec<(u32, u32)>,
    /// Where somebody may stand who is not read: row and column.
    pub(super) strays: Vec<(u32, u32, Somebody)>,
    /// Rows that name a stop for the persons below them: row and column.
    pub(super) stops: Vec<(u32, u32)>,
}

/// The section that a text alone in its row, or a sheet's name, begins.
pub(super) fn section(text: &str) -> Option<Section> {
    match words::value("section", text)? {
        "CREW" => Some(Section::Crew),
        "DRIVER" => Some(Section::Drivers),
        "PASSENGER" => Some(Section::Passengers),
        _ => None,
    }
}

/// Says what each row of a sheet is. `carried`: the headings of another sheet, which this one goes on without.
pub(super) fn layout(sheet: &Sheet, carried: Option<Columns>, this_year: i32) -> Layout<'_> {
    let mut layout = Layout::default();
    layout.tables.extend(carried);
    let mut at = 0;
    let mut section_now = section(&sheet.name).unwrap_or(Section::Passengers);
    // Rows of a single cell between persons: text if nobody follows, and otherwise a stop or a person whose row is broken.
    let mut pending: Vec<&Row> = Vec::new();
    let stops = Stops::of(sheet);
    let mut boards_at: Option<Stop> = None;
    while let Some(row) = sheet.rows.get(at) {
        let below = sheet.rows.get(at + 1);
        at += 1;
        let open = layout.tables.len().checked_sub(1);
        let begins = match open {
            None if at > ROWS_BEFORE_HEADING => None,
            None => Columns::read(row, below, false),
            Some(_) if may_be_heading(row) => Columns::read(row, below, true),
            Some(_) => None,
        };
        if let Some(columns) = begins {
            at += columns.height - 1;
            if sheet.rows.get(at).is_some_and(|row| columns.is_numbered_by(row)) {
                at += 1;
            }
            // A stop over headings that come again; whoever stands under others gets on nobody knows where.
            boards_at =
                pending.pop_if(|row| stops.named_by(row).is_some()).and_then(|row| layout.stop(row, &stops));
            layout.leave_unread(&mut pending, this_year);
            layout.tables.push(columns);
            continue;
        }
        let table = open.and_then(|open| layout.tables.get(open));
        if open.is_some() && stops.named_by(row).is_some() {
            pending.push(row);
            continue;
        }
        match (open, kind(row, below, table, sheet.may_slip)) {
            (_, Kind::Section(section)) => {
                layout.leave_unread(&mut pending, this_year);
                (section_now, boards_at) = (section, None);
            }
            (_, Kind::Facts(mut facts)) => layout.facts.append(&mut facts),
            (None, Kind::Alone | Kind::Text) if let Some(driver) = layout.another_driver(row) => {
                layout.facts.push(driver);
            }
            (Some(_), Kind::Total(mut totals)) => {
                layout.leave_unread(&mut pending, this_year);
                layout.totals.append(&mut totals);
                boards_at = None;
            }
            (_, Kind::Nothing) => {}
            (Some(table), Kind::Alone)
                if layout.people.last().is_some_and(|person| person.table == table) =>
            {
                pending.push(row);
            }
            (Some(table), Kind::Person { unreadable }) => {
                let below_all = row;
                for row in pending.drain(..) {
                    let columns = layout.tables.get(table);
                    // The list's own numbers say that somebody stood here.
                    let counted = columns.is_some_and(|it| {
                        alone::is_missed(layout.people.last().map(|above| above.row), below_all, it)
                    });
                    // Asked before a bare name is taken for a town: it may be a surname, and whose stop it may be is not guessed.
                    if counted && stops.named_by(row).is_some_and(|stop| stop.is_bare) {
                        boards_at = None;
                    } else if let Some(stop) = layout.stop(row, &stops) {
                        boards_at = Some(stop);
                        continue;
                    }
                    let columns = layout.tables.get(table);
                    let what = columns.filter(|_| !counted);
                    match what.map_or(alone::Alone::Person, |it| alone::alone(row, it, this_year)) {
                        alone::Alone::Person => layout.people.push(PersonRow {
                            row,
                            table,
                            section: section_now,
                            unreadable: true,
                            boards_at: boards_at.clone(),
                        }),
                        alone::Alone::Perhaps(column) => {
                            layout.strays.push((row.number, column, Somebody::Perhaps));
                            // Whose stop it may be that others get on at, is not guessed.
                            boards_at = None;
                        }
                        alone::Alone::Text => layout.leave(row, this_year),
                    }
                }
                // One finding for one row: a row that is not taken apart is told with all its words.
                let columns = layout.tables.get(table).filter(|_| !unreadable);
                if let Some(column) = columns.and_then(|it| stray::beside(row, it, this_year)) {
                    layout.strays.push((row.number, column, Somebody::Likely));
                }
                let boards_at = boards_at.clone();
                layout.people.push(PersonRow { row, table, section: section_now, unreadable, boards_at });
            }
            (_, Kind::Total(_) | Kind::Alone | Kind::Text | Kind::Person { .. }) => {
                layout.leave(row, this_year);
            }
        }
    }
    layout.leave_unread(&mut pending, this_year);
    // Above the first heading, or on a sheet without any: rows that were taken for text.
    let first = layout.tables.first().filter(|table| !table.carried).map(|table| table.row);
    for row in &sheet.rows {
        let is_text = layout.unread.binary_search_by_key(&row.number, |(row, _)| *row).is_ok();
        match first {
            Some(first) if row.number < first && is_text && stray::above(row, this_year) => {
                layout.strays.push((row.number, 0, Somebody::Likely));
            }
            // `Экипаж: водитель Омаров Ерлан, проводник Иванова Анна`: of the crew, whom the list does not have.
            Some(first) if row.number < first && is_text && stray::is_of_crew(row) => {
                layout.strays.push((row.number, 0, Somebody::Perhaps));
            }
            None if layout.tables.is_empty() && is_text => {
                let column = row.cells.first().map_or(0, |cell| cell.column);
                let somebody = stray::in_row(row, this_year);
                layout.strays.extend(somebody.map(|somebody| (row.number, column, somebody)));
            }
            _ => {}
        }
    }
    layout
}

impl Layout<'_> {
    fn leave_unread(&mut self, pending: &mut Vec<&Row>, this_year: i32) {
        for row in pending.drain(..) {
            // A stop that nobody stands under is a fact of the journey, or a total of its own.
            match kind(row, None, None, false) {
                Kind::Facts(mut facts) => self.facts.append(&mut facts),
                _ => self.leave(row, this_year),
            }
        }
    }

    /// A name under that of a driver, above a list: the second one, whose label is the first one's.
    fn another_driver(&self, row: &Row) -> Option<FactSaid> {
        let ([cell], Some(above)) = (row.cells.as_slice(), self.facts.last()) else { return None };
        let is_under = above.fact == Fact::Driver
            && above.row.saturating_add(1) == row.number
            && (above.column == cell.column && cell.column > 1);
        let fact = Fact::Driver;
        (is_under && stray::holds_whole_name(&cell.text)).then(|| FactSaid {
            fact,
            text: cell.text.clone(),
            row: row.number,
            column: cell.column,
        })
    }

    /// The stop that a row names for the persons below it.
    fn stop(&mut self, row: &Row, stops: &Stops<'_>) -> Option<Stop> {
        let stop = stops.named_by(row)?;
        self.stops.push((stop.row, stop.column));
        Some(stop)
    }

    /// A row that is not read, and whether somebody may stand in it. Of a sheet without headings it is asked later, when it
    /// is known whether others have them.
    fn leave(&mut self, row: &Row, this_year: i32) {
        let column = row.cells.first().map_or(0, |cell| cell.column);
        self.unread.push((row.number, column));
        if !self.tables.is_empty() {
            self.strays.extend(stray::in_row(row, this_year).map(|somebody| (row.number, column, somebody)));
        }
    }
}

/// May a row say something of the journey? Rows of persons, which are most, do not.
pub(super) fn may_be_stop(row: &Row) -> bool {
    row.cells.len() <= 16
}

enum Kind {
    Section(Section),
    Facts(Vec<FactSaid>),
    Total(Vec<FactSaid>),
    Person {
        unreadable: bool,
    },
    /// One cell that says nothing known.
    Alone,
    /// Text around the list.
    Text,
    /// Rows of a form that nobody filled in.
    Nothing,
}

fn kind(row: &Row, below: Option<&Row>, table: Option<&Columns>, may_slip: bool) -> Kind {
    let Some(first) = row.cells.first() else { return Kind::Nothing };
    let is_person = table.is_some_and(|table| {
        let inside = table.persons.iter().filter(|(column, _)| **column != Column::Number);
        inside.filter(|(_, place)| row.cell(**place).is_some()).count() >= 3
    });
    if !is_person {
        if row.cells.len() == 1
            && let Some(section) = section(&first.text)
        {
            let is_empty = table.is_none() && is_unfilled(&first.text);
            return if is_empty { Kind::Text } else { Kind::Section(section) };
        }
        if is_total(&first.text) {
            return Kind::Total(totals(row, table));
        }
        if row.cells.len() <= 16 || table.is_none() {
            let facts = facts(row, below);
            if !facts.is_empty() {
                return Kind::Facts(facts);
            }
        }
    }
    let Some(table) = table else { return if row.cells.len() == 1 { Kind::Alone } else { Kind::Text } };
    let number = table.persons.get(&Column::Number).copied();
    let is_number = |cell: &Cell| {
        Some(cell.column) == number && cell.text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    // `12;свободно`, `13;-;-;-`: a seat that nobody has.
    let seat = table.persons.get(&Column::Seat).copied();
    let is_vacant = |cell: &Cell| {
        Some(cell.column) == seat
            || is_dash(&cell.text)
            || words::value("vacant", &cell.text).is_some()
            || is_number(cell)
    };
    if row.cells.iter().all(is_number)
        || (row.cells.len() > usize::from(seat.is_some()) && row.cells.iter().all(is_vacant))
    {
        return Kind::Nothing;
    }
    if !is_person && words::value("footer", footer_word(&first.text)).is_some() {
        return Kind::Text;
    }
    let has_number = number.is_some_and(|number| row.cell(number).is_some());
    if row.cells.len() == 1 {
        return Kind::Alone;
    }
    let identified =
        table.persons.iter().any(|(column, place)| column.identifies() && row.cell(*place).is_some());
    let born = table.persons.get(&Column::BirthDate).is_some_and(|place| row.cell(*place).is_some());
    let too_wide = may_slip && row.cells.last().is_some_and(|cell| cell.column > table.width);
    let documented = [Column::DocumentNumber, Column::Document]
        .iter()
        .any(|column| table.persons.get(column).is_some_and(|place| row.cell(*place).is_some()));
    let ends_early = may_slip && row.width < table.width && !born && !documented;
    let torn = ends_early || (row.open_quote && row.width != table.width);
    if !identified && !born && !has_number && !is_person {
        return Kind::Text;
    }
    Kind::Person { unreadable: too_wide || torn || row.collides || !(identified || born) }
}

/// `Водитель: ____` above a list is a label that nobody filled in; those below it are passengers.
fn is_unfilled(text: &str) -> bool {
    let is_sign = |c: char| matches!(c, ':' | '：' | '-' | '–' | '—' | '_' | '.' | ' ');
    text.ends_with(is_sign) && matches!(fold(text).as_str(), "водитель" | "haydovchi" | "хайдовчи" | "driver")
}

/// The words of a signature line before its colon or underscores.
fn footer_word(text: &str) -> &str {
    text.split([':', '_', '(', '/']).next().unwrap_or_default()
}
