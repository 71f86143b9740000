//! One TLS handshake: TLS 1.3 only, HTTP/2 only unless gRPC-Web is wanted, post-quantum key exchange first, client certificate mandatory.

use std::{
    io,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rustls::{
    Error, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::NoServerSessionStorage,
    time_provider::TimeProvider,
    version::TLS13,
};
use rustls_pki_types::UnixTime;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    Config, Credentials, peer::Identity, refusal::HandshakeRefusal, registry::Registry, verifier::Verifier,
};
use crate::clock::Clock;

/// How much of a refused peer's words we still take, so that closing the socket does not reset it before the peer
/// has read our alert.
const MAX_LAST_WORDS: u64 = 65_536;

/// How long we do so.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_millis(500);

/// What all handshakes share.
#[derive(Debug)]
pub(super) struct Handshake {
    provider: Arc<CryptoProvider>,
    time: Arc<Time>,
    credentials: Arc<Credentials>,
    registry: Registry,
    crl_grace_seconds: u64,
    /// What may be spoken inside, the preferred first (RFC 7301).
    protocols: &'static [&'static [u8]],
}

impl Handshake {
    pub(super) fn new(credentials: Credentials, registry: Registry, config: &Config, clock: Clock) -> Self {
        let mut provider = aws_lc_rs::default_provider();
        // Hybrid first, against those who record today and decrypt later; the others for older clients.
        provider.kx_groups = vec![
            aws_lc_rs::kx_group::X25519MLKEM768,
            aws_lc_rs::kx_group::X25519,
            aws_lc_rs::kx_group::SECP256R1,
            aws_lc_rs::kx_group::SECP384R1,
        ];
        Handshake {
            provider: Arc::new(provider),
            time: Arc::new(Time(clock)),
            credentials: Arc::new(credentials),
            registry,
            crl_grace_seconds: config.crl_grace_seconds,
            protocols: if config.grpc_web { &[b"h2", b"http/1.1"] } else { &[b"h2"] },
        }
    }

    /// Shakes hands, or says why not; the peer gets the alert that fits.
    pub(super) async fn shake(
        &self,
        stream: TcpStream,
    ) -> Result<(TlsStream<TcpStream>, Identity), HandshakeRefusal> {
        stream.set_nodelay(true).map_err(|_| HandshakeRefusal::Disconnected)?;
        let answer = Arc::new(OnceLock::new());
        let config = self.config(answer.clone()).map_err(|_| HandshakeRefusal::ProtocolError)?;
        let accepted = TlsAcceptor::from(Arc::new(config)).accept(stream).into_fallible().await;
        let stream = match accepted {
            Ok(stream) => stream,
            Err((error, stream)) => {
                let refusal = match answer.get() {
                    Some(Err(refusal)) => *refusal,
                    _ => classify(&error),
                };
                hear_out(stream).await;
                return Err(refusal);
            }
        };
        let spoken = stream.get_ref().1.alpn_protocol();
        if !spoken.is_some_and(|spoken| self.protocols.contains(&spoken)) {
            return Err(HandshakeRefusal::ProtocolError);
        }
        match answer.get() {
            Some(Ok(identity)) => Ok((stream, identity.clone())),
            _ => Err(HandshakeRefusal::NoCertificate), // cannot happen: a certificate is mandatory
        }
    }

    /// One configuration per connection: its verifier sees one snapshot of the registry and remembers its answer.
    /// Building it takes a few microseconds of a handshake's five hundred.
    fn config(
        &self,
        answer: Arc<OnceLock<Result<Identity, HandshakeRefusal>>>,
    ) -> Result<ServerConfig, Error> {
        let verifier = Verifier {
            snapshot: self.registry.snapshot(),
            algorithms: self.provider.signature_verification_algorithms,
            crl_grace_seconds: self.crl_grace_seconds,
            answer,
        };
        let mut config = ServerConfig::builder_with_details(self.provider.clone(), self.time.clone())
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_cert_resolver(self.credentials.clone());
        config.alpn_protocols = self.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        // No resumption: a resumed session would not see the revocation list.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

#[derive(Debug)]
struct Time(Clock);

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

fn classify(error: &io::Error) -> HandshakeRefusal {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::NoCertificatesPresented) => HandshakeRefusal::NoCertificate,
        Some(Error::AlertReceived(_)) => HandshakeRefusal::RefusedByPeer,
        Some(Error::InvalidCertificate(_)) => HandshakeRefusal::Malformed,
        Some(_) => HandshakeRefusal::ProtocolError,
        None => HandshakeRefusal::Disconnected,
    }
}

/// Closes our side and reads what the peer had already sent. A socket closed with unread bytes is reset, and the
/// reset would overtake the alert.
async fn hear_out(mut stream: TcpStream) {
    if stream.shutdown().await.is_ok() {
        let mut rest = (&mut stream).take(MAX_LAST_WORDS);
        let _ = tokio::time::timeout(LAST_WORDS_TIMEOUT, tokio::io::copy(&mut rest, &mut tokio::io::sink()))
            .await;
    }
}
