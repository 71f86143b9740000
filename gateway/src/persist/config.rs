//! The section `[persist]` of the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where manifests are kept and how they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The SQLite database file. Its `-wal` and `-shm` files lie beside it, so the folder must be writable.
    pub path: PathBuf,
    /// File with the keys that wrap the manifests' keys: one a line, `<key id> <64 hexadecimal digits>`, the first
    /// is used for new manifests, the others only to read old ones. Made by `gateway migrate` when absent.
    pub wrapping_keys_file: PathBuf,
    /// File with the secret of the content digests: 64 hexadecimal digits. It must never change, because repeats are
    /// recognised by it. Made by `gateway migrate` when absent.
    pub digest_secret_file: PathBuf,
    /// Most submissions in one commit.
    pub max_batch: usize,
    /// Most submissions that wait for the writer; who comes later waits for a place, up to his deadline.
    pub queue_size: usize,
    /// Connections that read.
    pub readers: u32,
    /// How long a connection waits for another process's write, in milliseconds.
    pub busy_timeout_ms: u64,
    /// How long a caller waits for a reading connection, in milliseconds.
    pub acquire_timeout_ms: u64,
    /// Pages of the write-ahead log (8 KiB each), roughly counted, after which it is copied into the database,
    /// beside the commits. Smaller costs the disk more, larger makes each copying longer.
    pub wal_autocheckpoint_pages: u32,
    /// Pages of the log at which a commit copies what is left of it by itself, so that the log can begin anew: it
    /// grows little beyond this, and after a crash so much is read again.
    pub wal_limit_pages: u32,
    /// Page cache of each connection, in kibibytes.
    pub cache_kib: u32,
    /// Most rows in one answer of a list or of the feed, whatever the caller asks for.
    pub max_page_size: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/var/lib/customs-gateway/store.db".into(),
            wrapping_keys_file: "/var/lib/customs-gateway/secrets/wrapping-keys".into(),
            digest_secret_file: "/var/lib/customs-gateway/secrets/digest-secret".into(),
            max_batch: 64,
            queue_size: 1024,
            readers: 2,
            busy_timeout_ms: 5_000,
            acquire_timeout_ms: 2_000,
            wal_autocheckpoint_pages: 500,
            wal_limit_pages: 4_000,
            cache_kib: 8_192,
            max_page_size: 1_000,
        }
    }
}

impl Config {
    /// What is wrong with the section: key and problem.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        [
            ("max_batch", self.max_batch > 0),
            ("queue_size", self.queue_size > 0),
            ("readers", self.readers > 0),
            ("busy_timeout_ms", self.busy_timeout_ms > 0),
            ("acquire_timeout_ms", self.acquire_timeout_ms > 0),
            ("wal_autocheckpoint_pages", self.wal_autocheckpoint_pages > 0),
            ("wal_limit_pages", self.wal_limit_pages > 0),
            ("cache_kib", self.cache_kib > 0),
            ("max_page_size", self.max_page_size > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (format!("persist.{key}"), "must be greater than zero".to_owned()))
        .collect()
    }
}
