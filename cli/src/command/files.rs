//! Reading what is to be sent.

use std::path::{Path, PathBuf};

use proto::v1::SubmitManifestRequest;

use crate::json::submission_from_json;
use crate::{Error, Outgoing};

/// Largest file that is read: four times what the gateway takes by default.
const LARGEST_FILE_BYTES: u64 = 64 << 20;

/// A file that is to be sent.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it holds.
    pub(crate) content: Content,
}

/// What a file holds.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "most of them are manifests, and they are sent from here")]
pub(crate) enum Content {
    /// Canonical JSON of the contract.
    Manifest(SubmitManifestRequest),
    /// A document that the gateway is to read. Its bytes are read when it is its turn. JSON that is not quite the
    /// contract's is one too: the gateway says where it is wrong, in the same words to `submit` and to `validate`.
    Document,
}

/// How documents are sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sending {
    /// Name of the format; empty to have it recognised.
    pub(crate) format: String,
    /// The reference of messages that have none of their own.
    pub(crate) reference: String,
    /// Where answers in the documents' own format are written.
    pub(crate) answers: Option<PathBuf>,
}

impl Sending {
    /// A file's bytes with what is asked beside them.
    pub(crate) fn outgoing(&self, path: &Path) -> Result<Outgoing, Error> {
        Ok(Outgoing {
            content: bytes(path)?,
            format: self.format.clone(),
            document_reference: self.reference.clone(),
            in_kind: self.answers.is_some(),
        })
    }
}

/// All files that are named, and those in and below the folders that are, in order of their names; hidden ones are left
/// out. With a format that is named, everything is a document.
pub(crate) fn read(paths: &[PathBuf], sending: &Sending, language: &str) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for path in paths {
        for path in if path.is_dir() { listing(path)? } else { vec![path.clone()] } {
            files.push(one(path, sending, language)?);
        }
    }
    Ok(files)
}

fn listing(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| Error::file(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Error::file(&folder, error))?;
            let kind = entry.file_type().map_err(|error| Error::file(&folder, error))?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match kind {
                // A link to a folder is not followed: it may lead back here.
                kind if kind.is_dir() => folders.push(entry.path()),
                _ if entry.path().is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    if found.is_empty() { Err(Error::file(folder, "holds no file")) } else { Ok(found) }
}

fn one(path: PathBuf, sending: &Sending, language: &str) -> Result<File, Error> {
    let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if !json || !sending.format.is_empty() {
        std::fs::metadata(&path).map_err(|error| Error::file(&path, error))?;
        return Ok(File { path, content: Content::Document });
    }
    let text = String::from_utf8(bytes(&path)?).unwrap_or_default();
    let request = is_manifest(&text).then(|| submission_from_json(&text, language).ok()).flatten();
    Ok(File { path, content: request.map_or(Content::Document, Content::Manifest) })
}

/// JSON of the contract, by its keys.
fn is_manifest(text: &str) -> bool {
    let value: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(text);
    value.is_ok_and(|object| {
        ["manifest", "manifestReference", "manifest_reference"].iter().any(|key| object.contains_key(*key))
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let size = std::fs::metadata(path).map_err(|error| Error::file(path, error))?.len();
    if size > LARGEST_FILE_BYTES {
        return Err(Error::file(path, format!("is larger than {LARGEST_FILE_BYTES} bytes")));
    }
    std::fs::read(path).map_err(|error| Error::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_and_what_is_not_the_contracts_is_for_the_gateway() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("d")).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("b.json", r#"{"manifestReference": "B"}"#);
        write("a.json", r#"{"manifest": {"manifestReference": "A"}}"#);
        write("d/list.csv", "surname;given name");
        write("voyage.json", r#"{"voyage": 1}"#);
        write(".hidden", "nothing");
        let read = |paths: &[PathBuf]| read(paths, &Sending::default(), "en");
        let files = read(&[folder.path().to_owned()]).unwrap();
        let found: Vec<_> = files
            .iter()
            .map(|file| match &file.content {
                Content::Manifest(request) => request.manifest.as_ref().unwrap().manifest_reference.clone(),
                Content::Document => file.path.file_name().unwrap().to_string_lossy().into_owned(),
            })
            .collect();
        assert_eq!(found, ["A", "B", "list.csv", "voyage.json"]);
        for text in [
            r#"{"manifestReference": "C", "revison": 1}"#,
            r#"{"manifestReference": "C", "journey": {"arrivalTime": "2026-13-45"}}"#,
            r#"{"manifestReference": "C", "rev"#,
        ] {
            write("c.json", text);
            let file = read(&[folder.path().join("c.json")]).unwrap();
            assert!(matches!(file[0].content, Content::Document), "{text}");
        }
        let absent = read(&[folder.path().join("absent.json")]).unwrap_err().to_string();
        assert!(absent.contains("absent.json"), "{absent}");
        let named = Sending { format: "MANIFEST_JSON".into(), ..Sending::default() };
        let file = super::read(&[folder.path().join("a.json")], &named, "en").unwrap();
        assert!(matches!(file[0].content, Content::Document));
    }
}
