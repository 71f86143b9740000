//! `corridor list`.

use proto::v1::ListManifestsRequest;
use serde_json::json;

use super::{Done, Terminal};
use crate::{Client, Error, json::to_json, show};

/// Lists manifests, newest first.
pub(crate) async fn list(
    client: &Client,
    reference: Option<String>,
    limit: usize,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let filter = ListManifestsRequest {
        manifest_reference: reference.unwrap_or_default(),
        ..ListManifestsRequest::default()
    };
    for summary in client.list(filter, limit).await? {
        terminal.answer(
            || json!({ "kind": "summary", "manifest": to_json("ManifestSummary", &summary).unwrap_or_default() }),
            || show::summary(&summary),
        );
    }
    Ok(Done::Clean)
}
