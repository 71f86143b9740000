//! Who may say what: the partners as one proven snapshot, asked once per request.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;

use super::{anchor::Anchor, peer::Peer};
use crate::clock::Clock;

pub use super::{
    partner::{DEFAULT_QUOTA, Load, NamedCertificate, Partner, Role, Settings},
    prove::{PartnerEntry, Problem, prove},
};

/// Why a peer whose certificate is good is refused all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// No partner is registered under this identity.
    #[error("no partner is registered under this certificate's identity")]
    NotRegistered,
    /// The identity is registered, but another administration's root vouches for it.
    #[error("the certificate's issuer may not vouch for this identity")]
    VouchedByAnother,
    /// The partner names its certificates, and this is none of them.
    #[error("the certificate is none of those that are registered for this partner")]
    NotNamed,
    /// The partner is suspended.
    #[error("the partner is suspended")]
    Suspended,
    /// The certificate was revoked after the connection was made.
    #[error("the certificate is revoked")]
    Revoked,
    /// The certificate's validity ended after the connection was made.
    #[error("the certificate is expired")]
    Expired,
}

/// The registry as everybody asks it. Cheap to clone; all clones see what is published.
#[derive(Debug, Clone)]
pub struct Registry {
    current: Arc<ArcSwap<Snapshot>>,
    clock: Clock,
}

impl Registry {
    /// A registry with `snapshot` in force; [`Snapshot::default`] knows nobody.
    #[must_use]
    pub fn new(snapshot: Snapshot, clock: Clock) -> Self {
        Registry { current: Arc::new(ArcSwap::from_pointee(snapshot)), clock }
    }

    /// Puts a proven snapshot in force, for new connections and for the next request of those that are open.
    pub fn publish(&self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
    }

    /// The snapshot in force.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// The partner behind a peer, asked for every request: the answer may change while a connection lives.
    ///
    /// # Errors
    /// Why the peer may not speak at this moment.
    pub fn partner(&self, peer: &Peer) -> Result<Arc<Partner>, Refused> {
        self.current.load().partner(peer, self.clock.now().as_second())
    }
}

/// All partners with their anchors and revocation lists, proven together by [`prove`].
#[derive(Debug, Default)]
pub struct Snapshot {
    /// By URI: an URI belongs to one partner.
    pub(super) registrations: HashMap<String, Registration>,
    /// By digest of subject and public key; partners may share one.
    pub(super) anchors: HashMap<[u8; 32], Anchor>,
    /// SHA-256 digests of certificates refused by hand.
    pub(super) denied: std::collections::HashSet<[u8; 32]>,
}

/// One partner and the roots that may vouch for it.
#[derive(Debug, Clone)]
pub(super) struct Registration {
    pub(super) partner: Arc<Partner>,
    pub(super) anchors: Arc<[[u8; 32]]>,
    /// The only certificates that mean it; empty: all that its roots vouch for.
    pub(super) certificates: Arc<[[u8; 32]]>,
}

/// A date that an operator should see coming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// Whose root or list it is.
    pub partner_id: String,
    /// What ends then.
    pub kind: ExpiryKind,
    /// When, seconds since 1970; a list is honoured for `crl_grace_seconds` more.
    pub at_seconds: i64,
}

/// What can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpiryKind {
    /// A trust anchor's validity.
    Anchor,
    /// A revocation list's nextUpdate.
    RevocationList,
}

impl Snapshot {
    /// As [`Registry::partner`], at `now_seconds` since 1970.
    ///
    /// # Errors
    /// Why the peer may not speak.
    pub fn partner(&self, peer: &Peer, now_seconds: i64) -> Result<Arc<Partner>, Refused> {
        let identity = &*peer.identity;
        let registration = self.registrations.get(&identity.subject_uri).ok_or(Refused::NotRegistered)?;
        if !registration.anchors.contains(&identity.anchor_digest) {
            return Err(Refused::VouchedByAnother);
        }
        if identity.not_after_seconds < now_seconds {
            return Err(Refused::Expired);
        }
        let revoked = self
            .anchors
            .get(&identity.anchor_digest)
            .is_some_and(|anchor| anchor.has_revoked(&identity.path));
        if revoked || self.denied.contains(&identity.certificate_digest) {
            return Err(Refused::Revoked);
        }
        let named = &registration.certificates;
        if !named.is_empty() && !named.contains(&identity.certificate_digest) {
            return Err(Refused::NotNamed);
        }
        if registration.partner.suspended {
            return Err(Refused::Suspended);
        }
        Ok(registration.partner.clone())
    }

    /// Every registered partner, once, in order of id.
    #[must_use]
    pub fn partners(&self) -> Vec<Arc<Partner>> {
        let mut partners: Vec<_> = self.registrations.values().map(|each| each.partner.clone()).collect();
        partners.sort_by(|a, b| a.id.cmp(&b.id));
        partners.dedup_by(|a, b| a.id == b.id);
        partners
    }

    /// When anchors and revocation lists end, soonest first: the source of alerts.
    #[must_use]
    pub fn expiries(&self) -> Vec<Expiry> {
        let mut expiries: Vec<Expiry> = Vec::new();
        for registration in self.registrations.values() {
            for anchor in registration.anchors.iter().filter_map(|digest| self.anchors.get(digest)) {
                let partner_id = &registration.partner.id;
                let lists =
                    anchor.crls.iter().map(|crl| (ExpiryKind::RevocationList, crl.next_update_seconds));
                for (kind, at_seconds) in lists.chain([(ExpiryKind::Anchor, anchor.not_after_seconds)]) {
                    let expiry = Expiry { partner_id: partner_id.clone(), kind, at_seconds };
                    if !expiries.contains(&expiry) {
                        expiries.push(expiry);
                    }
                }
            }
        }
        expiries.sort_by(|a, b| (a.at_seconds, &a.partner_id).cmp(&(b.at_seconds, &b.partner_id)));
        expiries
    }
}
