//! A document of XML into a tree: the tokenizer's events, one by one, within the limits.

use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::Reader;

use super::failure::{Failure, cause_of, malformed};
use super::tree::{Position, Tree, is_allowed};
use crate::{Cause, Limits};

impl Tree {
    /// Reads a document until its end, or until it cannot be read any further ([`Tree::failure`]).
    pub(crate) fn read(text: &str, limits: &Limits) -> Self {
        let mut tree = Self::default();
        let mut open = Open::default();
        let mut lines = Lines { text, at: 0, line: Position { line: 1, column: 1 } };
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        loop {
            let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let event = reader.read_event();
            let line = lines.line_of(start);
            let step = match event {
                Ok(Event::Eof) => break tree.end(&open, lines.line_of(text.len())),
                Ok(event) => tree.event(event, &mut open, line, limits),
                Err(error) => Err(cause_of(&error, text.get(start..).unwrap_or_default())),
            };
            let Err(cause) = step else { continue };
            let inside = open.elements.last().copied();
            if inside.is_none() && tree.len() > 0 && is_noise(&cause) {
                // Rubbish behind a whole document.
                tree.outside_text(text.get(start..).unwrap_or_default(), line);
            } else {
                tree.failure = Some(Failure { cause, inside, line });
            }
            break;
        }
        tree
    }

    fn end(&mut self, open: &Open, line: Position) {
        let inside = open.elements.last().copied();
        if inside.is_some() {
            self.failure =
                Some(Failure { cause: Cause::Truncated("the end tag of an element"), inside, line });
        } else if self.len() == 0 {
            self.failure = Some(Failure { cause: Cause::Truncated("its first element"), inside, line });
        }
    }

    fn event(
        &mut self,
        event: Event<'_>,
        open: &mut Open,
        line: Position,
        limits: &Limits,
    ) -> Result<(), Cause> {
        match event {
            Event::Start(tag) => {
                let element =
                    self.open(tag.local_name().as_ref(), open.elements.last().copied(), line, limits)?;
                open.elements.push(element);
                open.texts.push(String::new());
                if open.elements.len() > limits.max_depth {
                    return Err(Cause::TooMany {
                        what: "elements inside each other",
                        limit: limits.max_depth,
                    });
                }
            }
            Event::Empty(tag) => {
                let element =
                    self.open(tag.local_name().as_ref(), open.elements.last().copied(), line, limits)?;
                self.close(element, "", limits);
            }
            Event::End(_) => {
                if let (Some(element), Some(text)) = (open.elements.pop(), open.texts.pop()) {
                    self.close(element, &text, limits);
                }
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                if text.contains('&') && self.bare_ampersand.is_none() {
                    self.bare_ampersand = Some(line);
                }
                self.text(&text, open, line, limits)?;
            }
            Event::CData(text) => self.text(&text.xml10_content(), open, line, limits)?,
            Event::GeneralRef(reference) => {
                let mut buffer = [0; 4];
                let character: &str = resolved(&reference)?.encode_utf8(&mut buffer);
                self.characters(character, open, line, limits);
            }
            Event::DocType(_) => return Err(Cause::DocumentType),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str, open: &mut Open, line: Position, limits: &Limits) -> Result<(), Cause> {
        if open.elements.is_empty() {
            self.outside_text(text, line);
            return Ok(());
        }
        if !text.chars().all(is_allowed) {
            return Err(malformed("a character that XML does not allow"));
        }
        self.characters(text, open, line, limits);
        Ok(())
    }

    fn characters(&mut self, text: &str, open: &mut Open, line: Position, limits: &Limits) {
        match open.texts.last_mut() {
            // One more than is kept, so that a cut is noticed.
            Some(kept) if kept.len() <= limits.max_text_bytes => kept.push_str(text),
            Some(_) => {}
            None => self.outside_text(text, line),
        }
    }

    fn outside_text(&mut self, text: &str, line: Position) {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if self.outside.0 == 0 && !text.is_empty() {
            self.outside.1 = line;
        }
        self.outside.0 = self.outside.0.saturating_add(text.chars().count());
    }
}

/// The elements that are open, with their text so far.
#[derive(Default)]
struct Open {
    elements: Vec<u32>,
    texts: Vec<String>,
}

/// Counts lines once, as positions only grow.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: Position,
}

impl Lines<'_> {
    fn line_of(&mut self, position: usize) -> Position {
        let passed = self.text.as_bytes().get(self.at..position).unwrap_or_default();
        for byte in passed {
            match byte {
                b'\n' => self.line = Position { line: self.line.line.saturating_add(1), column: 1 },
                // All but the first byte of a character of UTF-8.
                0x80..=0xbf => {}
                _ => self.line.column = self.line.column.saturating_add(1),
            }
        }
        self.at = self.at.max(position);
        self.line
    }
}

/// The character that a reference stands for: one of the five of XML, or by number.
fn resolved(reference: &BytesRef<'_>) -> Result<char, Cause> {
    let name: &str = reference;
    let character = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    };
    if let Some(character) = character {
        return Ok(character);
    }
    match reference.resolve_char_ref() {
        Ok(Some(character)) if is_allowed(character) => Ok(character),
        Ok(None) => Err(malformed("an entity that is not one of the five of XML")),
        _ => Err(malformed("a character reference that names no character of XML")),
    }
}

/// What may stand behind a document without spoiling it.
const fn is_noise(cause: &Cause) -> bool {
    !matches!(cause, Cause::DocumentType | Cause::TooMany { .. })
}
