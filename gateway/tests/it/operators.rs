//! What operators see: the admin listener, health and reflection on the gRPC port.

use gateway::persist::AuditKind;
use proto::v1::{ListManifestsRequest, manifest_service_client::ManifestServiceClient};
use testkit::stories::Story;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::harness::{Gateway, command, eventually, now, reason};

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_listener_answers() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("silk-coach");
    client.submit_manifest(Story::CoachClean.submission(now())).await.unwrap();
    assert_eq!(gateway.http("/livez").await, (200, "alive\n".to_owned()));
    assert_eq!(gateway.http("/readyz").await, (200, "ready\n".to_owned()));
    assert_eq!(gateway.http("/etc/passwd").await.0, 404);
    let (status, model) = gateway.http("/model").await;
    let model: serde_json::Value = serde_json::from_str(&model).unwrap();
    assert_eq!((status, model["bundle_digest"].as_str().unwrap().len()), (200, 64));
    let (status, metrics) = gateway.http("/metrics").await;
    assert_eq!(status, 200);
    for name in [
        "customs_gateway_step_duration_seconds_bucket{kind=\"passengers\",result=\"ok\",step=\"persist\"",
        "customs_gateway_submissions_total{partner=\"silk-coach\",result=\"recorded\"} 1",
        "customs_gateway_pre_decisions_total{bundle=",
        "customs_gateway_ready 1",
    ] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    // Issued for ninety days, a moment before or after the full hour.
    let name = "customs_gateway_certificate_remaining_seconds ";
    let left = metrics.lines().find_map(|line| line.strip_prefix(name)?.parse::<i64>().ok()).unwrap();
    assert!((89 * 86_400..=90 * 86_400).contains(&left), "{left}");
    gateway.metric("customs_gateway_open_connections 1").await;
    drop(client);
    gateway.metric("customs_gateway_open_connections 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_written_shows_in_readiness_and_health() {
    let gateway =
        Gateway::start(&[("persist.busy_timeout_ms", "50"), ("app.readiness_timeout_ms", "500")]).await;
    let mut health = HealthClient::new(gateway.channel(Some(&gateway.identity("kz-customs"))));
    let mut serving = async || {
        let answer = health.check(HealthCheckRequest::default()).await.unwrap().into_inner();
        answer.status().as_str_name() == "SERVING"
    };
    assert!(serving().await);
    gateway.store.close().await; // the other view; ours goes on
    assert!(serving().await);
    // Another process holds the store's write lock.
    let connection = gateway.lock_store().await;
    eventually("not ready", async || gateway.http("/readyz").await.0 == 503).await;
    eventually("NOT_SERVING", async || !serving().await).await;
    // It is not dead: a restart would mend nothing.
    assert_eq!(gateway.http("/livez").await.0, 200);
    // What cannot be audited is counted, and what the caller is told does not wait for it.
    let stranger = gateway.world.kz.client("nobody-we-know").unwrap();
    let mut client = ManifestServiceClient::new(gateway.channel(Some(&stranger)));
    let refused = client.list_manifests(ListManifestsRequest::default()).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_REGISTERED");
    gateway.metric("customs_gateway_audit_failures_total{kind=\"REFUSED\"} 1").await;
    drop(connection);
    eventually("ready again", async || gateway.http("/readyz").await.0 == 200).await;
    eventually("SERVING again", async || serving().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_is_off_unless_it_is_set() {
    for (setting, expected) in [("false", false), ("true", true)] {
        let gateway = Gateway::start(&[("app.reflection", setting)]).await;
        let mut client = ServerReflectionClient::new(gateway.channel(Some(&gateway.identity("kz-customs"))));
        let request = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let answer = client.server_reflection_info(tokio_stream::once(request)).await;
        match answer {
            Ok(answers) => {
                assert!(expected);
                let answer = answers.into_inner().message().await.unwrap().unwrap().message_response.unwrap();
                let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
                assert!(list.service.iter().any(|each| each.name == "customs.prearrival.v1.ManifestService"));
            }
            Err(status) => {
                assert!(!expected);
                assert_eq!(reason(&status), "UNIMPLEMENTED");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_purge_command_destroys_the_keys_of_what_came_before() {
    let gateway = Gateway::start(&[]).await;
    let story = Story::GeneralCargo.submission(now());
    let answer = gateway.manifests("kz-customs").submit_manifest(story).await.unwrap().into_inner();
    let name = answer.receipt.unwrap().manifest;
    let id = name.strip_prefix("manifests/").unwrap().parse().unwrap();
    command(gateway.folder.path(), &["purge", "--before", "2020-01-01T00:00:00Z"]).await;
    assert!(gateway.store.received(id).await.unwrap().is_some());
    command(gateway.folder.path(), &["purge", "--before", &now().to_string()]).await;
    assert_eq!(gateway.store.received(id).await.unwrap(), None);
    let purged = gateway.audited().await.into_iter().filter(|event| event.kind == AuditKind::Purged);
    assert_eq!(purged.map(|event| event.count).collect::<Vec<_>>(), [0, 1]);
}
