//! Section `[border]`: reports of border posts, and manifests that never arrive.

use serde::{Deserialize, Serialize};

/// Settings of the reports at the border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Largest request, bytes.
    pub max_request_bytes: usize,
    /// How far a post's clock may be ahead of ours, seconds.
    pub max_clock_ahead_seconds: u32,
    /// Most releases that one report on clearance times counts.
    pub max_clearances: u32,
    /// How long after the expected arrival a manifest that never arrived expires, hours.
    pub expire_after_hours: u32,
    /// How often such manifests are looked for, milliseconds.
    pub expire_poll_ms: u64,
    /// How many are looked at in one transaction.
    pub expire_at_once: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_request_bytes: 16 * 1024,
            max_clock_ahead_seconds: 300,
            max_clearances: 200_000,
            expire_after_hours: 72,
            expire_poll_ms: 60_000,
            expire_at_once: 500,
        }
    }
}

impl Config {
    /// What is wrong with the section: key and problem.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        [
            ("max_request_bytes", self.max_request_bytes >= 1024),
            ("max_clearances", self.max_clearances > 0),
            ("expire_after_hours", self.expire_after_hours > 0),
            ("expire_poll_ms", self.expire_poll_ms > 0),
            ("expire_at_once", self.expire_at_once > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (format!("border.{key}"), "is too small".to_owned()))
        .collect()
    }
}
