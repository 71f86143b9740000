//! The section `[outcomes]` of the configuration.

use serde::{Deserialize, Serialize};

/// Reports of inspections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Longest request that is read, bytes.
    pub max_request_bytes: usize,
    /// How far ahead of ours a post's clock may be, seconds: an inspection that ends later is refused.
    pub max_clock_ahead_seconds: u32,
    /// How long before the first receipt of a manifest an inspection of it may have ended, minutes: it may be filed when the
    /// lorry stands at the post already.
    pub max_before_receipt_minutes: u32,
    /// How often the peer groups of entrepreneurs are fitted to their records, and drift is looked for, minutes.
    pub fit_minutes: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_request_bytes: 16_384,
            max_clock_ahead_seconds: 300,
            max_before_receipt_minutes: 1_440,
            fit_minutes: 1_440,
        }
    }
}

impl Config {
    /// What is wrong: key and problem; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        [
            ("outcomes.max_request_bytes", self.max_request_bytes > 0),
            ("outcomes.fit_minutes", self.fit_minutes > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (key, "must be greater than zero"))
        .collect()
    }
}
