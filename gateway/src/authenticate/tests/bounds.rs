//! What a stranger may cost us before it is known.

use super::*;

#[tokio::test]
async fn a_slow_handshake_blocks_nobody_and_ends() {
    let world = World::with(Config { handshake_timeout_ms: 300, ..Config::default() }).await;
    let mut slow = TcpStream::connect(world.address).await.unwrap();
    slow.write_all(b"\x16\x03\x01").await.unwrap(); // the beginning of a record, and then nothing
    eventually(|| world.open.count() == 1).await;
    let client = world.kz.client("kz-customs").unwrap();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
    assert!(read_to_end(&mut slow).await.is_empty());
    assert_eq!(world.reasons().await, [HandshakeRefusal::Timeout]);
}

#[tokio::test]
async fn handshakes_under_way_are_bounded() {
    let world = World::with(Config { max_handshakes: 3, ..Config::default() }).await;
    let mut slow = Vec::new();
    for _ in 0..3 {
        slow.push(TcpStream::connect(world.address).await.unwrap());
    }
    eventually(|| world.open.count() == 3).await;
    let client = world.kz.client("kz-customs").unwrap();
    assert!(world.say(Some(&client)).await.is_err());
    assert_eq!(world.reasons().await, [HandshakeRefusal::TooManyHandshakes]);
    slow.pop();
    eventually(|| world.open.count() == 2).await;
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn handshakes_of_one_network_are_bounded() {
    let world = World::with(Config { max_handshakes_per_network: 1, ..Config::default() }).await;
    let slow = TcpStream::connect(world.address).await.unwrap();
    eventually(|| world.open.count() == 1).await;
    let client = world.kz.client("kz-customs").unwrap();
    assert!(world.say(Some(&client)).await.is_err());
    assert_eq!(world.reasons().await, [HandshakeRefusal::TooManyHandshakes]);
    drop(slow);
    eventually(|| world.open.count() == 0).await;
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn open_connections_are_bounded() {
    let world = World::with(Config { max_connections: 2, ..Config::default() }).await;
    let client = world.kz.client("kz-customs").unwrap();
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut line = world.connect(Some(&client)).await.unwrap();
        line.ask().await.unwrap();
        open.push(line);
    }
    assert!(world.say(Some(&client)).await.is_err());
    assert_eq!(world.reasons().await, [HandshakeRefusal::TooManyConnections]);
    open.pop();
    eventually(|| world.open.count() == 1).await;
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn connections_of_one_identity_are_bounded() {
    let world = World::with(Config { max_connections_per_identity: 1, ..Config::default() }).await;
    let (kz, tj) = (world.kz.client("kz-customs").unwrap(), world.tj.client("tj-customs").unwrap());
    let mut line = world.connect(Some(&kz)).await.unwrap();
    line.ask().await.unwrap();
    // Another certificate of the same identity does not help.
    assert!(world.say(Some(&world.kz.client("kz-customs").unwrap())).await.is_err());
    assert_eq!(world.reasons().await, [HandshakeRefusal::TooManyConnections]);
    assert_eq!(world.say(Some(&tj)).await.unwrap(), "partner tj-customs");
    drop(line);
    eventually(|| world.open.count() == 0).await;
    assert_eq!(world.say(Some(&kz)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn a_peer_that_hangs_up_is_counted_and_forgotten() {
    let world = World::new().await;
    drop(TcpStream::connect(world.address).await.unwrap());
    assert_eq!(world.reasons().await, [HandshakeRefusal::Disconnected]);
    eventually(|| world.open.count() == 0).await;
}

#[test]
fn settings_that_would_lock_everybody_out_are_problems() {
    assert!(Config::default().problems().is_empty());
    let config = Config { max_handshakes: 0, stream_window_bytes: 65_534, ..Config::default() };
    let keys: Vec<_> = config.problems().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["authenticate.max_handshakes", "authenticate.stream_window_bytes"]);
}
