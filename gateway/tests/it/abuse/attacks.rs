//! The attacks, one a test.

use std::time::Duration;

use proto::v1::{ListManifestsRequest, manifest_service_client::ManifestServiceClient};
use testkit::many;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::{Code, metadata::AsciiMetadataKey};

use super::{
    Target,
    frames::{CONTINUATION, DATA, HEADERS, RST_STREAM, block, shake},
};
use crate::{
    harness::{now, reason},
    raw::{self, SUBMIT, SUBMIT_MANY},
};

const SOON: Duration = Duration::from_secs(10);
const WATCH: &str = "/customs.prearrival.v1.PreDecisionService/WatchPreDecisions";

/// The beginning of a gRPC message: is it compressed, and how long it says that it is.
fn prefix(compressed: u8, length: u32) -> Vec<u8> {
    let mut bytes = vec![compressed];
    bytes.extend(length.to_be_bytes());
    bytes
}

async fn hangs_up(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 1024];
    let reading = async { while matches!(stream.read(&mut buffer).await, Ok(read) if read > 0) {} };
    tokio::time::timeout(SOON, reading).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_truncated_handshakes() {
    let target = Target::start(&[
        ("authenticate.handshake_timeout_ms", "1000"),
        ("authenticate.max_handshakes_per_network", "200"),
    ])
    .await;
    target
        .under("150 handshakes that begin and do not go on", async {
            let mut slow = Vec::new();
            for place in 0..150 {
                let mut stream = TcpStream::connect(target.address).await.unwrap();
                // A record that is cut off: in its head, or within a greeting that says to be longer.
                let record: &[u8] = if place % 2 == 0 {
                    b"\x16\x03\x01"
                } else {
                    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
                };
                stream.write_all(record).await.unwrap();
                slow.push(stream);
            }
            for stream in &mut slow {
                assert!(hangs_up(stream).await, "a handshake never ends");
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_host_and_rubbish_instead_of_tls() {
    let target = Target::start(&[]).await;
    target
        .under("wrong names, and no TLS at all", async {
            for _ in 0..20 {
                // A client that checks names refuses us; the name it asks for changes nothing of who we say we are.
                let wrong = shake(target.address, target.root(), &target.attacker, "elsewhere.invalid").await;
                assert!(wrong.is_err(), "the certificate is good for another name");
                let mut rubbish = TcpStream::connect(target.address).await.unwrap();
                rubbish.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
                assert!(hangs_up(&mut rubbish).await);
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rapid_reset() {
    let target = Target::start(&[]).await;
    let opened = target
        .under("rapid reset, 10 connections in turn", async {
            let mut opened = 0;
            for _ in 0..10 {
                let mut frames = target.frames(&[]).await;
                for stream in (1..4_001).step_by(2) {
                    let sent = frames.open(stream, WATCH, &[]).await
                        && frames.send(RST_STREAM, 0, stream, &8_u32.to_be_bytes()).await;
                    if !sent {
                        break;
                    }
                    opened += 1;
                }
                assert!(frames.ends(SOON).await, "2,000 resets and still connected");
            }
            opened
        })
        .await;
    println!("rapid reset: {opened} streams were opened and reset");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_continuations() {
    let target = Target::start(&[]).await;
    let sent = target
        .under("CONTINUATION without end", async {
            let mut frames = target.frames(&[]).await;
            assert!(frames.send(HEADERS, 0, 1, &block(WATCH, &[])).await); // END_HEADERS is never sent
            let piece: Vec<u8> = (0..120)
                .flat_map(|n: u8| {
                    let mut field = vec![0, 4];
                    field.extend(format!("x{n:03}").bytes());
                    field.push(100);
                    field.extend([b'y'; 100]);
                    field
                })
                .collect();
            let mut sent = 0_usize;
            while sent < 64 << 20 && frames.send(CONTINUATION, 0, 1, &piece).await {
                sent += piece.len();
            }
            assert!(frames.ends(SOON).await, "still connected");
            sent
        })
        .await;
    println!("CONTINUATION: {sent} bytes until it was hung up on");
    assert!(sent < 64 << 20, "64 MiB of headers were taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_headers() {
    let target = Target::start(&[]).await;
    let long = "z".repeat(120);
    let channel = target.site.channel(target.address, "kz-customs");
    target
        .under("calls with 20 KB of headers each", async {
            let names: Vec<String> = (0..160).map(|n| format!("x-{n:03}")).collect();
            // What a client of the contract is told, and that it is the headers: without them the same call is answered.
            for (most, is_taken) in [(20, true), (160, false)] {
                let mut request = tonic::Request::new(ListManifestsRequest::default());
                for name in names.iter().take(most) {
                    let name = AsciiMetadataKey::from_bytes(name.as_bytes()).unwrap();
                    request.metadata_mut().insert(name, long.parse().unwrap());
                }
                let answer = ManifestServiceClient::new(channel.clone()).list_manifests(request).await;
                assert_eq!(answer.is_ok(), is_taken, "{most} headers: {answer:?}");
            }
            let mut frames = target.frames(&[]).await;
            let more: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), long.as_str())).collect();
            let block = block(WATCH, &more);
            for stream in (1..2_001).step_by(2) {
                let (first, rest) = block.split_at(16_000);
                if !(frames.send(HEADERS, 1, stream, first).await
                    && frames.send(CONTINUATION, 4, stream, rest).await)
                {
                    break;
                }
            }
            frames.ends(Duration::from_secs(2)).await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_bombs_and_huge_lengths() {
    let target =
        Target::start(&[("intake.call_timeout_ms", "2000"), ("intake.scoring_timeout_ms", "500")]).await;
    let channel = target.site.channel(target.address, "kz-customs");
    target
        .under("compressed messages, and 4 GiB that are only said", async {
            // Nothing compressed is unpacked, whatever it says to be.
            for encoding in ["gzip", "zstd", "deflate"] {
                let mut request = tonic::Request::new(vec![0_u8; 100]);
                request.metadata_mut().insert("grpc-encoding", encoding.parse().unwrap());
                let status = raw::send::<proto::v1::SubmitManifestResponse>(&channel, SUBMIT, request).await;
                assert_eq!(reason(&status.unwrap_err()), "UNIMPLEMENTED", "{encoding}");
            }
            for (compressed, length) in [(0, u32::MAX), (0, 1 << 30), (1, 1_000), (7, 10)] {
                let mut frames = target.frames(&[]).await;
                for stream in (1..61).step_by(2) {
                    frames.open(stream, if stream % 4 == 1 { SUBMIT } else { SUBMIT_MANY }, &[]).await;
                    let mut message = prefix(compressed, length);
                    message.extend([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
                    frames.send(DATA, 0, stream, &message).await;
                }
                frames.ends(Duration::from_millis(300)).await;
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_messages() {
    let target = Target::start(&[]).await;
    let channel = target.site.channel(target.address, "kz-customs");
    target
        .under("messages that are none", async {
            let nested: Vec<u8> = std::iter::repeat_n([0x0a, 0x7f], 5_000).flatten().collect();
            let messages: [Vec<u8>; 6] = [
                vec![0xff; 11],
                vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], // a field of 4 GiB
                vec![0x0b; 3_000],                        // groups within groups
                nested,
                vec![0x0a, 0x02, 0xc3, 0x28],
                vec![0x08; 2_000],
            ];
            for round in 0..20 {
                for message in &messages {
                    let request = tonic::Request::new(message.clone());
                    let answer =
                        raw::send::<proto::v1::SubmitManifestResponse>(&channel, SUBMIT, request).await;
                    let status = answer.unwrap_err();
                    assert_eq!(status.code(), Code::InvalidArgument, "{round}: {status:?}");
                }
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_writers() {
    let target = Target::start(&[
        ("intake.queue.incoming_bytes_per_partner", "1048576"),
        ("decode.max_document_bytes", "262144"),
        ("decode.max_message_bytes", "65536"),
        ("intake.call_timeout_ms", "8000"),
        ("intake.scoring_timeout_ms", "500"),
    ])
    .await;
    let own = target.site.manifests(target.address, "kz-customs");
    let submit = |number| {
        let mut own = own.clone();
        async move { own.submit_manifest(many::cargo(0xAB, number, now())).await }
    };
    target
        .under("1,200 messages that come in part", async {
            assert!(submit(1).await.is_ok());
            let mut open = Vec::new();
            for _ in 0..20 {
                let mut frames = target.frames(&[]).await;
                for stream in (1..121).step_by(2) {
                    let path = if stream % 4 == 1 { SUBMIT } else { SUBMIT_MANY };
                    // Room is made for what is announced: sixteen of them are the 1 MiB that one partner may have under way.
                    let mut message = prefix(0, 65_531);
                    message.resize(1_000, 0x0a); // sixty of them are within the window that a connection begins with
                    assert!(
                        frames.open(stream, path, &[]).await && frames.send(DATA, 0, stream, &message).await
                    );
                }
                open.push(frames);
            }
            // It feels that itself, nobody else.
            let mut number = 1;
            let refused = async {
                loop {
                    number += 1;
                    if let Err(status) = submit(number).await {
                        break status;
                    }
                }
            };
            let refused = tokio::time::timeout(SOON, refused).await.expect("whatever comes in part is taken");
            assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
            // What never came whole ends by its time, and then there is room again.
            let free = async {
                while submit(number).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            assert!(
                tokio::time::timeout(SOON * 2, free).await.is_ok(),
                "what never came whole is never let go"
            );
        })
        .await;
}

/// A stream whose answers are not read is polled no more, so that what it announced is not given back before it ends.
#[tokio::test(flavor = "multi_thread")]
async fn announcements_of_those_who_do_not_read() {
    let target = Target::start(&[
        ("intake.queue.incoming_bytes", "20971520"),
        ("intake.queue.incoming_bytes_per_partner", "16777216"),
    ])
    .await;
    target
        .under("60 streams that announce 2 MiB each and read nothing", async {
            let mut frames = target.frames(&[(4, 0)]).await; // SETTINGS_INITIAL_WINDOW_SIZE
            for stream in (1..121).step_by(2) {
                frames.open(stream, SUBMIT_MANY, &[]).await;
                for sequence in 1..3 {
                    let element = [prefix(0, 5), raw::element(sequence, b"\xff")].concat();
                    frames.send(DATA, 0, stream, &element).await;
                }
                frames.send(DATA, 0, stream, &prefix(0, 2 << 20)).await;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut other = target.site.manifests(target.address, "tj-customs");
            for number in 0..20 {
                let answer = other.submit_manifest(many::cargo(0xAE, number, now())).await;
                assert!(answer.is_ok(), "another partner is kept out: {answer:?}");
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_readers() {
    let target = Target::start(&[("watch.watchers_per_partner", "200"), ("watch.heartbeat_ms", "20")]).await;
    target
        .under("100 watchers that never read, without a window", async {
            let mut open = Vec::new();
            for _ in 0..2 {
                let mut frames = target.frames(&[(4, 0)]).await; // SETTINGS_INITIAL_WINDOW_SIZE
                for stream in (1..101).step_by(2) {
                    frames.open(stream, WATCH, &[]).await;
                    frames.send(DATA, 1, stream, &prefix(0, 0)).await;
                }
                open.push(frames);
            }
            // What they would have to be told of goes on happening meanwhile.
            let mut own = target.site.manifests(target.address, "kz-customs");
            for number in 0..100 {
                own.submit_manifest(many::cargo(0xAC, number, now())).await.unwrap();
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections() {
    const MOST: usize = 100;
    let most = MOST.to_string();
    let target = Target::start(&[
        ("authenticate.handshake_timeout_ms", "20000"),
        ("authenticate.max_connections_per_identity", &most),
    ])
    .await;
    let held = target
        .under("idle connections: 400 of one identity, 1,000 silent strangers", async {
            let mut idle = Vec::new();
            for _ in 0..400 {
                // With TLS 1.3 a client has shaken hands before the server has looked at who it is.
                if let Ok(stream) = shake(target.address, target.root(), &target.attacker, "localhost").await
                {
                    idle.push(stream);
                }
            }
            let mut silent = Vec::new();
            for _ in 0..1_000 {
                silent.push(TcpStream::connect(target.address).await.unwrap());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            let mut held = 0;
            for mut stream in idle {
                // HTTP/2's server speaks first: whoever was let in has its settings to read, then silence.
                let reading =
                    async { while matches!(stream.read(&mut [0; 1024]).await, Ok(read) if read > 0) {} };
                held += usize::from(tokio::time::timeout(Duration::from_millis(20), reading).await.is_err());
            }
            held
        })
        .await;
    assert_eq!(held, MOST, "so many connections of one identity were left standing");
}
