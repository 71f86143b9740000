//! What an authenticated peer may cost us: the limits of HTTP/2, asked of a real tonic server in raw frames, since
//! a well-behaved client would keep to them by itself.

use std::{collections::BTreeSet, sync::Mutex};

use tonic::{
    Request, Status,
    service::interceptor::InterceptedService,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity as ClientIdentity},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::*;

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;

/// A tonic server with the health service on our listener; remembers the peers of all requests.
struct Grpc {
    world: World,
    client: Identity,
    peers: Arc<Mutex<Vec<Peer>>>,
    address: SocketAddr,
    drain: CancellationToken,
    open: OpenConnections,
    ended: tokio::task::JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Grpc {
    async fn new(config: Config) -> Grpc {
        let world = World::new().await;
        let config = Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..config };
        let listener = Listener::bind(
            &config,
            world.credentials.clone(),
            world.registry.clone(),
            world.counts.clone(),
            Clock::System,
        )
        .await
        .unwrap();
        let (address, open) = (listener.address().unwrap(), listener.open_connections());
        let drain = CancellationToken::new();
        let peers = Arc::new(Mutex::new(Vec::new()));
        let seen = peers.clone();
        let remember = move |request: Request<()>| {
            let peer = request.extensions().get::<Peer>().cloned();
            seen.lock().unwrap().push(peer.ok_or_else(|| Status::internal("no peer"))?);
            Ok(request)
        };
        let (_, health) = tonic_health::server::health_reporter();
        let serving = config
            .server()
            .add_service(InterceptedService::new(health, remember))
            .serve_with_incoming_shutdown(listener.serve(drain.clone()), drain.clone().cancelled_owned());
        let client = world.kz.client("kz-customs").unwrap();
        Grpc { world, client, peers, address, drain, open, ended: tokio::spawn(serving) }
    }

    async fn channel(&self) -> Channel {
        let tls = ClientTlsConfig::new()
            .domain_name("localhost")
            .ca_certificate(Certificate::from_pem(self.world.house.certificate_pem()))
            .identity(ClientIdentity::from_pem(&self.client.chain_pem, &self.client.key_pem));
        let endpoint = Endpoint::from_shared(format!("https://{}", self.address)).unwrap();
        endpoint.tls_config(tls).unwrap().connect().await.unwrap()
    }

    async fn check(&self, channel: Channel, padding: usize) -> Result<(), Status> {
        let mut request = Request::new(HealthCheckRequest { service: String::new() });
        request.metadata_mut().insert("padding", "p".repeat(padding).parse().unwrap());
        HealthClient::new(channel).check(request).await.map(|_| ())
    }

    async fn frames(&self) -> Frames {
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let config = client_config(&self.world.house, Some(&self.client));
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        let mut frames = Frames(stream);
        frames.send(SETTINGS, 0, 0, &[]).await;
        frames
    }
}

/// HTTP/2, frame by frame.
struct Frames(TlsStream<TcpStream>);

#[derive(Debug)]
struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Frames {
    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        let _ = self.0.write_all(&frame).await; // it may have been closed: the reader finds out
    }

    /// Opens a call of `Watch`, with its request still to come.
    async fn open(&mut self, stream: u32) {
        let mut block = vec![0x83, 0x87]; // POST, https
        for (prefix, text) in [
            (&[0x04][..], "/grpc.health.v1.Health/Watch"),
            (&[0x01], "localhost"),
            (&[0x0f, 0x10], "application/grpc"),
        ] {
            block.extend(prefix);
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.as_bytes());
        }
        self.send(HEADERS, 4, stream, &block).await;
    }

    /// Reads until a frame is wanted, or the connection is closed.
    async fn until(&mut self, wanted: impl Fn(&Frame) -> bool) -> Option<Frame> {
        let reading = async {
            loop {
                let mut head = [0; 9];
                self.0.read_exact(&mut head).await.ok()?;
                let [a, b, c, kind, _, stream @ ..] = head;
                let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
                self.0.read_exact(&mut payload).await.ok()?;
                let frame = Frame { kind, stream: u32::from_be_bytes(stream), payload };
                if wanted(&frame) {
                    return Some(frame);
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap()
    }
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}

#[tokio::test]
async fn every_request_carries_its_peer() {
    let grpc = Grpc::new(Config::default()).await;
    grpc.check(grpc.channel().await, 0).await.unwrap();
    let peers = grpc.peers.lock().unwrap();
    assert_eq!(peers[0].identity.subject_uri, "urn:customs:partner:kz-customs");
    assert_eq!(grpc.world.registry.partner(&peers[0]).unwrap().id, "kz-customs");
}

#[tokio::test]
async fn a_server_that_is_told_to_drain_ends() {
    let grpc = Grpc::new(Config::default()).await;
    let channel = grpc.channel().await;
    grpc.check(channel.clone(), 0).await.unwrap();
    grpc.drain.cancel();
    tokio::time::timeout(PATIENCE, grpc.ended).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn the_limits_are_announced() {
    let grpc = Grpc::new(Config::default()).await;
    let mut frames = grpc.frames().await;
    let settings = frames.until(|frame| frame.kind == SETTINGS).await.unwrap().payload;
    let value = |id: u8| settings.chunks(6).find(|each| each[1] == id).map(|each| number(&each[2..]));
    assert_eq!(value(3), Some(64), "max_concurrent_streams");
    assert_eq!(value(4), Some(262_144), "stream_window_bytes");
    assert_eq!(value(6), Some(8_192), "max_header_list_bytes");
    let update = frames.until(|frame| frame.kind == WINDOW_UPDATE).await.unwrap();
    assert_eq!((update.stream, number(&update.payload)), (0, 1_048_576 - 65_535), "connection_window_bytes");
}

#[tokio::test]
async fn a_call_more_than_max_concurrent_streams_is_refused() {
    let grpc = Grpc::new(Config { max_concurrent_streams: 3, ..Config::default() }).await;
    let mut frames = grpc.frames().await;
    for stream in [1, 3, 5, 7] {
        frames.open(stream).await;
    }
    let reset = frames.until(|frame| frame.kind == RST_STREAM).await.unwrap();
    assert_eq!((reset.stream, number(&reset.payload)), (7, REFUSED_STREAM));
}

#[tokio::test]
async fn rapid_reset_ends_the_connection_and_hurts_no_other() {
    let grpc = Grpc::new(Config::default()).await;
    let other = grpc.channel().await;
    let mut frames = grpc.frames().await;
    for stream in (1..2_001).step_by(2) {
        frames.open(stream).await;
        frames.send(RST_STREAM, 0, stream, &8_u32.to_be_bytes()).await;
    }
    let farewell = frames.until(|frame| frame.kind == GO_AWAY).await;
    let error = farewell.map(|frame| number(&frame.payload[4..]));
    assert!(matches!(error, Some(ENHANCE_YOUR_CALM) | None), "{error:?}"); // None: reset before we read it
    let handled = grpc.peers.lock().unwrap().len();
    assert!(handled < 500, "{handled} of 1,000 were handled");
    grpc.check(other, 0).await.unwrap();
}

#[tokio::test]
async fn streams_that_we_reset_for_the_clients_errors_are_bounded() {
    let config = Config { max_error_reset_streams: 3, max_concurrent_streams: 1, ..Config::default() };
    let grpc = Grpc::new(config).await;
    let other = grpc.channel().await;
    let mut frames = grpc.frames().await;
    frames.open(1).await;
    // Calls beyond what was announced are such errors.
    for stream in [3, 5, 7] {
        frames.open(stream).await;
        let reset = frames.until(|frame| frame.kind == RST_STREAM).await.unwrap();
        assert_eq!((reset.stream, number(&reset.payload)), (stream, REFUSED_STREAM));
    }
    frames.open(9).await;
    let farewell = frames.until(|frame| matches!(frame.kind, RST_STREAM | GO_AWAY)).await.unwrap();
    assert_eq!((farewell.kind, number(&farewell.payload[4..])), (GO_AWAY, ENHANCE_YOUR_CALM));
    grpc.check(other, 0).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_answers_nothing_is_closed() {
    let config = Config { keepalive_interval_seconds: 1, keepalive_timeout_seconds: 1, ..Config::default() };
    let grpc = Grpc::new(config).await;
    let other = grpc.channel().await;
    let mut frames = grpc.frames().await;
    frames.open(1).await;
    let asked = frames.until(|frame| frame.kind == PING).await.unwrap();
    assert_eq!((asked.stream, asked.payload.len()), (0, 8));
    let begin = std::time::Instant::now();
    while frames.until(|_| true).await.is_some() {}
    let waited = begin.elapsed();
    assert!(waited >= Duration::from_millis(900), "before its time: {waited:?}");
    grpc.check(other, 0).await.unwrap(); // it answers our questions
}

#[tokio::test]
async fn headers_are_bounded() {
    let grpc = Grpc::new(Config::default()).await;
    let channel = grpc.channel().await;
    grpc.check(channel.clone(), 7_000).await.unwrap();
    grpc.check(channel.clone(), 9_000).await.unwrap_err();
    grpc.check(channel, 0).await.unwrap();
}

#[tokio::test]
async fn a_connection_grows_old_and_its_successor_goes_on() {
    let grpc = Grpc::new(Config { max_connection_age_seconds: 1, ..Config::default() }).await;
    let channel = grpc.channel().await;
    let called = async {
        loop {
            grpc.check(channel.clone(), 0).await.unwrap();
            let ports: BTreeSet<_> =
                grpc.peers.lock().unwrap().iter().map(|peer| peer.address.port()).collect();
            if ports.len() > 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, called).await.unwrap();
}

#[tokio::test]
async fn a_call_that_never_ends_does_not_keep_an_old_connection() {
    let config =
        Config { max_connection_age_seconds: 1, max_connection_age_grace_seconds: 1, ..Config::default() };
    let grpc = Grpc::new(config).await;
    let mut frames = grpc.frames().await;
    frames.open(1).await;
    let farewell = frames.until(|frame| frame.kind == GO_AWAY).await.unwrap();
    assert_eq!(number(&farewell.payload[4..]), 0, "NO_ERROR");
    assert!(frames.until(|_| false).await.is_none(), "the connection ends although the call is open");
    eventually(|| grpc.open.count() == 0).await;
}
