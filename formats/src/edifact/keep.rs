//! What a reader of a message keeps beside the values: where each stood, what was cut, and what has no place.

use std::collections::BTreeSet;

use manifest::declared::{FormNote, PathKey, SegmentTag, SourceMap};
use manifest::finding::{About, FieldPath, FindingCode, Severity};

use super::date;
use super::segment::Segment;
use crate::Limits;

/// Notes and places of one message.
pub(crate) struct Keep<'l> {
    pub(crate) limits: &'l Limits,
    pub(crate) source: SourceMap,
    pub(crate) notes: Vec<FormNote>,
    unread: BTreeSet<(SegmentTag, String)>,
    misdated: bool,
    controls: bool,
}

/// So many kinds of segments that have no place are named, then no more: a note, not a list.
const UNREAD_KINDS: usize = 24;

/// Segments whose first value is a code that says what the segment is about.
const QUALIFIED: [&str; 16] = [
    "NAD", "RFF", "LOC", "DTM", "MEA", "FTX", "ATT", "GEI", "MOA", "CNT", "QTY", "NAT", "TDT", "EQD", "PCI",
    "TMD",
];

impl<'l> Keep<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            source: SourceMap::default(),
            notes: Vec::new(),
            unread: BTreeSet::new(),
            misdated: false,
            controls: false,
        }
    }

    /// A component as a text of our own; its place is kept under `path`.
    pub(crate) fn text(
        &mut self,
        path: PathKey,
        about: About,
        segment: &Segment<'_>,
        element: u16,
        component: u16,
    ) -> String {
        let value = segment.get(element.into(), component.into());
        if value.is_empty() {
            return String::new();
        }
        self.source.mark(path, segment.mark(element, component));
        if value.contains(char::is_control) && !self.controls {
            self.controls = true;
            let note = FormNote::new(FindingCode::FormRepaired, Severity::Warning);
            let note = note.parameter("form", "control characters left out");
            self.notes.push(note.place(segment.place_of(element.into(), component.into())));
        }
        let limit = self.limits.max_text_bytes;
        if value.len() <= limit {
            return value.into_owned();
        }
        let cut = value.floor_char_boundary(limit);
        let place = segment.place_of(element.into(), component.into());
        self.notes.push(FormNote::text_cut(about, FieldPath::root(), limit).place(place));
        value.get(..cut).unwrap_or_default().to_owned()
    }

    /// A DTM whose value has not the length of its format is read by its length; that is said once a message, where it is first so.
    pub(crate) fn date_form(&mut self, dtm: &Segment<'_>) {
        let value = dtm.get(1, 2);
        if self.misdated || date::fits(&value, &dtm.get(1, 3)) {
            return;
        }
        self.misdated = true;
        let note = FormNote::new(FindingCode::FormRepaired, Severity::Note).original(value.into_owned());
        let note = note.parameter("form", "date of another length than its format (2379) says");
        self.notes.push(note.place(dtm.place_of(1, 2)));
    }

    /// Components joined by blanks, the empty ones left out.
    pub(crate) fn joined(
        &mut self,
        path: PathKey,
        about: About,
        segment: &Segment<'_>,
        element: u16,
        components: std::ops::RangeInclusive<u16>,
    ) -> String {
        let mut text = String::new();
        for component in components {
            let part = self.text(path, about, segment, element, component);
            if !part.is_empty() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&part);
            }
        }
        text
    }

    /// Something that has no place in the manifest: named once a message, by tag and qualifier.
    pub(crate) fn not_read(&mut self, segment: &Segment<'_>, qualifier: &str) {
        // Only where the first value is a code of the directories; elsewhere it may be a telephone number or a name.
        let coded = QUALIFIED.contains(&segment.tag()) && qualifier.len() <= 3;
        let coded = coded && qualifier.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let qualifier = if coded { qualifier.to_ascii_uppercase() } else { String::new() };
        let tag = SegmentTag::new(segment.tag().as_bytes());
        if self.unread.len() >= UNREAD_KINDS || !self.unread.insert((tag, qualifier.clone())) {
            return;
        }
        let field = if qualifier.is_empty() { tag.to_string() } else { format!("{tag}+{qualifier}") };
        let note = FormNote::new(FindingCode::ElementNotRead, Severity::Note).parameter("field", field);
        self.notes.push(note.place(segment.place()));
    }
}
