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
    /// SHA-256 of the trust anchor's subject and public key (one administration's root CA).
    pub anchor_digest: [u8; 32],
    /// The URI in the subject alternative name, for instance `urn:customs:partner:kz-customs`; empty when the
    /// certificate has none, and then no partner can be registered under it.
    pub subject_uri: String,
    /// SHA-256 of the leaf certificate, for the per-request check of revocation.
    pub certificate_digest: [u8; 32],
    /// Serial number of the leaf, big-endian bytes.
    pub serial_number: Vec<u8>,
    /// End of validity, seconds since 1970.
    pub not_after_seconds: i64,
    /// The verified path without its root, leaf first: what a later revocation list can revoke.
    pub path: Vec<Issued>,
}

/// One certificate as revocation lists name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issued {
    /// The issuer's distinguished name, the DER inside its outer SEQUENCE.
    pub issuer: Vec<u8>,
    /// The serial number, big-endian bytes as they stand in the certificate.
    pub serial_number: Vec<u8>,
}
