//! What the service segments say against what is there. Every disagreement is a note: most public messages disagree.

use manifest::declared::FormNote;
use manifest::finding::{FindingCode, Severity};

use super::envelope::{Interchange, Span};
use super::segment::Segment;
use super::tokens::Tokens;

/// UNB, UNG, UNE and UNZ.
pub(super) fn interchange(tokens: &Tokens<'_>, found: &Interchange) -> Vec<FormNote> {
    let mut notes = Vec::new();
    let at = |index: Option<usize>| index.and_then(|index| tokens.segment(index));
    let (header, trailer) = (at(found.header), at(found.trailer));
    if header.is_none() {
        notes.push(missing("UNB"));
    }
    match trailer {
        None => notes.push(missing("UNZ")),
        Some(trailer) => {
            let groups = if found.groups.is_empty() { found.messages.len() } else { found.groups.len() };
            let said = trailer.get(1, 1).parse::<usize>().ok();
            // Standard: groups where there are groups, else messages. Both are met.
            if said != Some(groups) && said != Some(found.messages.len()) {
                notes.push(count(&trailer, groups));
            }
            if let Some(header) = header
                && header.get(5, 1) != trailer.get(2, 1)
            {
                notes.push(differ(&trailer, 2, "UNB 0020, UNZ 0020"));
            }
        }
    }
    for group in &found.groups {
        match (at(group.header), at(group.trailer)) {
            (Some(header), Some(trailer)) => {
                if trailer.get(1, 1).parse() != Ok(group.messages) {
                    notes.push(count(&trailer, group.messages));
                }
                if header.get(5, 1) != trailer.get(2, 1) {
                    notes.push(differ(&trailer, 2, "UNG 0048, UNE 0048"));
                }
            }
            (Some(header), None) => notes.push(missing("UNE").place(header.place())),
            (None, Some(trailer)) => notes.push(missing("UNG").place(trailer.place())),
            (None, None) => {}
        }
    }
    for stray in found.strays.iter().take(3).filter_map(|index| tokens.segment(*index)) {
        let note = FormNote::new(FindingCode::ElementNotRead, Severity::Warning);
        notes.push(note.parameter("field", field(&stray)).place(stray.place()));
    }
    notes
}

/// UNH and UNT of one message.
pub(super) fn message(tokens: &Tokens<'_>, span: Span) -> Vec<FormNote> {
    let mut notes = Vec::new();
    let header = tokens.segment(span.first).filter(|_| span.has_header);
    let trailer =
        span.behind.checked_sub(1).and_then(|last| tokens.segment(last)).filter(|_| span.has_trailer);
    if header.is_none() {
        notes.push(missing("UNH"));
    }
    let Some(trailer) = trailer else {
        notes.push(missing("UNT"));
        return notes;
    };
    let listed = span.behind.saturating_sub(span.first);
    if trailer.get(1, 1).parse() != Ok(listed) {
        notes.push(count(&trailer, listed));
    }
    if let Some(header) = header
        && header.get(1, 1) != trailer.get(2, 1)
    {
        notes.push(differ(&trailer, 2, "UNH 0062, UNT 0062"));
    }
    notes
}

/// A tag as a note names it: as it stands when it is one.
fn field(segment: &Segment<'_>) -> String {
    manifest::declared::SegmentTag::new(segment.tag().as_bytes()).to_string()
}

fn missing(tag: &'static str) -> FormNote {
    FormNote::new(FindingCode::EnvelopeIncomplete, Severity::Note).parameter("field", tag)
}

fn differ(segment: &Segment<'_>, element: u32, field: &'static str) -> FormNote {
    let note = FormNote::new(FindingCode::ReferenceDisagrees, Severity::Warning).parameter("field", field);
    note.original(segment.get(2, 1)).place(segment.place_of(element, 1))
}

fn count(segment: &Segment<'_>, listed: usize) -> FormNote {
    let said = segment.get(1, 1);
    let declared: String = said.chars().filter(char::is_ascii_digit).take(12).collect();
    let note = FormNote::new(FindingCode::CountMismatch, Severity::Warning).parameter("declared", declared);
    note.parameter("listed", listed).original(said).place(segment.place_of(1, 1))
}
