//! From the chain that a client sends to an [`Identity`]: which root vouches, for which URI.

use std::sync::{Arc, OnceLock};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::EndEntityCert;
use x509_parser::parse_x509_certificate;

use super::{
    anchor::sha256, peer::Identity, prove::PARTNER_URI_PREFIX, refusal::HandshakeRefusal, registry::Snapshot,
};

/// Certificates that a client may send beside its own.
const MAX_INTERMEDIATES: usize = 8;

impl Snapshot {
    /// Who a certificate chain is, or why nobody.
    ///
    /// The roots registered for the certificate's URI are asked first, and what they say is final. Only when none of
    /// them vouches are the other roots asked: then the handshake goes on, and the partner is told at its first call
    /// that another root vouches for it.
    ///
    /// # Errors
    /// Why the handshake must fail.
    pub(super) fn identify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        crl_grace_seconds: u64,
    ) -> Result<Identity, HandshakeRefusal> {
        if intermediates.len() > MAX_INTERMEDIATES {
            return Err(HandshakeRefusal::Malformed);
        }
        let leaf = EndEntityCert::try_from(end_entity).map_err(|_| HandshakeRefusal::Malformed)?;
        let subject_uri = subject_uri(&leaf)?;
        let registered: &[[u8; 32]] =
            self.registrations.get(&subject_uri).map_or(&[], |registration| &registration.anchors);
        let mut vouched = Err(HandshakeRefusal::UnknownIssuer);
        for digest in registered.iter().chain(self.anchors.keys().filter(|each| !registered.contains(each))) {
            let Some(anchor) = self.anchors.get(digest) else { continue };
            match anchor.vouches(&leaf, intermediates, now, crl_grace_seconds) {
                Ok(path) => {
                    vouched = Ok((*digest, path));
                    break;
                }
                Err(HandshakeRefusal::UnknownIssuer) => {}
                Err(refusal) => {
                    vouched = Err(refusal);
                    if registered.contains(digest) {
                        break;
                    }
                }
            }
        }
        let (anchor_digest, path) = vouched?;
        let certificate_digest = sha256(end_entity);
        if self.denied.contains(&certificate_digest) {
            return Err(HandshakeRefusal::Revoked);
        }
        let (_, parsed) = parse_x509_certificate(end_entity).map_err(|_| HandshakeRefusal::Malformed)?;
        Ok(Identity {
            anchor_digest,
            subject_uri,
            certificate_digest,
            serial_number: leaf.serial().to_vec(),
            not_after_seconds: parsed.validity().not_after.timestamp(),
            path,
        })
    }
}

/// The URI that names the partner: the only one of our form, or else the only one there is; empty when there is none.
fn subject_uri(leaf: &EndEntityCert<'_>) -> Result<String, HandshakeRefusal> {
    let uris: Vec<&str> = leaf.valid_uri_names().collect();
    let ours: Vec<&str> = uris.iter().copied().filter(|uri| uri.starts_with(PARTNER_URI_PREFIX)).collect();
    match (ours.as_slice(), uris.as_slice()) {
        ([uri], _) | ([], [uri]) => Ok((*uri).to_owned()),
        ([], []) => Ok(String::new()),
        _ => Err(HandshakeRefusal::Malformed),
    }
}

/// rustls' question about one client certificate, for one connection: it remembers the answer, so that the listener
/// need not work the identity out again.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    pub(super) crl_grace_seconds: u64,
    pub(super) answer: Arc<OnceLock<Result<Identity, HandshakeRefusal>>>,
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[] // a list of all partners' roots is nobody's business, and it changes with the registry
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let answer = self.snapshot.identify(end_entity, intermediates, now, self.crl_grace_seconds);
        let verdict =
            answer.as_ref().map(|_| ClientCertVerified::assertion()).map_err(|refusal| alert(*refusal));
        let _ = self.answer.set(answer); // asked once per connection
        verdict
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The error whose TLS alert (RFC 8446, section 6.2) tells the client most.
fn alert(refusal: HandshakeRefusal) -> Error {
    Error::InvalidCertificate(match refusal {
        HandshakeRefusal::UnknownIssuer => CertificateError::UnknownIssuer,
        HandshakeRefusal::Revoked => CertificateError::Revoked,
        HandshakeRefusal::Expired => CertificateError::Expired,
        HandshakeRefusal::NotYetValid => CertificateError::NotValidYet,
        HandshakeRefusal::WrongPurpose => CertificateError::InvalidPurpose,
        HandshakeRefusal::Malformed => CertificateError::BadEncoding,
        // Ours or the issuer's trouble, not the certificate's: certificate_unknown, "some other issue".
        other => CertificateError::Other(OtherError(Arc::new(other))),
    })
}
