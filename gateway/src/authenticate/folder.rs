//! The registry folder that `gateway partner import` reads: `<id>/partner.toml`, `<id>/anchors.pem` and, when the
//! administration publishes revocation lists, `<id>/crl.pem`.

use std::{fs, io, path::Path};

use super::{
    partner::Settings,
    registry::{PartnerEntry, Problem},
};

/// A registry file larger than this is refused unread: the largest real thing is a revocation list, and 100,000
/// entries take 3 MB as PEM.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a registry folder into entries, in order of folder name. Files and hidden folders beside the partners'
/// folders are left alone. The entries still have to be proven.
///
/// # Errors
/// Everything that cannot be read, located.
pub fn read_folder(folder: &Path) -> Result<Vec<PartnerEntry>, Vec<Problem>> {
    let located = |error: io::Error| {
        vec![Problem {
            partner: String::new(),
            place: folder.display().to_string(),
            problem: error.to_string(),
        }]
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(located)? {
        let entry = entry.map_err(located)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match read_partner(&folder.join(&name), &name) {
            Ok(entry) => entries.push(entry),
            Err((place, problem)) => problems.push(Problem { partner: name, place, problem }),
        }
    }
    if entries.is_empty() && problems.is_empty() {
        problems.push(Problem {
            partner: String::new(),
            place: folder.display().to_string(),
            problem: "holds no partner folder".to_owned(),
        });
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

fn read_partner(folder: &Path, name: &str) -> Result<PartnerEntry, (String, String)> {
    let settings_toml = read(folder, "partner.toml")?;
    let settings: Settings =
        toml::from_str(&settings_toml).map_err(|error| ("partner.toml".to_owned(), error.to_string()))?;
    let settings_json =
        serde_json::to_string(&settings).map_err(|error| ("partner.toml".to_owned(), error.to_string()))?;
    let anchors_pem = read(folder, "anchors.pem")?;
    let crls_pem = if folder.join("crl.pem").exists() { read(folder, "crl.pem")? } else { String::new() };
    Ok(PartnerEntry { id: name.to_owned(), settings_json, anchors_pem, crls_pem })
}

fn read(folder: &Path, file: &str) -> Result<String, (String, String)> {
    let path = folder.join(file);
    let read = || {
        if fs::metadata(&path)?.len() > MAX_FILE_BYTES {
            return Err(io::Error::other("is larger than 64 MiB"));
        }
        fs::read_to_string(&path)
    };
    read().map_err(|error| (file.to_owned(), error.to_string()))
}
