//! `corridor submit`.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Done, File, Terminal};
use crate::arguments::exit_code;
use crate::{Client, Error, Submitted, json::to_json, show};

/// Announces: one file with the single call, several on one stream.
pub(crate) async fn submit(client: &Client, files: Vec<File>, terminal: &Terminal) -> Result<Done, Error> {
    if let [file] = files.as_slice() {
        return Ok(match client.submit(&file.request).await {
            Ok(submitted) => tell(file, &submitted, terminal, false),
            Err(error) => {
                terminal.error(Some(&file.path), &error);
                Done::Failed(exit_code(&error))
            }
        });
    }
    let bar = progress(files.len(), terminal);
    let requests = files.iter().map(|file| file.request.clone()).collect();
    let (mut gravest, mut correct) = (0, false);
    client
        .submit_many(requests, |place, outcome| {
            bar.inc(1);
            bar.suspend(|| match &outcome {
                Ok(submitted) => correct |= tell(&files[place], submitted, terminal, true) != Done::Clean,
                Err(error) => {
                    gravest = gravest.max(exit_code(error));
                    terminal.error(Some(&files[place].path), error);
                }
            });
        })
        .await;
    bar.finish_and_clear();
    Ok(match (gravest, correct) {
        (0, false) => Done::Clean,
        (0, true) => Done::NeedsCorrecting,
        (code, _) => Done::Failed(code),
    })
}

fn tell(file: &File, submitted: &Submitted, terminal: &Terminal, brief: bool) -> Done {
    let path = file.path.display().to_string();
    terminal.answer(
        || {
            json!({
                "kind": "submitted",
                "file": path,
                "digest": submitted.digest.word(),
                "response": to_json("SubmitManifestResponse", &submitted.response).unwrap_or_default(),
            })
        },
        || if brief { show::submitted_line(&path, submitted) } else { show::submitted(submitted) },
    );
    if show::needs_correcting(&submitted.response) { Done::NeedsCorrecting } else { Done::Clean }
}

fn progress(count: usize, terminal: &Terminal) -> ProgressBar {
    if terminal.is_json() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    bar
}
