//! The section `[watch]` of the configuration.

use serde::{Deserialize, Serialize};

/// What watchers of the feed get, and what they may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Silence after which a watcher is sent a heartbeat, milliseconds. As often, it is asked whether the partner may
    /// still watch, and the store whether another process wrote to the feed.
    pub heartbeat_ms: u64,
    /// Time between two looks of one watcher into the store, milliseconds: many commits are read together.
    pub min_read_interval_ms: u64,
    /// Rows of the feed that one watcher holds in memory at the most.
    pub page_size: u32,
    /// Watchers that one partner may have.
    pub watchers_per_partner: usize,
    /// Watchers in all.
    pub watchers_in_total: usize,
    /// Longest request that is read, bytes.
    pub max_request_bytes: usize,
    /// Longest resume token that is looked at, bytes.
    pub max_resume_token_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            heartbeat_ms: 15_000,
            min_read_interval_ms: 10,
            page_size: 64,
            watchers_per_partner: 8,
            watchers_in_total: 512,
            max_request_bytes: 16_384,
            max_resume_token_bytes: 256,
        }
    }
}

impl Config {
    /// What is wrong: key and problem; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        [
            ("watch.heartbeat_ms", self.heartbeat_ms > 0),
            ("watch.page_size", self.page_size > 0),
            ("watch.watchers_per_partner", self.watchers_per_partner > 0),
            ("watch.watchers_in_total", self.watchers_in_total > 0),
            ("watch.max_request_bytes", self.max_request_bytes > 0),
            ("watch.max_resume_token_bytes", self.max_resume_token_bytes > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (key, "must be greater than zero"))
        .collect()
    }
}
