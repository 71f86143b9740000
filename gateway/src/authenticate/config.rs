//! The section `[authenticate]` of the configuration: where we listen, who we are, and what a stranger may cost us.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use tonic::transport::Server;

/// Settings of the gRPC listener, its TLS and its HTTP/2 connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port of the gRPC listener. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// PEM file with the server certificate, leaf first, then its intermediates.
    pub certificate_file: PathBuf,
    /// PEM file with the private key of the server certificate (PKCS#8, SEC1 or PKCS#1). Refused when everybody may
    /// read it.
    pub key_file: PathBuf,
    /// How long a TLS handshake may take, milliseconds.
    pub handshake_timeout_ms: u64,
    /// Handshakes that may be under way at once; one more is closed at once and counted.
    pub max_handshakes: usize,
    /// Of these, how many one source network (/24 or /48) may have under way.
    pub max_handshakes_per_network: usize,
    /// Connections that may be open at once, handshakes included; one more is closed at once and counted.
    pub max_connections: usize,
    /// Of these, how many one identity (issuing root and URI) may hold.
    pub max_connections_per_identity: usize,
    /// How long past its nextUpdate a revocation list is still honoured, seconds; afterwards the clients of that
    /// issuer are refused.
    pub crl_grace_seconds: u64,
    /// Age at which a connection is told to go away, so that new credentials take effect, seconds.
    pub max_connection_age_seconds: u64,
    /// How long calls in flight may go on after that, seconds.
    pub max_connection_age_grace_seconds: u64,
    /// Calls that one connection may have open at once.
    pub max_concurrent_streams: u32,
    /// Bytes of headers that one call may carry.
    pub max_header_list_bytes: u32,
    /// Bytes that one call may send before we have read them.
    pub stream_window_bytes: u32,
    /// Bytes that all calls of one connection together may send before we have read them.
    pub connection_window_bytes: u32,
    /// Streams opened and reset by the client and not yet handled, before the connection is closed (rapid reset).
    pub max_pending_reset_streams: usize,
    /// Streams reset by us because of the client's errors (calls beyond `max_concurrent_streams` among them), before the
    /// connection is closed.
    pub max_error_reset_streams: usize,
    /// Silence after which we ask a connection whether it still lives, seconds.
    pub keepalive_interval_seconds: u64,
    /// How long it may take to answer, seconds.
    pub keepalive_timeout_seconds: u64,
    /// Keys (reason, source network, minute) that the counts of refused handshakes keep between two flushes; what
    /// goes beyond is counted without its network.
    pub max_handshake_count_keys: usize,
    /// gRPC-Web, over HTTP/1.1 and HTTP/2, for partners whose language has no gRPC; with the same certificates.
    pub grpc_web: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from(([0, 0, 0, 0], 8443)),
            certificate_file: PathBuf::from("/etc/customs-gateway/tls/tls.crt"),
            key_file: PathBuf::from("/etc/customs-gateway/tls/tls.key"),
            handshake_timeout_ms: 5_000,
            max_handshakes: 256,
            max_handshakes_per_network: 64,
            max_connections: 4_096,
            max_connections_per_identity: 256,
            crl_grace_seconds: 86_400,
            max_connection_age_seconds: 3_600,
            max_connection_age_grace_seconds: 30,
            max_concurrent_streams: 64,
            max_header_list_bytes: 8_192,
            stream_window_bytes: 262_144,
            connection_window_bytes: 1_048_576,
            max_pending_reset_streams: 20,
            max_error_reset_streams: 256,
            keepalive_interval_seconds: 30,
            keepalive_timeout_seconds: 10,
            max_handshake_count_keys: 4_096,
            grpc_web: false,
        }
    }
}

impl Config {
    /// A tonic server with every limit of HTTP/2 set. tonic hands `None` on to hyper where a limit is not set, which
    /// removes hyper's own defaults: so each is named here and nowhere else.
    #[must_use]
    pub fn server(&self) -> Server {
        Server::builder()
            .accept_http1(self.grpc_web)
            .max_concurrent_streams(self.max_concurrent_streams)
            .http2_max_header_list_size(self.max_header_list_bytes)
            .initial_stream_window_size(self.stream_window_bytes)
            .initial_connection_window_size(self.connection_window_bytes)
            .http2_max_pending_accept_reset_streams(Some(self.max_pending_reset_streams))
            .http2_max_local_error_reset_streams(Some(self.max_error_reset_streams))
            .http2_keepalive_interval(Some(Duration::from_secs(self.keepalive_interval_seconds)))
            .http2_keepalive_timeout(Some(Duration::from_secs(self.keepalive_timeout_seconds)))
            // Not tonic's grace: with it, tonic 0.14 never says goodbye and only cuts. Our connections end by
            // themselves when the grace is over.
            .max_connection_age(Duration::from_secs(self.max_connection_age_seconds))
    }

    /// The longest that a connection can live: its age, then the grace for calls in flight.
    pub(super) fn longest_life(&self) -> Duration {
        let seconds = self.max_connection_age_seconds.saturating_add(self.max_connection_age_grace_seconds);
        Duration::from_secs(seconds)
    }

    /// What is wrong with these settings, each with the key it is about; empty when nothing is. Looks at no file.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let positive = [
            ("authenticate.handshake_timeout_ms", self.handshake_timeout_ms > 0),
            ("authenticate.max_handshakes", self.max_handshakes > 0),
            ("authenticate.max_handshakes_per_network", self.max_handshakes_per_network > 0),
            ("authenticate.max_connections", self.max_connections > 0),
            ("authenticate.max_connections_per_identity", self.max_connections_per_identity > 0),
            ("authenticate.max_connection_age_seconds", self.max_connection_age_seconds > 0),
            ("authenticate.max_concurrent_streams", self.max_concurrent_streams > 0),
            ("authenticate.max_header_list_bytes", self.max_header_list_bytes > 0),
            ("authenticate.keepalive_interval_seconds", self.keepalive_interval_seconds > 0),
            ("authenticate.keepalive_timeout_seconds", self.keepalive_timeout_seconds > 0),
            ("authenticate.max_handshake_count_keys", self.max_handshake_count_keys > 0),
        ];
        let windows = [
            ("authenticate.stream_window_bytes", self.stream_window_bytes),
            ("authenticate.connection_window_bytes", self.connection_window_bytes),
        ];
        positive
            .into_iter()
            .filter(|(_, good)| !good)
            .map(|(key, _)| (key, "must be greater than zero"))
            .chain(
                windows
                    .into_iter()
                    .filter(|(_, bytes)| !(65_535..=i32::MAX as u32).contains(bytes))
                    .map(|(key, _)| (key, "must be between 65535 and 2147483647 (RFC 9113, section 6.9.1)")),
            )
            .collect()
    }
}
