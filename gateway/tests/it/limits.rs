//! Every limit at its edge: what fits is taken, one more is refused with a reason.

use gateway::persist::AuditKind;
use proto::v1::{
    GetManifestRequest, GetPreDecisionRequest, ListManifestsRequest, ListPreDecisionsRequest,
    SubmitManifestRequest, SubmitManifestResponse, WatchPreDecisionsRequest,
};
use testkit::{many, stories::Story};
use tokio::io::AsyncReadExt as _;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

use crate::{
    harness::{Gateway, LIMIT, eventually, now, reason},
    raw::{self, SUBMIT, of_size},
};

async fn send(channel: &Channel, path: &str, bytes: Vec<u8>) -> Result<SubmitManifestResponse, Status> {
    raw::send(channel, path, tonic::Request::new(bytes)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_the_largest_size_is_taken_and_one_byte_more_is_not() {
    let gateway =
        Gateway::start(&[("decode.max_message_bytes", "32768"), ("decode.max_text_bytes", "40000")]).await;
    let channel = gateway.channel(Some(&gateway.identity("kz-customs")));
    let answer = send(&channel, SUBMIT, of_size(32_768)).await.unwrap();
    assert!(answer.receipt.is_some());
    let status = send(&channel, SUBMIT, of_size(32_769)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
    // Far beyond: refused from the frame's length, before it is read.
    let status = send(&channel, SUBMIT, of_size(10_000_000)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_transport_refuses_carries_a_reason_too() {
    let gateway = Gateway::start(&[]).await;
    let channel = gateway.channel(Some(&gateway.identity("kz-customs")));
    let status = send(&channel, SUBMIT, b"\xff\xff\xff".to_vec()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "MESSAGE_UNDECODABLE"));
    let unknown = "/customs.prearrival.v1.ManifestService/Guess";
    let status = send(&channel, unknown, Vec::new()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unimplemented, "UNIMPLEMENTED"));
    let status = send(&channel, "/nobody.Service/Call", Vec::new()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unimplemented, "UNIMPLEMENTED"));
    for path in [
        "/customs.prearrival.v1.ManifestService/GetManifest",
        "/customs.prearrival.v1.PreDecisionService/GetPreDecision",
        "/customs.prearrival.v1.PreDecisionService/WatchPreDecisions",
    ] {
        let status = send(&channel, path, b"\xff\xff\xff".to_vec()).await.unwrap_err();
        assert_eq!(reason(&status), "MESSAGE_UNDECODABLE", "{path}");
    }
    // tonic's own codec leaves a watch request above its limit to the response layer.
    let watch = "/customs.prearrival.v1.PreDecisionService/WatchPreDecisions";
    let status = send(&channel, watch, vec![0; 20_000]).await.unwrap_err();
    assert_eq!(reason(&status), "MESSAGE_TOO_LARGE");
    // What broke off is told from what is broken; 84 KiB in the length's bytes are text as well.
    let status = raw::send_half(&channel, SUBMIT, 0x0001_5000, 3_000).await;
    use tonic_types::StatusExt as _;
    let told = status.get_error_details().error_info().unwrap().metadata["detail"].clone();
    assert!(told.starts_with("the call ended inside a message"), "{told}");
    // Counted once each, whoever made them, and audited with partner and network.
    for (expected, times) in [("MESSAGE_UNDECODABLE", 5), ("UNIMPLEMENTED", 2), ("MESSAGE_TOO_LARGE", 1)] {
        gateway.metric(&format!("customs_gateway_refusals_total{{reason=\"{expected}\"}} {times}")).await;
        eventually("the audit row", async || {
            gateway.audited().await.iter().any(|event| {
                event.kind == AuditKind::Refused
                    && event.reason.as_deref() == Some(expected)
                    && event.partner_id.as_deref() == Some("kz-customs")
                    && event.source_network.as_deref() == Some("127.0.0.0/24")
            })
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_texts_have_their_limits() {
    let items = |submission: &SubmitManifestRequest| {
        let Some(proto::v1::manifest::Load::Cargo(cargo)) = &submission.manifest.as_ref().unwrap().load
        else {
            panic!("a lorry")
        };
        cargo.consignments.len()
    };
    let lorry = Story::GeneralCargo.submission(now());
    let (fits, reference) = (items(&lorry), lorry.manifest.as_ref().unwrap().manifest_reference.clone());
    let just = fits.to_string();
    let gateway =
        Gateway::start(&[("decode.max_consignments", &just), ("decode.max_text_bytes", "300")]).await;
    let mut client = gateway.manifests("kz-customs");
    client.submit_manifest(lorry.clone()).await.unwrap();

    let mut more = lorry.clone();
    more.manifest.as_mut().unwrap().manifest_reference = format!("{reference}-2");
    if let Some(proto::v1::manifest::Load::Cargo(cargo)) = &mut more.manifest.as_mut().unwrap().load {
        let one_more = cargo.consignments[0].clone();
        cargo.consignments.push(one_more);
    }
    let status = client.submit_manifest(more).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "REQUEST_INVALID"));

    let mut long = lorry;
    long.manifest.as_mut().unwrap().journey.as_mut().unwrap().journey_reference = "x".repeat(301);
    assert_eq!(reason(&client.submit_manifest(long).await.unwrap_err()), "REQUEST_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_kept() {
    let gateway = Gateway::start_with(&[], |_, partners| partners[0].quota_per_minute = 3).await;
    let mut client = gateway.manifests("kz-customs");
    let mut refused = None;
    // The minute may turn once on the way.
    for n in 0..8 {
        match client.submit_manifest(many::cargo(7, n, now())).await {
            Ok(_) => assert!(n < 7),
            Err(status) => {
                assert!(n >= 3, "not before the quota is used up");
                refused = Some(status);
                break;
            }
        }
    }
    let status = refused.unwrap();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "QUOTA_EXCEEDED"));
    use tonic_types::StatusExt as _;
    assert!(status.get_error_details().retry_info().is_some());
    // Others have their own.
    gateway.manifests("tj-customs").submit_manifest(many::cargo(8, 1, now())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_both_services_use_up_one_allowance() {
    let settings = [("intake.calls_per_submission", "2")];
    let gateway = Gateway::start_with(&settings, |_, partners| partners[0].quota_per_minute = 3).await;
    let mut decisions = gateway.pre_decisions("kz-customs");
    let mut manifests = gateway.manifests("kz-customs");
    let mut refused = None;
    // Six calls a minute; the minute may turn once on the way.
    for n in 0..14 {
        let outcome = match n % 3 {
            0 => decisions.list_pre_decisions(ListPreDecisionsRequest::default()).await.map(|_| ()),
            1 => decisions.watch_pre_decisions(WatchPreDecisionsRequest::default()).await.map(|_| ()),
            _ => manifests.list_manifests(ListManifestsRequest::default()).await.map(|_| ()),
        };
        if let Err(status) = outcome
            && reason(&status) != "REQUEST_INVALID"
        {
            assert!(n >= 6, "not before the allowance is used up");
            refused = Some(status);
            break;
        }
    }
    let _ = refused.unwrap();
    use tonic_types::StatusExt as _;
    for status in [
        decisions.get_pre_decision(GetPreDecisionRequest::default()).await.unwrap_err(),
        decisions.list_pre_decisions(ListPreDecisionsRequest::default()).await.unwrap_err(),
        decisions.watch_pre_decisions(WatchPreDecisionsRequest::default()).await.unwrap_err(),
    ] {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "QUOTA_EXCEEDED"));
        assert!(status.get_error_details().retry_info().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_have_a_limit_per_identity_and_in_all() {
    let gateway = Gateway::start(&[
        ("authenticate.max_connections_per_identity", "2"),
        ("authenticate.max_connections", "3"),
    ])
    .await;
    let list = ListManifestsRequest::default;
    let (mut first, mut second) = (gateway.manifests("kz-customs"), gateway.manifests("kz-customs"));
    first.list_manifests(list()).await.unwrap();
    second.list_manifests(list()).await.unwrap();
    gateway.manifests("kz-customs").list_manifests(list()).await.unwrap_err();
    let mut third = gateway.manifests("tj-customs");
    eventually("room for another identity", async || third.list_manifests(list()).await.is_ok()).await;
    gateway.manifests("silk-coach").list_manifests(list()).await.unwrap_err();
    eventually("both are counted", async || {
        let text = gateway.http("/metrics").await.1;
        text.contains("handshake_refusals_total{reason=\"TOO_MANY_CONNECTIONS\"}")
    })
    .await;
    first.list_manifests(list()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stranger_is_hung_up_on() {
    let gateway = Gateway::start(&[("authenticate.handshake_timeout_ms", "100")]).await;
    let mut stranger = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let read = tokio::time::timeout(LIMIT, stranger.read(&mut [0; 16])).await.unwrap();
    assert!(matches!(read, Ok(0) | Err(_)));
    gateway.metric("customs_gateway_handshake_refusals_total{reason=\"TIMEOUT\"} 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_under_way_are_bounded() {
    let gateway = Gateway::start(&[("authenticate.max_handshakes", "1")]).await;
    let _slow = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    eventually("the next is closed at once", async || {
        let mut next = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
        matches!(tokio::time::timeout(LIMIT, next.read(&mut [0; 16])).await.unwrap(), Ok(0) | Err(_))
    })
    .await;
    eventually("it is counted", async || {
        let text = gateway.http("/metrics").await.1;
        text.contains("handshake_refusals_total{reason=\"TOO_MANY_HANDSHAKES\"}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_have_a_limit() {
    let gateway = Gateway::start(&[("authenticate.max_header_list_bytes", "2048")]).await;
    let mut client = gateway.manifests("kz-customs");
    let with = |bytes: usize| {
        let mut request = tonic::Request::new(GetManifestRequest {
            name: "manifests/019346c8-7b2a-7000-8000-000000000001".into(),
            ..Default::default()
        });
        request.metadata_mut().insert("x-filling", "x".repeat(bytes).parse().unwrap());
        request
    };
    assert_eq!(reason(&client.get_manifest(with(1_000)).await.unwrap_err()), "MANIFEST_NOT_FOUND");
    // Below the messages: hyper answers 431 before any layer of ours.
    let status = client.get_manifest(with(4_000)).await.unwrap_err();
    assert_ne!(status.code(), Code::NotFound);
    assert_eq!(reason(&client.get_manifest(with(1_000)).await.unwrap_err()), "MANIFEST_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs_ends_the_call_with_a_reason_and_no_receipt() {
    let gateway = Gateway::start(&[
        ("intake.call_timeout_ms", "300"),
        ("intake.scoring_timeout_ms", "200"),
        ("persist.busy_timeout_ms", "30000"),
    ])
    .await;
    let other = gateway.lock_store().await;
    let mut client = gateway.manifests("kz-customs");
    let submission = Story::GeneralCargo.submission(now());
    let status = client.submit_manifest(submission.clone()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    drop(other);
    // Whether it was recorded in the end or not: sending it again settles it.
    eventually("the repeat", async || client.submit_manifest(submission.clone()).await.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_under_way_are_bounded_over_all_connections() {
    let gateway = Gateway::start(&[
        ("app.calls_in_total", "1"),
        ("app.calls_per_partner", "1"),
        ("persist.busy_timeout_ms", "30000"),
    ])
    .await;
    let other = gateway.lock_store().await;
    let mut client = gateway.manifests("kz-customs");
    // The neighbour's asking below may hold the only place when this comes: it comes again then.
    let held = tokio::spawn(async move {
        loop {
            match client.submit_manifest(Story::GeneralCargo.submission(now())).await {
                Err(status) if status.code() == Code::ResourceExhausted => tokio::task::yield_now().await,
                settled => return settled,
            }
        }
    });
    let mut neighbour = gateway.manifests("tj-customs");
    let mut last = None;
    eventually("the only place is taken", async || {
        last = neighbour.list_manifests(ListManifestsRequest::default()).await.err();
        last.is_some()
    })
    .await;
    let status = last.unwrap();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
    assert_eq!(status.get_error_details().error_info().unwrap().metadata["limit"], "app.calls_in_total");
    drop(other);
    held.await.unwrap().unwrap();
    neighbour.list_manifests(ListManifestsRequest::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_with_more_calls_than_all_may_have_shuts_nobody_else_out() {
    let gateway = Gateway::start(&[
        ("app.calls_in_total", "8"),
        ("app.calls_per_partner", "4"),
        ("app.call_backstop_ms", "120000"),
        ("intake.call_timeout_ms", "60000"),
    ])
    .await;
    // Calls whose message never comes, unary ones, health and a stream: they stay open until they are dropped.
    let channel = gateway.channel(Some(&gateway.identity("kz-customs")));
    let mut calls = tokio::task::JoinSet::new();
    for call in 0..16 {
        let channel = channel.clone();
        let path = [raw::SUBMIT, raw::SUBMIT_MANY, "/grpc.health.v1.Health/Check"][call % 3];
        calls.spawn(async move { raw::send_nothing(&channel, path).await });
    }
    for _ in 4..16 {
        let status = calls.join_next().await.unwrap().unwrap();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
        let limit = status.get_error_details().error_info().unwrap().metadata["limit"].clone();
        assert_eq!(limit, "app.calls_per_partner");
    }
    let mut neighbour = gateway.manifests("tj-customs");
    neighbour.submit_manifest(Story::GeneralCargo.submission(now())).await.unwrap();
    assert!(calls.try_join_next().is_none(), "the others are still open");
    // They give their places back when they are given up.
    calls.shutdown().await;
    let mut client = gateway.manifests("kz-customs");
    eventually("its places are free", async || {
        client.list_manifests(ListManifestsRequest::default()).await.is_ok()
    })
    .await;
}
