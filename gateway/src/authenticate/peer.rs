//! The authenticated other end of a connection.

use std::{net::SocketAddr, sync::Arc};

/// Who is at the other end, worked out once per connection from its certificate and never from a payload. Cheap to
/// clone: it is copied into the extensions of every request.
#[derive(Debug, Clone)]
pub struct Peer {
    /// What the certificate proves.
    pub identity: Arc<Identity>,
    /// Where the connection comes from.
    pub address: SocketAddr,
}

/// What a verified certificate proves: an identity is the pair of issuing root and SAN, never the common name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of the trust anchor's public key and subject (one administration's root CA).
    pub anchor_digest: [u8; 32],
    /// The URI in the subject alternative name, for instance `urn:customs:partner:kz-customs`.
    pub subject_uri: String,
    /// SHA-256 of the leaf certificate, for the per-request check of revocation.
    pub certificate_digest: [u8; 32],
    /// Serial number of the leaf, big-endian bytes.
    pub serial_number: Vec<u8>,
    /// End of validity, seconds since 1970.
    pub not_after_seconds: i64,
}
