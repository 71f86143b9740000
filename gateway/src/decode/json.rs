//! The contract's own messages as canonical protobuf JSON: a `Manifest`, a `SubmitManifestRequest`, or a list of them.

use std::sync::LazyLock;

use formats::{Cause, Document, Envelope, Format, Intent, Message, Naming, Unreadable};
use manifest::declared::{Declared, SourcePlace};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use proto::v1;
use serde_json::Value;

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
    let value: Value = serde_json::from_slice(text_of(bytes)).map_err(|error| {
        let cause = if error.is_eof() {
            Cause::Truncated("the end of the JSON text")
        } else {
            Cause::Malformed("the text is not JSON".to_owned())
        };
        Unreadable { place: Some(at(error.line(), error.column())), cause }
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
    let messages = elements.into_iter().map(|element| message(element, given, limits)).collect();
    Ok(Document { format: Format::ManifestJson, envelope: Envelope::default(), messages, notes: Vec::new() })
}

fn message(element: Value, given: &Given<'_>, limits: &Limits) -> Message {
    let whole = element.get("manifest").is_some();
    let content = read(element, whole, limits).map(|manifest| {
        let mut declared: Declared = declared(manifest);
        if declared.manifest_reference.is_empty() {
            given.reference.clone_into(&mut declared.manifest_reference);
        }
        declared
    });
    Message {
        kind: if whole { "SubmitManifestRequest" } else { "Manifest" }.to_owned(),
        transport_reference: String::new(),
        intent: Intent::Announce,
        naming: Naming::Everything,
        place: None,
        content,
    }
}

fn read(element: Value, whole: bool, limits: &Limits) -> Result<v1::Manifest, Unreadable> {
    let malformed = |problem: String| Unreadable { place: None, cause: Cause::Malformed(problem) };
    let element = if whole { element } else { serde_json::json!({ "manifest": element }) };
    let descriptor = descriptor().ok_or_else(|| malformed("the contract cannot be read".to_owned()))?;
    let message = DynamicMessage::deserialize(descriptor, element)
        .map_err(|error| malformed(told(&error.to_string())))?;
    let bytes = message.encode_to_vec();
    Extent::of(&bytes, "SubmitManifestRequest", limits).map_err(|refusal| match refusal {
        Refusal::TooMany { path, limit, .. } => malformed(format!("{path} has more than {limit} elements")),
        // Places and counts, never what stood there.
        other => malformed(other.to_string()),
    })?;
    let request: v1::SubmitManifestRequest =
        message.transcode_to().map_err(|_| malformed("not a manifest of the contract".to_owned()))?;
    request.manifest.ok_or_else(|| malformed("there is no manifest in it".to_owned()))
}

fn descriptor() -> Option<MessageDescriptor> {
    POOL.as_ref()?.get_message_by_name("customs.prearrival.v1.SubmitManifestRequest")
}

/// What the JSON reader says, as far as it names fields of the contract and never what stood in them.
fn told(error: &str) -> String {
    match error.strip_prefix("unrecognized field name '").and_then(|rest| rest.split_once('\'')) {
        Some((name, _)) if is_a_name(name) => format!("the contract has no field {name}"),
        _ => "a value is not of the form that its field asks for".to_owned(),
    }
}

fn is_a_name(name: &str) -> bool {
    name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn text_of(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

fn at(line: usize, column: usize) -> SourcePlace {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    SourcePlace::Line { line: number(line), column: number(column) }
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
        assert_eq!(said[2].as_ref().unwrap_err().to_string(), "the contract has no field revison");
        assert!(said[3].as_ref().unwrap_err().to_string().starts_with("a value is not of the form"));
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
