//! Clients that send and do not read the answers: their work ends all the same, and nobody waits for it.

use std::time::{Duration, Instant};

use proto::v1::{
    SubmitManifestsRequest, UploadDocumentHeader, UploadDocumentRequest,
    manifest_service_client::ManifestServiceClient, submit_manifests_response::Outcome,
    upload_document_request::Part,
};
use testkit::{many, submission_json};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use crate::harness::{Gateway, now, reason};

/// Of each partner.
const STREAMS: u64 = 6;
const ELEMENTS: u64 = 40;
const SETTINGS: [(&str, &str); 3] = [
    ("intake.queue.bytes_at_once", "131072"),
    ("intake.call_timeout_ms", "6000"),
    ("intake.uploads_at_once_per_partner", "1"),
];

/// A client that takes so little of an answer before it reads it.
fn deaf(gateway: &Gateway, partner_id: &str) -> ManifestServiceClient<Channel> {
    let endpoint = gateway.endpoint(Some(&gateway.identity(partner_id))).initial_stream_window_size(1_024);
    ManifestServiceClient::new(endpoint.connect_lazy())
}

/// Bytes that are worked on and that wait, as told to whoever watches the gateway.
async fn load(gateway: &Gateway) -> (f64, f64) {
    let text = gateway.http("/metrics").await.1;
    let of = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name) && !line.starts_with('#'));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_default()
    };
    (of("customs_gateway_work_bytes"), of("customs_gateway_waiting_bytes"))
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_streams_keep_no_turns() {
    let gateway = Gateway::start(&SETTINGS).await;
    let (mut kept, mut taken_on) = (Vec::new(), 0.0_f64);
    for (run, partner_id) in (0..).zip(["kz-customs", "tj-customs"]) {
        for stream in 0..STREAMS {
            let mut client = deaf(&gateway, partner_id);
            let (send, receive) = tokio::sync::mpsc::channel(64);
            for number in 0..ELEMENTS {
                let submission = Some(many::cargo(run * 1_000 + stream, number, now()));
                send.try_send(SubmitManifestsRequest { sequence: number.cast_signed(), submission }).unwrap();
            }
            let answers = client.submit_manifests(ReceiverStream::new(receive)).await.unwrap().into_inner();
            kept.push((send, answers));
            taken_on = taken_on.max(load(&gateway).await.0);
        }
    }
    assert!(taken_on > 0.0, "nothing was worked on");
    // Each had no more than the time of a call, and whoever stood in line behind it, too.
    let begin = Instant::now();
    while load(&gateway).await != (0.0, 0.0) {
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?} bytes are kept", load(&gateway).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let begin = Instant::now();
    gateway.manifests("tj-customs").submit_manifest(many::cargo(9_999, 1, now())).await.unwrap();
    println!("another call took {:?} beside {} unread streams", begin.elapsed(), kept.len());
    // What they are owed waits for them.
    let (_send, mut answers) = kept.remove(0);
    for _ in 0..10 {
        let answer = answers.message().await.unwrap().unwrap();
        assert!(
            matches!(answer.outcome, Some(Outcome::Accepted(_) | Outcome::Refusal(_))),
            "{:?}",
            answer.sequence
        );
    }
}

/// An upload of one partner's with so many messages that their answers do not fit what the client takes unread.
async fn upload(
    client: &mut ManifestServiceClient<Channel>,
    number: u64,
) -> Result<tonic::Streaming<proto::v1::UploadDocumentResponse>, tonic::Status> {
    let content = submission_json::write(&many::cargo(77, number, now())).unwrap().into_bytes();
    let parts = [Part::Header(UploadDocumentHeader::default()), Part::Chunk(content)];
    let parts = parts.map(|part| UploadDocumentRequest { part: Some(part) });
    client.upload_document(tokio_stream::iter(parts)).await.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_upload_keeps_its_place_and_no_turn() {
    let gateway = Gateway::start(&SETTINGS).await;
    let mut client = deaf(&gateway, "kz-customs");
    let mut unread = upload(&mut client, 1).await.unwrap();
    let begin = Instant::now();
    // Its document stays in memory until its answers are read, so its place does, too.
    let told = loop {
        let mut second = upload(&mut client, 2).await.unwrap();
        match second.message().await {
            Err(status) => break reason(&status),
            Ok(_) => assert!(begin.elapsed() < Duration::from_secs(5), "two places where there is one"),
        }
    };
    assert_eq!(told, "OVERLOADED");
    while load(&gateway).await != (0.0, 0.0) {
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?} bytes are kept", load(&gateway).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while unread.message().await.unwrap().is_some() {}
    drop(unread);
    let begin = Instant::now();
    loop {
        let mut third = upload(&mut client, 3).await.unwrap();
        match third.message().await {
            Ok(_) => return,
            Err(status) => assert_eq!(reason(&status), "OVERLOADED"),
        }
        assert!(begin.elapsed() < Duration::from_secs(5), "the place is not given back");
    }
}
