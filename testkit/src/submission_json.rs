//! Submissions as canonical protobuf JSON: the form of `fixtures/<story>/submission.json` and of the client's files.

use anyhow::{Context as _, Result};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use proto::v1::SubmitManifestRequest;

/// A submission as indented canonical protobuf JSON with a line end.
///
/// # Errors
/// When the descriptors do not know the message, which a build of the same workspace excludes.
pub fn write(submission: &SubmitManifestRequest) -> Result<String> {
    let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET)?;
    let descriptor = pool
        .get_message_by_name("customs.prearrival.v1.SubmitManifestRequest")
        .context("the contract has no SubmitManifestRequest")?;
    let message = DynamicMessage::decode(descriptor, submission.encode_to_vec().as_slice())?;
    let mut text = Vec::new();
    let mut json = serde_json::Serializer::pretty(&mut text);
    message.serialize_with_options(&mut json, &SerializeOptions::new())?;
    text.push(b'\n');
    Ok(String::from_utf8(text)?)
}
