//! Step 1: a TCP connection becomes a [`Peer`].
//!
//! ```text
//! Listener ── TCP accept, bounds ──▶ handshake ── verifier asks every anchor apart ──▶ Connection with its Peer
//!                                        │                                                    │
//!                                        └── refused: an alert, and a count in the AuditSink  │
//!                                            Registry::partner(&peer), once per request ◀─────┘
//! ```
//!
//! Identity is the pair of issuing root and URI, from the certificate and from nowhere else. Nothing here waits on
//! anything but sockets, and nothing a stranger does is without a bound ([`Config`]).

mod config;
mod connection;
mod listener;

mod handshake;
mod verifier;

mod anchor;
mod credentials;
mod peer;

mod certificate;
mod folder;
mod partner;
mod prove;
pub mod registry;
mod sign;

mod refusal;
mod tally;

#[cfg(test)]
mod tests;

pub use certificate::ClientCertificate;
pub use config::Config;
pub use connection::Connection;
pub use credentials::{Credentials, CredentialsError};
pub use folder::read_folder;
pub use listener::{Incoming, Listener, OpenConnections};
pub use peer::{Identity, Issued, Peer};
pub use prove::PARTNER_URI_PREFIX;
pub use refusal::{AuditSink, HandshakeCount, HandshakeCounts, HandshakeRefusal, Network};
pub use registry::{Partner, PartnerEntry, Problem, Refused, Registry, Role, Settings, Snapshot, prove};
pub use sign::{Authority, sign};
