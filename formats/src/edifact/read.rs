//! A document of one or several interchanges: each message to the reader of its type, and what holds between messages.

use std::borrow::Cow;

use jiff::Timestamp;
use manifest::declared::{Declared, FormNote, SourcePlace};
use manifest::finding::{FindingCode, Severity};

use super::envelope::{Interchange, Span, envelope};
use super::look::{bare_kind, kind_name};
use super::segment::Segment;
use super::settle::{Settling, settle};
use super::start::{Start, find, find_first};
use super::tokens::{Tokens, without_breaks};
use super::{check, tags, text};
use crate::{Cause, Document, Envelope, Format, Given, Half, Intent, Limits, Message, Naming, Unreadable};

/// How far behind an interchange the next one may begin.
const GAP_BYTES: usize = 4 * 1024;

/// What a message's own segments cannot say.
pub(crate) struct Head<'h> {
    /// The sender's reference for a message that has none of its own.
    pub(crate) given: Option<&'h str>,
    /// When the document was received.
    pub(crate) received: Timestamp,
    /// UNB says that it is a test.
    pub(crate) test: bool,
    /// UNH 0068.
    pub(crate) common_reference: String,
    /// UNB 0020 and UNH 0062, for a message that names nothing better.
    pub(crate) transport_reference: String,
    /// Association assigned code (`IATA`).
    pub(crate) association: String,
}

/// What a reader of a message type gives back.
pub(crate) struct Content {
    pub(crate) intent: Intent,
    pub(crate) naming: Naming,
    pub(crate) half: Option<Half>,
    pub(crate) declared: Declared,
    /// Document code of BGM, which tells the parts of one list from another list.
    pub(crate) document_code: String,
    /// Persons that the control total declares.
    pub(crate) declared_count: Option<u64>,
    /// That total counts the crew beside the passengers.
    pub(crate) counts_crew: bool,
    /// Crew that a list of passengers declares beside them.
    pub(crate) declared_crew: Option<u64>,
}

/// Reads every interchange of a document.
///
/// # Errors
/// When no interchange is found, none of its messages is of a type that is read, or a limit is exceeded.
pub(crate) fn read(
    bytes: &[u8],
    format: Format,
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Document, Unreadable> {
    let refused = |cause| Unreadable { place: None, cause };
    if bytes.len() > limits.max_document_bytes {
        let limit = limits.max_document_bytes;
        return Err(refused(Cause::TooMany { what: "bytes of a document", limit }));
    }
    let decoded = text::decode(bytes);
    let mut notes = Vec::new();
    if let Some(declared) = decoded.outside_of {
        let note = FormNote::new(FindingCode::CharacterSet, Severity::Warning);
        notes.push(note.parameter("declared", declared));
    }
    let mut whole = decoded.text;
    // What transports put around an interchange is nothing; inside of it a character was lost.
    if whole.trim_matches(['\0', '\r', '\n', ' ']).contains('\0') {
        let note = FormNote::new(FindingCode::FormRepaired, Severity::Warning);
        notes.push(note.parameter("form", "control characters left out"));
    }
    if let (_, Some(unbroken)) = find_first(&whole) {
        whole = Cow::Owned(unbroken);
    }
    let mut found = None;
    // Line breaks inside of segments are taken out of the whole text, and reading begins anew: once is the rule.
    for _ in 0..4 {
        match interchanges(&whole, given, limits)? {
            Ok(read) => {
                found = Some(read);
                break;
            }
            // What stands before stays as it is: earlier interchanges, and this one's UNA.
            Err(broken) => {
                let (before, rest) = whole.split_at_checked(broken.at).unwrap_or((&whole, ""));
                whole = Cow::Owned(format!("{before}{}", without_breaks(rest, broken.separators)));
            }
        }
    }
    let mut found =
        found.ok_or_else(|| refused(Cause::Malformed("line breaks inside of segments".to_owned())))?;
    let readable =
        |one: &Settling| !matches!(&one.message.content, Err(Unreadable { cause: Cause::NotRead(_), .. }));
    if let Some(first) = found.messages.first()
        && !found.messages.iter().any(readable)
        && let Err(unreadable) = &first.message.content
    {
        return Err(unreadable.clone());
    }
    if found.messages.is_empty() {
        let place = found.last_place;
        return Err(Unreadable { place, cause: Cause::Truncated("the first message") });
    }
    named(format, &found.messages)?;
    notes.append(&mut found.notes);
    settle(&mut found.messages);
    let messages = found.messages.into_iter().map(|one| one.message).collect();
    Ok(Document { format, envelope: found.envelope.unwrap_or_default(), messages, notes })
}

/// A document that was named as one format must hold a message of it.
fn named(format: Format, messages: &[Settling]) -> Result<(), Unreadable> {
    if messages.iter().any(|one| one.message.kind.starts_with(format.as_str())) {
        return Ok(());
    }
    let Some(first) = messages.first() else { return Ok(()) };
    let kind = first.message.kind.split(':').next().unwrap_or_default();
    let cause = Cause::Malformed(format!("the messages are of another type than the one named: {kind}"));
    Err(Unreadable { place: first.message.place.clone(), cause })
}

/// All that was found in the interchanges of a text.
#[derive(Default)]
struct Found {
    envelope: Option<Envelope>,
    messages: Vec<Settling>,
    notes: Vec<FormNote>,
    last_place: Option<SourcePlace>,
}

/// Reads them, or says where a line is broken inside of a segment.
fn interchanges(whole: &str, given: &Given<'_>, limits: &Limits) -> Result<Result<Found, Start>, Unreadable> {
    let mut found = Found::default();
    let mut start = find(whole, 0).ok_or(Unreadable {
        place: None,
        cause: Cause::Malformed("no UNB, UNH or BGM was found".to_owned()),
    })?;
    if whole.get(..start.outer).is_some_and(|before| before.contains(['"', '\'']) && before.trim().len() < 3)
    {
        found.notes.push(repaired("text before UNA"));
    }
    let mut base = 0_usize;
    loop {
        let left = limits.max_parts.saturating_sub(base);
        let Some(tokens) = Tokens::cut(whole, start.at, start.separators, left)? else {
            return Ok(Err(start));
        };
        let tokens = tokens.behind(base);
        if start.guessed {
            found.notes.push(repaired("service characters without UNA"));
        }
        base = base.saturating_add(tokens.len());
        interchange(&tokens, given, limits, &mut found)?;
        let end = tokens.end();
        let rest = whole.get(end..).unwrap_or_default();
        let window_end = rest.floor_char_boundary(GAP_BYTES);
        match find(rest.get(..window_end).unwrap_or_default(), 0) {
            // An interchange that begins where the last one ended would be cut again for ever.
            Some(next) if !tokens.is_empty() => {
                // Lines of a transport between two interchanges are nothing; segments are somebody's.
                let between = rest.get(..next.outer).unwrap_or_default();
                let mut lost = Vec::new();
                trailing(between, start.separators, &mut lost);
                found.notes.extend(lost.into_iter().filter(|note| note.severity > Severity::Note));
                let (at, outer) = (next.at.saturating_add(end), next.outer.saturating_add(end));
                start = Start { at, outer, ..next };
            }
            _ => {
                trailing(rest, start.separators, &mut found.notes);
                return Ok(Ok(found));
            }
        }
    }
}

fn repaired(form: &'static str) -> FormNote {
    FormNote::new(FindingCode::FormRepaired, Severity::Note).parameter("form", form)
}

fn trailing(rest: &str, separators: super::Separators, notes: &mut Vec<FormNote>) {
    let terminator = char::from(separators.terminator);
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == terminator);
    if !rest.is_empty() {
        let found = rest.chars().count();
        // Segments behind the end, as those between messages, may be somebody who is on no list.
        let is_segment = |text: &str| {
            let text = text.trim_start();
            let tag = text.get(..3).unwrap_or_default();
            tags::is_known(tag) && text.as_bytes().get(3) == Some(&separators.element)
        };
        let severity =
            if rest.split(terminator).any(is_segment) { Severity::Warning } else { Severity::Note };
        notes.push(FormNote::new(FindingCode::TrailingText, severity).parameter("found", found));
    }
}

fn interchange(
    tokens: &Tokens<'_>,
    given: &Given<'_>,
    limits: &Limits,
    found: &mut Found,
) -> Result<(), Unreadable> {
    let inside = envelope(tokens, limits.max_messages);
    if inside.messages.len().saturating_add(found.messages.len()) > limits.max_messages {
        let cause = Cause::TooMany { what: "messages", limit: limits.max_messages };
        return Err(Unreadable { place: None, cause });
    }
    found.notes.extend(check::interchange(tokens, &inside));
    found.last_place =
        tokens.len().checked_sub(1).and_then(|last| tokens.segment(last)).map(|last| last.place());
    if tokens.unfinished() && !inside.messages.iter().any(|span| span.truncated) {
        found.notes.push(repaired("last segment without terminator"));
    }
    let envelope = header(tokens, &inside);
    for span in &inside.messages {
        found.messages.push(message(tokens, *span, &envelope, given, limits));
    }
    found.envelope.get_or_insert(envelope);
    Ok(())
}

fn header(tokens: &Tokens<'_>, inside: &Interchange) -> Envelope {
    let Some(unb) = inside.header.and_then(|index| tokens.segment(index)) else { return Envelope::default() };
    let text = |element, component| unb.get(element, component).into_owned();
    Envelope {
        sender: unb.unrepeated(2, 1).into_owned(),
        recipient: unb.unrepeated(3, 1).into_owned(),
        reference: text(5, 1),
        // 0035: any kind of test.
        test: matches!(unb.get(11, 1).as_ref(), "1" | "2" | "3" | "4"),
    }
}

fn message(
    tokens: &Tokens<'_>,
    span: Span,
    envelope: &Envelope,
    given: &Given<'_>,
    limits: &Limits,
) -> Settling {
    let first = tokens.segment(span.first);
    let header = first.filter(|_| span.has_header);
    let text =
        |element, component| header.map(|unh| unh.get(element, component).into_owned()).unwrap_or_default();
    let kind = match (header, first) {
        (Some(unh), _) => {
            let parts: Vec<Cow<'_, str>> = (1..=5).map(|component| unh.get(2, component)).collect();
            let long = parts.join(":");
            let kind = long.trim_end_matches(':');
            if kind.len() <= 64 { kind.to_owned() } else { kind_name(&parts.concat()) }
        }
        (None, Some(bgm)) => bare_kind(&bgm).to_owned(),
        (None, None) => String::new(),
    };
    let transport_reference = text(1, 1);
    let head = Head {
        given: given.reference,
        received: given.received_time,
        test: envelope.test,
        common_reference: text(3, 1),
        transport_reference: match (envelope.reference.as_str(), transport_reference.as_str()) {
            ("", own) => own.to_owned(),
            (outer, "") => outer.to_owned(),
            (outer, own) => format!("{outer}/{own}"),
        },
        association: text(2, 5),
    };
    let mut settling = Settling {
        message: Message {
            kind: kind.clone(),
            transport_reference,
            intent: Intent::Announce,
            naming: Naming::Everything,
            half: None,
            other_number: String::new(),
            answerable: crate::Answerable::default(),
            place: first.map(|first| first.place()),
            content: Err(Unreadable {
                place: first.map(|first| first.place()),
                cause: Cause::NotRead(kind.clone()),
            }),
        },
        document_code: String::new(),
        declared_count: None,
        counts_crew: false,
        declared_crew: None,
        sequence: text(4, 1),
        last: text(4, 2) == "F",
    };
    match content(tokens, span, &kind, &head, limits) {
        Err(unreadable) => settling.message.content = Err(unreadable),
        Ok(mut content) => {
            content.declared.notes.extend(check::message(tokens, span));
            settling.message.intent = content.intent;
            settling.message.naming = content.naming;
            settling.message.half = content.half;
            settling.document_code = content.document_code;
            settling.declared_count = content.declared_count;
            settling.counts_crew = content.counts_crew;
            settling.declared_crew = content.declared_crew;
            settling.message.content = Ok(content.declared);
        }
    }
    settling
}

fn content(
    tokens: &Tokens<'_>,
    span: Span,
    kind: &str,
    head: &Head<'_>,
    limits: &Limits,
) -> Result<Content, Unreadable> {
    let place = tokens.segment(span.first).map(|first| first.place_of(u32::from(span.has_header) * 2, 1));
    let not_read = |kind: &str| Unreadable { place: place.clone(), cause: Cause::NotRead(kind.to_owned()) };
    let mut parts = kind.split(':');
    let (name, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let known = matches!(name, "PAXLST" | "CUSCAR");
    if !known {
        return Err(not_read(&kind_name(name)));
    }
    // Older lists of national directories share the name and nothing else (PAXLST:001:000:NZ).
    let of_directory = matches!(version, "" | "D" | "S" | "1" | "2" | "90" | "91" | "92");
    if !of_directory || span.segments(tokens).any(|segment| segment.tag() == "PDT") {
        return Err(not_read(kind));
    }
    if span.truncated {
        let place = span.behind.checked_sub(1).and_then(|last| tokens.segment(last)).map(|last| last.place());
        let what = if tokens.unfinished() { "the end of its last segment" } else { "UNT" };
        return Err(Unreadable { place, cause: Cause::Truncated(what) });
    }
    let segments: Vec<Segment<'_>> = span.segments(tokens).collect();
    if !segments.iter().take(3).any(|segment| segment.tag() == "BGM") {
        let cause = Cause::Malformed("the message has no BGM where it begins".to_owned());
        return Err(Unreadable { place, cause });
    }
    if let Some(other) = claims_another(name, &segments) {
        let cause = Cause::Malformed("the message says that it is of another type".to_owned());
        return Err(Unreadable { place: Some(other), cause });
    }
    match name {
        "PAXLST" => crate::paxlst::message(&segments, head, limits),
        _ => crate::cuscar::message(&segments, head, limits),
    }
}

/// Where a list of passengers calls itself a cargo report, or the other way round: the first of what only the other one has, when
/// nothing is there of its own.
fn claims_another(name: &str, segments: &[Segment<'_>]) -> Option<SourcePlace> {
    let is_goods = |segment: &&Segment<'_>| matches!(segment.tag(), "CNI" | "GID");
    let is_person = |segment: &&Segment<'_>, codes: &[&str]| {
        segment.tag() == "NAD" && codes.contains(&segment.get(1, 1).as_ref())
    };
    let goods = segments.iter().find(is_goods);
    let (own, other) = match name {
        "PAXLST" => {
            let person = segments.iter().find(|it| is_person(it, &["FL", "DDU", "FM", "DDT"]));
            (person, goods)
        }
        _ => (goods, segments.iter().find(|it| is_person(it, &["FL", "DDU"]))),
    };
    if own.is_some() { None } else { other.map(Segment::place) }
}
