//! The facts of the journey that a row says: a word and its value, side by side, over one another or in one cell.

use super::drivers;
use super::grid::{Cell, Row};
use super::heading::{Fact, fact};
use super::layout::{FactSaid, Section, section};
use super::plates::{self, plate_in_a_sentence};
use super::stray;

/// Facts of a row: `Key: value`, `Key` and the value in the next cell, or keys side by side over their values.
pub(super) fn facts(row: &Row, below: Option<&Row>) -> Vec<FactSaid> {
    let mut facts: Vec<FactSaid> = Vec::new();
    let mut cells = row.cells.iter().take(64).peekable();
    let mut keys_without_value = Vec::new();
    while let Some(cell) = cells.next() {
        let inside = in_one_cell(&cell.text);
        if !inside.is_empty() {
            let last = inside.last().map(|(fact, _)| *fact);
            let said = inside.into_iter().map(|(fact, text)| FactSaid {
                fact,
                text,
                row: row.number,
                column: cell.column,
            });
            facts.extend(said);
            while let Some(more) = cells.next_if(|next| last.is_some_and(|it| goes_on(it, next))) {
                if let (Some(said), Some(fact)) = (facts.last_mut(), last) {
                    said.text = [said.text.as_str(), between(fact), more.text.as_str()].concat();
                }
            }
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
                while let Some(more) = cells.next_if(|next| known == Fact::Driver || goes_on(known, next)) {
                    text = [text.as_str(), between(known), more.text.as_str()].concat();
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

/// Does the cell behind a value belong to it? A driver's document, birth and state; the plate behind a model; the time of day behind
/// a day.
fn goes_on(known: Fact, next: &Cell) -> bool {
    let fits = match known {
        Fact::Driver => true,
        Fact::Registration => plates::holds_plate(&next.text),
        Fact::Arrival | Fact::ArrivalDate | Fact::Departure | Fact::DepartureDate => {
            next.text.len() <= 24 && next.text.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    };
    fits && in_one_cell(&next.text).is_empty() && fact(&next.text).is_none()
}

/// What joins the cells of a value.
const fn between(known: Fact) -> &'static str {
    match known {
        Fact::Driver => drivers::DETAILS,
        Fact::Registration => ", ",
        _ => " ",
    }
}

/// `Экипаж: водитель Омаров Ерлан, проводник Иванова Анна`: everybody with a whole name; `Экипаж: 2 человека` is none.
fn crew_of_a_line(text: &str) -> Option<String> {
    let (key, value) = text.split_once([':', '：'])?;
    if section(key) != Some(Section::Crew) || value.len() > 400 {
        return None;
    }
    let mut crew: Vec<String> = Vec::new();
    for part in value.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let (role, name) = drivers::role_and_name(part);
        let head = name.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        match crew.last_mut() {
            _ if stray::holds_whole_name(&head) => {
                let role = if role.is_some() { "" } else { "экипаж " };
                crew.push(format!("{role}{part}"));
            }
            // Behind a name what is said of them. A name behind other words is nobody's whose part is known.
            Some(last) if role.is_none() && !stray::holds_whole_name(name) => {
                *last = format!("{last}, {part}")
            }
            _ => return None,
        }
    }
    (!crew.is_empty()).then(|| crew.join(", "))
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
    if !pairs.is_empty() {
        return pairs;
    }
    if let Some(crew) = crew_of_a_line(text) {
        return vec![(Fact::Driver, crew)];
    }
    if text.len() > 200 {
        return pairs;
    }
    if let Some(driver) = driver_in_a_sentence(text) {
        return vec![(Fact::Driver, driver.to_owned())];
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
        // `Прибытие на границу 24.11.2026 09:00`: a day and a time of day.
        let is_time = value.starts_with(|c: char| c.is_ascii_digit())
            && value.contains(':')
            && value.bytes().filter(u8::is_ascii_digit).count() >= 9;
        let timed = is_time && matches!(fact(key), Some(Fact::Arrival | Fact::Departure));
        // `Автобус 777ABC02 (Казахстан)`.
        let is_plate =
            value.len() <= 80 && fact(key) == Some(Fact::Registration) && plates::holds_plate(value);
        if let (true, true, Some(fact)) = (numbered || timed, is_number || is_plate, fact(key)) {
            return vec![(fact, value.to_owned())];
        }
    }
    plate_in_a_sentence(text).map(|plate| vec![(Fact::Registration, plate.to_owned())]).unwrap_or(pairs)
}

/// `Водитель Омаров Ерлан, паспорт N1111111`: a word for a driver and a whole name, without a sign between them.
fn driver_in_a_sentence(text: &str) -> Option<&str> {
    let blanks = text.match_indices(' ').map(|(at, _)| at).take(2);
    let (key, rest) = blanks
        .filter_map(|at| text.split_at_checked(at))
        .filter(|(key, _)| fact(key) == Some(Fact::Driver))
        .last()?;
    let mut words = rest.split_whitespace().take(2);
    let name = [words.next()?, " ", words.next()?].concat();
    (!key.is_empty() && stray::holds_whole_name(&name)).then_some(rest.trim())
}
