//! HTTP/2 over mutual TLS, frame by frame: what a well-behaved client would never send.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, version::TLS13};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use testkit::identities::{Authority, Identity};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const CONTINUATION: u8 = 9;

pub(super) struct Frames(pub(super) TlsStream<TcpStream>);

/// Shakes hands under a name of the server.
pub(super) async fn shake(
    address: SocketAddr,
    root: &Authority,
    identity: &Identity,
    name: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(root.certificate_pem().as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes()).map(Result::unwrap).collect(),
            PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap(),
        )
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await
}

impl Frames {
    /// A connection whose peer was greeted, with settings of one's own (id, value).
    pub(super) async fn greet(stream: TlsStream<TcpStream>, settings: &[(u16, u32)]) -> Self {
        let mut frames = Self(stream);
        let _ = frames.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        let mut payload = Vec::new();
        for (id, value) in settings {
            payload.extend(id.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        frames.send(SETTINGS, 0, 0, &payload).await;
        frames
    }

    /// Whether it could be sent: afterwards, the peer may have hung up.
    pub(super) async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        // A peer that does not read any more is no reason to wait for ever.
        matches!(timeout(Duration::from_secs(2), self.0.write_all(&frame)).await, Ok(Ok(())))
    }

    /// Opens a call, its message still to come.
    pub(super) async fn open(&mut self, stream: u32, path: &str, more: &[(&str, &str)]) -> bool {
        self.send(HEADERS, 4, stream, &block(path, more)).await
    }

    /// Reads what there is until the peer hangs up, or for so long; whether it hung up.
    pub(super) async fn ends(&mut self, patience: Duration) -> bool {
        let mut buffer = vec![0; 16_384];
        let reading = async { while matches!(self.0.read(&mut buffer).await, Ok(read) if read > 0) {} };
        timeout(patience, reading).await.is_ok()
    }
}

/// Headers of a call, uncompressed.
pub(super) fn block(path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![0x83, 0x87]; // POST, https
    let text = |bytes: &mut Vec<u8>, text: &str| {
        assert!(text.len() < 127);
        bytes.push(text.len() as u8);
        bytes.extend(text.as_bytes());
    };
    block.push(0x04);
    text(&mut block, path);
    block.push(0x01);
    text(&mut block, "localhost");
    for (name, value) in [("content-type", "application/grpc"), ("te", "trailers")].iter().chain(more) {
        block.push(0);
        text(&mut block, name);
        text(&mut block, value);
    }
    block
}
