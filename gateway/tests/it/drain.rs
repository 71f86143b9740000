//! Stopping in order: nothing acknowledged is lost, nobody is left hanging.

use proto::v1::{
    ListManifestsRequest, SubmitManifestsRequest, WatchPreDecisionsRequest,
    submit_manifests_response::Outcome,
};
use testkit::{many, stories::Story};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::harness::{Gateway, LIMIT, eventually, now, reason};

#[tokio::test(flavor = "multi_thread")]
async fn watchers_are_told_and_the_process_ends() {
    let mut gateway = Gateway::start(&[("watch.heartbeat_ms", "60000")]).await;
    let request = WatchPreDecisionsRequest::default();
    let mut stream =
        gateway.pre_decisions("kz-customs").watch_pre_decisions(request).await.unwrap().into_inner();
    gateway.begin_to_stop();
    let status = timeout(LIMIT, stream.message()).await.unwrap().unwrap_err();
    assert_eq!(reason(&status), "SHUTTING_DOWN");
    gateway.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_submissions_is_answered_for_what_was_read_and_told() {
    let mut gateway = Gateway::start(&[]).await;
    let (send, elements) = mpsc::channel(8);
    let answers =
        gateway.manifests("kz-customs").submit_manifests(ReceiverStream::new(elements)).await.unwrap();
    let mut answers = answers.into_inner();
    let element = SubmitManifestsRequest { sequence: 1, submission: Some(many::cargo(4, 1, now())) };
    send.send(element).await.unwrap();
    let first = timeout(LIMIT, answers.next()).await.unwrap().unwrap().unwrap();
    let Some(Outcome::Accepted(accepted)) = first.outcome else { panic!("{first:?}") };
    gateway.begin_to_stop();
    let status = timeout(LIMIT, answers.next()).await.unwrap().unwrap().unwrap_err();
    assert_eq!(reason(&status), "SHUTTING_DOWN");
    gateway.stopped().await;
    let id = accepted.receipt.unwrap().manifest.strip_prefix("manifests/").unwrap().parse().unwrap();
    let found = gateway.store.manifest(id, gateway::persist::Persons::Without).await.unwrap();
    assert!(found.is_some(), "what was acknowledged is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_flight_are_answered_and_what_was_acknowledged_is_stored() {
    let mut gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    client.list_manifests(ListManifestsRequest::default()).await.unwrap();
    let calls: Vec<_> = (0..40)
        .map(|n| {
            let mut client = client.clone();
            tokio::spawn(async move { client.submit_manifest(many::cargo(5, n, now())).await })
        })
        .collect();
    // Some are under way once the first is stored.
    eventually("a first manifest", async || gateway.store.feed_end().await.unwrap() != Default::default())
        .await;
    gateway.begin_to_stop();
    let mut acknowledged = 0;
    for call in calls {
        match timeout(LIMIT, call).await.unwrap().unwrap() {
            Ok(answer) => {
                acknowledged += 1;
                let name = answer.into_inner().receipt.unwrap().manifest;
                let id = name.strip_prefix("manifests/").unwrap().parse().unwrap();
                let found = gateway.store.manifest(id, gateway::persist::Persons::Without).await.unwrap();
                assert!(found.is_some(), "{name}");
            }
            // Not begun when the connection said goodbye: safe to send again.
            Err(status) => assert_ne!(status.code(), tonic::Code::Internal, "{status:?}"),
        }
    }
    assert!(acknowledged > 0);
    gateway.stopped().await;
    let mut refused = gateway.manifests("kz-customs");
    refused.list_manifests(ListManifestsRequest::default()).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_no_before_connections_are_refused() {
    let mut gateway = Gateway::start(&[("app.drain_notice_ms", "60000")]).await;
    let mut health = HealthClient::new(gateway.channel(Some(&gateway.identity("kz-customs"))));
    let service = || HealthCheckRequest { service: "customs.prearrival.v1.ManifestService".to_owned() };
    let mut status = async || health.check(service()).await.unwrap().into_inner().status();
    assert_eq!(status().await, ServingStatus::Serving);
    assert_eq!(gateway.http("/readyz").await.0, 200);
    gateway.begin_to_stop();
    eventually("NOT_SERVING", async || status().await == ServingStatus::NotServing).await;
    eventually("not ready", async || gateway.http("/readyz").await.0 == 503).await;
    // While the load balancer takes notice, who comes all the same is served.
    let story = Story::GeneralCargo.submission(now());
    gateway.manifests("kz-customs").submit_manifest(story).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_will_not_go_is_left_behind() {
    let mut gateway = Gateway::start(&[("app.drain_timeout_ms", "100")]).await;
    // A connection that never speaks HTTP/2 cannot say goodbye.
    let _mute = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let (_send, elements) = mpsc::channel::<SubmitManifestsRequest>(1);
    let _answers =
        gateway.manifests("kz-customs").submit_manifests(ReceiverStream::new(elements)).await.unwrap();
    gateway.begin_to_stop();
    gateway.stopped().await;
}
