//! What each row of a sheet is: a fact of the journey, a heading, a person, a total, or text around them.

use super::columns::{Columns, may_be_heading};
use super::drivers;
use super::fold::fold;
use super::grid::{Cell, Row, Sheet};
use super::heading::{Column, Fact, fact};
use super::stray::{self, Somebody};
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
    // Rows of a single cell below the last person: text if nobody follows, and a person whose row is broken otherwise.
    let mut pending: Vec<&Row> = Vec::new();
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
            layout.leave_unread(&mut pending, this_year);
            layout.tables.push(columns);
            continue;
        }
        let table = open.and_then(|open| layout.tables.get(open));
        match (open, kind(row, below, table, sheet.may_slip)) {
            (_, Kind::Section(section)) => {
                layout.leave_unread(&mut pending, this_year);
                section_now = section;
            }
            (_, Kind::Facts(mut facts)) => layout.facts.append(&mut facts),
            (Some(_), Kind::Total(mut totals)) => {
                layout.leave_unread(&mut pending, this_year);
                layout.totals.append(&mut totals);
            }
            (_, Kind::Nothing) => {}
            (Some(table), Kind::Alone)
                if layout.people.last().is_some_and(|person| person.table == table) =>
            {
                pending.push(row);
            }
            (Some(table), Kind::Person { unreadable }) => {
                for row in pending.drain(..) {
                    layout.people.push(PersonRow { row, table, section: section_now, unreadable: true });
                }
                // One finding for one row: a row that is not taken apart is told with all its words.
                let columns = layout.tables.get(table).filter(|_| !unreadable);
                if let Some(column) = columns.and_then(|it| stray::beside(row, it, this_year)) {
                    layout.strays.push((row.number, column, Somebody::Likely));
                }
                layout.people.push(PersonRow { row, table, section: section_now, unreadable });
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
        pending.drain(..).for_each(|row| self.leave(row, this_year));
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
            return Kind::Section(section);
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
    if row.cells.iter().all(is_number) {
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

/// The words of a signature line before its colon or underscores.
fn footer_word(text: &str) -> &str {
    text.split([':', '_', '(', '/']).next().unwrap_or_default()
}

/// `Итого`, `Всего: 50 чел.`, `Total passengers 50`.
fn is_total(text: &str) -> bool {
    if text.len() > 80 {
        return false;
    }
    let folded = fold(text);
    let words: Vec<&str> =
        folded.split(' ').filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).collect();
    words::value("total", &words.join(" ")).is_some()
        || words.first().is_some_and(|first| words::value("total", first).is_some())
}

/// Whole numbers of a totals row, those under columns of baggage and money left out.
fn totals(row: &Row, table: Option<&Columns>) -> Vec<FactSaid> {
    let sums = [Column::BaggagePieces, Column::BaggageMass, Column::Price, Column::Seat, Column::Age];
    let is_sum = |place: u32| {
        table.is_some_and(|table| sums.iter().any(|column| table.persons.get(column) == Some(&place)))
    };
    let cells = row.cells.iter().filter(|cell| !is_sum(cell.column) && cell.text.len() <= 80);
    cells
        .filter_map(|cell| {
            let digits: String = cell
                .text
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(char::is_ascii_digit)
                .collect();
            let text = (!digits.is_empty() && digits.len() < 7).then_some(digits)?;
            let text = adults_and_children(&cell.text).map_or(text, |sum| sum.to_string());
            Some(FactSaid { fact: Fact::PassengerCount, text, row: row.number, column: cell.column })
        })
        .take(1)
        .collect()
}

/// `2 взрослых, 3 ребенка`: the sum, where a total begins with the grown-ups and no number of all stands before it.
fn adults_and_children(text: &str) -> Option<u32> {
    const GROWN_UP: [&str; 6] = ["взросл", "adult", "katta", "катта", "мужчин", "женщин"];
    const SMALL: [&str; 12] = [
        "ребен",
        "детей",
        "дети",
        "детск",
        "младен",
        "child",
        "kid",
        "infant",
        "bola",
        "бола",
        "женщин",
        "мужчин",
    ];
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let mut counted = words.windows(2).filter_map(|pair| {
        let [number, of] = pair else { return None };
        number.parse::<u32>().ok().filter(|_| number.len() < 5).map(|number| (number, *of))
    });
    let (adults, _) = counted.next().filter(|(_, of)| GROWN_UP.iter().any(|word| of.starts_with(word)))?;
    counted.try_fold(adults, |sum, (number, of)| {
        SMALL.iter().any(|word| of.starts_with(word)).then(|| sum.saturating_add(number))
    })
}

/// Facts of a row: `Key: value`, `Key` and the value in the next cell, or keys side by side over their values.
fn facts(row: &Row, below: Option<&Row>) -> Vec<FactSaid> {
    let mut facts: Vec<FactSaid> = Vec::new();
    let mut cells = row.cells.iter().take(64).peekable();
    let mut keys_without_value = Vec::new();
    while let Some(cell) = cells.next() {
        let inside = in_one_cell(&cell.text);
        if !inside.is_empty() {
            let said = inside.into_iter().map(|(fact, text)| FactSaid {
                fact,
                text,
                row: row.number,
                column: cell.column,
            });
            facts.extend(said);
            continue;
        }
        let key = cell.text.trim_end_matches([':', '：', '=', ' ', '-', '–', '—']);
        let Some(known) = fact(key) else { continue };
        let is_value = |next: &Cell| {
            in_one_cell(&next.text).is_empty()
                && (cell.text.ends_with(':') || fact(&next.text).is_none() || is_pair(row, below))
        };
        match cells.next_if(|next| is_value(next)) {
            Some(value) => {
                let mut text = value.text.clone();
                // A driver's document, birth and state in the cells behind the name.
                while let Some(more) = cells.next_if(|_| known == Fact::Driver) {
                    text = [text.as_str(), drivers::DETAILS, more.text.as_str()].concat();
                }
                facts.push(FactSaid { fact: known, text, row: row.number, column: value.column });
            }
            None => keys_without_value.push((known, cell.column)),
        }
    }
    if facts.is_empty() && keys_without_value.len() >= 2 {
        let below = below.filter(|below| below.number == row.number.saturating_add(1));
        for (fact, column) in keys_without_value {
            if let Some(cell) = below.and_then(|below| below.cell(column)) {
                facts.push(FactSaid {
                    fact,
                    text: cell.text.clone(),
                    row: row.number.saturating_add(1),
                    column,
                });
            }
        }
    }
    facts
}

/// Two words that both could be keys are key and value, unless a row of values stands below them.
fn is_pair(row: &Row, below: Option<&Row>) -> bool {
    let [first, second] = row.cells.as_slice() else { return false };
    let below = below.filter(|below| below.number == row.number.saturating_add(1));
    !below.is_some_and(|below| {
        below.cell(second.column).is_some()
            && below.cell(first.column).is_some_and(|cell| fact(&cell.text).is_none())
    })
}

/// `Key: value` pairs inside of one cell, and `Key № 12` for the few keys that are written so.
fn in_one_cell(text: &str) -> Vec<(Fact, String)> {
    let pairs = text.split(['\n', ';']).take(16).filter_map(|part| {
        let (key, value) = part.split_once([':', '：', '='])?;
        let value = value.trim();
        Some((fact(key)?, value.to_owned())).filter(|_| !value.is_empty())
    });
    let pairs: Vec<_> = pairs.collect();
    if !pairs.is_empty() || text.len() > 200 {
        return pairs;
    }
    let blanks = text.match_indices([' ', '№', '\u{a0}']).map(|(at, _)| at).take(6).collect::<Vec<_>>();
    for at in blanks.into_iter().rev() {
        let Some((key, value)) = text.split_at_checked(at) else { continue };
        let value = value.trim_start_matches([' ', '№', '\u{a0}']).trim();
        let numbered = matches!(
            fact(key),
            Some(
                Fact::Registration | Fact::Reference | Fact::JourneyReference | Fact::Permit | Fact::Trailer
            )
        );
        let is_number =
            value.len() <= 24 && value.bytes().any(|b| b.is_ascii_digit()) && value.split(' ').count() <= 4;
        if let (true, true, Some(fact)) = (numbered, is_number, fact(key)) {
            return vec![(fact, value.to_owned())];
        }
    }
    plate_in_a_sentence(text).map(|plate| vec![(Fact::Registration, plate.to_owned())]).unwrap_or(pairs)
}

/// `Автобус Yutong гос. номер 01 777 AAA`: what stands behind words for a plate in a text of more.
fn plate_in_a_sentence(text: &str) -> Option<&str> {
    const WORDS: [&str; 10] = [
        "гос. номер",
        "гос номер",
        "гос.номер",
        "госномер",
        "гос. №",
        "гос.№",
        "г/н",
        "davlat raqami",
        "давлат рақами",
        "plate",
    ];
    let small = text.to_lowercase();
    // Small letters that take other room than capitals would move the place.
    let small = (small.len() == text.len()).then_some(small)?;
    let end = WORDS.iter().find_map(|word| small.find(word).map(|at| at + word.len()))?;
    let plate = text.get(end..)?.trim_matches([' ', '№', ':', ',', '.', '\u{a0}']);
    let fits = plate.len() <= 24
        && plate.bytes().any(|b| b.is_ascii_digit())
        && plate.split(' ').count() <= 4
        && !plate.chars().any(char::is_lowercase);
    fits.then_some(plate)
}
