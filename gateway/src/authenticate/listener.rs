//! The accept loop: TCP connections in, authenticated [`Connection`]s out.
//!
//! tonic's own TLS has no revocation lists, no reload and no bound on handshakes, so we own this loop. Each handshake
//! is a task of its own: a slow one blocks nobody. Nothing a stranger does here is without a bound or a time limit.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Config, Connection, Credentials,
    handshake::Handshake,
    refusal::{AuditSink, HandshakeRefusal, Network},
    registry::Registry,
    tally::{Entry, Tally},
};
use crate::{clock::Clock, observability::names::span};

/// Connections that are through their handshake and wait for tonic to take them.
const READY_CONNECTIONS: usize = 64;

/// How long to wait after the machine, not the peer, failed to accept (EMFILE and the like). Without it the loop
/// would spin.
const PAUSE_AFTER_ACCEPT_ERROR: Duration = Duration::from_millis(100);

/// A bound socket, not yet accepting.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    door: Arc<Door>,
}

/// Everything that a new connection needs.
#[derive(Debug)]
struct Door {
    handshake: Handshake,
    handshake_timeout: Duration,
    longest_life: Duration,
    connections: Arc<Semaphore>,
    max_connections: usize,
    handshakes: Arc<Semaphore>,
    handshakes_by_network: Arc<Tally<Network>>,
    connections_by_identity: Arc<Tally<([u8; 32], String)>>,
    sink: Arc<dyn AuditSink>,
    clock: Clock,
}

/// Reads how many connections are open: the source of a gauge.
#[derive(Debug, Clone)]
pub struct OpenConnections(Arc<Door>);

impl OpenConnections {
    /// Connections open now, handshakes included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.max_connections.saturating_sub(self.0.connections.available_permits())
    }
}

impl Listener {
    /// Binds the socket of `config.listen`; connections queue in the kernel until [`Listener::serve`].
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn bind(
        config: &Config,
        credentials: Credentials,
        registry: Registry,
        sink: Arc<dyn AuditSink>,
        clock: Clock,
    ) -> io::Result<Listener> {
        let tcp = TcpListener::bind(config.listen).await?;
        let max_connections = config.max_connections.min(Semaphore::MAX_PERMITS);
        let door = Arc::new(Door {
            handshake: Handshake::new(credentials, registry, config, clock.clone()),
            handshake_timeout: Duration::from_millis(config.handshake_timeout_ms),
            longest_life: config.longest_life(),
            connections: Arc::new(Semaphore::new(max_connections)),
            max_connections,
            handshakes: Arc::new(Semaphore::new(config.max_handshakes.min(Semaphore::MAX_PERMITS))),
            handshakes_by_network: Tally::new(config.max_handshakes_per_network),
            connections_by_identity: Tally::new(config.max_connections_per_identity),
            sink,
            clock,
        });
        Ok(Listener { tcp, door })
    }

    /// The address that is bound; tells the port when the configuration asked for any.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// A reader of the number of open connections.
    #[must_use]
    pub fn open_connections(&self) -> OpenConnections {
        OpenConnections(self.door.clone())
    }

    /// Accepts until `drain` is cancelled or the stream is dropped; then the socket closes, handshakes under way are
    /// given up, and the stream ends. Connections handed over before that go on: they are tonic's to drain. Hand the
    /// stream to `serve_with_incoming_shutdown`; [`super::Peer`] is in the extensions of every request.
    #[must_use]
    pub fn serve(self, drain: CancellationToken) -> Incoming {
        let (ready, incoming) = mpsc::channel(READY_CONNECTIONS);
        tokio::spawn(accept(self.tcp, self.door, ready, drain));
        Incoming(incoming)
    }
}

/// The stream of authenticated connections.
#[derive(Debug)]
pub struct Incoming(mpsc::Receiver<Connection>);

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|connection| connection.map(Ok))
    }
}

async fn accept(
    tcp: TcpListener,
    door: Arc<Door>,
    ready: mpsc::Sender<Connection>,
    drain: CancellationToken,
) {
    let mut handshakes = JoinSet::new();
    let mut failing = false;
    loop {
        tokio::select! {
            biased;
            () = drain.cancelled() => break,
            () = ready.closed() => break,
            Some(_) = handshakes.join_next() => {}
            accepted = tcp.accept() => match accepted {
                Ok((stream, address)) => {
                    failing = false;
                    match door.admit(address.ip()) {
                        Ok(permits) => {
                            let greeting = greet(door.clone(), stream, address, permits, ready.clone());
                            handshakes.spawn(greeting.instrument(tracing::info_span!(span::AUTHENTICATE)));
                        }
                        Err(refusal) => door.refused(refusal, address),
                    }
                }
                Err(error) if is_the_peers(&error) => {}
                Err(error) => {
                    if !failing {
                        tracing::warn!(%error, "accepting connections fails");
                    }
                    failing = true;
                    tokio::select! {
                        () = drain.cancelled() => break,
                        () = tokio::time::sleep(PAUSE_AFTER_ACCEPT_ERROR) => {}
                    }
                }
            }
        }
    }
    // Dropping the set gives up the handshakes under way; they hold the last senders of the stream.
}

/// Did the peer hang up before we accepted? Then there is nothing to wait for.
fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

/// What a connection holds while it is open, and what it holds during the handshake only.
struct Permits {
    connection: OwnedSemaphorePermit,
    handshake: (OwnedSemaphorePermit, Entry<Network>),
}

/// What a connection occupies as long as it is open; freed by dropping it.
#[derive(Debug)]
pub(super) struct Place {
    _connection: OwnedSemaphorePermit,
    _identity: Entry<([u8; 32], String)>,
}

impl Door {
    fn admit(&self, source: IpAddr) -> Result<Permits, HandshakeRefusal> {
        // Closed at once rather than left waiting: the peer learns it and comes back, and nobody queues behind it.
        let connection =
            self.connections.clone().try_acquire_owned().map_err(|_| HandshakeRefusal::TooManyConnections)?;
        let handshake =
            self.handshakes.clone().try_acquire_owned().map_err(|_| HandshakeRefusal::TooManyHandshakes)?;
        let network = self
            .handshakes_by_network
            .enter(Network::of(source))
            .ok_or(HandshakeRefusal::TooManyHandshakes)?;
        Ok(Permits { connection, handshake: (handshake, network) })
    }

    fn refused(&self, refusal: HandshakeRefusal, address: SocketAddr) {
        self.sink.refused(refusal, address.ip(), self.clock.now());
    }
}

async fn greet(
    door: Arc<Door>,
    stream: TcpStream,
    address: SocketAddr,
    permits: Permits,
    ready: mpsc::Sender<Connection>,
) {
    let shaken = tokio::time::timeout(door.handshake_timeout, door.handshake.shake(stream)).await;
    let outcome = shaken.unwrap_or(Err(HandshakeRefusal::Timeout)).and_then(|(stream, identity)| {
        let key = (identity.anchor_digest, identity.subject_uri.clone());
        let place = door.connections_by_identity.enter(key).ok_or(HandshakeRefusal::TooManyConnections)?;
        let place = Place { _connection: permits.connection, _identity: place };
        Ok(Connection::new(stream, identity, address, door.longest_life, place))
    });
    drop(permits.handshake);
    match outcome {
        Ok(connection) => {
            let _ = ready.send(connection).await; // fails only when nobody accepts any more
        }
        Err(refusal) => door.refused(refusal, address),
    }
}
