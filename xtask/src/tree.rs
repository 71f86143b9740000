//! The files of the project, as git sees them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

/// Cargo's target folder.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace_root().join("target"), PathBuf::from)
}

/// The workspace's folder. Cargo's word of now comes before the one of when this was built: a folder of built programs
/// may be shared between copies of the workspace.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    // Every crate that asks lies directly in the workspace.
    crate_folder.parent().unwrap_or(Path::new(".")).to_owned()
}

/// A folder with the files that belong to it: tracked ones, and new ones that git does not ignore.
pub struct Tree {
    /// Where it lies.
    pub root: PathBuf,
    /// Paths from the root, with forward slashes, sorted.
    pub files: BTreeSet<String>,
}

impl Tree {
    /// The workspace this program was built from.
    ///
    /// # Errors
    /// When git cannot list it.
    pub fn of_workspace() -> Result<Self> {
        let root = workspace_root();
        let listing = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(&root)
            .output()
            .context("cannot start git, which lists the files to look at")?;
        ensure!(
            listing.status.success(),
            "git cannot list the files: {}",
            String::from_utf8_lossy(&listing.stderr).trim()
        );
        let files = String::from_utf8(listing.stdout).context("a file name is not UTF-8")?;
        let files = files
            .split_terminator('\0')
            .map(str::to_owned)
            .filter(|path| root.join(path).is_file())
            .collect();
        Ok(Self { root, files })
    }

    /// Files whose path starts and ends so.
    pub fn matching<'a>(&'a self, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
        self.files
            .iter()
            .map(String::as_str)
            .filter(move |path| path.starts_with(start) && path.ends_with(end))
    }

    /// The text of a file; `None` when it is not text.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        std::fs::read(self.root.join(path)).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    }

    /// Is there a file or a folder of this name?
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        path.is_empty()
            || self.files.contains(path)
            || self.files.range(folder.clone()..).next().is_some_and(|next| next.starts_with(&folder))
    }
}
