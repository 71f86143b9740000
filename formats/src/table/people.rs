//! The people of a message: the rows of its sheets into passengers and crew, drivers of lines beside them, and guardians.

use std::collections::{BTreeMap, HashMap};

use manifest::declared::{CrewMember, FormNote, NameId, Passenger, PathKey, PersonName, Said};
use manifest::finding::{About, FindingCode, Severity};
use manifest::person::CrewRole;

use super::dates::Orders;
use super::grid::Sheet;
use super::heading::{Column, Fact};
use super::journey::Facts;
use super::layout::{Layout, PersonRow};
use super::page::{At, Page};
use super::person::{DATES, Reader, Table, Who, who};
use super::several::tells_of_several;
use super::stops::Stops;
use super::stray::Somebody;
use super::values::is_dash;
use super::{drivers, fold, names, said, unread};
use crate::Limits;

/// How many drivers are taken from lines above or below a list.
const MOST_DRIVERS: usize = 20;

/// The people of one message, as they are gathered from its sheets.
pub(super) struct People<'l, 'p> {
    this_year: i32,
    limits: &'l Limits,
    page: &'p mut Page,
    pub(super) passengers: Vec<Passenger>,
    pub(super) crew: Vec<CrewMember>,
    /// Passenger, the words under the heading `guardian`, and where.
    guardians: Vec<(usize, String, At)>,
    /// Numbers of the list's first column, and the passengers that they stand before.
    numbers: HashMap<String, usize>,
    /// Rows of persons, read or not.
    pub(super) found: usize,
    /// The first row that was not read because there are too many.
    cut_at: Option<At>,
}

impl<'l, 'p> People<'l, 'p> {
    /// Nobody yet.
    pub(super) fn new(this_year: i32, limits: &'l Limits, page: &'p mut Page) -> Self {
        Self {
            this_year,
            limits,
            page,
            passengers: Vec::new(),
            crew: Vec::new(),
            guardians: Vec::new(),
            numbers: HashMap::new(),
            found: 0,
            cut_at: None,
        }
    }

    pub(super) fn stops(&self, sheets: &[(NameId, &Sheet, &Layout<'_>)], facts: &Facts) -> Stops {
        let mut pairs = Vec::new();
        for (_, _, layout) in sheets {
            for person in layout.people.iter().filter(|person| !person.unreadable) {
                let Some(table) = layout.tables.get(person.table) else { continue };
                let text = |column| {
                    let text = table.persons.get(&column).map_or("", |place| person.row.text(*place));
                    if is_dash(text) { String::new() } else { text.to_owned() }
                };
                let mut pair = (text(Column::Boarding), text(Column::Alighting));
                if let (true, Some(stop)) = (pair.0.is_empty(), &person.boards_at) {
                    pair.0.clone_from(&stop.name);
                }
                if pairs.len() < self.limits.max_persons && pair != (String::new(), String::new()) {
                    pairs.push(pair);
                }
            }
        }
        Stops::of(facts, &pairs)
    }

    pub(super) fn sheet(&mut self, sheet: NameId, since_1904: bool, layout: &Layout<'_>, stops: &Stops) {
        for (place, columns) in layout.tables.iter().enumerate() {
            let rows = || layout.people.iter().filter(move |person| person.table == place);
            let mut orders: BTreeMap<Column, Orders> = BTreeMap::new();
            for column in DATES {
                let Some(at) = columns.persons.get(&column) else { continue };
                let mut seen = Orders::default();
                rows().for_each(|person| seen.look(person.row.text(*at)));
                orders.insert(column, seen);
            }
            let text_limit = self.limits.max_text_bytes;
            let this_year = self.this_year;
            let table = Table { columns, sheet, orders: &orders, this_year, since_1904, text_limit };
            rows().for_each(|person| self.person(person, &table, stops));
        }
    }

    fn person(&mut self, person: &PersonRow<'_>, table: &Table<'_>, stops: &Stops) {
        self.found = self.found.saturating_add(1);
        let row = person.row;
        if self.passengers.len().saturating_add(self.crew.len()) >= self.limits.max_persons {
            self.cut_at.get_or_insert(At { sheet: table.sheet, row: row.number, column: 0 });
            return;
        }
        let at = |column: u32| At { sheet: table.sheet, row: row.number, column };
        let somebody = unread::in_cells(row, table.columns, self.this_year);
        let unreadable = person.unreadable
            || somebody.is_some_and(|(_, somebody)| somebody == Somebody::Likely)
            || tells_of_several(row, table.columns, self.this_year);
        if let Some((column, _)) = somebody.filter(|_| !unreadable) {
            said::stray(at(column), Somebody::Perhaps, self.page);
        }
        match who(person, table.columns) {
            Who::Crew(role) if !unreadable => {
                let index = self.crew.len();
                let member =
                    Reader::new(table, row, About::CrewMember(index), index, self.page).crew_member(role);
                self.crew.push(member);
            }
            Who::Crew(_) | Who::Passenger => {
                let index = self.passengers.len();
                let mut reader = Reader::new(table, row, About::Passenger(index), index, self.page);
                if unreadable {
                    reader.unreadable();
                    self.passengers.push(Passenger::default());
                    return;
                }
                let mut passenger = reader.passenger(stops);
                if let (None, Some(stop)) = (&passenger.embark_stop_sequence, &person.boards_at) {
                    passenger.embark_stop_sequence = Some(stops.number(&stop.name));
                    let path = PathKey::ROOT.field("passenger_list").item("passengers", index);
                    let place = At { sheet: table.sheet, row: stop.row, column: stop.column };
                    self.page.mark(path.field("embark_stop_sequence"), place);
                }
                self.passengers.push(passenger);
                if let Some(number) = table.columns.persons.get(&Column::Number).map(|place| row.text(*place))
                {
                    self.numbers.entry(number.to_owned()).or_insert(index);
                }
                let guardian =
                    table.columns.persons.get(&Column::Guardian).and_then(|place| row.cell(*place));
                if let Some(cell) = guardian.filter(|cell| !is_dash(&cell.text)) {
                    self.guardians.push((index, cell.text.clone(), at(cell.column)));
                }
            }
        }
        if row.open_quote {
            let note = self.page.at(FindingCode::FormRepaired, Severity::Note, at(0));
            self.page.push(note.parameter("form", "quotation mark without its counterpart"));
        }
        if row.again {
            let note = self.page.at(FindingCode::FormRepaired, Severity::Warning, at(0));
            self.page.push(note.parameter("form", "two rows of one number, both read"));
        }
    }

    /// Drivers that are named above or below the list: a name, and what else stands in the same words.
    pub(super) fn drivers(&mut self, sheets: &[(NameId, &Sheet, &Layout<'_>)]) {
        for (sheet, _, layout) in sheets {
            let lines = layout.facts.iter().filter(|said| said.fact == Fact::Driver);
            let year = self.this_year;
            for (said, driver) in lines
                .flat_map(|said| drivers::of_line(&said.text, year).into_iter().map(move |it| (said, it)))
            {
                let index = self.crew.len();
                if index >= MOST_DRIVERS {
                    break;
                }
                let name = names::split(&driver.name);
                let key =
                    |name: &PersonName| fold::fold(&format!("{} {}", name.family_name, name.given_name));
                let is_known =
                    |member: &CrewMember| member.name.as_ref().is_some_and(|other| key(other) == key(&name));
                if self.crew.iter().any(is_known) {
                    continue;
                }
                let at = At { sheet: *sheet, row: said.row, column: said.column };
                self.page.mark(PathKey::ROOT.item("crew_members", index), at);
                self.what_is_missing(&driver, index, at);
                self.crew.push(CrewMember {
                    name: Some(name),
                    role: Some(Said::Plain(driver.role.unwrap_or(CrewRole::Driver))),
                    birth_date: driver.birth_date,
                    nationality_code: driver.nationality_code,
                    travel_documents: driver.document.into_iter().collect(),
                    ..CrewMember::default()
                });
            }
        }
    }

    /// What a line does not say of its driver: kept as said, asked for at the post, and no reason to hold up the coach.
    fn what_is_missing(&mut self, driver: &drivers::Driver, index: usize, at: At) {
        let missing = [
            (driver.document.is_none(), FindingCode::DocumentMissing, "travel_documents"),
            (driver.birth_date.is_none(), FindingCode::RequiredFieldMissing, "birth_date"),
            (driver.nationality_code.is_empty(), FindingCode::RequiredFieldMissing, "nationality_code"),
        ];
        // Of whom there is a name alone, one finding says it.
        let is_named_only = missing.iter().all(|(is_missing, _, _)| *is_missing);
        let missing = missing.into_iter().filter(|(is_missing, _, _)| *is_missing);
        for (_, code, field) in missing.take(if is_named_only { 1 } else { usize::MAX }) {
            let path = format!("crew_members[{index}].{field}");
            let mut note =
                self.page.at(code, Severity::Warning, at).at(About::CrewMember(index), path.as_str());
            if code == FindingCode::RequiredFieldMissing {
                note = note.parameter("field", field);
            }
            self.page.push(note);
        }
        if let Some(licence) = &driver.licence {
            let note = self.page.at(FindingCode::ElementNotRead, Severity::Note, at);
            let note = note.at(About::CrewMember(index), format!("crew_members[{index}]").as_str());
            self.page.push(note.original(licence).parameter("field", "driving licence"));
        }
    }

    /// Guardians by number of the list, or by name.
    pub(super) fn give_guardians(&mut self) {
        let name = |passenger: &Passenger| {
            let name = passenger.name.as_ref()?;
            Some((fold::fold(&name.family_name), fold::fold(&name.given_name)))
        };
        let by_name: HashMap<_, _> = self
            .passengers
            .iter()
            .enumerate()
            .rev()
            .filter_map(|(i, passenger)| Some((name(passenger)?, i)))
            .collect();
        for (ward, text, at) in std::mem::take(&mut self.guardians) {
            let path = format!("passenger_list.passengers[{ward}].guardian_passenger_number");
            self.page.mark(PathKey::from(path.as_str()), at);
            let split = names::split(&text);
            let by_number = self.numbers.get(text.trim_start_matches(['№', ' '])).copied();
            let found = by_number.or_else(|| {
                by_name.get(&(fold::fold(&split.family_name), fold::fold(&split.given_name))).copied()
            });
            let said = match found {
                Some(place) => i64::try_from(place.saturating_add(1)).ok().map(Said::Plain),
                None if text.bytes().all(|b| b.is_ascii_digit()) && self.numbers.is_empty() => {
                    Some(Said::Words(text))
                }
                None => {
                    let note = self.page.at(FindingCode::ElementNotRead, Severity::Note, at);
                    let note = note.at(About::Passenger(ward), path.as_str()).original(text);
                    self.page.push(note.parameter("field", "guardian who is not on the list"));
                    None
                }
            };
            if let Some(passenger) = self.passengers.get_mut(ward) {
                passenger.guardian_passenger_number = said;
            }
        }
    }

    pub(super) fn note_what_was_cut(&mut self) {
        let limit = self.limits.max_persons;
        if self.found > limit {
            let path = "passenger_list.passengers";
            let note = FormNote::list_cut(About::Manifest, path, limit, self.found);
            self.page.push(match self.cut_at {
                Some(at) => self.page.placed(note, at),
                None => note,
            });
        }
    }
}
