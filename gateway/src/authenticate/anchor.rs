//! One trust anchor: a root that vouches, and the lists with which it takes its word back.
//!
//! Every anchor is asked apart. In one common root store, administration A's CA could vouch for administration B.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rustls_pki_types::{
    CertificateDer, CertificateRevocationListDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use webpki::{
    CertRevocationList, EndEntityCert, Error, KeyUsage, OwnedCertRevocationList, RevocationOptionsBuilder,
};
use x509_parser::{parse_x509_certificate, parse_x509_crl};

use super::{peer::Issued, refusal::HandshakeRefusal};

/// A root CA (or an issuing CA that an operator chose to trust directly) with its revocation lists.
#[derive(Debug)]
pub(super) struct Anchor {
    /// SHA-256 of subject and public key: renewing a root without a new key does not change its identity.
    pub(super) digest: [u8; 32],
    pub(super) not_before_seconds: i64,
    pub(super) not_after_seconds: i64,
    /// Newest first, so that the newest list of an issuer is the one that counts.
    pub(super) crls: Vec<Arc<Crl>>,
    trust_anchor: TrustAnchor<'static>,
    subject: Vec<u8>,
    public_key: Vec<u8>,
}

/// One revocation list.
#[derive(Debug)]
pub(super) struct Crl {
    pub(super) this_update_seconds: i64,
    pub(super) next_update_seconds: i64,
    der: CertificateRevocationListDer<'static>,
    list: CertRevocationList<'static>,
}

impl Anchor {
    /// Reads a CA certificate.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub(super) fn parse(der: &CertificateDer<'_>) -> Result<Anchor, String> {
        let (_, certificate) =
            parse_x509_certificate(der).map_err(|_| "is not a readable X.509 certificate".to_owned())?;
        let is_ca = certificate.basic_constraints().ok().flatten().is_some_and(|found| found.value.ca);
        if !is_ca {
            return Err("is not a CA certificate (basic constraints)".to_owned());
        }
        let trust_anchor = webpki::anchor_from_trusted_cert(der)
            .map_err(|error| format!("cannot serve as a trust anchor: {error}"))?
            .to_owned();
        let subject = certificate.subject().as_raw().to_vec();
        let mut identity = subject.clone();
        identity.extend_from_slice(certificate.public_key().raw);
        Ok(Anchor {
            digest: sha256(&identity),
            not_before_seconds: certificate.validity().not_before.timestamp(),
            not_after_seconds: certificate.validity().not_after.timestamp(),
            crls: Vec::new(),
            trust_anchor,
            subject,
            public_key: certificate.public_key().subject_public_key.data.to_vec(),
        })
    }

    fn add(&mut self, crl: Arc<Crl>) {
        if !self.crls.iter().any(|known| known.der == crl.der) {
            self.crls.push(crl);
            self.crls.sort_by_key(|each| std::cmp::Reverse(each.this_update_seconds));
        }
    }

    /// Takes what another copy of the same anchor knows: partners may share a root.
    pub(super) fn merge(&mut self, other: Anchor) {
        if other.not_after_seconds > self.not_after_seconds {
            self.not_before_seconds = other.not_before_seconds;
            self.not_after_seconds = other.not_after_seconds;
            self.trust_anchor = other.trust_anchor;
        }
        for crl in other.crls {
            self.add(crl);
        }
    }

    /// Does the anchor vouch for this certificate, and has it not taken that back? Gives the verified path, leaf
    /// first, without the anchor itself. A list past its nextUpdate counts for `crl_grace_seconds` more.
    ///
    /// # Errors
    /// [`HandshakeRefusal::UnknownIssuer`] when it does not vouch, otherwise what is wrong.
    pub(super) fn vouches(
        &self,
        leaf: &EndEntityCert<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        crl_grace_seconds: u64,
    ) -> Result<Vec<Issued>, HandshakeRefusal> {
        let now_seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let grace = i64::try_from(crl_grace_seconds).unwrap_or(i64::MAX);
        let fresh: Vec<&CertRevocationList<'_>> = self
            .crls
            .iter()
            .filter(|crl| now_seconds <= crl.next_update_seconds.saturating_add(grace))
            .map(|crl| &crl.list)
            .collect();
        let any_stale = fresh.len() < self.crls.len();
        if fresh.is_empty() && any_stale {
            // webpki cannot be asked without a list; first learn whether this is our business at all.
            self.path(leaf, intermediates, now, &[])?;
            return Err(HandshakeRefusal::CrlStale);
        }
        let path = match self.path(leaf, intermediates, now, &fresh) {
            Err(HandshakeRefusal::RevocationUnknown) if any_stale => Err(HandshakeRefusal::CrlStale),
            other => other,
        }?;
        if now_seconds < self.not_before_seconds || self.not_after_seconds < now_seconds {
            return Err(HandshakeRefusal::Expired); // webpki does not look at an anchor's own validity
        }
        if self.has_revoked(&path) { Err(HandshakeRefusal::Revoked) } else { Ok(path) }
    }

    fn path(
        &self,
        leaf: &EndEntityCert<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        crls: &[&CertRevocationList<'_>],
    ) -> Result<Vec<Issued>, HandshakeRefusal> {
        // No list at all: this administration publishes none, and the operator knows it.
        let revocation = RevocationOptionsBuilder::new(crls).ok().map(|options| options.build());
        let anchors = std::slice::from_ref(&self.trust_anchor);
        let verified = leaf
            .verify_for_usage(
                supported_algorithms(),
                anchors,
                intermediates,
                now,
                KeyUsage::client_auth(),
                revocation,
                None,
            )
            .map_err(|error| classify(&error))?;
        let mut path = vec![Issued { issuer: leaf.issuer().to_vec(), serial_number: leaf.serial().to_vec() }];
        path.extend(verified.intermediate_certificates().map(|certificate| Issued {
            issuer: certificate.issuer().to_vec(),
            serial_number: certificate.serial().to_vec(),
        }));
        Ok(path)
    }

    /// Does any list, however old, revoke any certificate of the path?
    pub(super) fn has_revoked(&self, path: &[Issued]) -> bool {
        path.iter().any(|issued| {
            self.crls.iter().any(|crl| {
                crl.list.issuer() == issued.issuer
                    && crl.list.find_serial(&issued.serial_number).is_ok_and(|found| found.is_some())
            })
        })
    }
}

impl Crl {
    fn parse(der: CertificateRevocationListDer<'static>) -> Result<Crl, String> {
        let (_, parsed) =
            parse_x509_crl(&der).map_err(|_| "is not a readable X.509 revocation list".to_owned())?;
        let list = OwnedCertRevocationList::from_der(&der)
            .map_err(|error| format!("cannot be used as a revocation list: {error}"))?;
        let next_update = parsed.next_update().ok_or_else(|| "has no nextUpdate".to_owned())?;
        Ok(Crl {
            this_update_seconds: parsed.last_update().timestamp(),
            next_update_seconds: next_update.timestamp(),
            list: list.into(),
            der,
        })
    }
}

/// Gives a partner's revocation list to the anchors that it concerns: to those that issued it, or, when it names none
/// of them, to all, since an intermediate below them may have issued it. The handshake checks its signature then.
///
/// # Errors
/// What is wrong with the list, in a few words.
pub(super) fn distribute(
    der: CertificateRevocationListDer<'static>,
    anchors: &mut [Anchor],
) -> Result<(), String> {
    let crl = Arc::new(Crl::parse(der)?);
    let (_, parsed) =
        parse_x509_crl(&crl.der).map_err(|_| "is not a readable X.509 revocation list".to_owned())?;
    let issuer = parsed.issuer().as_raw();
    let named = anchors.iter().any(|anchor| anchor.subject == issuer);
    let mut taken = false;
    for anchor in anchors {
        // Two roots may share a name, for instance an old one and its successor.
        let own = anchor.subject == issuer
            && signed_by(&anchor.public_key, parsed.tbs_cert_list.as_ref(), &parsed.signature_value.data);
        if own || !named {
            anchor.add(crl.clone());
            taken = true;
        }
    }
    if named && !taken {
        Err("is not signed by the anchor that it names as its issuer".to_owned())
    } else {
        Ok(())
    }
}

/// The signature algorithms of the one crypto library that we link.
pub(super) fn supported_algorithms() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    webpki::ALL_VERIFICATION_ALGS
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// Trying each algorithm is enough here: a key of another kind fails, and the file comes from our own operator.
fn signed_by(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    supported_algorithms()
        .iter()
        .any(|algorithm| algorithm.verify_signature(public_key, message, signature).is_ok())
}

fn classify(error: &Error) -> HandshakeRefusal {
    match error {
        // A bad signature means another key under the same name: this anchor does not vouch.
        Error::UnknownIssuer | Error::InvalidSignatureForPublicKey => HandshakeRefusal::UnknownIssuer,
        Error::CertRevoked => HandshakeRefusal::Revoked,
        Error::CertExpired { .. } => HandshakeRefusal::Expired,
        Error::CertNotValidYet { .. } => HandshakeRefusal::NotYetValid,
        Error::CrlExpired { .. } => HandshakeRefusal::CrlStale,
        Error::UnknownRevocationStatus
        | Error::InvalidCrlSignatureForPublicKey
        | Error::IssuerNotCrlSigner => HandshakeRefusal::RevocationUnknown,
        Error::RequiredEkuNotFoundContext(_)
        | Error::EmptyEkuExtension
        | Error::CaUsedAsEndEntity
        | Error::EndEntityUsedAsCa => HandshakeRefusal::WrongPurpose,
        _ => HandshakeRefusal::Malformed,
    }
}
