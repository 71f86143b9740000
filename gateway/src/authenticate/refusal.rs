//! Refusals that happen before there is a peer: a closed set of reasons, counted, never written one by one.
//!
//! A stranger can cause as many of these as it likes. So they are kept as counts per reason, source network and
//! minute, with a bound on the number of keys.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

/// Why a connection did not become a peer. The peer sees a TLS alert, or a closed connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum HandshakeRefusal {
    /// It sent no client certificate.
    #[error("no client certificate")]
    NoCertificate,
    /// No anchor of any partner vouches for its certificate.
    #[error("unknown issuer")]
    UnknownIssuer,
    /// Its certificate, or an intermediate of it, is revoked.
    #[error("certificate revoked")]
    Revoked,
    /// Its certificate, an intermediate or the anchor is past its validity.
    #[error("certificate expired")]
    Expired,
    /// Its certificate is not valid yet.
    #[error("certificate not yet valid")]
    NotYetValid,
    /// The issuer's revocation list is past its nextUpdate and the grace after it.
    #[error("revocation list stale")]
    CrlStale,
    /// The partner publishes revocation lists, but none of them speaks about this issuer.
    #[error("revocation status unknown")]
    RevocationUnknown,
    /// The certificate is not meant for a client.
    #[error("certificate not for client authentication")]
    WrongPurpose,
    /// The certificate cannot be read, or names more than one partner.
    #[error("certificate malformed")]
    Malformed,
    /// Not TLS 1.3 with HTTP/2, or not TLS at all.
    #[error("protocol error")]
    ProtocolError,
    /// The peer refused us: it sent an alert, for instance because it does not trust our certificate.
    #[error("refused by the peer")]
    RefusedByPeer,
    /// The peer went away during the handshake.
    #[error("disconnected")]
    Disconnected,
    /// The handshake took too long.
    #[error("handshake timed out")]
    Timeout,
    /// Too many handshakes were under way, in all or from this network.
    #[error("too many handshakes")]
    TooManyHandshakes,
    /// Too many connections were open, in all or of this identity.
    #[error("too many connections")]
    TooManyConnections,
}

impl HandshakeRefusal {
    /// Every reason, for metrics and documents.
    pub const ALL: [HandshakeRefusal; 15] = [
        HandshakeRefusal::NoCertificate,
        HandshakeRefusal::UnknownIssuer,
        HandshakeRefusal::Revoked,
        HandshakeRefusal::Expired,
        HandshakeRefusal::NotYetValid,
        HandshakeRefusal::CrlStale,
        HandshakeRefusal::RevocationUnknown,
        HandshakeRefusal::WrongPurpose,
        HandshakeRefusal::Malformed,
        HandshakeRefusal::ProtocolError,
        HandshakeRefusal::RefusedByPeer,
        HandshakeRefusal::Disconnected,
        HandshakeRefusal::Timeout,
        HandshakeRefusal::TooManyHandshakes,
        HandshakeRefusal::TooManyConnections,
    ];

    /// The name in audit rows and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            HandshakeRefusal::NoCertificate => "NO_CERTIFICATE",
            HandshakeRefusal::UnknownIssuer => "UNKNOWN_ISSUER",
            HandshakeRefusal::Revoked => "REVOKED",
            HandshakeRefusal::Expired => "EXPIRED",
            HandshakeRefusal::NotYetValid => "NOT_YET_VALID",
            HandshakeRefusal::CrlStale => "CRL_STALE",
            HandshakeRefusal::RevocationUnknown => "REVOCATION_UNKNOWN",
            HandshakeRefusal::WrongPurpose => "WRONG_PURPOSE",
            HandshakeRefusal::Malformed => "MALFORMED",
            HandshakeRefusal::ProtocolError => "PROTOCOL_ERROR",
            HandshakeRefusal::RefusedByPeer => "REFUSED_BY_PEER",
            HandshakeRefusal::Disconnected => "DISCONNECTED",
            HandshakeRefusal::Timeout => "TIMEOUT",
            HandshakeRefusal::TooManyHandshakes => "TOO_MANY_HANDSHAKES",
            HandshakeRefusal::TooManyConnections => "TOO_MANY_CONNECTIONS",
        }
    }
}

/// Where refusals go; `app` connects it. Called on the accept path: it must not wait.
pub trait AuditSink: fmt::Debug + Send + Sync {
    /// One connection from `source` was refused at `time`.
    fn refused(&self, reason: HandshakeRefusal, source: IpAddr, time: Timestamp);
}

/// A source network: the first 24 bits of an IPv4 address, the first 48 of an IPv6 one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Network {
    /// A /24.
    V4(Ipv4Addr),
    /// A /48.
    V6(Ipv6Addr),
}

impl Network {
    /// The network of an address; IPv4 addresses in IPv6 form count as IPv4.
    #[must_use]
    pub fn of(address: IpAddr) -> Network {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Network::V4(Ipv4Addr::new(a, b, c, 0))
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                Network::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Network::V4(address) => write!(f, "{address}/24"),
            Network::V6(address) => write!(f, "{address}/48"),
        }
    }
}

/// One count, ready for an audit row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HandshakeCount {
    /// Start of the minute, seconds since 1970.
    pub minute_seconds: i64,
    /// Why.
    pub reason: HandshakeRefusal,
    /// From where; `None` is the rest, when there were more networks than may be kept.
    pub network: Option<Network>,
    /// How many.
    pub count: u64,
}

/// Counts refusals per reason, network and minute until somebody drains them; holds a bounded number of keys, and
/// one more per reason for the rest.
#[derive(Debug)]
pub struct HandshakeCounts {
    counts: Mutex<Counts>,
    max_keys: usize,
}

#[derive(Debug, Default)]
struct Counts {
    by_key: HashMap<(i64, HandshakeRefusal, Network), u64>,
    /// What found no key: keeps its reason and its first minute, since networks and minutes grow without end.
    rest: HashMap<HandshakeRefusal, (i64, u64)>,
}

impl HandshakeCounts {
    /// Counts with at most `max_keys` keys between two drains.
    #[must_use]
    pub fn new(max_keys: usize) -> Self {
        HandshakeCounts { counts: Mutex::default(), max_keys }
    }

    /// Takes all counts, oldest first, and begins anew. `app` writes them as audit rows once a minute and at the end.
    #[must_use]
    pub fn drain(&self) -> Vec<HandshakeCount> {
        let Counts { by_key, rest } =
            std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let known = by_key.into_iter().map(|((minute_seconds, reason, network), count)| HandshakeCount {
            minute_seconds,
            reason,
            network: Some(network),
            count,
        });
        let rest = rest.into_iter().map(|(reason, (minute_seconds, count))| HandshakeCount {
            minute_seconds,
            reason,
            network: None,
            count,
        });
        let mut counts: Vec<_> = known.chain(rest).collect();
        counts.sort();
        counts
    }
}

impl AuditSink for HandshakeCounts {
    fn refused(&self, reason: HandshakeRefusal, source: IpAddr, time: Timestamp) {
        let minute = time.as_second().div_euclid(60).saturating_mul(60);
        let key = (minute, reason, Network::of(source));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = if counts.by_key.len() < self.max_keys || counts.by_key.contains_key(&key) {
            counts.by_key.entry(key).or_default()
        } else {
            &mut counts.rest.entry(reason).or_insert((minute, 0)).1
        };
        *count = count.saturating_add(1);
    }
}
