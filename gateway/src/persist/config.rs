//! The section `[persist]` of the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where manifests are kept and how they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address of a PostgreSQL database, `postgres://user@host:5432/name?sslmode=verify-full`, which any number of gateways
    /// share. Empty: the store is embedded, in the file under `path`. Without a password: that lies in `password_file`.
    pub url: String,
    /// File that holds such an address whole, a password included, instead of `url`: for instance the key `uri` of a Secret
    /// that CloudNativePG makes. Empty: there is none.
    pub url_file: PathBuf,
    /// File with the password of the user in `url`. Empty: there is none.
    pub password_file: PathBuf,
    /// File with the certificate authority of the database's server, PEM. Where it is given, the server must show a
    /// certificate of it for the name in the address, whatever `sslmode` says.
    pub ca_file: PathBuf,
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
    /// Connections that read. Whoever follows the feed leaves one to those who call.
    pub readers: u32,
    /// How long a connection waits for another process's write, in milliseconds. PostgreSQL: `lock_timeout`; longer than
    /// `idle_transaction_timeout_ms`, so that a gateway that stands still is waited out.
    pub busy_timeout_ms: u64,
    /// How long a serving gateway waits for the server's answer when it writes, in milliseconds; then everything is refused until
    /// the server answers again. Longer than any commit, much shorter than `intake.call_timeout_ms`. PostgreSQL only.
    pub answer_timeout_ms: u64,
    /// How long one statement may take, in milliseconds. PostgreSQL only: `statement_timeout`.
    pub statement_timeout_ms: u64,
    /// How long a gateway that stopped in the middle of a write keeps the others from writing, in milliseconds. PostgreSQL
    /// only: `idle_in_transaction_session_timeout`.
    pub idle_transaction_timeout_ms: u64,
    /// How often the feed is looked at for rows of other gateways, beside being told, in milliseconds. PostgreSQL only.
    pub feed_poll_ms: u64,
    /// How long a caller waits for a reading connection, and any connection for the server, in milliseconds.
    pub acquire_timeout_ms: u64,
    /// Pages of the write-ahead log (8 KiB each), roughly counted, after which it is copied into the database,
    /// beside the commits. Smaller costs the disk more, larger makes each copying longer.
    pub wal_autocheckpoint_pages: u32,
    /// Pages of the log at which a commit copies what is left of it by itself, so that the log can begin anew: it
    /// grows little beyond this, and after a crash so much is read again.
    pub wal_limit_pages: u32,
    /// Page cache of each connection, in kibibytes.
    pub cache_kib: u32,
    /// Most keys of history whose counters are remembered until any counter is changed, some 200 bytes each; 0: none are.
    pub history_cache_keys: usize,
    /// Most rows in one answer of a list or of the feed, whatever the caller asks for.
    pub max_page_size: u32,
    /// Who runs this command, for the audit; no setting. Empty for a serving gateway.
    #[serde(skip)]
    pub operator: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            url_file: PathBuf::new(),
            password_file: PathBuf::new(),
            ca_file: PathBuf::new(),
            path: "/var/lib/customs-gateway/store.db".into(),
            wrapping_keys_file: "/var/lib/customs-gateway/secrets/wrapping-keys".into(),
            digest_secret_file: "/var/lib/customs-gateway/secrets/digest-secret".into(),
            max_batch: 64,
            queue_size: 1024,
            readers: 2,
            busy_timeout_ms: 3_500,
            answer_timeout_ms: 3_000,
            statement_timeout_ms: 10_000,
            idle_transaction_timeout_ms: 3_000,
            feed_poll_ms: 500,
            acquire_timeout_ms: 2_000,
            wal_autocheckpoint_pages: 500,
            wal_limit_pages: 4_000,
            cache_kib: 8_192,
            history_cache_keys: 262_144,
            max_page_size: 1_000,
            operator: String::new(),
        }
    }
}

impl Config {
    /// Is the store PostgreSQL?
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        !self.url.is_empty() || !self.url_file.as_os_str().is_empty()
    }

    /// Where the store is, as it may be told.
    pub(in crate::persist) fn place(&self) -> String {
        if !self.url.is_empty() {
            self.url.clone()
        } else if self.is_postgres() {
            format!("the database of {}", self.url_file.display())
        } else {
            self.path.display().to_string()
        }
    }

    /// What is wrong with the section: key and problem.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        [
            ("max_batch", self.max_batch > 0),
            ("queue_size", self.queue_size > 0),
            ("readers", self.readers > 0),
            ("busy_timeout_ms", self.busy_timeout_ms > 0),
            ("answer_timeout_ms", self.answer_timeout_ms > 0),
            ("statement_timeout_ms", self.statement_timeout_ms > 0),
            ("idle_transaction_timeout_ms", self.idle_transaction_timeout_ms > 0),
            ("feed_poll_ms", self.feed_poll_ms > 0),
            ("acquire_timeout_ms", self.acquire_timeout_ms > 0),
            ("wal_autocheckpoint_pages", self.wal_autocheckpoint_pages > 0),
            ("wal_limit_pages", self.wal_limit_pages > 0),
            ("cache_kib", self.cache_kib > 0),
            ("max_page_size", self.max_page_size > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (format!("persist.{key}"), "must be greater than zero".to_owned()))
        .chain(self.problem_of_url())
        .chain(self.problem_of_two())
        .collect()
    }

    /// Two addresses of which one would not count.
    fn problem_of_two(&self) -> Option<(String, String)> {
        let two = !self.url.is_empty() && !self.url_file.as_os_str().is_empty();
        two.then(|| ("persist.url_file".to_owned(), "stands beside persist.url: one of both".to_owned()))
    }

    /// A password would be shown wherever the configuration is.
    fn problem_of_url(&self) -> Option<(String, String)> {
        let after_scheme =
            ["postgres://", "postgresql://"].iter().find_map(|scheme| self.url.strip_prefix(scheme));
        let problem = match after_scheme {
            None if self.url.is_empty() => return None,
            None => "must begin with postgres://",
            Some(rest) => {
                let user = rest.split(['/', '?']).next().and_then(|host| host.rsplit_once('@'));
                let in_query = rest.split(['?', '&']).any(|part| part.starts_with("password="));
                if !in_query && !user.is_some_and(|(user, _)| user.contains(':')) {
                    return None;
                }
                "must hold no password: it belongs into persist.password_file"
            }
        };
        Some(("persist.url".to_owned(), problem.to_owned()))
    }
}
