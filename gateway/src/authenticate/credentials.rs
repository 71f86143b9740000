//! Who we are: the server certificate and its key, proven before they are used, replaced without a restart.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use rustls::{
    crypto::aws_lc_rs::default_provider,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use x509_parser::parse_x509_certificate;

use crate::clock::Clock;

/// Why credentials were not taken. Never holds anything of the key.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// A file could not be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{file}: {problem}")]
    Unusable {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// The server's credentials in force. Cheap to clone; all clones see a reload.
#[derive(Debug, Clone)]
pub struct Credentials {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    certificate_file: PathBuf,
    key_file: PathBuf,
    clock: Clock,
    current: ArcSwap<Proven>,
}

#[derive(Debug)]
struct Proven {
    key: Arc<CertifiedKey>,
    not_after_seconds: i64,
}

impl Credentials {
    /// Reads and proves certificate and key.
    ///
    /// # Errors
    /// Which file is wrong, and how.
    pub fn load(certificate_file: &Path, key_file: &Path, clock: Clock) -> Result<Self, CredentialsError> {
        let current = prove(certificate_file, key_file, &clock)?;
        Ok(Credentials {
            inner: Arc::new(Inner {
                certificate_file: certificate_file.to_owned(),
                key_file: key_file.to_owned(),
                clock,
                current: ArcSwap::from_pointee(current),
            }),
        })
    }

    /// Reads the files again. New handshakes see the new certificate; open connections go on. True when something
    /// changed.
    ///
    /// # Errors
    /// Which file is wrong, and how; the credentials in force stay.
    pub fn reload(&self) -> Result<bool, CredentialsError> {
        let new = prove(&self.inner.certificate_file, &self.inner.key_file, &self.inner.clock)?;
        let changed = new.key.cert != self.inner.current.load().key.cert;
        self.inner.current.store(Arc::new(new));
        Ok(changed)
    }

    /// End of the certificate's validity, seconds since 1970: the source of an alert.
    #[must_use]
    pub fn not_after_seconds(&self) -> i64 {
        self.inner.current.load().not_after_seconds
    }
}

impl ResolvesServerCert for Credentials {
    fn resolve(&self, _client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.inner.current.load().key.clone())
    }
}

fn prove(certificate_file: &Path, key_file: &Path, clock: &Clock) -> Result<Proven, CredentialsError> {
    let unusable = |file: &Path, problem: &str| CredentialsError::Unusable {
        file: file.to_owned(),
        problem: problem.to_owned(),
    };
    let read = |file: &Path| {
        fs::read(file).map_err(|cause| CredentialsError::Unreadable { file: file.to_owned(), cause })
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read(certificate_file)?)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(certificate_file, &format!("is not readable PEM: {error}")))?;
    let Some(leaf) = chain.first() else {
        return Err(unusable(certificate_file, "holds no certificate"));
    };
    let mut not_after_seconds = i64::MAX;
    let now = clock.now().as_second();
    for (index, der) in chain.iter().enumerate() {
        let (_, certificate) = parse_x509_certificate(der).map_err(|_| {
            unusable(certificate_file, &format!("certificate {} is not readable X.509", index + 1))
        })?;
        not_after_seconds = not_after_seconds.min(certificate.validity().not_after.timestamp());
        if not_after_seconds < now {
            return Err(unusable(certificate_file, &format!("certificate {} is expired", index + 1)));
        }
        if certificate.validity().not_before.timestamp() > now {
            return Err(unusable(certificate_file, &format!("certificate {} is not valid yet", index + 1)));
        }
    }
    let links = chain.windows(2).all(|pair| match pair {
        [child, parent] => issued_by(child, parent),
        _ => true,
    });
    if !links {
        return Err(unusable(certificate_file, "is not a chain: leaf first, each issued by the next"));
    }
    if !names_a_server(leaf) {
        return Err(unusable(
            certificate_file,
            "the first certificate names no host (subject alternative name)",
        ));
    }
    let pem = read(key_file)?;
    let mode = fs::metadata(key_file)
        .map_err(|cause| CredentialsError::Unreadable { file: key_file.to_owned(), cause })?
        .permissions()
        .mode();
    if mode & 0o007 != 0 {
        return Err(unusable(
            key_file,
            "everybody may read it; take the rights of others away (chmod o-rwx)",
        ));
    }
    let key = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| unusable(key_file, "holds no readable private key"))?;
    let key = CertifiedKey::from_der(chain, key, &default_provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => unusable(key_file, "is not the key of the first certificate"),
        _ => unusable(key_file, "holds no usable private key"),
    })?;
    Ok(Proven { key: Arc::new(key), not_after_seconds })
}

fn issued_by(child: &CertificateDer<'_>, parent: &CertificateDer<'_>) -> bool {
    let names = parse_x509_certificate(child).ok().zip(parse_x509_certificate(parent).ok());
    names.is_some_and(|((_, child), (_, parent))| child.issuer().as_raw() == parent.subject().as_raw())
}

fn names_a_server(leaf: &CertificateDer<'_>) -> bool {
    use x509_parser::extensions::GeneralName::{DNSName, IPAddress};
    parse_x509_certificate(leaf).is_ok_and(|(_, certificate)| {
        certificate.subject_alternative_name().ok().flatten().is_some_and(|names| {
            names.value.general_names.iter().any(|name| matches!(name, DNSName(_) | IPAddress(_)))
        })
    })
}
