//! Canonical protobuf JSON, read and written from the contract's own descriptors.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use proto::v1::SubmitManifestRequest;
use serde_json::Value;

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).ok());

fn descriptor(name: &str) -> Result<MessageDescriptor, String> {
    POOL.as_ref()
        .and_then(|pool| pool.get_message_by_name(&format!("customs.prearrival.v1.{name}")))
        .ok_or_else(|| format!("the contract has no message {name}"))
}

/// A submission from a file's text: a `SubmitManifestRequest`, or a bare `Manifest`. The language is set where the
/// text leaves it open.
///
/// # Errors
/// In words, when the text is not JSON or not such a message; unknown fields are refused, for they are typing errors.
pub fn submission_from_json(text: &str, language: &str) -> Result<SubmitManifestRequest, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    let whole = value.get("manifest").is_some();
    let value = if whole { value } else { serde_json::json!({ "manifest": value }) };
    let message =
        DynamicMessage::deserialize(descriptor("SubmitManifestRequest")?, value).map_err(|error| {
            format!("not a {}: {error}", if whole { "SubmitManifestRequest" } else { "Manifest" })
        })?;
    let mut request: SubmitManifestRequest = message.transcode_to().map_err(|error| error.to_string())?;
    if request.language_code.is_empty() {
        request.language_code = language.to_owned();
    }
    Ok(request)
}

/// A message of the contract from canonical protobuf JSON; `name` is its name in the contract.
///
/// # Errors
/// In words, when it is not such a message; unknown fields are refused, for they are typing errors.
pub(crate) fn from_json<M: Message + Default>(name: &str, value: Value) -> Result<M, String> {
    let message = DynamicMessage::deserialize(descriptor(name)?, value)
        .map_err(|error| format!("not a {name}: {error}"))?;
    message.transcode_to().map_err(|error| error.to_string())
}

/// A message of the contract as canonical protobuf JSON; `name` is its name in the contract.
///
/// # Errors
/// In words, when the contract has no such message.
pub fn to_json<M: Message>(name: &str, message: &M) -> Result<Value, String> {
    let dynamic = DynamicMessage::decode(descriptor(name)?, message.encode_to_vec().as_slice())
        .map_err(|error| error.to_string())?;
    dynamic
        .serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_typing_errors_refused() {
        let bare = r#"{"manifestReference": "SYNTHETIC-1", "revision": 2}"#;
        let whole =
            r#"{"manifest": {"manifestReference": "SYNTHETIC-1", "revision": 2}, "languageCode": "ru"}"#;
        let (one, two) =
            (submission_from_json(bare, "uz").unwrap(), submission_from_json(whole, "uz").unwrap());
        assert_eq!(one.manifest, two.manifest);
        assert_eq!((one.language_code.as_str(), two.language_code.as_str()), ("uz", "ru"));
        assert!(submission_from_json(r#"{"manifestRefrence": "x"}"#, "en").unwrap_err().contains("Manifest"));
        assert!(submission_from_json("{", "en").unwrap_err().contains("JSON"));
    }

    #[test]
    fn json_goes_round() {
        let request = submission_from_json(r#"{"manifestReference": "SYNTHETIC-1"}"#, "en").unwrap();
        let text = to_json("SubmitManifestRequest", &request).unwrap().to_string();
        assert_eq!(submission_from_json(&text, "en").unwrap(), request);
    }
}
