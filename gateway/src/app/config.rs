//! The section `[app]` of the configuration: start, stop and reload.

use serde::{Deserialize, Serialize};

/// How the gateway lives as a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How long calls in flight may go on after the signal to stop, milliseconds.
    pub drain_timeout_ms: u64,
    /// How long health answers NOT_SERVING before new connections are refused, milliseconds: the time in which a
    /// load balancer notices.
    pub drain_notice_ms: u64,
    /// Calls that may be under way at once in all; one more is refused with OVERLOADED. Of one connection:
    /// `authenticate.max_concurrent_streams`.
    pub calls_in_total: usize,
    /// Of these, of one partner, streams and watches that are open included; one more is refused with OVERLOADED, and the
    /// others are none the worse.
    pub calls_per_partner: usize,
    /// Longest that any call may take, milliseconds, watches excepted: the backstop behind `intake.call_timeout_ms`.
    pub call_backstop_ms: u64,
    /// Does the gateway tell its contract to whoever asks by gRPC reflection?
    pub reflection: bool,
    /// How often the registry's version is asked for, milliseconds.
    pub registry_poll_ms: u64,
    /// How often the files of the credentials are looked at, milliseconds. SIGHUP looks at once.
    pub credentials_poll_ms: u64,
    /// How often readiness is tried, milliseconds.
    pub readiness_poll_ms: u64,
    /// How long the store may take to answer when readiness is tried, milliseconds.
    pub readiness_timeout_ms: u64,
    /// How often counts of refused handshakes become audit rows, milliseconds.
    pub handshake_flush_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            drain_timeout_ms: 25_000,
            drain_notice_ms: 0,
            calls_in_total: 4_096,
            calls_per_partner: 1_024,
            call_backstop_ms: 30_000,
            reflection: false,
            registry_poll_ms: 1_000,
            credentials_poll_ms: 10_000,
            readiness_poll_ms: 5_000,
            readiness_timeout_ms: 2_000,
            handshake_flush_ms: 60_000,
        }
    }
}

impl Config {
    /// What is wrong: key and problem; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        [
            ("app.drain_timeout_ms", self.drain_timeout_ms > 0),
            ("app.calls_in_total", self.calls_in_total > 0),
            ("app.calls_per_partner", self.calls_per_partner > 0),
            ("app.call_backstop_ms", self.call_backstop_ms > 0),
            ("app.registry_poll_ms", self.registry_poll_ms > 0),
            ("app.credentials_poll_ms", self.credentials_poll_ms > 0),
            ("app.readiness_poll_ms", self.readiness_poll_ms > 0),
            ("app.readiness_timeout_ms", self.readiness_timeout_ms > 0),
            ("app.handshake_flush_ms", self.handshake_flush_ms > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (key, "must be greater than zero"))
        .chain(
            (self.calls_per_partner > self.calls_in_total)
                .then_some(("app.calls_per_partner", "must not be more than app.calls_in_total")),
        )
        .collect()
    }
}
