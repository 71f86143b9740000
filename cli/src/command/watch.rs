//! `corridor watch`.

use std::io::Write as _;
use std::path::Path;

use proto::v1::watch_pre_decisions_response::Event;
use serde_json::json;

use super::{Done, Terminal};
use crate::{Error, Watch, json::to_json, show};

/// The place that an earlier watch reached; empty when there was none. A place that could not be stored later is
/// refused now, before anybody is called.
pub(crate) fn stored_token(file: Option<&Path>) -> Result<Vec<u8>, Error> {
    let Some(path) = file else { return Ok(Vec::new()) };
    let token = match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    };
    let token = token.map_err(|error| Error::file(path, error))?;
    let beside = path.with_extension("new");
    std::fs::File::create(&beside)
        .and_then(|_| std::fs::remove_file(&beside))
        .map_err(|error| Error::file(path, format!("cannot be written later: {error}")))?;
    Ok(token)
}

/// Follows until interrupted, or until so many manifests were told. The place is stored after a message was told, so
/// that a crash in between tells it twice and never not at all.
pub(crate) async fn watch(
    mut watch: Watch,
    resume_file: Option<&Path>,
    count: Option<u64>,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let mut told = 0;
    while count.is_none_or(|count| told < count) {
        let message = tokio::select! {
            message = watch.next() => message?,
            _ = tokio::signal::ctrl_c() => break,
        };
        if let Some(Event::ManifestDecided(decided)) = &message.event {
            terminal.answer(
                || json!({ "kind": "decided", "event": to_json("ManifestDecided", decided).unwrap_or_default() }),
                || show::decided(decided),
            );
            told += 1;
        }
        if let Some(Event::DailySummary(summary)) = &message.event {
            terminal.answer(
                || json!({ "kind": "day", "event": to_json("DailySummary", summary).unwrap_or_default() }),
                || show::day(summary),
            );
        }
        if let Some(file) = resume_file
            && !message.resume_token.is_empty()
        {
            store(file, &message.resume_token)?;
        }
    }
    Ok(Done::Clean)
}

/// Written beside and renamed, so that there is always a whole token.
fn store(path: &Path, token: &[u8]) -> Result<(), Error> {
    let beside = path.with_extension("new");
    std::fs::File::create(&beside)
        .and_then(|mut file| file.write_all(token).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| Error::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_survives() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("place");
        assert!(stored_token(Some(&file)).unwrap().is_empty());
        store(&file, b"one").unwrap();
        store(&file, b"two").unwrap();
        assert_eq!(stored_token(Some(&file)).unwrap(), b"two");
        assert!(stored_token(None).unwrap().is_empty());
        let nowhere = folder.path().join("absent").join("place");
        assert!(stored_token(Some(&nowhere)).unwrap_err().to_string().contains("cannot be written"));
    }
}
