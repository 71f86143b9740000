//! Sheets, rows and cells: what CSV and workbooks have in common.

/// A sheet; a CSV file is one without a name.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// Name; empty in CSV.
    pub(super) name: String,
    /// Rows that hold something, in order.
    pub(super) rows: Vec<Row>,
    /// A value may have slipped into its neighbour's column: separators stand between cells, not coordinates.
    pub(super) may_slip: bool,
    /// Numbers of days count from 1904, as older table programs of the Macintosh have it.
    pub(super) since_1904: bool,
}

/// A row that holds something.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// As a table program counts it, from 1.
    pub(super) number: u32,
    /// How many cells there are, empty ones included, where the source says so; 0 in a workbook.
    pub(super) width: u32,
    /// Cells that hold something, by column.
    pub(super) cells: Vec<Cell>,
    /// A quotation mark was never closed: the row was read as if it were an ordinary letter.
    pub(super) open_quote: bool,
    /// A row of this number came before: both are read.
    pub(super) again: bool,
    /// Two values stand in one place of the row: nobody knows which was meant.
    pub(super) collides: bool,
}

/// A cell that holds something.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    /// Column, from 1.
    pub(super) column: u32,
    /// Its text without outer blanks; dates as `2026-11-22`, with time as `2026-11-22T08:30`.
    pub(super) text: String,
    /// The text was longer than is read.
    pub(super) cut: bool,
    /// Control characters were left out, or bytes that are no characters replaced.
    pub(super) damaged: bool,
}

impl Row {
    /// A first row of these texts, one a column.
    #[cfg(test)]
    pub(super) fn of(texts: &[&str]) -> Self {
        let cells = (1..).zip(texts).filter_map(|(column, text)| Cell::new(column, text, 1000)).collect();
        Self { number: 1, cells, ..Self::default() }
    }

    /// The text of a column, empty when there is none.
    pub(super) fn text(&self, column: u32) -> &str {
        self.cell(column).map_or("", |cell| cell.text.as_str())
    }

    /// The cell of a column.
    pub(super) fn cell(&self, column: u32) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.cells.get(at)
    }

    /// What stands in the row, for a finding about all of it.
    pub(super) fn joined(&self) -> String {
        let texts: Vec<&str> = self.cells.iter().map(|cell| cell.text.as_str()).collect();
        texts.join(" | ")
    }
}

impl Cell {
    /// A cell from what stood there; `None` when nothing is left of it. Longer texts are cut at `max_bytes`.
    pub(super) fn new(column: u32, text: &str, max_bytes: usize) -> Option<Self> {
        let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\0');
        let trimmed = text.trim_matches(blank);
        // `="0123456"`: how tables keep a number's zeros in a file of text.
        let as_text = trimmed.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
        let trimmed =
            as_text.filter(|inside| !inside.contains('"')).map_or(trimmed, |it| it.trim_matches(blank));
        let mut end = trimmed.len().min(max_bytes);
        while !trimmed.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        let kept = trimmed.get(..end).unwrap_or_default();
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        let has_controls = kept.contains(is_control);
        let text = if has_controls { kept.replace(is_control, "") } else { kept.to_owned() };
        let damaged = has_controls || text.contains('\u{fffd}');
        (!text.is_empty()).then_some(Self { column, text, cut: end < trimmed.len(), damaged })
    }
}

/// A column's letters as table programs show them: 1 is `A`, 28 is `AB`.
pub(super) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_trimmed_cut_and_cleaned() {
        assert!(Cell::new(1, " \u{a0}\u{feff} ", 10).is_none() && Cell::new(1, "\0", 10).is_none());
        let cell = Cell::new(1, " Юсупов\u{7}а ", 9).unwrap();
        assert_eq!((cell.text.as_str(), cell.cut), ("Юсуп", true), "cut between letters");
        assert_eq!(Cell::new(1, "=\"0123456\"", 9).unwrap().text, "0123456");
        assert!(Cell::new(1, "=\"\"", 9).is_none());
        let cell = Cell::new(1, "A\u{0}B", 9).unwrap();
        assert_eq!((cell.text.as_str(), cell.damaged, cell.cut), ("AB", true, false));
        assert_eq!([1, 26, 27, 28, 702, 703, 16384].map(letters), ["A", "Z", "AA", "AB", "ZZ", "AAA", "XFD"]);
    }
}
