//! The facts of the journey that a row says: a word and its value, side by side, over one another or in one cell.

use super::drivers;
use super::grid::{Cell, Row};
use super::heading::{Fact, fact};
use super::layout::FactSaid;
use super::plates::plate_in_a_sentence;
use super::stray;

/// Facts of a row: `Key: value`, `Key` and the value in the next cell, or keys side by side over their values.
pub(super) fn facts(row: &Row, below: Option<&Row>) -> Vec<FactSaid> {
    let mut facts: Vec<FactSaid> = Vec::new();
    let mut cells = row.cells.iter().take(64).peekable();
    let mut keys_without_value = Vec::new();
    while let Some(cell) = cells.next() {
        let inside = in_one_cell(&cell.text);
        if !inside.is_empty() {
            let is_of_a_driver = inside.last().is_some_and(|(fact, _)| *fact == Fact::Driver);
            let said = inside.into_iter().map(|(fact, text)| FactSaid {
                fact,
                text,
                row: row.number,
                column: cell.column,
            });
            facts.extend(said);
            let is_detail = |next: &Cell| in_one_cell(&next.text).is_empty() && fact(&next.text).is_none();
            while let Some(more) = cells.next_if(|next| is_of_a_driver && is_detail(next)) {
                if let Some(last) = facts.last_mut() {
                    last.text = [last.text.as_str(), drivers::DETAILS, more.text.as_str()].concat();
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
        if let (true, true, Some(fact)) = (numbered, is_number, fact(key)) {
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
