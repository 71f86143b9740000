//! Text with separators into rows. One quotation mark that is never closed damages its own row, not the rest of the list.

use super::grid::{Cell, Row, Sheet};
use super::heading::is_heading;
use crate::{Cause, Limits, Unreadable};

/// Separators, the likelier first.
const SEPARATORS: [char; 4] = [';', ',', '\t', '|'];

/// How many lines a quoted value may go over.
const LINES_OF_A_VALUE: usize = 16;

/// How many rows are looked at for the separator.
const ROWS_FOR_SEPARATOR: usize = 100;

/// How many rows behind one that looks like a heading may still be a better one: a second row of headings, a title.
const ROWS_BEHIND_A_HEADING: usize = 4;

/// How many fields are asked for their meaning with each separator.
const FIELDS_FOR_SEPARATOR: usize = 800;

/// The separator, and how many headings are known in the row that has the most of them.
pub(super) fn separator(text: &str) -> (char, usize) {
    let (hint, rest) = hint(text);
    if let Some(separator) = hint {
        return (separator, most_headings(rest, separator).0);
    }
    let best = SEPARATORS.map(|separator| (most_headings(rest, separator), separator));
    // By known headings, then by how many cells there are.
    let best = best.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map_or((';', 0), |((headings, _), separator)| (separator, headings))
}

fn most_headings(text: &str, separator: char) -> (usize, usize) {
    let mut cells = 0_usize;
    let mut most = 0;
    let mut asked = 0_usize;
    let mut rows_left = ROWS_FOR_SEPARATOR;
    for (fields, ..) in Records::new(text, separator).take(ROWS_FOR_SEPARATOR) {
        cells = cells.saturating_add(fields.len());
        // No list has one column: a row that a separator does not part is only counted, and so is the rest.
        if fields.len() < 2 || rows_left == 0 || asked >= FIELDS_FOR_SEPARATOR {
            continue;
        }
        asked = asked.saturating_add(fields.len());
        rows_left -= 1;
        let headings = fields.iter().take(64).filter(|field| is_heading(field)).count();
        if headings > most {
            most = headings;
            if most >= super::HEADINGS_OF_A_LIST {
                rows_left = rows_left.min(ROWS_BEHIND_A_HEADING);
            }
        }
    }
    (most, cells)
}

/// `sep=;` in the first line, as Excel understands it.
fn hint(text: &str) -> (Option<char>, &str) {
    let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("\"sep=")) else {
        return (None, text);
    };
    let mut signs = rest.chars();
    let separator = signs.next();
    let after = signs.as_str().trim_start_matches('"');
    match separator.filter(|separator| SEPARATORS.contains(separator)) {
        Some(separator) => (Some(separator), after.trim_start_matches('\r')),
        None => (None, text),
    }
}

/// The rows of a text.
///
/// # Errors
/// When there are more rows or cells than are read.
pub(super) fn sheet(text: &str, separator: char, limits: &Limits) -> Result<Sheet, Unreadable> {
    let (hinted, rest) = hint(text);
    // The hint's own line is a row to a table program.
    let first = if hinted.is_some() { 0 } else { 1_u32 };
    let mut sheet = Sheet { may_slip: true, ..Sheet::default() };
    let mut parts = 0_usize;
    for ((fields, open_quote), number) in Records::new(rest, separator).zip(first..) {
        parts = parts.saturating_add(fields.len());
        if parts > limits.max_parts {
            let place = super::page::row_place("", number);
            return Err(Unreadable {
                place: Some(place),
                cause: Cause::TooMany { what: "cells", limit: limits.max_parts },
            });
        }
        let width = u32::try_from(fields.len()).unwrap_or(u32::MAX);
        let cells: Vec<Cell> = (1..)
            .zip(&fields)
            .filter_map(|(column, field)| Cell::new(column, field, limits.max_text_bytes))
            .collect();
        if !cells.is_empty() {
            sheet.rows.push(Row { number: number.max(1), width, cells, open_quote, ..Row::default() });
        }
    }
    Ok(sheet)
}

/// Records of a text: fields, and whether a quotation mark was left open.
struct Records<'t> {
    rest: &'t str,
    separator: char,
    /// How many lines are still to be read without minding quotation marks: two stray ones stand in them.
    torn: usize,
}

impl<'t> Records<'t> {
    const fn new(rest: &'t str, separator: char) -> Self {
        Self { rest, separator, torn: 0 }
    }
}

impl Iterator for Records<'_> {
    type Item = (Vec<String>, bool);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let line_end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
        let line = self.rest.get(..line_end).unwrap_or_default();
        if !line.contains('"') {
            let fields = line.split(self.separator).map(str::to_owned).collect();
            self.rest = after_break(self.rest.get(line_end..).unwrap_or_default());
            return Some((fields, false));
        }
        let window = window(self.rest);
        self.torn = self.torn.saturating_sub(1);
        if let Some((fields, used)) = quoted(window, self.separator).filter(|_| self.torn == 0) {
            self.torn =
                self.rest.get(..used).map_or(0, |taken| rows_fused(taken, self.separator, fields.len()));
            if self.torn == 0 {
                self.rest = after_break(self.rest.get(used..).unwrap_or_default());
                return Some((fields, false));
            }
        }
        let fields = line.split(self.separator).map(|field| field.replace('"', "")).collect();
        self.rest = after_break(self.rest.get(line_end..).unwrap_or_default());
        Some((fields, true))
    }
}

/// How many rows two stray quotation marks made into one: each line alone has as many fields as all of them together, and a
/// value over two lines would have to hold separators to look like that. 0 when it is one row.
fn rows_fused(taken: &str, separator: char, fields: usize) -> usize {
    let lines = || taken.split(['\n', '\r']).filter(|line| !line.is_empty());
    let alike = fields >= 3 && lines().all(|line| line.split(separator).count() == fields);
    if alike { Some(lines().count()).filter(|lines| *lines > 1).unwrap_or(0) } else { 0 }
}

fn after_break(rest: &str) -> &str {
    rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest)
}

/// The next lines, as many as a quoted value may go over.
fn window(rest: &str) -> &str {
    let end = rest.match_indices('\n').nth(LINES_OF_A_VALUE - 1).map_or(rest.len(), |(at, _)| at);
    rest.get(..end).unwrap_or(rest)
}

/// One record with quotation marks, and how many bytes it took; `None` when a mark is not closed.
fn quoted(text: &str, separator: char) -> Option<(Vec<String>, usize)> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut inside = false;
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' if inside => {
                if signs.next_if(|(_, next)| *next == '"').is_some() {
                    field.push('"');
                } else {
                    inside = false;
                }
            }
            '"' if field.trim().is_empty() => {
                field.clear();
                inside = true;
            }
            sign if inside => field.push(sign),
            '\n' | '\r' => {
                fields.push(field);
                return Some((fields, at));
            }
            sign if sign == separator => fields.push(std::mem::take(&mut field)),
            sign => field.push(sign),
        }
    }
    fields.push(field);
    (!inside).then_some((fields, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let (separator, _) = separator(text);
        let sheet = sheet(text, separator, &Limits::default()).unwrap();
        sheet.rows.iter().map(|row| format!("{} {}", row.number, row.joined())).collect()
    }

    #[test]
    fn separators_are_found() {
        for (text, found) in [
            ("Surname;Name\nA;B\n", ';'),
            ("Surname,Given name,Sex\nA,B,M\n", ','),
            ("Surname\tGiven name\nA\tB", '\t'),
            ("Рейс; Ташкент, Шымкент, Алматы, Бишкек\nФамилия;Имя;Пол\n", ';'),
            ("sep=,\nA;B;C\n", ','),
        ] {
            assert_eq!(separator(text).0, found, "{text}");
        }
    }

    #[test]
    fn quotes_breaks_and_blank_lines() {
        assert_eq!(
            rows("Surname;Name;Sex\r\n\r\n\"A \"\"x\"\"; y\";\"two\nlines\";M\r\rB;15\" wide;F"),
            ["1 Surname | Name | Sex", "3 A \"x\"; y | two\nlines | M", "5 B | 15\" wide | F"]
        );
        assert_eq!(rows("sep=;\nSurname;Sex\nA;M\n"), ["1 Surname | Sex", "2 A | M"]);
    }

    #[test]
    fn an_open_quote_damages_its_own_row() {
        let mut text = String::from("Surname;Name;Sex\n\"Open;A;M\n");
        (0..40).for_each(|i| text.push_str(&format!("N{i};B;F\n")));
        let sheet = sheet(&text, ';', &Limits::default()).unwrap();
        assert_eq!(sheet.rows.len(), 42);
        assert_eq!(sheet.rows.iter().filter(|row| row.open_quote).count(), 1);
        assert_eq!(sheet.rows[1].joined(), "Open | A | M");
    }

    #[test]
    fn two_stray_quotes_never_make_one_row_of_two() {
        let text = "Surname;Name;Sex\n\"Open;A;M\nClosed\";B;F\n\"Third\";C;M\n\"two\nlines\";D;M\n";
        let sheet = sheet(text, ';', &Limits::default()).unwrap();
        let rows: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.joined(), row.open_quote)).collect();
        let of = |number, text: &str, open| (number, text.to_owned(), open);
        assert_eq!(
            rows[1..],
            [
                of(2, "Open | A | M", true),
                of(3, "Closed | B | F", true),
                of(4, "Third | C | M", false),
                of(5, "two\nlines | D | M", false)
            ]
        );
    }

    #[test]
    fn too_many_cells_are_refused() {
        let limits = Limits { max_parts: 10, ..Limits::default() };
        let refused = sheet(";;;;;;;;;;;;", ';', &limits).unwrap_err();
        assert_eq!(refused.cause, Cause::TooMany { what: "cells", limit: 10 });
    }
}
