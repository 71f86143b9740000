//! An interchange cut into segments, elements and components. One pass, no copies: a piece is two offsets and what stood
//! before it.

use super::segment::Segment;
use super::start::Separators;
use crate::{Cause, Unreadable};

/// An interchange cut into pieces.
#[derive(Debug)]
pub struct Tokens<'t> {
    text: &'t str,
    separators: Separators,
    pieces: Vec<Piece>,
    /// Index of each segment's first piece, its tag; one more at the end.
    segments: Vec<u32>,
    /// Offset behind the last segment.
    end: usize,
    /// The last segment was not ended by a terminator.
    unfinished: bool,
    /// Segments of the same document before this interchange.
    base: u32,
}

/// A tag or a component.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u32,
    /// Offset behind it; the upper bits say what stood before it and whether a release character is inside.
    end: u32,
}

const ELEMENT: u32 = 1 << 31;
const REPETITION: u32 = 1 << 30;
const RELEASED: u32 = 1 << 29;
const OFFSET: u32 = RELEASED - 1;

/// What a byte does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Component,
    Element,
    Repetition,
    Release,
    Terminator,
    /// A line break or a control character of a transport.
    Break,
}

fn classes(separators: &Separators) -> [Class; 256] {
    let mut classes = [Class::Plain; 256];
    let mut set = |byte: u8, class| {
        if let Some(entry) = classes.get_mut(usize::from(byte)) {
            *entry = class;
        }
    };
    for byte in [0, 1, 2, 3, 4, b'\r', b'\n'] {
        set(byte, Class::Break);
    }
    for (byte, class) in [
        (separators.repetition, Class::Repetition),
        (separators.release, Class::Release),
        (separators.component, Class::Component),
        (separators.element, Class::Element),
        (separators.terminator, Class::Terminator),
    ] {
        if byte != 0 {
            set(byte, class);
        }
    }
    classes
}

impl<'t> Tokens<'t> {
    /// Cuts the interchange that begins at `start` of `text`, up to and with its UNZ, or to where it stops being one.
    /// `None` when lines are broken inside of segments: take the breaks out (the document's reader does) and cut that.
    ///
    /// # Errors
    /// [`Cause::TooMany`] above `max_segments`.
    pub fn cut(
        text: &'t str,
        start: usize,
        separators: Separators,
        max_segments: usize,
    ) -> Result<Option<Self>, Unreadable> {
        let mut tokens = Tokens {
            text,
            separators,
            pieces: Vec::new(),
            segments: Vec::new(),
            end: start,
            unfinished: false,
            base: 0,
        };
        let broken = run(text, start, separators, max_segments, &mut tokens)?;
        Ok((!broken).then_some(tokens))
    }

    /// The same, counting its segments behind `base` others of the document.
    pub(super) fn behind(mut self, base: usize) -> Self {
        self.base = u32::try_from(base).unwrap_or(u32::MAX);
        self
    }

    pub(super) fn base(&self) -> u32 {
        self.base
    }

    /// How many segments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.segments.len().saturating_sub(1)
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tags and components there are.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The service characters.
    #[must_use]
    pub fn separators(&self) -> Separators {
        self.separators
    }

    pub(super) fn unfinished(&self) -> bool {
        self.unfinished
    }

    /// Offset behind the last segment.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The segment at an index from 0.
    pub(crate) fn segment(&self, index: usize) -> Option<Segment<'_>> {
        let first = *self.segments.get(index)?;
        let behind = *self.segments.get(index.checked_add(1)?)?;
        Some(Segment {
            tokens: self,
            index,
            first: usize::try_from(first).ok()?,
            behind: usize::try_from(behind).ok()?,
        })
    }

    /// A piece's raw text, and whether a release character is inside.
    pub(super) fn piece(&self, index: usize) -> Option<(&'t str, bool)> {
        let piece = self.pieces.get(index)?;
        let start = usize::try_from(piece.start).ok()?;
        let end = usize::try_from(piece.end & OFFSET).ok()?;
        Some((self.text.get(start..end)?, piece.end & RELEASED != 0))
    }

    /// True when a piece begins an element (or its repetition); the others are further components.
    pub(super) fn begins(&self, index: usize) -> (bool, bool) {
        self.pieces
            .get(index)
            .map_or((true, false), |piece| (piece.end & ELEMENT != 0, piece.end & REPETITION != 0))
    }
}

/// Cuts; true when a line break stood inside a segment, and nothing that was cut counts.
fn run(
    text: &str,
    start: usize,
    separators: Separators,
    max_segments: usize,
    out: &mut Tokens<'_>,
) -> Result<bool, Unreadable> {
    let bytes = text.as_bytes();
    let too_long = || Unreadable {
        place: None,
        cause: Cause::TooMany {
            what: "bytes of a document",
            limit: usize::try_from(OFFSET).unwrap_or(usize::MAX),
        },
    };
    if u32::try_from(bytes.len()).ok().is_none_or(|length| length > OFFSET) {
        return Err(too_long());
    }
    let classes = classes(&separators);
    // Four bytes of text a piece and twenty a segment is what passenger lists come to.
    let left = bytes.len().saturating_sub(start);
    out.pieces.clear();
    out.pieces.reserve(left / 5);
    out.segments.clear();
    out.segments.reserve(left / 18);
    let mut at = skip(bytes, start, &classes);
    loop {
        if !begins_segment(bytes, at, &separators, out) {
            break;
        }
        if out.segments.len() >= max_segments {
            return Err(Unreadable {
                place: None,
                cause: Cause::TooMany { what: "segments", limit: max_segments },
            });
        }
        out.segments.push(u32::try_from(out.pieces.len()).map_err(|_| too_long())?);
        let (mut from, mut before, mut flags) = (at, ELEMENT, 0);
        let mut ended = false;
        while let Some(byte) = bytes.get(at) {
            let class = classes.get(usize::from(*byte)).copied().unwrap_or(Class::Plain);
            if class == Class::Plain {
                at += 1;
                continue;
            }
            match class {
                Class::Release => {
                    flags = RELEASED;
                    at += 2;
                    // What is released may be wider than a byte or a break; a break is still no part of the text.
                    if bytes
                        .get(at - 1)
                        .is_some_and(|byte| classes.get(usize::from(*byte)) == Some(&Class::Break))
                    {
                        return Ok(true);
                    }
                    continue;
                }
                Class::Break => return Ok(true),
                _ => {}
            }
            out.pieces.push(Piece { start: offset(from), end: offset(at) | before | flags });
            at += 1;
            from = at;
            flags = 0;
            before = match class {
                Class::Element => ELEMENT,
                Class::Repetition => ELEMENT | REPETITION,
                _ => 0,
            };
            if class == Class::Terminator {
                ended = true;
                break;
            }
        }
        if !ended {
            let end = at.min(bytes.len());
            out.pieces.push(Piece { start: offset(from.min(end)), end: offset(end) | before | flags });
            out.end = bytes.len();
            out.unfinished = true;
            break;
        }
        out.end = at;
        out.unfinished = false;
        at = skip(bytes, at, &classes);
    }
    out.segments.push(u32::try_from(out.pieces.len()).map_err(|_| too_long())?);
    Ok(false)
}

/// Offsets were checked against the width of a piece.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(OFFSET) & OFFSET
}

/// Over blanks, breaks and terminators of empty segments.
fn skip(bytes: &[u8], mut at: usize, classes: &[Class; 256]) -> usize {
    while let Some(byte) = bytes.get(at) {
        let class = classes.get(usize::from(*byte)).copied().unwrap_or(Class::Plain);
        let blank = *byte <= b' ' && class == Class::Plain;
        if !blank && class != Class::Break && class != Class::Terminator {
            break;
        }
        at += 1;
    }
    at
}

/// Does a segment begin here? Behind a trailer only what looks like one does: the rest is the text of an e-mail.
fn begins_segment(bytes: &[u8], at: usize, separators: &Separators, out: &Tokens<'_>) -> bool {
    let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else { return false };
    let Some(last) = out.segments.last().and_then(|first| out.pieces.get(usize::try_from(*first).ok()?))
    else {
        return true;
    };
    let from = usize::try_from(last.start).unwrap_or(0);
    let last = bytes.get(from..from.saturating_add(3)).unwrap_or_default();
    match last {
        b"UNZ" => false,
        b"UNT" | b"UNE" => {
            let tag = rest.get(..3).unwrap_or_default();
            let behind = rest.get(3).copied().unwrap_or(0);
            // Bare messages may follow one another; a new interchange is cut by its own separators.
            tag.iter().all(|byte| byte.is_ascii_uppercase())
                && (behind == separators.element || behind == separators.component)
                && tag != b"UNB"
        }
        // A new interchange before the end of this one: cut by its own separators too.
        _ => {
            !(rest.starts_with(b"UNA") || rest.starts_with(b"UNB"))
                || rest.get(3).is_some_and(u8::is_ascii_alphanumeric)
        }
    }
}

/// A text without line breaks and the control characters of transports. Where a header or trailer
/// begins on a line of its own and the terminator before it was lost, one is put in; a broken line of free text is a blank.
pub(super) fn without_breaks(text: &str, separators: Separators) -> String {
    let keeps = |c: char| {
        u8::try_from(c).is_ok_and(|byte| byte == separators.terminator || byte == separators.element)
    };
    let is_break = |c: char| matches!(c, '\u{0}'..='\u{4}' | '\r' | '\n') && !keeps(c);
    let widest = text.split(is_break).map(str::len).max().unwrap_or(0);
    let mut whole = String::with_capacity(text.len());
    // Where the segment began that is being put together.
    let mut segment = 0;
    for line in text.split_inclusive(is_break) {
        let line = line.trim_end_matches(is_break);
        let tag = line.get(..3).unwrap_or_default();
        let header = matches!(tag, "UNG" | "UNH" | "UNT" | "UNE" | "UNZ");
        if header && line.as_bytes().get(3) == Some(&separators.element) {
            let last = whole.trim_end().as_bytes().last();
            if last.is_some_and(|last| *last != separators.terminator) {
                whole.push(char::from(separators.terminator));
            }
        }
        whole.push_str(line);
        if let Some(end) = line.rfind(char::from(separators.terminator)) {
            segment = whole.len().saturating_sub(line.len()).saturating_add(end).saturating_add(1);
        }
        // Free text has lines of its own, shorter than the width at which a transport breaks them.
        let open = whole.get(segment..).unwrap_or_default().trim_start();
        let free = open.starts_with("FTX") || open.starts_with("PCI");
        if free && !line.is_empty() && line.len().saturating_add(4) < widest {
            whole.push(' ');
        }
    }
    whole
}
