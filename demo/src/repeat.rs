//! The same words again: the original receipt, byte for byte.

use std::collections::BTreeMap;

use cli::Client;
use prost::Message as _;
use serde_json::json;
use testkit::stories::Sender;

use crate::report::Report;
use crate::submissions::Told;

/// Submits a told story again.
pub(crate) async fn show(clients: &BTreeMap<Sender, Client>, told: &Told, report: &mut Report) {
    let Some(client) = clients.get(&told.story.sender()) else { return };
    let again = match client.submit(&told.request).await {
        Ok(again) => again,
        Err(error) => return report.missing(format!("the repeat was not answered: {error}")),
    };
    let bytes =
        |receipt: &Option<proto::v1::Receipt>| receipt.as_ref().map(|receipt| receipt.encode_to_vec());
    let (first, second) = (bytes(&told.submitted.response.receipt), bytes(&again.response.receipt));
    let same = first.is_some() && first == second;
    let repeated = again.response.repeated_submission;
    report.object(&json!({
        "kind": "repeat",
        "story": told.story.name(),
        "manifest": told.name(),
        "same_receipt": same,
        "receipt_bytes": first.as_ref().map(Vec::len),
        "digests": { "received": again.digest.word() },
    }));
    report.labelled(
        "repeat",
        &format!(
            "{} again: {} of {} bytes",
            told.story.name(),
            if same { "the original receipt, the same byte for byte," } else { "ANOTHER receipt" },
            first.map_or(0, |bytes| bytes.len()),
        ),
    );
    report.expect(same, || "the repeat was answered with another receipt".into());
    report.expect(repeated, || "the repeat was not recognised as one".into());
}
