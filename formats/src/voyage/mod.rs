//! Voyage manifests as JSON: one voyage with its passenger list, as carriers file them with other administrations
//! (field names as in the United Kingdom's advance passenger information feed).

mod journey;
mod json;
mod names;
mod passengers;

use manifest::declared::{FormNote, SourcePlace};
use manifest::finding::{FindingCode, Severity};

use crate::table::encoding;
use crate::{Cause, Document, Envelope, Format, Given, Limits, Message, Unreadable};
use json::{Fault, Node, Parser, Value};

/// How many bytes are looked at to recognise a document.
const LOOKED_AT: usize = 64 * 1024;

/// Names of a voyage; two of them side by side make one.
const VOYAGE: [&str; 9] = [
    "VoyageNumber",
    "CarrierCode",
    "DeparturePortCode",
    "ArrivalPortCode",
    "PassengerList",
    "EventCode",
    "VoyageKey",
    "ScheduledDateOfArrival",
    "ScheduledDateOfDeparture",
];

/// Names of our own contract's manifest, in both forms of protobuf JSON.
const MANIFEST: [&str; 7] = [
    "manifest",
    "manifestReference",
    "manifest_reference",
    "passengerList",
    "passenger_list",
    "crewMembers",
    "crew_members",
];

/// Which JSON is it: a voyage, or a manifest of our own contract? `None` for other JSON and for what is none.
pub(crate) fn recognise(bytes: &[u8]) -> Option<Format> {
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let text = encoding::decode(start).text;
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let (outer, inner) = names::first_names(&text);
    let known = |names: &[&str], list: &[&str]| list.iter().filter(|name| names.contains(name)).count();
    let is_voyage = known(&outer, &VOYAGE) >= 2
        || (outer.contains(&"PassengerList")
            && known(&inner, &["PoavKey", "DocumentIssuingCountryCode", "PersonType"]) > 0);
    if is_voyage {
        return Some(Format::VoyageJson);
    }
    // A submission says `manifest` and inside of it what a manifest says.
    let wrapped = outer.contains(&"manifest")
        && known(&inner, &MANIFEST) + known(&inner, &["conveyance", "journey"]) > 0;
    let bare = known(&outer, &["manifestReference", "manifest_reference"]) > 0
        || (known(&outer, &["conveyance", "journey"]) == 2);
    (wrapped || bare).then_some(Format::ManifestJson)
}

/// Why JSON of no kind that is known is not read: where it is no JSON or exceeds a limit, or that it is other JSON.
pub(crate) fn unrecognised(bytes: &[u8], limits: &Limits) -> Unreadable {
    let decoded = encoding::decode(bytes);
    let mut parser = Parser::new(&decoded.text, limits);
    match parser.next() {
        Err(fault) => unreadable(&fault),
        Ok(_) => {
            let place = SourcePlace::Json { pointer: String::new(), line: 1 };
            Unreadable { place: Some(place), cause: Cause::NotRead(String::from("JSON")) }
        }
    }
}

/// Reads one voyage or several: one behind another, or in an array.
///
/// # Errors
/// When it is not JSON, ends in the middle, or exceeds a limit, with pointer and line.
pub(crate) fn read(bytes: &[u8], given: &Given<'_>, limits: &Limits) -> Result<Document, Unreadable> {
    let decoded = encoding::decode(bytes);
    let mut parser = Parser::new(&decoded.text, limits);
    let mut voyages = Vec::new();
    let mut notes = Vec::new();
    loop {
        match parser.next() {
            Ok(Some(node)) => match node.value {
                Value::Array(elements) if voyages.is_empty() => {
                    voyages.extend(elements.into_iter().enumerate().map(|(i, node)| (Some(i), node)));
                }
                _ => voyages.push((None, node)),
            },
            Ok(None) => break,
            Err(fault) if voyages.is_empty() => return Err(unreadable(&fault)),
            // Something whole was read before: what follows it is text after the end.
            Err(fault) => {
                let (found, line) = parser.rest();
                let place = SourcePlace::Line { line: line.min(fault.line), column: 0 };
                let note = FormNote::new(FindingCode::TrailingText, Severity::Warning).place(place);
                notes.push(note.parameter("found", found));
                break;
            }
        }
        if voyages.len() > limits.max_messages {
            let cause = Cause::TooMany { what: "messages", limit: limits.max_messages };
            return Err(Unreadable { place: None, cause });
        }
    }
    if voyages.is_empty() {
        return Err(Unreadable { place: None, cause: Cause::Truncated("the first value") });
    }
    if decoded.broken {
        let note = FormNote::new(FindingCode::CharacterSet, Severity::Warning);
        notes.push(note.place(SourcePlace::Line { line: 1, column: 0 }).parameter("declared", "UTF-8"));
    }
    let messages: Vec<Message> =
        voyages.iter().map(|(index, node)| message(node, *index, given, limits)).collect();
    Ok(Document { format: Format::VoyageJson, envelope: Envelope::default(), messages, notes })
}

fn message(node: &Node, index: Option<usize>, given: &Given<'_>, limits: &Limits) -> Message {
    let pointer = index.map_or_else(String::new, |index| format!("/{index}"));
    let place = SourcePlace::Json { pointer, line: node.line };
    match &node.value {
        Value::Object(members) if members.iter().any(|(name, _)| VOYAGE.contains(&name.as_str())) => {
            journey::message(members, index, place, given, limits)
        }
        _ => {
            let cause = Cause::NotRead(String::from("JSON without a voyage"));
            journey::unreadable(place, cause)
        }
    }
}

fn unreadable(fault: &Fault) -> Unreadable {
    let place = SourcePlace::Json { pointer: fault.pointer(), line: fault.line };
    Unreadable { place: Some(place), cause: fault.cause.clone() }
}
