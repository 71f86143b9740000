//! More than there is room for: what waits, in which order, what is refused, what is dropped, and what it costs others.

mod fair;
mod memory;

use std::{collections::BTreeSet, time::Duration};

use gateway::persist::{FeedPosition, Scope};
use proto::v1::{
    GetManifestRequest, SubmitManifestRequest, SubmitManifestsRequest, submit_manifests_response::Outcome,
};
use testkit::many;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::harness::{Gateway, eventually, now, reason};

/// One submission is worked on at a time; the store waits for ever when it is locked.
const ONE_BY_ONE: [(&str, &str); 3] = [
    ("intake.queue.bytes_at_once", "4096"),
    ("intake.queue.bytes_at_once_per_partner", "4096"),
    ("persist.busy_timeout_ms", "30000"),
];

/// How long a process of this machine has kept so much memory, bytes: what is resident now.
pub(crate) fn resident_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

fn arriving(n: u64, in_minutes: i64) -> SubmitManifestRequest {
    let mut request = many::cargo(0x0E, n, now());
    let journey = request.manifest.as_mut().unwrap().journey.as_mut().unwrap();
    journey.arrival_time.as_mut().unwrap().seconds = now().as_second() + in_minutes * 60;
    request
}

fn reference(request: &SubmitManifestRequest) -> String {
    request.manifest.as_ref().unwrap().manifest_reference.clone()
}

/// References of what a partner has recorded, in the order of their commits.
async fn recorded(gateway: &Gateway, partner_id: &str) -> Vec<String> {
    let scope = Scope::Partner(partner_id.to_owned());
    let rows = gateway.store.feed_after(&scope, FeedPosition::START, 100).await.unwrap();
    rows.into_iter().map(|row| row.manifest.key.manifest_reference).collect()
}

/// Told by us, or, as tonic's client has it, by the client library's own timer.
fn is_late(status: &Status) -> bool {
    matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled)
}

async fn waiting(gateway: &Gateway, bytes: impl Fn(u64) -> bool) -> bool {
    let text = gateway.http("/metrics").await.1;
    let line = text.lines().find_map(|line| line.strip_prefix("customs_gateway_waiting_bytes "));
    line.is_some_and(|found| bytes(found.parse().unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_goes_on_by_its_declared_arrival() {
    let gateway = Gateway::start(&ONE_BY_ONE).await;
    let locked = gateway.lock_store().await;
    let mut calls = Vec::new();
    let mut before = 0;
    let [first, late, early, middle] =
        [(1, 600), (2, 900), (3, 300), (4, 500)].map(|(n, minutes)| arriving(n, minutes));
    for request in [&first, &late, &early, &middle] {
        let (mut client, request) = (gateway.manifests("kz-customs"), request.clone());
        calls.push(tokio::spawn(async move { client.submit_manifest(request).await.map(drop) }));
        if calls.len() == 1 {
            // It has the only place: it waits for the store.
            eventually("it is worked on", async || {
                !gateway.http("/metrics").await.1.contains("customs_gateway_work_bytes 0")
            })
            .await;
            continue;
        }
        eventually("the next one waits", async || waiting(&gateway, |bytes| bytes > before).await).await;
        let text = gateway.http("/metrics").await.1;
        before = text
            .lines()
            .find_map(|line| line.strip_prefix("customs_gateway_waiting_bytes "))
            .unwrap()
            .parse()
            .unwrap();
    }
    drop(locked);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let expected = [&first, &early, &middle, &late].map(reference);
    assert_eq!(recorded(&gateway, "kz-customs").await, expected);
    gateway.metric("customs_gateway_waiting_bytes 0").await;
    gateway.metric("customs_gateway_work_bytes 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_no_place_is_refused_at_once_and_told_when_to_come_back() {
    let mut settings = ONE_BY_ONE.to_vec();
    settings.push(("intake.queue.waiting_bytes_per_partner", "20000"));
    let gateway = Gateway::start(&settings).await;
    let locked = gateway.lock_store().await;
    let mut calls = Vec::new();
    for n in 0..12 {
        let mut client = gateway.manifests("kz-customs");
        calls.push(tokio::spawn(async move { client.submit_manifest(arriving(n, 60)).await.map(drop) }));
    }
    // Another has its own places.
    let mut other = gateway.manifests("tj-customs");
    let others = tokio::spawn(async move { other.submit_manifest(arriving(99, 60)).await.map(drop) });
    eventually("some are refused", async || calls.iter().filter(|call| call.is_finished()).count() >= 8)
        .await;
    assert!(!others.is_finished());
    drop(locked);
    others.await.unwrap().unwrap();
    let (mut refused, mut waits) = (0, BTreeSet::new());
    for call in calls {
        let Err(status) = call.await.unwrap() else { continue };
        refused += 1;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
        let details = status.get_error_details();
        let limit = &details.error_info().unwrap().metadata["limit"];
        assert_eq!(limit, "intake.queue.waiting_bytes_per_partner");
        let wait = details.retry_info().unwrap().retry_delay.unwrap();
        assert!((Duration::from_secs(1)..=Duration::from_millis(1_500)).contains(&wait), "{wait:?}");
        waits.insert(wait);
    }
    assert!((8..=11).contains(&refused), "{refused} of 12");
    assert!(waits.len() > 5, "all are told the same: {waits:?}");
    assert_eq!(recorded(&gateway, "kz-customs").await.len(), 12 - refused);
}

/// Whatever it waited for: for its turn, for the writer's, or for the transaction itself.
#[tokio::test(flavor = "multi_thread")]
async fn whose_time_runs_out_leaves_nothing_behind() {
    let gateway = Gateway::start(&[
        ("intake.queue.bytes_at_once", "20000"),
        ("intake.queue.bytes_at_once_per_partner", "20000"),
        ("persist.busy_timeout_ms", "30000"),
    ])
    .await;
    let locked = gateway.lock_store().await;
    let mut calls = Vec::new();
    for n in 0..6 {
        let mut client = gateway.manifests("kz-customs");
        // Connected before its time begins to run.
        client.get_manifest(GetManifestRequest::default()).await.unwrap_err();
        calls.push(tokio::spawn(async move {
            let mut request = Request::new(arriving(n, 60));
            request.set_timeout(Duration::from_millis(400));
            client.submit_manifest(request).await.map(drop)
        }));
    }
    let mut reasons = Vec::new();
    for call in calls {
        let status = call.await.unwrap().unwrap_err();
        // Told by us, unless the client library's own timer was quicker.
        assert!(is_late(&status), "{status:?}");
        reasons.extend(status.get_error_details().error_info().map(|info| info.reason.clone()));
    }
    assert!(reasons.iter().all(|reason| reason == "DEADLINE_EXCEEDED"));
    drop(locked);
    let after = arriving(77, 60);
    gateway.manifests("kz-customs").submit_manifest(after.clone()).await.unwrap();
    assert_eq!(recorded(&gateway, "kz-customs").await, [reference(&after)]);
    gateway.metric("customs_gateway_work_bytes 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_time_at_all_costs_nothing() {
    let gateway = Gateway::start(&[]).await;
    let mut request = Request::new(arriving(1, 60));
    request.set_timeout(Duration::from_millis(1)); // less than the moment that we answer ahead of it
    let status = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap_err();
    assert!(is_late(&status), "{status:?}");
    let text = gateway.http("/metrics").await.1;
    let decoded = text.lines().any(|line| line.contains("step=\"decode\"") && line.contains("_count"));
    assert!(!decoded, "it was decoded");
    assert!(recorded(&gateway, "kz-customs").await.is_empty());
}

/// A stream's `grpc-timeout` is for all of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_element_past_its_streams_time_is_refused() {
    let gateway = Gateway::start(&[("persist.busy_timeout_ms", "30000")]).await;
    let locked = gateway.lock_store().await;
    let element = SubmitManifestsRequest { sequence: 5, submission: Some(arriving(1, 60)) };
    let (send, elements) = tokio::sync::mpsc::channel(1);
    send.send(element).await.unwrap();
    let mut request = Request::new(tokio_stream::wrappers::ReceiverStream::new(elements));
    // The client library would end the stream by itself at its own timer.
    request.metadata_mut().insert("grpc-timeout", "400m".parse().unwrap());
    let mut client = gateway.manifests("kz-customs");
    let mut answers = client.submit_manifests(request).await.unwrap().into_inner();
    let answer = answers.message().await;
    drop(locked);
    match answer {
        Ok(answer) => match answer.unwrap().outcome.unwrap() {
            Outcome::Refusal(refusal) => assert_eq!(refusal.reason, "DEADLINE_EXCEEDED"),
            accepted => panic!("{accepted:?}"),
        },
        Err(status) => assert!(is_late(&status), "{status:?}"),
    }
    let after = arriving(2, 60);
    gateway.manifests("kz-customs").submit_manifest(after.clone()).await.unwrap();
    assert_eq!(recorded(&gateway, "kz-customs").await, [reference(&after)]);
}
