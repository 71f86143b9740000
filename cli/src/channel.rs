//! The connection: TCP, TLS 1.3 with the hybrid key exchange first, HTTP/2.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncBufReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Channel, Endpoint};

use crate::{Config, Error};

/// How long the gateway may stay silent after the handshake before we speak first.
const FIRST_WORD: Duration = Duration::from_millis(500);

/// Connects at once, so that a refused handshake is told apart from everything later.
pub(crate) async fn connect(config: &Config) -> Result<Channel, Error> {
    let wrong = |problem: String| Error::Config(problem);
    let tls = TlsConnector::from(Arc::new(tls_config(config)?));
    let name = ServerName::try_from(config.expected_name().to_owned())
        .map_err(|_| wrong(format!("server_name {:?} is not a name", config.expected_name())))?;
    let patience = Duration::from_secs(config.connect_timeout_seconds);
    let origin: Uri = format!("https://{}", config.address)
        .parse()
        .map_err(|_| wrong(format!("address {:?} is not host:port", config.address)))?;
    // The scheme is http for tonic, because TLS happens in our connector; the gateway is told https.
    let endpoint = Endpoint::from_shared(format!("http://{}", config.address))
        .map_err(|_| wrong(format!("address {:?} is not host:port", config.address)))?
        .origin(origin)
        .connect_timeout(patience)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10))
        .keep_alive_while_idle(true);
    let address: Arc<str> = config.address.as_str().into();
    let connector = tower::service_fn(move |_: Uri| {
        let (tls, name, address) = (tls.clone(), name.clone(), Arc::clone(&address));
        async move { open(&tls, name, &address, patience).await.map(TokioIo::new) }
    });
    endpoint.connect_with_connector(connector).await.map_err(|error| Error::from_transport(&error))
}

async fn open(
    tls: &TlsConnector,
    name: ServerName<'static>,
    address: &str,
    patience: Duration,
) -> Result<TlsStream<TcpStream>, Box<dyn std::error::Error + Send + Sync>> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    let mut stream = timeout(patience, tls.connect(name, tcp))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
        .map_err(HandshakeEnded)?;
    // In TLS 1.3 our side is done before the gateway has looked at our certificate: its refusal comes as the first
    // thing that we read. An HTTP/2 server speaks first, so we wait for its word; writing at once could lose the alert
    // to a connection reset. A server that waits for us is waited for a moment only.
    match timeout(FIRST_WORD, stream.fill_buf()).await {
        Ok(Ok([])) => Err(HandshakeEnded(io::ErrorKind::UnexpectedEof.into()).into()),
        Ok(Err(error)) => Err(HandshakeEnded(error).into()),
        Ok(Ok(_)) | Err(_) => Ok(stream),
    }
}

fn tls_config(config: &Config) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&config.ca_file)? {
        roots.add(certificate).map_err(|error| Error::file(&config.ca_file, error))?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| Error::Config(error.to_string()))?
        .with_root_certificates(roots);
    let mut tls = match (&config.certificate_file, &config.key_file) {
        (Some(certificate_file), Some(key_file)) => {
            let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| Error::file(key_file, error))?;
            builder
                .with_client_auth_cert(certificates(certificate_file)?, key)
                .map_err(|error| Error::file(certificate_file, error))?
        }
        _ => builder.with_no_client_auth(),
    };
    tls.alpn_protocols = vec![b"h2".to_vec()];
    tls.resumption = Resumption::disabled(); // each connection proves itself anew
    Ok(tls)
}

fn certificates(path: &std::path::Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| Error::file(path, error))?;
    if found.is_empty() { Err(Error::file(path, "holds no certificate")) } else { Ok(found) }
}

/// The handshake ended without a connection: an alert of the gateway's, or our own doubt about its certificate.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct HandshakeEnded(io::Error);

impl HandshakeEnded {
    pub(crate) fn error(&self) -> Error {
        let tls = self.0.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let alert = match tls {
            Some(rustls::Error::AlertReceived(alert)) => Some(snake(&format!("{alert:?}"))),
            _ => None,
        };
        let problem = match (&alert, tls) {
            (Some(alert), _) => format!("the gateway sent the alert {alert}"),
            (None, Some(error)) => return Error::Untrusted { problem: error.to_string() },
            (None, None) if self.0.kind() == io::ErrorKind::UnexpectedEof => {
                "the gateway closed the connection without a word".into()
            }
            (None, None) => self.0.to_string(),
        };
        Error::Handshake { alert, problem }
    }
}

/// `CertificateRequired` in TLS's own spelling, `certificate_required`; runs of capitals stay one word.
fn snake(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    let mut lower_before = false;
    for c in camel.chars() {
        if c.is_ascii_uppercase() && lower_before {
            out.push('_');
        }
        lower_before = c.is_ascii_lowercase();
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_spelled_as_in_the_standard() {
        assert_eq!(snake("CertificateRequired"), "certificate_required");
        assert_eq!(snake("UnknownCA"), "unknown_ca");
    }
}
