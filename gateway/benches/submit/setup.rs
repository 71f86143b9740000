//! A throwaway folder with a PKI, one registered partner and the gateways' configurations.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use testkit::identities::{Authority, RegisteredPartner};

/// What servers and client need.
pub(crate) struct Setup {
    /// Where everything lies.
    pub(crate) folder: PathBuf,
    /// The root that vouches for the server.
    pub(crate) server_root_pem: String,
    /// The partner's certificate.
    pub(crate) client_pem: String,
    /// The partner's key.
    pub(crate) client_key_pem: String,
    /// The server's certificate and key.
    server_files: (PathBuf, PathBuf),
}

/// One gateway's configuration and where it listens.
#[derive(Clone)]
pub(crate) struct Site {
    /// The configuration file.
    pub(crate) config: PathBuf,
    /// The gRPC listener.
    pub(crate) gateway: SocketAddr,
    /// The admin listener.
    pub(crate) admin: SocketAddr,
}

impl Setup {
    /// The configuration of a gateway with a new SQLite file; `settings` are more lines of `[persist]`.
    pub(crate) fn on_sqlite(&self, name: &str, settings: &str) -> Result<Site> {
        self.site(name, &format!("path = {:?}\n{settings}\n", self.folder.join(format!("{name}.db"))))
    }

    /// The configuration of a gateway on PostgreSQL.
    pub(crate) fn on_postgres(&self, name: &str, url: &str) -> Result<Site> {
        self.site(name, &format!("url = {url:?}\n"))
    }

    fn site(&self, name: &str, persist: &str) -> Result<Site> {
        let (gateway, admin) = (free_port()?, free_port()?);
        let config = self.folder.join(format!("{name}.toml"));
        let (certificate, key) = &self.server_files;
        let text = format!(
            "[authenticate]\nlisten = \"{gateway}\"\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n\n\
             [persist]\nwrapping_keys_file = {:?}\ndigest_secret_file = {:?}\n{persist}\n\
             [admin]\nlisten = \"{admin}\"\n\n[observability]\nlog_filter = \"warn\"\n",
            self.folder.join("wrapping-keys"),
            self.folder.join("digest-secret"),
        );
        std::fs::write(&config, text).context("cannot write a configuration")?;
        Ok(Site { config, gateway, admin })
    }

    /// The folder that `gateway partner import` reads.
    pub(crate) fn registry(&self) -> PathBuf {
        registry(&self.folder)
    }
}

/// The configuration in a prepared folder whose listener the bare service shares.
pub(crate) fn config(folder: &Path) -> PathBuf {
    folder.join(format!("{SHARED}.toml"))
}

const SHARED: &str = "shared";

/// The registry in a prepared folder.
pub(crate) fn registry(folder: &Path) -> PathBuf {
    folder.join("registry")
}

/// Writes everything into an empty folder.
#[allow(clippy::disallowed_methods)] // a program's beginning: certificates are valid from now on
pub(crate) fn prepare(folder: &Path) -> Result<Setup> {
    let now = Timestamp::now();
    let server_root = Authority::new("Benchmark server root (synthetic)", now)?;
    let partner_root = Authority::new("Benchmark partner root (synthetic)", now)?;
    let (certificate, key) = server_root.server(&["localhost", "127.0.0.1"])?.write_to(folder, "server")?;
    let client = partner_root.client("bench-partner")?;
    let mut partner = RegisteredPartner::submitter("bench-partner", &["cargo", "passengers"], &partner_root);
    partner.quota_per_minute = QUOTA_PER_MINUTE;
    partner.write_to(&registry(folder))?;
    let setup = Setup {
        folder: folder.to_owned(),
        server_root_pem: server_root.certificate_pem(),
        client_pem: client.certificate_pem,
        client_key_pem: client.key_pem,
        server_files: (certificate, key),
    };
    setup.on_sqlite(SHARED, "")?;
    Ok(setup)
}

/// More than any machine here answers, so that the quota is counted and never reached.
const QUOTA_PER_MINUTE: u32 = 100_000_000;

/// A port that was free a moment ago.
fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
