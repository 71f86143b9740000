//! `corridor cancel`.

use serde_json::json;

use super::{Done, Terminal};
use crate::{Client, Error, json::to_json, show};

/// Withdraws a manifest.
pub(crate) async fn cancel(
    client: &Client,
    name: &str,
    reason: &str,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let summary = client.cancel(name, reason).await?;
    terminal.answer(
        || json!({ "kind": "cancelled", "manifest": to_json("ManifestSummary", &summary).unwrap_or_default() }),
        || show::summary(&summary),
    );
    Ok(Done::Clean)
}
