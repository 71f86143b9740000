//! The section `[admin]` of the configuration.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The operators' listener: plain HTTP, so it listens on loopback unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Requests that it answers at once; more wait.
    pub max_requests: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 9090)), max_requests: 16 }
    }
}

impl Config {
    /// What is wrong: key and problem; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        if self.max_requests == 0 {
            vec![("admin.max_requests", "must be greater than zero")]
        } else {
            Vec::new()
        }
    }
}
