//! Finds the messages of a document, in whatever they are wrapped, and has each read.

use manifest::declared::{FormNote, SourcePlace};
use manifest::{FindingCode, Severity};

use super::sniff::LOOKED_AT;
use super::tree::Position;
use super::{At, Element, Failure, Scribe, Tree, decode, from_json};
use crate::{Answerable, Cause, Document, Envelope, Format, Given, Intent, Limits, Message, Unreadable};

/// A message by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The format that it belongs to.
    pub(crate) format: Format,
    /// What it wants; `None` for a message that is known and not read.
    intent: Option<Intent>,
}

/// The message that an element's local name names: two letters, three digits and the letter of its edition. The second of
/// the Import Control System has numbers in the three hundreds; all others are transit.
pub(crate) fn kind_of(name: &str) -> Option<Kind> {
    let (letters, number) = name.split_at_checked(2)?;
    let (number, edition) = number.split_at_checked(3)?;
    let is_name = letters.bytes().all(|b| b.is_ascii_uppercase())
        && number.bytes().all(|b| b.is_ascii_digit())
        && edition.len() <= 1
        && edition.bytes().all(|b| matches!(b, b'A'..=b'F'));
    let number: u16 = number.parse().ok().filter(|_| is_name)?;
    let (format, intent) = match number {
        15 => (Format::Ncts, Some(Intent::Announce)),
        13 => (Format::Ncts, Some(Intent::Amend)),
        14 => (Format::Ncts, Some(Intent::Cancel)),
        7 => (Format::Ncts, Some(Intent::Arrive)),
        315 => (Format::Ens, Some(Intent::Announce)),
        313 => (Format::Ens, Some(Intent::Amend)),
        300..=399 => (Format::Ens, None),
        _ => (Format::Ncts, None),
    };
    // Administrations put their own two letters in front of the messages that are read; of the others only the common name is
    // a sign.
    let is_sure = letters == "CC" && !edition.is_empty() || intent.is_some();
    is_sure.then_some(Kind { format, intent })
}

/// Reads a document of XML, or its rendering as JSON.
///
/// # Errors
/// When no message can be found in it.
pub(crate) fn read(
    bytes: &[u8],
    format: Format,
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Document, Unreadable> {
    if bytes.len() > limits.max_document_bytes {
        let cause = Cause::TooMany { what: "bytes", limit: limits.max_document_bytes };
        return Err(Unreadable { place: None, cause });
    }
    let decoded = decode(bytes);
    let is_json = decoded.text.trim_start().starts_with('{');
    let tree = if is_json { from_json(&decoded.text, limits) } else { Tree::read(&decoded.text, limits) };
    let found = messages(&tree);
    if found.is_empty() {
        return Err(nothing_found(&tree));
    }
    if found.len() > limits.max_messages {
        let cause = Cause::TooMany { what: "messages", limit: limits.max_messages };
        return Err(Unreadable { place: found.get(limits.max_messages).map(|m| place(&tree, m.0)), cause });
    }
    let mut notes = notes(&tree, decoded.broken_promise, &found);
    let mut messages = Vec::with_capacity(found.len());
    for (element, kind) in &found {
        messages.push(message(&tree, *element, *kind, given, limits, &mut notes));
    }
    let envelope = found.first().map(|(element, _)| envelope(&tree, *element)).unwrap_or_default();
    // A document with messages of both kinds goes by what was asked for, else by its first.
    let format = found.iter().map(|(_, kind)| kind.format).find(|found| *found == format);
    let format = format.or(found.first().map(|(_, kind)| kind.format)).unwrap_or(Format::Ncts);
    Ok(Document { format, envelope, messages, notes })
}

/// Why a document of XML in which no message is known is not read; `None` when it is no XML.
pub(crate) fn unrecognised(bytes: &[u8], limits: &Limits) -> Option<Unreadable> {
    let looked_at = bytes.get(..bytes.len().min(LOOKED_AT))?;
    let text = decode(looked_at).text;
    if !text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with('<') {
        return None;
    }
    let tree = Tree::read(&text, limits);
    match &tree.failure {
        // What is cut because only the beginning was looked at is no news.
        Some(failure) if tree.len() == 0 || !matches!(failure.cause, Cause::Truncated(_)) => {
            Some(unreadable(&tree, failure))
        }
        _ => Some(Unreadable {
            cause: Cause::NotRead(root_name(&tree)),
            place: tree.iter().next().map(|e| place(&tree, e)),
        }),
    }
}

fn root_name(tree: &Tree) -> String {
    tree.iter().next().map_or_else(String::new, |root| tree.name(root).to_owned())
}

/// The outermost elements that are messages, in order.
fn messages(tree: &Tree) -> Vec<(Element, Kind)> {
    let mut found: Vec<(Element, Kind)> = Vec::new();
    let mut inside = std::collections::HashSet::new();
    for element in tree.iter() {
        if tree.parent(element).is_some_and(|parent| inside.contains(&parent)) {
            inside.insert(element);
        } else if let Some(kind) = kind_of(tree.name(element)) {
            inside.insert(element);
            found.push((element, kind));
        }
    }
    found
}

fn nothing_found(tree: &Tree) -> Unreadable {
    if let Some(failure) = &tree.failure {
        return unreadable(tree, failure);
    }
    let root = tree.iter().next();
    Unreadable { place: root.map(|root| place(tree, root)), cause: Cause::NotRead(root_name(tree)) }
}

fn unreadable(tree: &Tree, failure: &Failure) -> Unreadable {
    let place = match failure.inside {
        Some(inside) => tree.place(Element(inside), failure.line),
        None => SourcePlace::Line { line: failure.line.line, column: failure.line.column },
    };
    Unreadable { place: Some(place), cause: failure.cause.clone() }
}

fn place(tree: &Tree, element: Element) -> SourcePlace {
    tree.place(element, tree.line(element))
}

fn message(
    tree: &Tree,
    element: Element,
    kind: Kind,
    given: &Given<'_>,
    limits: &Limits,
    notes: &mut Vec<FormNote>,
) -> Message {
    let here = place(tree, element);
    let (name, disagrees) = name_of(tree, element);
    if disagrees && kind.intent.is_some() && kind_of(&said(tree, element)).is_some() {
        return claims_another(tree, element, kind, name);
    }
    if disagrees {
        let note = FormNote::new(FindingCode::ReferenceDisagrees, Severity::Warning)
            .original(&name)
            .parameter("field", "messageType");
        notes.push(note.place(here.clone()));
    }
    let transport_reference = word(tree, element, &["messageIdentification", "MesIdeMES19"]);
    let mut message = Message {
        kind: name.clone(),
        transport_reference,
        intent: kind.intent.unwrap_or(Intent::Announce),
        naming: crate::Naming::Everything,
        half: None,
        other_number: String::new(),
        answerable: answerable(tree, element),
        place: Some(here.clone()),
        content: Err(Unreadable { place: Some(here.clone()), cause: Cause::NotRead(name) }),
    };
    if let (false, Some(failure)) = (tree.is_closed(element), &tree.failure) {
        message.content = Err(unreadable(tree, failure));
        return message;
    }
    let Some(intent) = kind.intent else { return message };
    let mut scribe = Scribe::new(tree);
    scribe.mark(&At::ROOT, element);
    let declare = if kind.format == Format::Ens { crate::ens::declare } else { crate::ncts::declare };
    message.content = match declare(&mut scribe, element, intent, given, limits) {
        Ok(mut declared) => {
            (declared.source, declared.notes) =
                scribe.finish(element, matches!(intent, Intent::Announce | Intent::Amend));
            message.other_number = other_number(tree, element, &declared.manifest_reference);
            Ok(declared)
        }
        Err(cause) => Err(Unreadable { place: Some(here), cause }),
    };
    message
}

/// A message that says it is of another type than its element is: which of the two it was made to be, nobody knows.
fn claims_another(tree: &Tree, element: Element, kind: Kind, name: String) -> Message {
    let claim = TYPE_NAMES.iter().find_map(|name| tree.all(element, name).next());
    let cause =
        Cause::Malformed(format!("the message says that it is of another type: {}", said(tree, element)));
    Message {
        kind: name,
        transport_reference: word(tree, element, &["messageIdentification", "MesIdeMES19"]),
        intent: kind.intent.unwrap_or(Intent::Announce),
        naming: crate::Naming::Everything,
        half: None,
        other_number: String::new(),
        answerable: Answerable::default(),
        place: Some(place(tree, element)),
        content: Err(Unreadable { place: Some(place(tree, claim.unwrap_or(element))), cause }),
    }
}

/// Elements in which a message names its type, of both phases.
const TYPE_NAMES: [&str; 2] = ["messageType", "MesTypMES20"];

fn said(tree: &Tree, element: Element) -> String {
    word(tree, element, &TYPE_NAMES)
}

/// The message's type as it names itself, national letters included; the element's name where it names none, or another.
fn name_of(tree: &Tree, element: Element) -> (String, bool) {
    let root = tree.name(element);
    let said = said(tree, element);
    let number = |name: &str| name.get(2..5).map(str::to_owned);
    if kind_of(&said).is_some() && number(&said) == number(root) {
        return (said, false);
    }
    (root.to_owned(), !said.is_empty())
}

fn word(tree: &Tree, element: Element, names: &[&str]) -> String {
    let found = names.iter().find_map(|name| tree.all(element, name).next());
    found.map(|element| tree.text_of(element).to_owned()).unwrap_or_default()
}

/// The MRN of a message that goes under another number: the pair lets later messages name either.
fn other_number(tree: &Tree, message: Element, reference: &str) -> String {
    let operation = ["TransitOperation", "HEAHEA"].iter().find_map(|name| tree.all(message, name).next());
    let mrn = operation.map(|operation| word(tree, operation, &["MRN", "DocNumHEA5"])).unwrap_or_default();
    if mrn != reference && crate::ncts::is_mrn(&mrn) { mrn } else { String::new() }
}

/// Who answers for a message: the group in which its phase names them.
fn answerable(tree: &Tree, message: Element) -> Answerable {
    const GROUPS: [&str; 5] =
        ["HolderOfTheTransitProcedure", "TraderAtDestination", "TRAPRIPC1", "TRADESTRD", "PERLODSUMDEC"];
    let group = GROUPS.iter().find_map(|name| tree.all(message, name).next());
    // Names of the older messages differ in their last letters (`TINPC159`, `TINPLD1`, `HITPC126`).
    let said = |name: &str, older: &str| {
        let mut children = group.into_iter().flat_map(|group| tree.children(group));
        let found = children.find(|child| {
            let known = tree.name(*child);
            known == name || (known.starts_with(older) && !known.ends_with("LNG"))
        });
        found.map(|element| tree.text_of(element).to_owned()).unwrap_or_default()
    };
    Answerable {
        identifier: said("identificationNumber", "TIN"),
        tir_holder: said("TIRHolderIdentificationNumber", "HIT"),
    }
}

fn envelope(tree: &Tree, message: Element) -> Envelope {
    Envelope {
        sender: word(tree, message, &["messageSender", "MesSenMES3"]),
        recipient: word(tree, message, &["messageRecipient", "MesRecMES6"]),
        reference: word(tree, message, &["IntConRefMES11", "correlationIdentifier", "CorIdeMES25"]),
        test: word(tree, message, &["TesIndMES18"]) == "1",
    }
}

/// What is to be said about the document as a whole.
fn notes(tree: &Tree, broken_promise: Option<String>, found: &[(Element, Kind)]) -> Vec<FormNote> {
    let mut notes = Vec::new();
    if let Some(declared) = broken_promise {
        let declared = if declared.is_empty() { "UTF-8".to_owned() } else { declared };
        notes.push(
            FormNote::new(FindingCode::CharacterSet, Severity::Warning).parameter("declared", declared),
        );
    }
    if let Some(Position { line, column }) = tree.bare_ampersand {
        let note = FormNote::new(FindingCode::FormRepaired, Severity::Warning);
        notes.push(note.parameter("form", "& for &amp;").place(SourcePlace::Line { line, column }));
    }
    let (found_outside, Position { line, column }) = tree.outside;
    if found_outside > 0 {
        let note = FormNote::new(FindingCode::TrailingText, Severity::Warning);
        notes.push(note.parameter("found", found_outside).place(SourcePlace::Line { line, column }));
    }
    // A wrapper that ends too early, around messages that are whole.
    if let Some(failure) =
        tree.failure.as_ref().filter(|_| found.iter().all(|(message, _)| tree.is_closed(*message)))
    {
        let note = FormNote::new(FindingCode::EnvelopeIncomplete, Severity::Warning);
        let name = failure.inside.map_or("", |inside| tree.name(Element(inside)));
        let note = note.parameter("field", name);
        notes.extend(unreadable(tree, failure).place.map(|place| note.place(place)));
    }
    notes
}
