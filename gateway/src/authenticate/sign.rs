//! Signing a partner's certificate request with a CA that the operator brings, for partners without one of their own.
//!
//! Of the request only the public key is taken: name, usage and validity are ours to say. Its own signature is proven,
//! so that nobody gets a certificate for a key that it does not hold.

use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _, SanType, SerialNumber, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use x509_parser::parse_x509_certificate;

/// Clocks differ: a certificate holds from a little before it was made.
const CLOCK_SLACK_SECONDS: i64 = 300;

/// The CA that signs: its certificate and private key, PEM. `Debug` prints neither.
pub struct Authority<'a> {
    /// The CA's certificate.
    pub certificate_pem: &'a str,
    /// Its private key, PKCS#8.
    pub key_pem: &'a str,
}

impl std::fmt::Debug for Authority<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority(..)")
    }
}

/// A client certificate for `subject_uri` over the key of a certificate request, PEM, for `days` and never beyond the
/// CA's own end.
///
/// # Errors
/// What is wrong with request, CA or key, in a few words; never a part of the key.
pub fn sign(
    request_pem: &str,
    authority: &Authority<'_>,
    (partner_id, subject_uri): (&str, &str),
    now: Timestamp,
    days: u32,
) -> Result<String, String> {
    let request = CertificateSigningRequestParams::from_pem(request_pem)
        .map_err(|error| format!("the certificate request cannot be used: {error}"))?;
    let key = KeyPair::from_pem(authority.key_pem)
        .map_err(|_| "the CA's key is not a readable private key (PEM, PKCS#8)".to_owned())?;
    let unreadable = || "the CA's certificate is not readable".to_owned();
    let der =
        CertificateDer::from_pem_slice(authority.certificate_pem.as_bytes()).map_err(|_| unreadable())?;
    let (_, ca) = parse_x509_certificate(&der).map_err(|_| unreadable())?;
    if ca.public_key().raw != key.subject_public_key_info() {
        return Err("the CA's key does not belong to its certificate".to_owned());
    }
    let issuer =
        Issuer::from_ca_cert_der(&der, key).map_err(|error| format!("the CA cannot sign: {error}"))?;
    let begin = now.as_second().saturating_sub(CLOCK_SLACK_SECONDS).max(ca.validity().not_before.timestamp());
    let end =
        now.as_second().saturating_add(i64::from(days) * 86_400).min(ca.validity().not_after.timestamp());
    if end <= now.as_second() {
        return Err("the CA's certificate has ended".to_owned());
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, partner_id);
    let uri = subject_uri.try_into().map_err(|_| format!("{subject_uri:?} cannot stand in a certificate"))?;
    params.subject_alt_names = vec![SanType::URI(uri)];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(serial_number()?);
    let since_1970 = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(begin);
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(end);
    let signed = params
        .signed_by(&request.public_key, &issuer)
        .map_err(|error| format!("the CA cannot sign: {error}"))?;
    Ok(signed.pem())
}

/// Sixteen random bytes, positive and of full length (RFC 5280, section 4.1.2.2).
fn serial_number() -> Result<SerialNumber, String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "the system gives no randomness".to_owned())?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}
