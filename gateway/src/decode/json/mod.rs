//! The contract's own messages as canonical protobuf JSON: a `Manifest`, a `SubmitManifestRequest`, or a list of them.

mod text;

use std::{cell::OnceCell, sync::LazyLock};

use formats::{Beyond, Cause, Document, Envelope, Format, Intent, Message, Naming, Unreadable};
use manifest::declared::{Declared, SourcePlace};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use proto::v1;
use serde_json::Value;

use self::text::Position;
use super::{Extent, Limits, Refusal, document::Given, submission::declared};

/// Keys by which a manifest of the contract is known, in both of protobuf's spellings.
const KEYS: [&str; 4] = ["manifestReference", "manifest_reference", "manifest", "borderPostCode"];

/// How far into a text its keys are looked for.
const LOOK: usize = 64 * 1024;

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).ok());

/// Does a text look like JSON of the contract? By its keys, without reading it.
pub(super) fn is_manifest(bytes: &[u8]) -> bool {
    let bytes = text_of(bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) {
        return false;
    }
    let head = &bytes[..bytes.len().min(LOOK)];
    KEYS.iter().any(|key| {
        let quoted = format!("\"{key}\"");
        head.windows(quoted.len()).any(|window| window == quoted.as_bytes())
    })
}

/// Reads such a text.
pub(super) fn document(bytes: &[u8], given: &Given<'_>, limits: &Limits) -> Result<Document, Unreadable> {
    let text = text_of(bytes);
    text::measure(text, &limits.of_readers())?;
    let value: Value = serde_json::from_slice(text).map_err(|error| {
        let cause = if error.is_eof() {
            Cause::Truncated("the end of the JSON text")
        } else {
            Cause::Malformed("the text is not JSON".to_owned())
        };
        let place = Position::default().at(error.line(), error.column()).place();
        Unreadable { place: Some(place), cause }
    })?;
    let elements = match value {
        Value::Array(elements) => elements,
        element => vec![element],
    };
    let most = limits.of_readers().max_messages;
    if elements.is_empty() {
        return Err(Unreadable { place: None, cause: Cause::Truncated("the first manifest") });
    }
    if elements.len() > most {
        return Err(Unreadable { place: None, cause: Cause::TooMany { what: "messages", limit: most } });
    }
    // Only for what is not read: most often nobody asks.
    let texts = OnceCell::new();
    let repeats = text::repeated(text, Position::default()).is_some();
    let message = |(number, element)| {
        let of_element = || texts.get_or_init(|| text::elements(text)).get(number).copied();
        let mut message = message(element, of_element, given, limits);
        let repeated = if repeats { of_element() } else { None };
        let repeated = repeated.and_then(|(begin, text)| text::repeated(text, begin));
        if let Some(place) = repeated {
            let cause = Cause::Malformed("a name stands twice in one object".to_owned());
            message.content = Err(Unreadable { place: Some(place), cause });
        }
        message
    };
    let messages = elements.into_iter().enumerate().map(message).collect();
    Ok(Document { format: Format::ManifestJson, envelope: Envelope::default(), messages, notes: Vec::new() })
}

fn message<'a>(
    element: Value,
    text: impl Fn() -> Option<(Position, &'a [u8])>,
    given: &Given<'_>,
    limits: &Limits,
) -> Message {
    let whole = element.get("manifest").is_some();
    let kind = if whole { "SubmitManifestRequest" } else { "Manifest" };
    let content = read(element, whole, limits).map(|manifest| {
        let mut declared: Declared = declared(manifest);
        if declared.manifest_reference.is_empty() {
            given.reference.clone_into(&mut declared.manifest_reference);
        }
        declared
    });
    Message {
        kind: kind.to_owned(),
        transport_reference: String::new(),
        intent: Intent::Announce,
        naming: Naming::Everything,
        half: None,
        other_number: String::new(),
        answerable: crate::decode::document::Answerable::default(),
        place: None,
        content: content.map_err(|cause| Unreadable { place: place(kind, text()), cause }),
    }
}

fn read(element: Value, whole: bool, limits: &Limits) -> Result<v1::Manifest, Cause> {
    let malformed = |problem: &str| Cause::Malformed(problem.to_owned());
    let element = if whole { element } else { serde_json::json!({ "manifest": element }) };
    let descriptor =
        descriptor("SubmitManifestRequest").ok_or_else(|| malformed("the contract cannot be read"))?;
    let message = DynamicMessage::deserialize(descriptor, element)
        .map_err(|error| Cause::Malformed(told(&error.to_string())))?;
    let bytes = message.encode_to_vec();
    Extent::of(&bytes, "SubmitManifestRequest", limits).map_err(|refusal| match refusal {
        Refusal::TooLarge { limit, found } => Cause::Beyond(Beyond::Bytes { limit, found }),
        Refusal::TooMany { path, limit, setting } => Cause::Beyond(Beyond::List { path, limit, setting }),
        Refusal::TextTooLong { path, limit, found } => Cause::Beyond(Beyond::Text { path, limit, found }),
        // Places and counts, never what stood there.
        other => Cause::Malformed(other.to_string()),
    })?;
    let request: v1::SubmitManifestRequest =
        message.transcode_to().map_err(|_| malformed("not a manifest of the contract"))?;
    request.manifest.ok_or_else(|| malformed("there is no manifest in it"))
}

/// Where an element is not of the contract, as the reader stops there once more, this time over the text; else where the
/// element begins.
fn place(kind: &str, element: Option<(Position, &[u8])>) -> Option<SourcePlace> {
    let (begin, text) = element?;
    let mut reader = serde_json::Deserializer::from_slice(text);
    let place = match DynamicMessage::deserialize(descriptor(kind)?, &mut reader) {
        Err(error) if error.line() > 0 => begin.at(error.line(), error.column()),
        _ => begin,
    };
    Some(place.place())
}

fn descriptor(name: &str) -> Option<MessageDescriptor> {
    POOL.as_ref()?.get_message_by_name(&format!("customs.prearrival.v1.{name}"))
}

/// What the JSON reader says, as far as it names fields of the contract and never what stood in them.
fn told(error: &str) -> String {
    if let Some((name, _)) =
        error.strip_prefix("unrecognized field name '").and_then(|rest| rest.split_once('\''))
        && is_a_name(name)
    {
        return format!("the contract has no such field: {name}");
    }
    if error.starts_with("invalid rfc3339 timestamp") {
        return "a value is not an instant as in 2026-11-23T09:30:00Z".to_owned();
    }
    // "invalid type: <what stood there>, expected <what the contract asks for>": only the latter, as the reader words it.
    match FORMS.iter().find(|form| error.ends_with(&format!(", expected {form}"))) {
        Some(form) => format!("a value is not what the contract asks for: {form}"),
        None => "a value is not of the form that its field asks for".to_owned(),
    }
}

/// What the JSON reader expects of values.
const FORMS: [&str; 12] = [
    "a list",
    "a map",
    "a string",
    "a boolean",
    "a string or integer",
    "a base64-encoded string",
    "a 32-bit signed integer",
    "a 64-bit signed integer or decimal string",
    "a 32-bit unsigned integer or decimal string",
    "a 64-bit unsigned integer or decimal string",
    "a 64-bit floating point value",
    "a rfc3339 timestamp string",
];

fn is_a_name(name: &str) -> bool {
    name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn text_of(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const GIVEN: Given<'static> =
        Given { format: "", reference: "GIVEN-1", received_time: Timestamp::UNIX_EPOCH };

    fn read_text(text: &str) -> Result<Document, Unreadable> {
        document(text.as_bytes(), &GIVEN, &Limits::default())
    }

    #[test]
    fn both_forms_and_lists_are_read_and_a_bad_element_stands_alone() {
        let text = r#"[{"manifestReference": "SYNTHETIC-1", "revision": 2},
            {"manifest": {"journey": {"borderPostCode": "UZ-OYBEK"}}, "languageCode": "ru"},
            {"manifestReference": "SYNTHETIC-3", "revison": 1},
            {"manifestReference": "SYNTHETIC-4", "crewMembers": [{"name": {"familyName": 7}}]}]"#;
        assert!(is_manifest(text.as_bytes()));
        let document = read_text(text).unwrap();
        let said: Vec<_> = document.messages.iter().map(|message| &message.content).collect();
        assert_eq!(said[0].as_ref().unwrap().revision, 2);
        assert_eq!(said[1].as_ref().unwrap().manifest_reference, "GIVEN-1");
        assert_eq!(said[2].as_ref().unwrap_err().to_string(), "the contract has no such field: revison");
        assert_eq!(
            said[3].as_ref().unwrap_err().to_string(),
            "a value is not what the contract asks for: a string"
        );
        let places = [2, 3].map(|at| said[at].as_ref().unwrap_err().place.as_ref().unwrap().to_string());
        assert_eq!(places, ["line 3, column 58", "line 4, column 90"]);
    }

    #[test]
    fn what_does_not_fit_the_contract_is_said_with_its_place_and_without_what_stood_there() {
        for (field, at, problem) in [
            (
                r#""conveyance": {"registration": 5}"#,
                3,
                "a value is not what the contract asks for: a string",
            ),
            (r#""journey": {"arrivalTime": "2026-13-45"}"#, 3, "a value is not an instant"),
            (r#""load_colour": "red, expected blue""#, 3, "the contract has no such field: load_colour"),
            (r#""revision": "red, expected a string""#, 3, "a value is not of the form"),
            (r#""crewMembers": {}"#, 3, "a value is not what the contract asks for: a list"),
        ] {
            let text = format!("\u{feff}{{\n \"manifestReference\": \"A\",\n {field}\n}}");
            let document = read_text(&text).unwrap();
            let refused = document.messages[0].content.as_ref().unwrap_err();
            assert!(refused.to_string().starts_with(problem), "{field}: {refused}");
            let Some(SourcePlace::Line { line, column }) = refused.place else { panic!("{refused:?}") };
            assert!((line, column > 1) == (at, true), "{field}: {refused:?}");
            assert!(!refused.to_string().contains("red"), "{refused}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_with_its_place_and_its_neighbour_is_read() {
        let text = "[{\"manifestReference\": \"A\"},\n {\"manifestReference\": \"B\", \"passengerList\": {\n\
                    \"passengers\": [{}], \"passengers\": []}}]";
        let document = read_text(text).unwrap();
        assert!(document.messages[0].content.is_ok());
        let refused = document.messages[1].content.as_ref().unwrap_err();
        assert_eq!(refused.to_string(), "a name stands twice in one object");
        assert!(matches!(refused.place, Some(SourcePlace::Line { line: 3, .. })), "{refused:?}");
    }

    #[test]
    fn what_is_beyond_the_limits_is_said_as_of_a_message() {
        let limits = Limits::from(crate::decode::Config { max_stops: 1, ..Default::default() });
        let text = r#"[{"manifestReference": "A"},
            {"manifestReference": "B", "journey": {"stops": [{}, {}]}}]"#;
        let document = document(text.as_bytes(), &GIVEN, &limits).unwrap();
        assert!(document.messages[0].content.is_ok());
        let refused = document.messages[1].content.as_ref().unwrap_err();
        let path = "manifest.journey.stops".to_owned();
        let beyond = Beyond::List { path, limit: 1, setting: "max_stops" };
        assert_eq!(refused.cause, Cause::Beyond(beyond));
        assert_eq!(refused.place, Some(SourcePlace::Line { line: 2, column: 13 }));
    }

    #[test]
    fn what_is_no_json_is_said_with_its_place() {
        let error = read_text("{\"manifestReference\": \"A\",\n  \"x").unwrap_err();
        assert_eq!(error.cause, Cause::Truncated("the end of the JSON text"));
        assert!(error.place.is_some());
        assert!(read_text("[]").is_err());
        assert!(!is_manifest(b"UNB+UNOA:1"));
        assert!(!is_manifest(b"{\"voyage\": 1}"));
        assert!(!is_manifest(b""));
    }

    /// The fuzz target `contract` of formats/fuzz begins with these.
    #[test]
    fn the_kept_corpus_is_answered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../formats/fuzz/corpus/contract");
        let mut read = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let messages =
                document(&bytes, &GIVEN, &Limits::default()).map_or(0, |document| document.messages.len());
            read += messages;
            for end in (0..bytes.len()).step_by(97) {
                let _ = document(&bytes[..end], &GIVEN, &Limits::default());
            }
        }
        assert!(read >= 6, "{read}");
    }
}
