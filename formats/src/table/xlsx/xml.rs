//! The little of XML that workbooks need: tags, attributes and texts. No document types, no entities but the five.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use manifest::declared::SourcePlace;

use super::malformed;
use crate::{Cause, Unreadable};

/// What stands next in a part.
pub(super) enum Step<'t> {
    Open(BytesStart<'t>),
    Close(String),
    Text(String),
    End,
}

/// Walks through a part.
pub(super) struct Walk<'t> {
    reader: Reader<&'t [u8]>,
    text: &'t str,
    /// An empty element's closing that is still to be told.
    closing: Option<String>,
    depth: usize,
}

/// How deep elements of a workbook may nest; real ones need a dozen.
const DEEPEST: usize = 64;

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        Self { reader, text, closing: None, depth: 0 }
    }

    /// The next step. Empty elements open and close.
    pub(super) fn next(&mut self) -> Result<Step<'t>, Unreadable> {
        if let Some(name) = self.closing.take() {
            return Ok(Step::Close(name));
        }
        loop {
            let begin = self.reader.buffer_position();
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(_) => {
                    let refused = malformed("a part of the workbook is not well-formed XML");
                    return Err(self.at(self.reader.error_position(), refused.cause));
                }
            };
            return Ok(match event {
                Event::Start(tag) => {
                    self.depth = self.depth.saturating_add(1);
                    if self.depth > DEEPEST {
                        let cause = Cause::TooMany { what: "elements inside each other", limit: DEEPEST };
                        return Err(self.at(begin, cause));
                    }
                    Step::Open(tag)
                }
                Event::Empty(tag) => {
                    self.closing = Some(tag.local_name().as_ref().to_owned());
                    Step::Open(tag)
                }
                Event::End(tag) => {
                    self.depth = self.depth.saturating_sub(1);
                    Step::Close(tag.local_name().as_ref().to_owned())
                }
                Event::Text(text) => Step::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Step::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(name) => {
                    let known: &str = &name;
                    let letter = match known {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "apos" => '\'',
                        "quot" => '"',
                        _ => match name.resolve_char_ref() {
                            Ok(Some(letter)) => letter,
                            _ => char::REPLACEMENT_CHARACTER,
                        },
                    };
                    Step::Text(letter.to_string())
                }
                Event::DocType(_) => return Err(self.at(begin, Cause::DocumentType)),
                Event::Eof if self.depth > 0 => {
                    return Err(self.at(begin, Cause::Truncated("the end of a part of the workbook")));
                }
                Event::Eof => Step::End,
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
            });
        }
    }
}

impl Walk<'_> {
    /// A refusal with line and column of a byte of the part.
    fn at(&self, byte: u64, cause: Cause) -> Unreadable {
        let before = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let before = self.text.get(..self.text.floor_char_boundary(before)).unwrap_or_default();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        let line = number(before.matches('\n').count());
        let column = number(before.rsplit('\n').next().map_or(0, |last| last.chars().count()));
        Unreadable { place: Some(SourcePlace::Line { line, column }), cause }
    }
}

/// An attribute by its local name, with its references resolved.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    // Without checks: they compare each attribute with all before it.
    let mut attributes = tag.attributes();
    let mut attributes = attributes.with_checks(false).take(64).filter_map(Result::ok);
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// Is an attribute set to true?
pub(super) fn is_set(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"))
}
