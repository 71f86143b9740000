//! Reading what is to be sent.

use std::path::{Path, PathBuf};

use proto::v1::SubmitManifestRequest;

use crate::Error;
use crate::json::submission_from_json;

/// Largest file that is read: four times what the gateway takes by default.
const LARGEST_FILE_BYTES: u64 = 16 << 20;

/// A submission with the file that it came from.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it was read.
    pub(crate) path: PathBuf,
    /// What it says.
    pub(crate) request: SubmitManifestRequest,
}

/// All submissions of the files and of the folders' `*.json` files, in order of their names.
pub(crate) fn read(paths: &[PathBuf], language: &str) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for path in paths {
        for path in if path.is_dir() { listing(path)? } else { vec![path.clone()] } {
            files.push(one(path, language)?);
        }
    }
    Ok(files)
}

fn listing(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::file(folder, error))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    found.sort();
    if found.is_empty() { Err(Error::file(folder, "holds no *.json file")) } else { Ok(found) }
}

fn one(path: PathBuf, language: &str) -> Result<File, Error> {
    let size = std::fs::metadata(&path).map_err(|error| Error::file(&path, error))?.len();
    if size > LARGEST_FILE_BYTES {
        return Err(Error::file(&path, format!("is larger than {LARGEST_FILE_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| Error::file(&path, error))?;
    let request = submission_from_json(&text, language).map_err(|problem| Error::file(&path, problem))?;
    Ok(File { path, request })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_and_faults_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("b.json", r#"{"manifestReference": "B"}"#);
        write("a.json", r#"{"manifestReference": "A"}"#);
        write("notes.txt", "nothing");
        let files = read(&[folder.path().to_owned()], "en").unwrap();
        let references: Vec<_> = files
            .iter()
            .map(|file| file.request.manifest.as_ref().unwrap().manifest_reference.as_str())
            .collect();
        assert_eq!(references, ["A", "B"]);
        write("c.json", "{");
        assert!(read(&[folder.path().to_owned()], "en").unwrap_err().to_string().contains("c.json"));
        assert!(read(&[folder.path().join("absent.json")], "en").is_err());
    }
}
