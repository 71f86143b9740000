//! A partner's certificate as an operator brings it: read, and tried against a registry before it is relied on.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime, pem::PemObject as _};
use webpki::EndEntityCert;
use x509_parser::parse_x509_certificate;

use super::{
    peer::Peer,
    registry::{NamedCertificate, Snapshot},
};

/// A client certificate, with what its owner sends beside it.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    chain: Vec<CertificateDer<'static>>,
    /// SHA-256 digest of the certificate, 64 hexadecimal digits.
    pub sha256: String,
    /// The URIs of its subject alternative name.
    pub subject_uris: Vec<String>,
    /// End of its validity.
    pub not_after: Timestamp,
}

impl ClientCertificate {
    /// From PEM: the certificate first, then the intermediates that its owner sends, if any.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub fn read(pem: &[u8]) -> Result<Self, String> {
        let chain = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("is not readable PEM: {error}"))?;
        let leaf = chain.first().ok_or("holds no certificate (PEM)")?;
        let unreadable = || "is not a readable X.509 certificate".to_owned();
        let (_, parsed) = parse_x509_certificate(leaf).map_err(|_| unreadable())?;
        let not_after =
            Timestamp::from_second(parsed.validity().not_after.timestamp()).map_err(|_| unreadable())?;
        let entity = EndEntityCert::try_from(leaf).map_err(|_| unreadable())?;
        let subject_uris = entity.valid_uri_names().map(ToOwned::to_owned).collect();
        let sha256 = digest(&SHA256, leaf).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { sha256, subject_uris, not_after, chain })
    }

    /// As it is named in a partner's settings.
    #[must_use]
    pub fn named(&self) -> NamedCertificate {
        NamedCertificate { sha256: self.sha256.clone(), not_after: self.not_after.to_string() }
    }
}

impl Snapshot {
    /// The partner that would be let in with this certificate under this registry, exactly as handshake and first call
    /// decide it.
    ///
    /// # Errors
    /// Why nobody would be, in a few words.
    pub fn lets_in(
        &self,
        certificate: &ClientCertificate,
        now: Timestamp,
        crl_grace_seconds: u64,
    ) -> Result<String, String> {
        let seconds = u64::try_from(now.as_second()).map_err(|_| "the clock is before 1970".to_owned())?;
        let unix = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let (leaf, intermediates) = certificate.chain.split_first().ok_or("holds no certificate")?;
        let identity = self
            .identify(leaf, intermediates, unix, crl_grace_seconds)
            .map_err(|refusal| format!("would be refused in the handshake: {}", refusal.code()))?;
        let address = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
        let peer = Peer { identity: std::sync::Arc::new(identity), address };
        let partner = self.partner(&peer, now.as_second()).map_err(|refused| refused.to_string())?;
        Ok(partner.id.clone())
    }
}
