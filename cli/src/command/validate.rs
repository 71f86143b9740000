//! `corridor validate`.

use serde_json::json;

use super::{Done, File, Terminal};
use crate::arguments::exit_code;
use crate::{Client, Error, json::to_json, show};

/// Has manifests read and checked without recording them.
pub(crate) async fn validate(client: &Client, files: &[File], terminal: &Terminal) -> Result<Done, Error> {
    let mut done = Done::Clean;
    for file in files {
        let response = match client.validate(&file.request).await {
            Ok(response) => response,
            Err(error) => {
                terminal.error(Some(&file.path), &error);
                return Ok(Done::Failed(exit_code(&error)));
            }
        };
        if !response.acceptable || response.findings.iter().any(show::is_blocking) {
            done = Done::NeedsCorrecting;
        }
        let path = file.path.display().to_string();
        terminal.answer(
            || {
                let response = to_json("ValidateManifestResponse", &response).unwrap_or_default();
                json!({ "kind": "validated", "file": path, "response": response })
            },
            || show::validated(&path, &response),
        );
    }
    Ok(done)
}
