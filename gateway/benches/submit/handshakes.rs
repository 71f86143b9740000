//! Full handshakes a second: TCP, TLS 1.3 with both certificates, and the first exchange of HTTP/2, which only a peer that
//! was let in gets.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{SupportedKxGroup, aws_lc_rs},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;

use crate::{
    load::{Sample, new_histogram},
    setup::Setup,
};

/// How many are under way at a time.
pub(crate) const AT_ONCE: usize = 4;

/// The client's preface (RFC 9113, 3.4) with an empty SETTINGS frame.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
/// Length of a frame's header.
const HEADER: usize = 9;
const SETTINGS: u8 = 4;
const ACK: u8 = 1;

/// A client of the partner that agrees on keys in this way only.
pub(crate) fn client(setup: &Setup, group: &'static dyn SupportedKxGroup) -> Result<Arc<ClientConfig>> {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![group];
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(setup.server_root_pem.as_bytes())?)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(setup.client_pem.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(setup.client_key_pem.as_bytes())?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain?, key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}

/// Connects again and again until the time is over.
pub(crate) async fn drive(
    config: &Arc<ClientConfig>,
    address: SocketAddr,
    length: Duration,
) -> Result<Sample> {
    let begin = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let config = Arc::clone(config);
        callers.spawn(async move {
            let mut latencies = new_histogram()?;
            while begin.elapsed() < length {
                let start = Instant::now();
                once(&config, address).await?;
                latencies.record(u64::try_from(start.elapsed().as_micros())?)?;
            }
            Ok::<_, anyhow::Error>(latencies)
        });
    }
    let mut latencies = new_histogram()?;
    while let Some(caller) = callers.join_next().await {
        latencies.add(&caller??)?;
    }
    Ok(Sample::of(latencies, begin))
}

/// One connection, as far as the server's acknowledgement of our settings.
async fn once(config: &Arc<ClientConfig>, address: SocketAddr) -> Result<()> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from("localhost")?;
    let mut stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await?;
    let wanted = config.crypto_provider().kx_groups.first().map(|group| group.name());
    let agreed = stream.get_ref().1.negotiated_key_exchange_group().map(|group| group.name());
    ensure!(agreed == wanted, "keys were agreed on by {agreed:?}, not {wanted:?}");
    stream.write_all(PREFACE).await?;
    stream.flush().await?;
    loop {
        let mut header = [0; HEADER];
        stream.read_exact(&mut header).await.context("the server hung up instead of answering")?;
        let [high, middle, low, kind, flags, ..] = header;
        if kind == SETTINGS && flags & ACK != 0 {
            return Ok(());
        }
        let length = u32::from_be_bytes([0, high, middle, low]);
        let mut body = vec![0; usize::try_from(length).map_err(|_| anyhow!("a frame is too long"))?];
        stream.read_exact(&mut body).await?;
    }
}
