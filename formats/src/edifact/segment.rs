//! One segment of an interchange: its tag, and its values by place as the directories number them.

use std::borrow::Cow;

use manifest::declared::{Mark, SegmentTag, SourcePlace};

use super::tokens::Tokens;

/// A segment. Elements and components count from 1, as in the directories.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'t> {
    pub(super) tokens: &'t Tokens<'t>,
    pub(super) index: usize,
    pub(super) first: usize,
    pub(super) behind: usize,
}

impl<'t> Segment<'t> {
    /// The tag, without blanks that some programs write behind it.
    pub(crate) fn tag(&self) -> &'t str {
        self.tokens.piece(self.first).map_or("", |(tag, _)| tag.trim_end())
    }

    /// A component of an element that never repeats: a repetition character inside of it is a letter of the text.
    pub(crate) fn unrepeated(&self, element: usize, component: usize) -> Cow<'t, str> {
        let first = self.get(element, component);
        let character = char::from(self.tokens.separators().repetition);
        let mut at_element = 0;
        let mut whole = String::new();
        for piece in self.first..self.behind {
            let (begins, repeats) = self.tokens.begins(piece);
            at_element += usize::from(begins && !repeats && piece != self.first);
            if at_element == element && repeats {
                whole.push(character);
                whole.push_str(self.tokens.piece(piece).map_or("", |(text, _)| text));
            }
        }
        if whole.is_empty() { first } else { Cow::Owned(format!("{first}{whole}")) }
    }

    /// A component, without release characters and outer blanks; empty when it is not there.
    pub(crate) fn get(&self, element: usize, component: usize) -> Cow<'t, str> {
        let Some((raw, released)) = self.find(element, component) else { return Cow::Borrowed("") };
        if !released {
            return Cow::Borrowed(raw.trim());
        }
        let release = char::from(self.tokens.separators().release);
        let mut value = String::with_capacity(raw.len());
        let mut characters = raw.chars();
        while let Some(c) = characters.next() {
            value.extend(if c == release { characters.next() } else { Some(c) });
        }
        Cow::Owned(value.trim().to_owned())
    }

    /// True when a component holds nothing but blanks.
    pub(crate) fn is_blank(&self, element: usize, component: usize) -> bool {
        self.find(element, component).is_none_or(|(raw, _)| raw.trim().is_empty())
    }

    fn find(&self, element: usize, component: usize) -> Option<(&'t str, bool)> {
        let (mut at_element, mut at_component, mut repeats) = (0, 1, false);
        for piece in self.first..self.behind {
            match self.tokens.begins(piece) {
                (false, _) => at_component += 1,
                (true, false) => {
                    at_element += usize::from(piece != self.first);
                    (at_component, repeats) = (1, false);
                }
                // Only the first repetition of an element is asked for.
                (true, true) => repeats = true,
            }
            if at_element > element {
                break;
            }
            if at_element == element && at_component == component && !repeats && piece != self.first {
                return self.tokens.piece(piece);
            }
        }
        None
    }

    /// Place of the segment in what was received, from 1.
    pub(crate) fn number(&self) -> u32 {
        self.tokens.base().saturating_add(u32::try_from(self.index).unwrap_or(u32::MAX)).saturating_add(1)
    }

    /// Where a component stands.
    pub(crate) fn mark(&self, element: u16, component: u16) -> Mark {
        Mark::Segment {
            number: self.number(),
            tag: SegmentTag::new(self.tag().as_bytes()),
            element,
            component,
        }
    }

    /// Where the segment stands, for a note.
    pub(crate) fn place(&self) -> SourcePlace {
        self.place_of(0, 0)
    }

    /// Where a component stands, for a note.
    pub(crate) fn place_of(&self, element: u32, component: u32) -> SourcePlace {
        let tag = SegmentTag::new(self.tag().as_bytes());
        SourcePlace::Segment { number: self.number(), tag, element, component }
    }
}
