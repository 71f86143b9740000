//! A tar archive (POSIX ustar) that depends on nothing but what is put into it: entries sorted, owners root, one time.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

const BLOCK: usize = 512;

/// What lies in the archive, by path without a leading slash; folders end in one.
#[derive(Default)]
pub(crate) struct Tar(BTreeMap<String, (u32, Vec<u8>)>);

impl Tar {
    /// A file, with the folders above it.
    pub(crate) fn file(&mut self, path: &str, mode: u32, bytes: impl Into<Vec<u8>>) {
        let path = path.trim_start_matches('/');
        self.folders(path);
        self.0.insert(path.to_owned(), (mode, bytes.into()));
    }

    /// A folder; its path ends in a slash.
    pub(crate) fn folder(&mut self, path: &str, mode: u32) {
        let path = path.trim_start_matches('/');
        self.folders(path.trim_end_matches('/'));
        self.0.insert(path.to_owned(), (mode, Vec::new()));
    }

    fn folders(&mut self, path: &str) {
        for (end, _) in path.match_indices('/') {
            self.0.entry(path[..=end].to_owned()).or_insert((0o755, Vec::new()));
        }
    }

    /// The archive's bytes, every entry of this time.
    pub(crate) fn bytes(&self, epoch: u64) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for (path, (mode, content)) in &self.0 {
            ensure!(path.len() <= 100, "{path} is too long for ustar");
            let kind = if path.ends_with('/') { b'5' } else { b'0' };
            let mut header = [0; BLOCK];
            let mut put =
                |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
            put(0, path);
            put(100, &format!("{mode:07o}"));
            put(108, "0000000");
            put(116, "0000000");
            put(124, &format!("{:011o}", content.len()));
            put(136, &format!("{epoch:011o}"));
            put(148, "        ");
            put(257, "ustar");
            put(263, "00");
            header[156] = kind;
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
            out.extend_from_slice(&header);
            out.extend_from_slice(content);
            out.resize(out.len().next_multiple_of(BLOCK), 0);
        }
        out.resize(out.len() + 2 * BLOCK, 0);
        Ok(out)
    }
}
