//! The certificate that a command brings: read from a file, or signed now for a certificate request.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{arguments::Certificate, refused};
use crate::{
    authenticate::{Authority, ClientCertificate, sign},
    command::DataRefused,
};

/// A certificate that is to be taken.
pub(super) struct Brought {
    pub(super) certificate: ClientCertificate,
    /// Signed now, and where it is to be written once the partner is registered with it.
    pub(super) signed: Option<Signed>,
}

/// A certificate that we signed.
pub(super) struct Signed {
    pem: String,
    out: PathBuf,
    /// The CA's certificate: an anchor of the partner's.
    pub(super) ca_pem: String,
}

impl Signed {
    /// Writes it, never over a file that is there.
    pub(super) fn write(&self) -> anyhow::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&self.out)?;
        file.write_all(self.pem.as_bytes())?;
        println!("certificate written to {}", self.out.display());
        Ok(())
    }
}

/// The text of a file that an operator named.
pub(super) fn text(file: &Path) -> Result<String, DataRefused> {
    fs::read_to_string(file).map_err(|error| refused(format!("{}: {error}", file.display())))
}

/// The certificate that the command line names, if it names one.
pub(super) fn brought(
    arguments: &Certificate,
    (partner_id, subject_uri): (&str, &str),
    now: Timestamp,
) -> Result<Option<Brought>, DataRefused> {
    if let Some(file) = &arguments.certificate {
        let located = |problem: String| refused(format!("{}: {problem}", file.display()));
        let certificate = ClientCertificate::read(text(file)?.as_bytes()).map_err(located)?;
        return Ok(Some(Brought { certificate, signed: None }));
    }
    let Certificate { csr, ca_certificate, ca_key, certificate_out, days, .. } = arguments;
    let (Some(csr), Some(ca_certificate), Some(ca_key), Some(out)) =
        (csr, ca_certificate, ca_key, certificate_out)
    else {
        return Ok(None);
    };
    if out.exists() {
        return Err(refused(format!("{}: is there already", out.display())));
    }
    let (request, ca_pem, key_pem) =
        (text(csr)?, text(ca_certificate)?, zeroize::Zeroizing::new(text(ca_key)?));
    let authority = Authority { certificate_pem: &ca_pem, key_pem: &key_pem };
    let pem = sign(&request, &authority, (partner_id, subject_uri), now, *days).map_err(refused)?;
    let certificate = ClientCertificate::read(pem.as_bytes()).map_err(refused)?;
    let signed = Signed { pem, out: out.clone(), ca_pem };
    Ok(Some(Brought { certificate, signed: Some(signed) }))
}

/// The digest of a certificate that is named by its file or by the digest itself.
pub(super) fn digest_of(named: &str) -> Result<String, DataRefused> {
    if named.len() == 64 && named.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(named.to_ascii_lowercase());
    }
    let file = Path::new(named);
    let certificate = ClientCertificate::read(text(file)?.as_bytes());
    Ok(certificate.map_err(|problem| refused(format!("{named}: {problem}")))?.sha256)
}
