//! Who plays: authorities, identities, the registry that knows them, and each one's client settings.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use testkit::identities::{Authority, RegisteredPartner};
use testkit::place::{GISHTKUPRIK, KELES, OYBEK};
use testkit::stories::Sender;

/// The border posts and the names of their identities.
pub(crate) const POSTS: [(&str, &str); 3] =
    [(GISHTKUPRIK, "post-gishtkuprik"), (OYBEK, "post-oybek"), (KELES, "post-keles")];

/// Files with everybody's certificates; the authorities themselves are gone once these are written.
#[derive(Debug)]
pub(crate) struct Cast {
    folder: PathBuf,
}

impl Cast {
    /// Two administrations with their own CAs, a bus operator with a third, three border posts and the gateway under
    /// Uzbekistan's; and those who are to be refused.
    pub(crate) fn make(folder: &Path, now: Timestamp) -> Result<Self> {
        let cast = Self { folder: folder.join("identities") };
        let authority = |name: &str| Authority::new(&format!("{name} CA (synthetic)"), now);
        let (uz, kz, tj) = (authority("UZ customs")?, authority("KZ customs")?, authority("TJ customs")?);
        let (carriers, nobody) = (authority("Road carriers")?, authority("Nobody's")?);
        let write = |identity: testkit::identities::Identity, name: &str| -> Result<()> {
            identity.write_to(&cast.folder, name).map(drop)
        };
        write(uz.server(&["localhost", "127.0.0.1"])?, "gateway")?;
        fs::write(cast.folder.join("gateway-ca.pem"), uz.certificate_pem())
            .context("writing the gateway's CA")?;
        write(kz.client(Sender::KzCustoms.partner_id())?, Sender::KzCustoms.partner_id())?;
        write(tj.client(Sender::TjCustoms.partner_id())?, Sender::TjCustoms.partner_id())?;
        write(carriers.client(Sender::SilkCoach.partner_id())?, Sender::SilkCoach.partner_id())?;
        for (_, name) in POSTS {
            write(uz.client(name)?, name)?;
        }
        let revoked = kz.client(Sender::KzCustoms.partner_id())?;
        kz.revoke(&revoked);
        write(revoked, "revoked")?;
        write(nobody.client(Sender::KzCustoms.partner_id())?, "unknown-ca")?;
        write(kz.client("kz-forwarder")?, "not-registered")?;
        write(kz.client(Sender::TjCustoms.partner_id())?, "kz-vouches-for-tj")?;

        let registry = folder.join("registry");
        RegisteredPartner {
            crls_pem: kz.crl_pem()?,
            ..RegisteredPartner::submitter(Sender::KzCustoms.partner_id(), &["cargo"], &kz)
        }
        .write_to(&registry)?;
        RegisteredPartner::submitter(Sender::TjCustoms.partner_id(), &["cargo"], &tj).write_to(&registry)?;
        RegisteredPartner::submitter(Sender::SilkCoach.partner_id(), &["passengers"], &carriers)
            .write_to(&registry)?;
        for (code, name) in POSTS {
            RegisteredPartner::border_post(name, code, &uz).write_to(&registry)?;
        }
        Ok(cast)
    }

    /// Certificate and key of an identity.
    pub(crate) fn files(&self, name: &str) -> (PathBuf, PathBuf) {
        (self.folder.join(format!("{name}.pem")), self.folder.join(format!("{name}.key.pem")))
    }

    /// The client settings of an identity.
    pub(crate) fn client(&self, name: &str, address: &str) -> cli::Config {
        let (certificate_file, key_file) = self.files(name);
        cli::Config {
            certificate_file: Some(certificate_file),
            key_file: Some(key_file),
            ..self.client_without_certificate(address)
        }
    }

    /// The settings of a client that shows no certificate.
    pub(crate) fn client_without_certificate(&self, address: &str) -> cli::Config {
        cli::Config {
            address: address.to_owned(),
            server_name: "localhost".into(),
            ca_file: self.folder.join("gateway-ca.pem"),
            ..cli::Config::default()
        }
    }
}
