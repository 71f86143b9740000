//! A place in what was received, in the source's own terms. Places hold tags, element names, sheet names and numbers,
//! never what stood in a field; a reader that meets a stranger's name for an element or a sheet keeps it short.

use std::fmt;

use crate::finding_text::Language;

/// Where something stood in the source. All numbers count from 1; 0 means "the whole of it" (no particular element,
/// component or column).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourcePlace {
    /// EDIFACT.
    Segment {
        /// Place of the segment in the received text, its service segments (UNB, UNH) counted.
        number: u32,
        /// Tag of the segment.
        tag: SegmentTag,
        /// Data element; 0 for the segment as a whole.
        element: u32,
        /// Component of the element; 0 for the element as a whole.
        component: u32,
    },
    /// XML.
    Xml {
        /// Path of local element names with places among like-named siblings: `/CC015C/Consignment[1]/grossMass[1]`.
        xpath: String,
        /// Line on which the element begins.
        line: u32,
        /// Column in characters at which it begins; 0 when it is not known.
        column: u32,
    },
    /// A table: CSV or a sheet of a workbook.
    Cell {
        /// Name of the sheet; empty in CSV.
        sheet: String,
        /// Row as the table program counts it, the heading included.
        row: u32,
        /// Column; 0 for the row as a whole.
        column: u32,
    },
    /// JSON.
    Json {
        /// RFC 6901 pointer.
        pointer: String,
        /// Line; 0 when it is not known.
        line: u32,
    },
    /// Any text.
    Line {
        /// Line.
        line: u32,
        /// Column in characters; 0 for the line as a whole.
        column: u32,
    },
}

/// What the parts of a place are called.
struct Words {
    segment: &'static str,
    element: &'static str,
    component: &'static str,
    line: &'static str,
    column: &'static str,
    row: &'static str,
    sheet: &'static str,
}

const ENGLISH: Words = Words {
    segment: "segment",
    element: "element",
    component: "component",
    line: "line",
    column: "column",
    row: "row",
    sheet: "sheet",
};

const RUSSIAN: Words = Words {
    segment: "сегмент",
    element: "элемент",
    component: "компонент",
    line: "строка",
    column: "столбец",
    row: "строка",
    sheet: "лист",
};

const UZBEK: Words = Words {
    segment: "segment",
    element: "element",
    component: "komponent",
    line: "satr",
    column: "ustun",
    row: "qator",
    sheet: "varaq",
};

impl SourcePlace {
    /// The place as a person would say it in a language.
    #[must_use]
    pub fn in_words(&self, language: Language) -> String {
        let mut text = String::new();
        let words = match language {
            Language::English => &ENGLISH,
            Language::Russian => &RUSSIAN,
            Language::Uzbek => &UZBEK,
        };
        // Writing into a text never fails.
        let _ = self.write(&mut text, words);
        text
    }

    fn write(&self, f: &mut impl fmt::Write, words: &Words) -> fmt::Result {
        match self {
            Self::Segment { number, tag, element, component } => {
                write!(f, "{} {number} ({tag})", words.segment)?;
                part(f, words.element, *element)?;
                part(f, words.component, *component)
            }
            Self::Xml { xpath, line, column } => {
                f.write_str(xpath)?;
                part(f, words.line, *line)?;
                part(f, words.column, *column)
            }
            Self::Cell { sheet, row, column } => {
                if !sheet.is_empty() {
                    write!(f, "{} {sheet}, ", words.sheet)?;
                }
                write!(f, "{} {row}", words.row)?;
                part(f, words.column, *column)?;
                if *column == 0 { Ok(()) } else { write!(f, " ({}{row})", letters(*column)) }
            }
            Self::Json { pointer, line } => {
                f.write_str(if pointer.is_empty() { "/" } else { pointer })?;
                part(f, words.line, *line)
            }
            Self::Line { line, column } => {
                write!(f, "{} {line}", words.line)?;
                part(f, words.column, *column)
            }
        }
    }
}

impl fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &ENGLISH)
    }
}

/// A column as table programs call it: 2 is `B`, 28 is `AB`.
fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while let Some(place) = rest.checked_sub(1) {
        letters.push(char::from(b'A'.wrapping_add(u8::try_from(place % 26).unwrap_or_default())));
        rest = place / 26;
    }
    letters.iter().rev().collect()
}

fn part(f: &mut impl fmt::Write, name: &str, number: u32) -> fmt::Result {
    if number == 0 { Ok(()) } else { write!(f, ", {name} {number}") }
}

/// Tag of an EDIFACT segment: up to three capitals or digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SegmentTag([u8; 3]);

impl SegmentTag {
    /// A tag from its bytes; what is not a capital or a digit becomes `?`, what is beyond the third is left out.
    #[must_use]
    pub fn new(tag: &[u8]) -> Self {
        let mut bytes = [0; 3];
        for (to, from) in bytes.iter_mut().zip(tag) {
            *to = if from.is_ascii_uppercase() || from.is_ascii_digit() { *from } else { b'?' };
        }
        Self(bytes)
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        std::str::from_utf8(self.0.get(..end).unwrap_or_default()).unwrap_or_default()
    }
}

impl From<&str> for SegmentTag {
    fn from(tag: &str) -> Self {
        Self::new(tag.as_bytes())
    }
}

impl fmt::Display for SegmentTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_a_person_would_say_it() {
        let segment =
            |element, component| SourcePlace::Segment { number: 12, tag: "NAD".into(), element, component };
        assert_eq!(segment(4, 2).to_string(), "segment 12 (NAD), element 4, component 2");
        assert_eq!(segment(0, 0).to_string(), "segment 12 (NAD)");
        let xml = SourcePlace::Xml { xpath: "/CC015C/Consignment[1]".into(), line: 9, column: 5 };
        assert_eq!(xml.to_string(), "/CC015C/Consignment[1], line 9, column 5");
        let cell = SourcePlace::Cell { sheet: "Лист1".into(), row: 3, column: 2 };
        assert_eq!(cell.to_string(), "sheet Лист1, row 3, column 2 (B3)");
        assert_eq!(SourcePlace::Cell { sheet: String::new(), row: 3, column: 0 }.to_string(), "row 3");
        assert_eq!(SourcePlace::Json { pointer: "/a/0".into(), line: 0 }.to_string(), "/a/0");
        let line = SourcePlace::Line { line: 2, column: 7 };
        assert_eq!(line.to_string(), "line 2, column 7");
        assert_eq!(line.in_words(Language::Russian), "строка 2, столбец 7");
        assert_eq!(segment(4, 2).in_words(Language::Uzbek), "segment 12 (NAD), element 4, komponent 2");
        assert_eq!(SegmentTag::new(b"n\xffDX").as_str(), "??D");
        assert_eq!(SegmentTag::default().as_str(), "");
    }
}
