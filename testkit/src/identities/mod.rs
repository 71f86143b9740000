//! Throwaway certificate authorities and identities: made in memory, with the instant as an argument, never
//! committed. The keys are random; everything else follows from the arguments.

mod registered_partner;

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};

pub use registered_partner::RegisteredPartner;

/// URI in every client certificate, followed by the partner's id.
pub const PARTNER_URI_PREFIX: &str = "urn:customs:partner:";

/// URI in every server certificate.
pub const GATEWAY_URI: &str = "urn:customs:gateway";

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A certificate authority: the root of one administration, or an intermediate of one. P-256.
#[derive(Debug)]
pub struct Authority {
    now: Timestamp,
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// The intermediates from this one up, without the root.
    chain_pem: String,
    revoked: Mutex<Vec<SerialNumber>>,
    serial_number: SerialNumber,
}

/// A certificate with its key, for a client or for the server.
#[derive(Clone)]
pub struct Identity {
    /// The certificate alone, PEM.
    pub certificate_pem: String,
    /// The certificate and the intermediates above it, PEM; the same as `certificate_pem` directly under a root.
    pub chain_pem: String,
    /// The private key, PKCS#8 PEM.
    pub key_pem: String,
    serial_number: SerialNumber,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("serial_number", &self.serial_number).finish_non_exhaustive()
    }
}

/// What a certificate says; [`Authority::issue`] takes it as it is, so that tests can ask for wrong ones.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Common name; for people only.
    pub common_name: String,
    /// URIs of the subject alternative name.
    pub uris: Vec<String>,
    /// DNS names and IP addresses of the subject alternative name.
    pub hosts: Vec<String>,
    /// Client authentication, or server authentication?
    pub usage: Usage,
    /// Beginning of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// A partner's or a border post's client.
    Client,
    /// The gateway.
    Server,
}

impl Authority {
    /// A new root, valid from a day before `now` for ten years.
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn new(common_name: &str, now: Timestamp) -> Result<Authority> {
        let key = KeyPair::generate()?;
        let serial_number = serial_number(&key);
        let params = authority_params(common_name, now, &serial_number)?;
        let issuer = CertifiedIssuer::self_signed(params, key)?;
        Ok(Authority { now, issuer, chain_pem: String::new(), revoked: Mutex::default(), serial_number })
    }

    /// An intermediate under this authority.
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn intermediate(&self, common_name: &str) -> Result<Authority> {
        let key = KeyPair::generate()?;
        let serial_number = serial_number(&key);
        let params = authority_params(common_name, self.now, &serial_number)?;
        let issuer = CertifiedIssuer::signed_by(params, key, &self.issuer)?;
        let chain_pem = format!("{}{}", issuer.pem(), self.chain_pem);
        Ok(Authority { now: self.now, issuer, chain_pem, revoked: Mutex::default(), serial_number })
    }

    /// The authority's own certificate, PEM: an anchor for a registry, or a root for a client.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        self.issuer.pem()
    }

    /// The authority's private key, PKCS#8 PEM, for commands that sign with it.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// The identity of a partner's client, with `urn:customs:partner:<partner_id>`, valid for ninety days.
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn client(&self, partner_id: &str) -> Result<Identity> {
        self.issue(&self.client_profile(partner_id))
    }

    /// As [`Authority::client`], but it ended yesterday.
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn expired(&self, partner_id: &str) -> Result<Identity> {
        self.issue(&Profile {
            not_before: self.now - DAY * 30,
            not_after: self.now - DAY,
            ..self.client_profile(partner_id)
        })
    }

    /// The identity of a gateway under these DNS names and IP addresses, valid for ninety days.
    ///
    /// # Errors
    /// The key or the certificate could not be made, or a name is no name.
    pub fn server(&self, hosts: &[&str]) -> Result<Identity> {
        self.issue(&Profile {
            common_name: "Customs gateway (synthetic)".to_owned(),
            uris: vec![GATEWAY_URI.to_owned()],
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            usage: Usage::Server,
            ..self.client_profile("")
        })
    }

    /// What [`Authority::client`] issues: a profile to vary.
    #[must_use]
    pub fn client_profile(&self, partner_id: &str) -> Profile {
        Profile {
            common_name: format!("{partner_id} (synthetic)"),
            uris: vec![format!("{PARTNER_URI_PREFIX}{partner_id}")],
            hosts: Vec::new(),
            usage: Usage::Client,
            not_before: self.now - DAY,
            not_after: self.now + DAY * 90,
        }
    }

    /// Issues what the profile says, right or wrong.
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn issue(&self, profile: &Profile) -> Result<Identity> {
        let mut params = CertificateParams::default();
        params.distinguished_name = distinguished_name(&profile.common_name);
        params.not_before = date_time_ymd(1970, 1, 1) + since_1970(profile.not_before)?;
        params.not_after = date_time_ymd(1970, 1, 1) + since_1970(profile.not_after)?;
        let key = KeyPair::generate()?;
        let serial_number = serial_number(&key);
        params.serial_number = Some(serial_number.clone());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![match profile.usage {
            Usage::Client => ExtendedKeyUsagePurpose::ClientAuth,
            Usage::Server => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        params.use_authority_key_identifier_extension = true;
        for uri in &profile.uris {
            params.subject_alt_names.push(SanType::URI(uri.as_str().try_into()?));
        }
        for host in &profile.hosts {
            params.subject_alt_names.push(match host.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(host.as_str().try_into()?),
            });
        }
        let certificate_pem = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Identity {
            chain_pem: format!("{certificate_pem}{}", self.chain_pem),
            certificate_pem,
            key_pem: key.serialize_pem(),
            serial_number,
        })
    }

    /// Puts an identity that this authority issued on its revocation list.
    pub fn revoke(&self, identity: &Identity) {
        let mut revoked = self.revoked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        revoked.push(identity.serial_number.clone());
    }

    /// Puts an intermediate that this authority issued on its revocation list.
    pub fn revoke_authority(&self, intermediate: &Authority) {
        let mut revoked = self.revoked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        revoked.push(intermediate.serial_number.clone());
    }

    /// The revocation list as it stands, PEM, from an hour before the authority's `now` for a week.
    ///
    /// # Errors
    /// The list could not be signed.
    pub fn crl_pem(&self) -> Result<String> {
        self.crl_pem_between(self.now - SignedDuration::from_hours(1), self.now + DAY * 7)
    }

    /// The revocation list as it stands, PEM, with these times of issue and next update.
    ///
    /// # Errors
    /// The list could not be signed, or the times are the wrong way round.
    pub fn crl_pem_between(&self, this_update: Timestamp, next_update: Timestamp) -> Result<String> {
        let revocation_time = date_time_ymd(1970, 1, 1) + since_1970(this_update)?;
        let revoked = self.revoked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let revoked_certs = revoked
            .iter()
            .map(|serial_number| RevokedCertParams {
                serial_number: serial_number.clone(),
                revocation_time,
                reason_code: Some(RevocationReason::KeyCompromise),
                invalidity_date: None,
            })
            .collect();
        let list = CertificateRevocationListParams {
            this_update: revocation_time,
            next_update: date_time_ymd(1970, 1, 1) + since_1970(next_update)?,
            crl_number: SerialNumber::from(u64::try_from(this_update.as_second()).unwrap_or(1)),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }
}

impl Identity {
    /// Of a certificate that somebody else signed, and its key.
    #[must_use]
    pub fn of_pem(certificate_pem: String, key_pem: String) -> Self {
        let chain_pem = certificate_pem.clone();
        Identity { certificate_pem, chain_pem, key_pem, serial_number: SerialNumber::from(1) }
    }

    /// Writes `<name>.pem` (the chain) and `<name>.key.pem` (readable by the owner only) into a folder, and gives
    /// their paths in this order.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn write_to(&self, folder: &Path, name: &str) -> Result<(PathBuf, PathBuf)> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key.pem")));
        fs::write(&certificate, &self.chain_pem)
            .with_context(|| format!("writing {}", certificate.display()))?;
        write_secret(&key, &self.key_pem).with_context(|| format!("writing {}", key.display()))?;
        Ok((certificate, key))
    }
}

/// A certificate request of somebody who would like to be `common_name`, and its private key; both PEM.
///
/// # Errors
/// The key or the request could not be made.
pub fn certificate_request(common_name: &str) -> Result<(String, String)> {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name(common_name);
    let key = KeyPair::generate()?;
    Ok((params.serialize_request(&key)?.pem()?, key.serialize_pem()))
}

fn authority_params(
    common_name: &str,
    now: Timestamp,
    serial_number: &SerialNumber,
) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name(common_name);
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(now - DAY)?;
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(now + DAY * 3_650)?;
    params.serial_number = Some(serial_number.clone());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn distinguished_name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Synthetic");
    name.push(DnType::CommonName, common_name);
    name
}

/// Sixteen bytes, positive and of full length, as random as the key they come from.
fn serial_number(key: &KeyPair) -> SerialNumber {
    let mut bytes = [0; 16];
    for (byte, random) in bytes.iter_mut().zip(key.public_key_raw().iter().rev()) {
        *byte = *random;
    }
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

/// What is added to 1970 to make rcgen's kind of date, whose type is not ours to name.
fn since_1970(instant: Timestamp) -> Result<Duration> {
    Ok(Duration::from_secs(u64::try_from(instant.as_second()).context("a certificate's date before 1970")?))
}

fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(path)?, text.as_bytes())
}
