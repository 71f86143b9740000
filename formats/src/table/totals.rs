//! A row of totals: that it is one, and how many people it counts.

use super::columns::Columns;
use super::fold::fold;
use super::grid::Row;
use super::heading::{Column, Fact};
use super::journey::first_number;
use super::layout::{FactSaid, Layout};
use super::words;

/// `Итого`, `Всего: 50 чел.`, `Total passengers 50`.
pub(super) fn is_total(text: &str) -> bool {
    if text.len() > 80 {
        return false;
    }
    let folded = fold(text);
    let words: Vec<&str> =
        folded.split(' ').filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).collect();
    words::value("total", &words.join(" ")).is_some()
        || words.first().is_some_and(|first| words::value("total", first).is_some())
}

/// How many people the totals rows of a sheet count, and the row that says so. Where persons stand between them each counts its own
/// part (`Жами: 2` under each stop), and the last may count all; otherwise the first is it.
pub(super) fn of_all<'l>(layout: &'l Layout<'_>) -> Option<(i64, &'l FactSaid)> {
    let number = |total: &FactSaid| first_number(&total.text);
    let (first, others) = layout.totals.split_first()?;
    let Some((last, before)) = layout.totals.split_last().filter(|_| !others.is_empty()) else {
        return Some((number(first)?, first));
    };
    let sum =
        |totals: &[FactSaid]| totals.iter().try_fold(0_i64, |sum, total| sum.checked_add(number(total)?));
    let is_between = |above: &FactSaid, below: &FactSaid| {
        layout.people.iter().any(|person| (above.row..below.row).contains(&person.row.number))
    };
    let is_parted = |totals: &[FactSaid]| {
        totals.windows(2).all(|pair| matches!(pair, [above, below] if is_between(above, below)))
    };
    // Persons above a total that no other total counts: it is theirs alone, and no sum of the parts.
    let is_of_a_part = before.last().is_some_and(|above| is_between(above, last));
    // A total of all that were listed so far, crew and passengers: `ВСЕГО: 42` under both.
    let listed = layout.people.iter().filter(|person| person.row.number < last.row).count();
    match (sum(before), number(last)) {
        (_, Some(all)) if i64::try_from(listed).is_ok_and(|listed| listed == all) => Some((all, last)),
        (Some(parts), Some(all)) if parts == all && !is_of_a_part && is_parted(before) => Some((all, last)),
        (Some(parts), Some(rest)) if is_parted(&layout.totals) => Some((parts.checked_add(rest)?, last)),
        _ => Some((number(first)?, first)),
    }
}

/// Whole numbers of a totals row, those under columns of baggage and money left out.
pub(super) fn totals(row: &Row, table: Option<&Columns>) -> Vec<FactSaid> {
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
