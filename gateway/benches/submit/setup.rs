//! A throwaway folder with a PKI, one registered partner and the gateway's configuration.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use testkit::identities::{Authority, RegisteredPartner};

/// What both servers and the client need.
pub(crate) struct Setup {
    /// Where everything lies.
    pub(crate) folder: PathBuf,
    /// The gateway's gRPC listener.
    pub(crate) gateway: SocketAddr,
    /// The gateway's admin listener.
    pub(crate) admin: SocketAddr,
    /// The root that vouches for the server.
    pub(crate) server_root_pem: String,
    /// The partner's certificate.
    pub(crate) client_pem: String,
    /// The partner's key.
    pub(crate) client_key_pem: String,
}

impl Setup {
    /// The gateway's configuration file.
    pub(crate) fn config(&self) -> PathBuf {
        config(&self.folder)
    }

    /// The folder that `gateway partner import` reads.
    pub(crate) fn registry(&self) -> PathBuf {
        registry(&self.folder)
    }
}

/// The configuration file in a prepared folder.
pub(crate) fn config(folder: &Path) -> PathBuf {
    folder.join("gateway.toml")
}

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
    let (gateway, admin) = (free_port()?, free_port()?);
    let text = format!(
        "[authenticate]\nlisten = \"{gateway}\"\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n\n\
         [persist]\npath = {:?}\nwrapping_keys_file = {:?}\ndigest_secret_file = {:?}\n\n\
         [admin]\nlisten = \"{admin}\"\n\n[observability]\nlog_filter = \"warn\"\n",
        folder.join("store.db"),
        folder.join("wrapping-keys"),
        folder.join("digest-secret"),
    );
    std::fs::write(config(folder), text).context("cannot write the configuration")?;
    Ok(Setup {
        folder: folder.to_owned(),
        gateway,
        admin,
        server_root_pem: server_root.certificate_pem(),
        client_pem: client.certificate_pem,
        client_key_pem: client.key_pem,
    })
}

/// More than any machine here answers, so that the quota is counted and never reached.
const QUOTA_PER_MINUTE: u32 = 100_000_000;

/// A port that was free a moment ago.
fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
