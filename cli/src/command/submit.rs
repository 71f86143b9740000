//! `corridor submit`.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use proto::v1::SubmitManifestRequest;
use serde_json::json;

use super::{Content, Done, File, Sending, Tally, Terminal, document};
use crate::arguments::exit_code;
use crate::{Client, Error, Submitted, json::to_json, show};

/// Announces: one manifest with the single call, several on one stream; then documents, one after the other, as what one
/// says may build on what another said.
pub(crate) async fn submit(
    client: &Client,
    files: Vec<File>,
    sending: &Sending,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let (mut manifests, mut documents) = (Vec::new(), Vec::new());
    for File { path, content } in files {
        match content {
            Content::Manifest(request) => manifests.push((path, request)),
            Content::Document => documents.push(path),
        }
    }
    let several = manifests.len() + documents.len() > 1;
    let done = match manifests.as_slice() {
        [] => Done::Clean,
        [(path, request)] => match client.submit(request).await {
            Ok(submitted) => tell(path, &submitted, terminal, several),
            Err(error) => {
                terminal.error(Some(path), &error);
                Done::Failed(exit_code(&error))
            }
        },
        _ => many(client, manifests, terminal).await,
    };
    let mut tally = Tally::default();
    let bar = progress(documents.len(), terminal);
    for path in &documents {
        let outgoing = sending.outgoing(path)?;
        let answered = client.submit_document(&outgoing).await;
        bar.inc(1);
        let file = path.display().to_string();
        bar.suspend(|| document::tell(&file, &answered, Some(&outgoing.content), terminal, &mut tally));
        if let (Some(folder), Ok(answered)) = (&sending.answers, &answered) {
            document::write_answers(folder, path, answered)?;
        }
        if matches!(answered, Err(Error::Unreachable(_) | Error::Handshake { .. } | Error::Untrusted { .. }))
        {
            break;
        }
    }
    bar.finish_and_clear();
    if documents.len() > 1 {
        terminal.summary(&tally.line());
    }
    Ok(done.and(tally.done()))
}

async fn many(client: &Client, files: Vec<(PathBuf, SubmitManifestRequest)>, terminal: &Terminal) -> Done {
    let bar = progress(files.len(), terminal);
    let (paths, requests): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let mut done = Done::Clean;
    client
        .submit_many(requests, |place, outcome| {
            bar.inc(1);
            bar.suspend(|| match &outcome {
                Ok(submitted) => done = done.and(tell(&paths[place], submitted, terminal, true)),
                Err(error) => {
                    done = done.and(Done::Failed(exit_code(error)));
                    terminal.error(Some(&paths[place]), error);
                }
            });
        })
        .await;
    bar.finish_and_clear();
    done
}

fn tell(file: &Path, submitted: &Submitted, terminal: &Terminal, brief: bool) -> Done {
    let path = file.display().to_string();
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

pub(super) fn progress(count: usize, terminal: &Terminal) -> ProgressBar {
    if count < 2 || terminal.is_json() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    bar
}
