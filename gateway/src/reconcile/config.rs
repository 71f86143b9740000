//! Section `[reconcile]`: comparing what was sent with what was received.

use serde::{Deserialize, Serialize};

/// Settings of reconciliation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Largest request, bytes.
    pub max_request_bytes: usize,
    /// Longest period that is compared in one call, days.
    pub max_days: u32,
    /// How many periods are counted at the same time; more wait.
    pub at_once: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { max_request_bytes: 16 * 1024, max_days: 31, at_once: 2 }
    }
}

impl Config {
    /// What is wrong with the section: key and problem.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        [
            ("max_request_bytes", self.max_request_bytes >= 1024),
            ("max_days", self.max_days > 0),
            ("at_once", self.at_once > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (format!("reconcile.{key}"), "is too small".to_owned()))
        .collect()
    }
}
