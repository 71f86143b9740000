//! Real TLS handshakes on loopback, with identities made in memory.

mod bounds;
mod counts;
mod credentials;
mod handshake;
mod http2;
mod prove;
mod reload;
mod revocation;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rustls::{AlertDescription, ClientConfig, RootCertStore, crypto::aws_lc_rs, version::TLS13};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tempfile::TempDir;
use testkit::identities::{Authority, Identity, RegisteredPartner};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::clock::Clock;

/// No test waits longer than this for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two administrations with their own roots, a gateway with a third, and its listener behind a small line protocol:
/// each line from a client is answered with what the registry says about its peer.
struct World {
    kz: Authority,
    tj: Authority,
    house: Authority,
    partners: Vec<RegisteredPartner>,
    registry: Registry,
    credentials: Credentials,
    counts: Arc<HandshakeCounts>,
    folder: TempDir,
    drain: CancellationToken,
    address: SocketAddr,
    open: OpenConnections,
}

impl World {
    async fn new() -> World {
        World::with(Config::default()).await
    }

    async fn with(config: Config) -> World {
        let clock = Clock::System;
        let now = clock.now();
        let [kz, tj, house] = ["KZ customs root", "TJ customs root", "UZ gateway root"]
            .map(|name| Authority::new(name, now).unwrap());
        let partners = vec![
            RegisteredPartner::submitter("kz-customs", &["cargo"], &kz),
            RegisteredPartner::submitter("tj-customs", &["cargo", "passengers"], &tj),
        ];
        let folder = TempDir::new().unwrap();
        let (certificate, key) =
            house.server(&["localhost"]).unwrap().write_to(folder.path(), "server").unwrap();
        let credentials = Credentials::load(&certificate, &key, clock.clone()).unwrap();
        let registry = Registry::new(Snapshot::default(), clock.clone());
        let counts = Arc::new(HandshakeCounts::new(config.max_handshake_count_keys));
        let config = Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..config };
        let listener = Listener::bind(&config, credentials.clone(), registry.clone(), counts.clone(), clock)
            .await
            .unwrap();
        let address = listener.address().unwrap();
        let open = listener.open_connections();
        let drain = CancellationToken::new();
        tokio::spawn(answer_lines(listener.serve(drain.clone()), registry.clone()));
        let world =
            World { kz, tj, house, partners, registry, credentials, counts, folder, drain, address, open };
        world.publish();
        world
    }

    /// Proves the partners as they stand and puts them in force.
    fn publish(&self) {
        self.registry.publish(prove(self.entries()).unwrap());
    }

    fn entries(&self) -> Vec<PartnerEntry> {
        self.partners.iter().map(entry).collect()
    }

    /// Connects, and gives the connection when the handshake looks good from this side. In TLS 1.3 that says nothing
    /// about what the server thinks of our certificate.
    async fn connect(&self, identity: Option<&Identity>) -> std::io::Result<Line> {
        self.connect_with(client_config(&self.house, identity)).await
    }

    async fn connect_with(&self, config: ClientConfig) -> std::io::Result<Line> {
        let tcp = TcpStream::connect(self.address).await?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
        Ok(Line(BufReader::new(stream)))
    }

    /// Connects and asks once: what the registry says, or the alert with which the handshake died.
    async fn say(&self, identity: Option<&Identity>) -> Result<String, Option<AlertDescription>> {
        let spoken = async {
            let mut line = self.connect(identity).await?;
            line.ask().await
        };
        tokio::time::timeout(PATIENCE, spoken).await.unwrap().map_err(|error| alert_of(&error))
    }

    /// The reasons counted since the last time, each once, when the listener has counted something.
    async fn reasons(&self) -> Vec<HandshakeRefusal> {
        let mut reasons = Vec::new();
        eventually(|| {
            reasons.extend(self.counts.drain().into_iter().map(|count| count.reason));
            !reasons.is_empty()
        })
        .await;
        reasons
    }
}

fn entry(partner: &RegisteredPartner) -> PartnerEntry {
    let settings: Settings = toml::from_str(&partner.settings_toml()).unwrap();
    PartnerEntry {
        id: partner.id.clone(),
        settings_json: serde_json::to_string(&settings).unwrap(),
        anchors_pem: partner.anchors_pem.clone(),
        crls_pem: partner.crls_pem.clone(),
    }
}

async fn answer_lines(mut incoming: Incoming, registry: Registry) {
    while let Some(Ok(connection)) = incoming.next().await {
        let registry = registry.clone();
        tokio::spawn(async move {
            let peer = connection.peer().clone();
            let mut stream = BufReader::new(connection);
            let mut line = String::new();
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                let answer = match registry.partner(&peer) {
                    Ok(partner) => format!("partner {}\n", partner.id),
                    Err(refused) => format!("{refused:?}\n"),
                };
                if stream.write_all(answer.as_bytes()).await.is_err() || stream.flush().await.is_err() {
                    break;
                }
            }
        });
    }
}

/// One connection to the world's line protocol.
#[derive(Debug)]
struct Line(BufReader<TlsStream<TcpStream>>);

impl Line {
    async fn ask(&mut self) -> std::io::Result<String> {
        self.0.write_all(b"who am I?\n").await?;
        self.0.flush().await?;
        let mut answer = String::new();
        if self.0.read_line(&mut answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(answer.trim_end().to_owned())
    }

    fn tls(&self) -> &rustls::ClientConnection {
        self.0.get_ref().get_ref().1
    }
}

fn client_config(root: &Authority, identity: Option<&Identity>) -> ClientConfig {
    client_config_with_chain(root, identity.map(|each| (each.chain_pem.as_str(), each)))
}

fn client_config_with_chain(root: &Authority, identity: Option<(&str, &Identity)>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.certificate_pem().as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        Some((chain_pem, identity)) => builder
            .with_client_auth_cert(
                CertificateDer::pem_slice_iter(chain_pem.as_bytes()).map(Result::unwrap).collect(),
                PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap(),
            )
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

fn alert_of(error: &std::io::Error) -> Option<AlertDescription> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

/// Waits until something that another task brings about has happened.
async fn eventually(mut happened: impl FnMut() -> bool) {
    let waiting = async {
        while !happened() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it never happened");
}

/// Reads a raw socket until the other end closes it.
async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("still open");
    bytes
}
