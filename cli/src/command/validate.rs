//! `corridor validate`.

use super::{Content, Done, File, Sending, Tally, Terminal, document, progress};
use crate::{Client, Error};

/// Has documents and manifests read and checked without recording them, each by itself.
pub(crate) async fn validate(
    client: &Client,
    files: &[File],
    sending: &Sending,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let mut tally = Tally::default();
    let bar = progress(files.len(), terminal);
    for file in files {
        let outgoing = match &file.content {
            // JSON of the contract is a document like any other here: the gateway reads it.
            Content::Manifest(_) | Content::Document => sending.outgoing(&file.path)?,
        };
        let answered = client.validate_document(&outgoing).await;
        bar.inc(1);
        let path = file.path.display().to_string();
        bar.suspend(|| document::tell(&path, &answered, None, terminal, &mut tally));
        if matches!(answered, Err(Error::Unreachable(_) | Error::Handshake { .. } | Error::Untrusted { .. }))
        {
            break;
        }
    }
    bar.finish_and_clear();
    if files.len() > 1 {
        terminal.summary(&tally.line());
    }
    Ok(tally.done())
}
