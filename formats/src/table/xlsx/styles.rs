//! What a cell's number format says about its value: a date, a time, or zeros in front.

use std::collections::HashMap;

use super::xml::{Step, Walk, attribute};
use crate::Unreadable;
use crate::table::encoding;

/// What a number is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Style {
    #[default]
    Plain,
    /// A day, or a day with its time.
    Date,
    /// As many digits, zeros in front.
    Zeros(u8),
}

/// The style of each cell format, in order.
pub(super) fn read(part: &[u8]) -> Result<Vec<Style>, Unreadable> {
    let text = encoding::decode(part).text;
    let mut walk = Walk::new(&text);
    let mut codes: HashMap<u32, Style> = HashMap::new();
    let mut styles = Vec::new();
    let mut cell_formats = false;
    loop {
        match walk.next()? {
            Step::Open(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&tag, "formatCode")) {
                        codes.insert(id, of_code(&code));
                    }
                }
                "cellXfs" => cell_formats = true,
                "xf" if cell_formats && styles.len() < 100_000 => {
                    let id: u32 = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    styles.push(codes.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Step::Close(name) if name == "cellXfs" => cell_formats = false,
            Step::End => return Ok(styles),
            Step::Close(_) | Step::Text(_) => {}
        }
    }
}

/// Formats that every table program knows by number (ECMA-376 part 1, 18.8.30).
const fn built_in(id: u32) -> Style {
    match id {
        14..=22 | 27..=36 | 45..=47 | 50..=58 => Style::Date,
        _ => Style::Plain,
    }
}

/// Letters of days, months, years and hours outside of quoted text and brackets make a date.
fn of_code(code: &str) -> Style {
    let first = code.split(';').next().unwrap_or_default();
    if !first.is_empty() && first.len() < 32 && first.bytes().all(|b| b == b'0') {
        return Style::Zeros(u8::try_from(first.len()).unwrap_or(0));
    }
    let mut quoted = false;
    let mut bracket = false;
    let mut signs = first.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => quoted = !quoted,
            '\\' | '_' | '*' => {
                signs.next();
            }
            '[' => bracket = true,
            ']' => bracket = false,
            'd' | 'D' | 'y' | 'Y' | 'm' | 'M' | 'h' | 'H' | 'Д' | 'д' | 'Г' | 'г' if !quoted && !bracket =>
            {
                return Style::Date;
            }
            _ => {}
        }
    }
    Style::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_dates_from_numbers() {
        for code in ["dd.mm.yyyy", "yyyy\\-mm\\-dd", "[$-419]d mmmm yyyy;@", "h:mm", "ДД.ММ.ГГГГ"] {
            assert_eq!(of_code(code), Style::Date, "{code}");
        }
        for code in ["General", "0.00", "#,##0", "@", "\"day\" 0", "[Red]0", ""] {
            assert_eq!(of_code(code), Style::Plain, "{code}");
        }
        assert_eq!(of_code("0000000"), Style::Zeros(7));
        assert_eq!((built_in(14), built_in(2), built_in(49)), (Style::Date, Style::Plain, Style::Plain));
    }
}
