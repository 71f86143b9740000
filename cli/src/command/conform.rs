//! `corridor conform`.

use std::path::Path;

use super::{Done, Terminal};
use crate::{Client, Error, conform};

/// Plays the conformance kit, prints what came of it, and files it where that is asked for.
pub(crate) async fn conform(
    client: &Client,
    load: Option<conform::Load>,
    border_post: &str,
    report: Option<&Path>,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let played = conform::play(client, load, border_post).await;
    terminal.answer(|| played.to_json(), || played.to_table());
    if let Some(file) = report {
        let text = serde_json::to_string_pretty(&played.to_json()).unwrap_or_default();
        std::fs::write(file, text + "\n").map_err(|error| Error::file(file, error))?;
    }
    Ok(if played.passed() { Done::Clean } else { Done::NeedsCorrecting })
}
