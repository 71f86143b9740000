//! One sheet: its cells, and merged cells filled downwards.

use std::collections::{BTreeMap, BTreeSet};

use super::strings::unescaped;
use super::styles::Style;
use super::xml::{Step, Walk, attribute};
use crate::table::dates::from_day_number;
use crate::table::encoding;
use crate::table::grid::{Cell, Row, Sheet};
use crate::table::page::row_place;
use crate::{Cause, Limits, Unreadable};

/// What the cells of all sheets refer to.
pub(super) struct Context<'c> {
    pub(super) strings: &'c [String],
    pub(super) styles: &'c [Style],
    pub(super) since_1904: bool,
}

/// How much all sheets together may still hold. One shared text may be asked for by every cell.
pub(super) struct Budget<'l> {
    cells: usize,
    bytes: usize,
    limits: &'l Limits,
}

impl<'l> Budget<'l> {
    pub(super) const fn new(limits: &'l Limits) -> Self {
        Self { cells: limits.max_parts, bytes: limits.max_unfolded_bytes, limits }
    }

    fn take(&mut self, sheet: &str, row: u32, text: &str) -> Result<(), Unreadable> {
        let too_many = |what, limit| Unreadable {
            place: Some(row_place(sheet, row)),
            cause: Cause::TooMany { what, limit },
        };
        let cells = self.cells.checked_sub(1).ok_or_else(|| too_many("cells", self.limits.max_parts))?;
        let bytes = self.bytes.checked_sub(text.len());
        self.bytes = bytes.ok_or_else(|| too_many("bytes in all cells", self.limits.max_unfolded_bytes))?;
        self.cells = cells;
        Ok(())
    }
}

/// A cell while it is read.
#[derive(Default)]
struct Open {
    kind: String,
    style: Style,
    value: String,
    text: String,
}

/// The cells of a sheet's part.
pub(super) fn read(
    name: String,
    part: &[u8],
    context: &Context<'_>,
    budget: &mut Budget<'_>,
) -> Result<Sheet, Unreadable> {
    let text = encoding::decode(part).text;
    let mut walk = Walk::new(&text);
    let mut rows: Rows = BTreeMap::new();
    let mut merges = Vec::new();
    let (mut row, mut column) = (0_u32, 0_u32);
    // How often the row's number came before: a broken writer's two rows of one number are two rows.
    let mut turn = 0_u32;
    let mut open = Open::default();
    let (mut in_value, mut in_text, mut aid) = (false, false, false);
    loop {
        match walk.next()? {
            Step::Open(tag) => match tag.local_name().as_ref() {
                "row" => {
                    let number = attribute(&tag, "r").and_then(|number| number.parse().ok());
                    row = number.unwrap_or_else(|| row.saturating_add(1));
                    column = 0;
                    let before = rows.range((row, 0)..=(row, u32::MAX)).next_back();
                    turn = before.map_or(0, |((_, turn), _)| turn.saturating_add(1));
                }
                "c" => {
                    let place = attribute(&tag, "r").and_then(|place| place_of(&place));
                    column = place.map_or_else(|| column.saturating_add(1), |(column, _)| column);
                    let style = attribute(&tag, "s").and_then(|style| style.parse::<usize>().ok());
                    let style =
                        style.and_then(|style| context.styles.get(style)).copied().unwrap_or_default();
                    let kind = attribute(&tag, "t").unwrap_or_default();
                    open = Open { kind, style, ..Open::default() };
                }
                "v" => in_value = true,
                "t" => in_text = true,
                "rPh" => aid = true,
                "mergeCell" if merges.len() < 10_000 => {
                    merges.extend(attribute(&tag, "ref").and_then(|area| area_of(&area)));
                }
                _ => {}
            },
            Step::Text(text) if in_value => push(&mut open.value, &text, budget.limits),
            Step::Text(text) if in_text && !aid => push(&mut open.text, &text, budget.limits),
            Step::Text(_) => {}
            Step::Close(closed) => match closed.as_str() {
                "v" => in_value = false,
                "t" => in_text = false,
                "rPh" => aid = false,
                "c" => {
                    let text = shown(std::mem::take(&mut open), context);
                    if let Some(cell) = Cell::new(column, &text, budget.limits.max_text_bytes) {
                        budget.take(&name, row, &cell.text)?;
                        rows.entry((row, turn)).or_default().push(cell);
                    }
                }
                _ => {}
            },
            Step::End => break,
        }
    }
    let mut collided = BTreeSet::new();
    for (row, cells) in &mut rows {
        cells.sort_by_key(|cell| cell.column);
        cells.dedup_by(|next, cell| {
            let same = next.column == cell.column;
            if same && next.text != cell.text {
                collided.insert(*row);
            }
            same
        });
    }
    fill(&name, &mut rows, &merges, budget)?;
    let rows = rows.into_iter().map(|((number, turn), cells)| {
        let collides = collided.contains(&(number, turn));
        Row { number, cells, again: turn > 0, collides, ..Row::default() }
    });
    Ok(Sheet { name, rows: rows.collect(), may_slip: false, since_1904: context.since_1904 })
}

/// Cells by row's number, and by the turn of rows that share one.
type Rows = BTreeMap<(u32, u32), Vec<Cell>>;

/// Adds to a text what is going to be kept of it.
fn push(text: &mut String, more: &str, limits: &Limits) {
    if text.len() <= limits.max_text_bytes {
        text.push_str(more);
    }
}

/// A cell's value as people see it; dates in one form.
fn shown(cell: Open, context: &Context<'_>) -> String {
    let value = cell.value.trim();
    match cell.kind.as_str() {
        "s" => value
            .parse::<usize>()
            .ok()
            .and_then(|place| context.strings.get(place))
            .cloned()
            .unwrap_or_default(),
        "inlineStr" => unescaped(cell.text),
        "str" => unescaped(cell.value),
        "b" => String::from(if value == "1" { "true" } else { "false" }),
        "e" | "d" => cell.value,
        _ => number(value, cell.style, context.since_1904),
    }
}

fn number(value: &str, style: Style, since_1904: bool) -> String {
    let Ok(number) = value.parse::<f64>() else { return value.to_owned() };
    if !number.is_finite() {
        return value.to_owned();
    }
    match style {
        Style::Date => date(number, since_1904).unwrap_or_else(|| plain(number)),
        Style::Zeros(digits) if number.fract() == 0.0 => {
            format!("{number:0>width$.0}", width = usize::from(digits))
        }
        Style::Zeros(_) | Style::Plain => plain(number),
    }
}

/// `1990-04-25`, with the time when there is one; a time alone as `08:30`.
fn date(number: f64, since_1904: bool) -> Option<String> {
    let at = from_day_number(number, since_1904)?;
    let (day, time) = (at.date(), at.time());
    let clock = format!("{:02}:{:02}", time.hour(), time.minute());
    Some(if (0.0..1.0).contains(&number) {
        clock
    } else if time == jiff::civil::Time::midnight() {
        day.to_string()
    } else {
        format!("{day}T{clock}")
    })
}

/// A number without an exponent, as far as table programs keep digits.
fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e18 { format!("{number:.0}") } else { number.to_string() }
}

/// Column and row of `AB12`.
fn place_of(place: &str) -> Option<(u32, u32)> {
    let letters = place.find(|c: char| !c.is_ascii_alphabetic())?;
    let (letters, digits) = place.split_at_checked(letters)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().fold(0_u32, |column, letter| {
        column
            .saturating_mul(26)
            .saturating_add(u32::from(letter.to_ascii_uppercase().saturating_sub(b'A')).saturating_add(1))
    });
    Some((column, digits.parse().ok()?))
}

/// First column and row, last row of `A1:B3`.
fn area_of(area: &str) -> Option<(u32, u32, u32)> {
    let (from, to) = area.split_once(':')?;
    let ((column, first), (_, last)) = (place_of(from)?, place_of(to)?);
    (last > first).then_some((column, first, last))
}

/// The value of cells that are merged downwards stands in each row that holds something.
fn fill(
    name: &str,
    rows: &mut Rows,
    merges: &[(u32, u32, u32)],
    budget: &mut Budget<'_>,
) -> Result<(), Unreadable> {
    for (column, first, last) in merges {
        let found = rows.get(&(*first, 0)).and_then(|cells| cells.iter().find(|cell| cell.column == *column));
        let Some(cell) = found.cloned() else { continue };
        for ((row, _), cells) in rows.range_mut((first.saturating_add(1), 0)..=(*last, u32::MAX)) {
            if let Err(place) = cells.binary_search_by_key(column, |cell| cell.column) {
                budget.take(name, *row, &cell.text)?;
                cells.insert(place, cell.clone());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_see_them() {
        for (value, style, text) in [
            ("1234567", Style::Plain, "1234567"),
            ("1.234567E6", Style::Plain, "1234567"),
            ("23.5", Style::Plain, "23.5"),
            ("1234", Style::Zeros(7), "0001234"),
            ("32988", Style::Date, "1990-04-25"),
            ("46349.354166666664", Style::Date, "2026-11-23T08:30"),
            ("0.35416666666666669", Style::Date, "08:30"),
            ("-5", Style::Date, "-5"),
            ("1e400", Style::Plain, "1e400"),
            ("x", Style::Plain, "x"),
        ] {
            assert_eq!(number(value, style, false), text, "{value}");
        }
        assert_eq!(number("31526", Style::Date, true), "1990-04-25");
        assert_eq!(
            (place_of("A1"), place_of("AB12"), place_of("12"), place_of("AAAA1")),
            (Some((1, 1)), Some((28, 12)), None, None)
        );
    }
}
