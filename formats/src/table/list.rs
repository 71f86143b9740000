//! Sheets that were understood into messages: one list, or one for each sheet that names a journey of its own.

use manifest::declared::{Declared, FormNote, Load, NameId, PassengerList, PathKey, Said};
use manifest::finding::{FindingCode, Severity};

use super::columns::Columns;
use super::dates::since_1904;
use super::grid::Sheet;
use super::heading::Fact;
use super::journey::{self, Facts};
use super::layout::{Layout, layout};
use super::page::{At, Page, row_place};
use super::people::People;
use super::values::is_dash;
use super::{no_heading, said, stray, totals};
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

    let mut list = People::new(this_year, limits, &mut page);
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
    let of_all = |(sheet, _, layout): &(NameId, &Sheet, &Layout<'_>)| {
        let (number, total) = totals::of_all(layout)?;
        Some((*sheet, number, total.row, total.column))
    };
    let (sheet, number, row, column) = sheets.iter().find_map(of_all)?;
    page.mark(path, At { sheet, row, column });
    let is_everybody = i64::try_from(found).is_ok_and(|found| found == number);
    let number = if is_everybody { i64::try_from(listed).unwrap_or(number) } else { number };
    Some(Said::Plain(number))
}
