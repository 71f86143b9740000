//! `corridor get`.

use serde_json::{Value, json};

use super::{Done, Terminal};
use crate::{Client, Error, json::to_json, show};

/// Shows a manifest with its pre-decisions.
pub(crate) async fn get(client: &Client, name: &str, terminal: &Terminal) -> Result<Done, Error> {
    let response = client.get(name).await?;
    let decisions = client.list_pre_decisions(name).await?;
    terminal.answer(
        || {
            let decisions: Vec<Value> =
                decisions.iter().map(|one| to_json("PreDecision", one).unwrap_or_default()).collect();
            json!({
                "kind": "manifest",
                "response": to_json("GetManifestResponse", &response).unwrap_or_default(),
                "preDecisions": decisions,
            })
        },
        || show::manifest(&response, &decisions),
    );
    Ok(Done::Clean)
}
