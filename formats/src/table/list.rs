//! Sheets that were understood into messages: one list, or one for each sheet that names a journey of its own.

use std::collections::{BTreeMap, HashMap};

use manifest::declared::{
    CrewMember, Declared, FormNote, Load, NameId, Passenger, PassengerList, PathKey, PersonName, Said,
};
use manifest::finding::{About, FindingCode, Severity};
use manifest::person::CrewRole;

use super::columns::Columns;
use super::dates::{Orders, since_1904};
use super::grid::Sheet;
use super::heading::{Column, Fact};
use super::journey::{self, Facts};
use super::layout::{Layout, PersonRow, layout};
use super::page::{At, Page, row_place};
use super::person::{DATES, Reader, Table, Who, is_dash, who};
use super::several::tells_of_several;
use super::stops::Stops;
use super::stray::Somebody;
use super::{drivers, fold, names, no_heading, said, stray, unread};
use crate::{Given, Limits, Message, Unreadable};

/// The messages of a document's sheets.
///
/// # Errors
/// When no sheet has a heading that is known, or there are more messages than are read.
pub(super) fn read(sheets: &[Sheet], given: &Given<'_>, limits: &Limits) -> Result<Vec<Message>, Unreadable> {
    let mut understood: Vec<(&Sheet, Layout<'_>)> =
        sheets.iter().map(|sheet| (sheet, layout(sheet, None, this_year(given)))).collect();
    if understood.iter().all(|(_, layout)| layout.tables.is_empty()) {
        return Err(no_heading());
    }
    // A workbook with a journey on each sheet is a message for each; otherwise all its sheets are about one journey.
    let names_journey = |layout: &Layout<'_>| {
        let mut facts = Facts::default();
        let mut page = Page::default();
        for said in &layout.facts {
            facts.add(
                said.fact,
                &said.text,
                At { sheet: NameId::NONE, row: said.row, column: said.column },
                &mut page,
            );
        }
        !layout.tables.is_empty() && facts.name_a_journey()
    };
    let own = understood.iter().filter(|(_, layout)| names_journey(layout)).count();
    if own < 2 {
        carry_on(&mut understood, this_year(given));
        return Ok(vec![message(&understood, given, limits)]);
    }
    let (lists, others): (Vec<_>, Vec<_>) =
        understood.into_iter().partition(|(_, layout)| names_journey(layout));
    if lists.len() > limits.max_messages {
        let cause = crate::Cause::TooMany { what: "messages", limit: limits.max_messages };
        return Err(Unreadable { place: None, cause });
    }
    let mut messages: Vec<Message> =
        lists.iter().map(|list| message(std::slice::from_ref(list), given, limits)).collect();
    // Whose list a sheet without a journey is, nobody knows: each coach is told.
    for message in &mut messages {
        let Ok(declared) = &mut message.content else { continue };
        for (sheet, layout) in &others {
            if let Some(table) = layout.tables.first() {
                let note = FormNote::new(FindingCode::ElementNotRead, Severity::Warning);
                declared.notes.push(
                    note.place(row_place(&sheet.name, table.row))
                        .parameter("field", "sheet without a journey"),
                );
            }
            let mut page = Page { map: std::mem::take(&mut declared.source), notes: Vec::new() };
            let name = page.sheet(&sheet.name);
            said::strays(name, layout, &mut page);
            declared.source = page.map;
            declared.notes.append(&mut page.notes);
        }
    }
    Ok(messages)
}

/// The year in which a list is read, on the clock of the border posts.
fn this_year(given: &Given<'_>) -> i32 {
    i32::from(jiff::tz::Offset::constant(5).to_datetime(given.received_time).year())
}

/// Lets sheets without headings go on with the list of the sheet before them, where every row fits it; where no list comes
/// before, with the first.
fn carry_on<'s>(sheets: &mut [(&'s Sheet, Layout<'s>)], this_year: i32) {
    let last = |layout: &Layout<'_>| layout.tables.last().map(Columns::carried);
    let mut carried = sheets.iter().find_map(|(_, layout)| last(layout));
    for (sheet, understood) in sheets {
        if let Some(columns) = last(understood) {
            carried = Some(columns);
        } else if let Some(columns) = carried.as_ref().filter(|it| stray::continues(sheet, it, this_year)) {
            *understood = layout(sheet, Some(columns.clone()), this_year);
        }
    }
}

fn message(sheets: &[(&Sheet, Layout<'_>)], given: &Given<'_>, limits: &Limits) -> Message {
    let mut page = Page::default();
    let named: Vec<(NameId, &Sheet, &Layout<'_>)> =
        sheets.iter().map(|(sheet, layout)| (page.sheet(&sheet.name), *sheet, layout)).collect();
    let this_year = this_year(given);
    let facts = facts(&named, &mut page);
    let mut declared = Declared::default();
    journey::fill(&mut declared, &facts, this_year, &mut page);
    let intent = journey::intent(&facts, &mut page);
    declared.draft = journey::is_draft(&facts);

    let mut list = List {
        this_year,
        limits,
        page: &mut page,
        passengers: Vec::new(),
        crew: Vec::new(),
        guardians: Vec::new(),
        numbers: HashMap::new(),
        found: 0,
        cut_at: None,
    };
    let stops = list.stops(&named, &facts);
    for (sheet, cells, layout) in &named {
        list.sheet(*sheet, cells.since_1904, layout, &stops);
    }
    list.drivers(&named);
    list.give_guardians();
    list.note_what_was_cut();
    let (passengers, crew, found) = (list.passengers, list.crew, list.found);

    if let Some(journey) = &mut declared.journey {
        let departure = journey.departure_time.clone();
        journey.stops = stops.declared(&facts, departure.as_ref(), &mut page);
    }
    // Where the list begins: for what is said of all of it, nobody on it included.
    let mut tables =
        named.iter().flat_map(|(sheet, _, layout)| layout.tables.iter().map(move |it| (sheet, it)));
    if let Some((sheet, table)) = tables.next() {
        let at = At { sheet: *sheet, row: table.row, column: 0 };
        page.mark(PathKey::ROOT.field("passenger_list").field("passengers"), at);
        // What is nowhere on the sheet is asked for here.
        let numbered = facts.said(Fact::Reference).is_some();
        let fields = ["conveyance", "journey", "crew_members", "passenger_list", "manifest_reference"];
        for field in fields.into_iter().filter(|field| !numbered || *field != "manifest_reference") {
            page.mark(PathKey::ROOT.field(field), at);
        }
    }
    let service = journey::service(&facts, &mut page);
    let permit_at = PathKey::ROOT.field("passenger_list").field("route_permit_reference");
    if let Some((_, at)) = facts.said(Fact::Permit) {
        page.mark(permit_at, at);
    }
    declared.load = Some(Load::PassengerList(PassengerList {
        declared_passenger_count: count(&named, &facts, passengers.len(), found, &mut page),
        counts_all_parts: false,
        service,
        route_permit_reference: facts.text(Fact::Permit).to_owned(),
        passengers,
    }));
    declared.crew_members = crew;
    if declared.manifest_reference.is_empty() {
        declared.manifest_reference = match given.reference {
            Some(reference) => reference.to_owned(),
            None => said::own_reference(&declared, &facts, &mut page),
        };
    }
    said::not_held(&named, &mut page);
    said::notes_of_layout(&named, &mut page);
    let place = named
        .iter()
        .find_map(|(_, sheet, layout)| layout.tables.first().map(|table| row_place(&sheet.name, table.row)));
    declared.source = page.map;
    declared.notes = page.notes;
    Message {
        kind: String::from("PASSENGER_LIST"),
        transport_reference: String::new(),
        intent,
        naming: crate::Naming::Everything,
        half: None,
        other_number: String::new(),
        answerable: crate::Answerable::default(),
        place,
        content: Ok(declared),
    }
}

fn facts(sheets: &[(NameId, &Sheet, &Layout<'_>)], page: &mut Page) -> Facts {
    let mut facts = Facts::default();
    for (sheet, cells, layout) in sheets {
        for said in layout.facts.iter().filter(|said| said.fact != Fact::Driver) {
            let dated = [Fact::Arrival, Fact::ArrivalDate, Fact::Departure, Fact::DepartureDate];
            let counted = (cells.since_1904 && dated.contains(&said.fact)).then(|| since_1904(&said.text));
            let text = counted.flatten().unwrap_or_else(|| said.text.clone());
            facts.add(said.fact, &text, At { sheet: *sheet, row: said.row, column: said.column }, page);
        }
        // Columns that repeat a fact in every row: what the first rows say, and the row where it changes.
        for person in &layout.people {
            let Some(table) = layout.tables.get(person.table).filter(|_| !person.unreadable) else {
                continue;
            };
            for (column, fact) in &table.facts {
                if let Some(cell) = person.row.cell(*column).filter(|cell| !is_dash(&cell.text)) {
                    let at = At { sheet: *sheet, row: person.row.number, column: *column };
                    facts.add(*fact, &cell.text, at, page);
                }
            }
        }
    }
    facts
}

/// The declared number of passengers. A totals row counts the crew too where they share the list.
fn count(
    sheets: &[(NameId, &Sheet, &Layout<'_>)],
    facts: &Facts,
    listed: usize,
    found: usize,
    page: &mut Page,
) -> Option<Said<i64>> {
    let path = PathKey::ROOT.field("passenger_list").field("declared_passenger_count");
    if let Some((text, at)) = facts.said(Fact::PassengerCount) {
        page.mark(path, at);
        return Some(journey::first_number(text).map_or_else(|| Said::Words(text.to_owned()), Said::Plain));
    }
    let (sheet, total) =
        sheets.iter().find_map(|(sheet, _, layout)| Some((*sheet, layout.totals.first()?)))?;
    page.mark(path, At { sheet, row: total.row, column: total.column });
    let number = journey::first_number(&total.text)?;
    let is_everybody = i64::try_from(found).is_ok_and(|found| found == number);
    let number = if is_everybody { i64::try_from(listed).unwrap_or(number) } else { number };
    Some(Said::Plain(number))
}

/// How many drivers are taken from lines above or below a list.
const MOST_DRIVERS: usize = 20;

struct List<'l, 'p> {
    this_year: i32,
    limits: &'l Limits,
    page: &'p mut Page,
    passengers: Vec<Passenger>,
    crew: Vec<CrewMember>,
    /// Passenger, the words under the heading `guardian`, and where.
    guardians: Vec<(usize, String, At)>,
    /// Numbers of the list's first column, and the passengers that they stand before.
    numbers: HashMap<String, usize>,
    /// Rows of persons, read or not.
    found: usize,
    /// The first row that was not read because there are too many.
    cut_at: Option<At>,
}

impl List<'_, '_> {
    fn stops(&self, sheets: &[(NameId, &Sheet, &Layout<'_>)], facts: &Facts) -> Stops {
        let mut pairs = Vec::new();
        for (_, _, layout) in sheets {
            for person in layout.people.iter().filter(|person| !person.unreadable) {
                let Some(table) = layout.tables.get(person.table) else { continue };
                let text = |column| {
                    let text = table.persons.get(&column).map_or("", |place| person.row.text(*place));
                    if is_dash(text) { String::new() } else { text.to_owned() }
                };
                let pair = (text(Column::Boarding), text(Column::Alighting));
                if pairs.len() < self.limits.max_persons && pair != (String::new(), String::new()) {
                    pairs.push(pair);
                }
            }
        }
        Stops::of(facts, &pairs)
    }

    fn sheet(&mut self, sheet: NameId, since_1904: bool, layout: &Layout<'_>, stops: &Stops) {
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
                let passenger = reader.passenger(stops);
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
    fn drivers(&mut self, sheets: &[(NameId, &Sheet, &Layout<'_>)]) {
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
                // A name is not enough to let the driver through, and no reason to hold up the coach.
                // Half of what a border asks for is no more than a name, and is not dropped in silence.
                let whole = driver.document.is_some()
                    && driver.birth_date.is_some()
                    && !driver.nationality_code.is_empty();
                if !whole && (driver.document.is_some() || driver.birth_date.is_some()) {
                    self.page.not_read("text outside of the list", at);
                }
                let driver = if whole { driver } else { drivers::Driver::default() };
                if !whole {
                    let path = format!("crew_members[{index}].travel_documents");
                    let note = self.page.at(FindingCode::DocumentMissing, Severity::Warning, at);
                    self.page.push(note.at(About::CrewMember(index), path.as_str()));
                }
                self.crew.push(CrewMember {
                    name: Some(name),
                    role: Some(Said::Plain(CrewRole::Driver)),
                    birth_date: driver.birth_date,
                    nationality_code: driver.nationality_code,
                    travel_documents: driver.document.into_iter().collect(),
                    ..CrewMember::default()
                });
            }
        }
    }

    /// Guardians by number of the list, or by name.
    fn give_guardians(&mut self) {
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

    fn note_what_was_cut(&mut self) {
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
