//! Who gets in, who dies in the handshake, and who is refused at the first call.

use std::error::Error as _;

use gateway::persist::AuditKind;
use proto::v1::{
    ListManifestsRequest, ListPreDecisionsRequest, SubmitManifestsRequest, WatchPreDecisionsRequest,
    manifest_service_client::ManifestServiceClient, pre_decision_service_client::PreDecisionServiceClient,
};
use testkit::identities::{Authority, Identity, RegisteredPartner};
use tonic::{Code, Status, codegen::http::uri::PathAndQuery};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::harness::{Gateway, eventually, now, reason};

async fn call(gateway: &Gateway, identity: Option<&Identity>) -> Result<(), Status> {
    let mut client = ManifestServiceClient::new(gateway.channel(identity));
    client.list_manifests(ListManifestsRequest::default()).await.map(|_| ())
}

/// The connection ends in the handshake: the peer sees an alert (in TLS 1.3 only once it has read something), never
/// a status of ours; the refusal is counted in the metrics and audited with its source network.
async fn dies_in_the_handshake(gateway: &Gateway, identity: Option<&Identity>, code: &str) {
    let status = call(gateway, identity).await.unwrap_err();
    assert!(status.source().is_some(), "the transport's own error, not ours: {status:?}");
    let line = format!("customs_gateway_handshake_refusals_total{{reason=\"{code}\"}} 1");
    gateway.metric(&line).await;
    eventually("the audit row", async || {
        gateway.audited().await.iter().any(|event| {
            event.kind == AuditKind::HandshakesRefused
                && event.reason.as_deref() == Some(code)
                && event.source_network.as_deref() == Some("127.0.0.0/24")
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_partner_gets_in() {
    let gateway = Gateway::start(&[]).await;
    call(&gateway, Some(&gateway.identity("kz-customs"))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_certificate_nobody_gets_in() {
    let gateway = Gateway::start(&[]).await;
    dies_in_the_handshake(&gateway, None, "NO_CERTIFICATE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_authority_vouches_for_nobody() {
    let gateway = Gateway::start(&[]).await;
    let stranger = Authority::new("SYNTHETIC stranger", now()).unwrap().client("kz-customs").unwrap();
    dies_in_the_handshake(&gateway, Some(&stranger), "UNKNOWN_ISSUER").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_dies_in_the_handshake() {
    let gateway = Gateway::start(&[]).await;
    let expired = gateway.world.kz.expired("kz-customs").unwrap();
    dies_in_the_handshake(&gateway, Some(&expired), "EXPIRED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_dies_in_the_handshake() {
    let mut revoked = None;
    let gateway = Gateway::start_with(&[], |world, partners| {
        let identity = world.kz.client("kz-customs").unwrap();
        world.kz.revoke(&identity);
        revoked = Some(identity);
        partners[0].crls_pem = world.kz.crl_pem().unwrap();
    })
    .await;
    dies_in_the_handshake(&gateway, revoked.as_ref(), "REVOKED").await;
    call(&gateway, Some(&gateway.identity("kz-customs"))).await.unwrap();
}

/// Everything that a peer can call first, but health.
const FIRST_CALLS: [&str; 6] = [
    "a list",
    "pre-decisions",
    "a watch",
    "a stream without an element",
    "a message that is too large",
    "a method that there is not",
];

async fn first_call(gateway: &Gateway, identity: &Identity, call: &str) -> Status {
    let channel = gateway.channel(Some(identity));
    let mut manifests = ManifestServiceClient::new(channel.clone());
    let mut decisions = PreDecisionServiceClient::new(channel.clone());
    let refused = match call {
        "a list" => manifests.list_manifests(ListManifestsRequest::default()).await.map(|_| ()),
        "pre-decisions" => decisions.list_pre_decisions(ListPreDecisionsRequest::default()).await.map(|_| ()),
        "a watch" => decisions.watch_pre_decisions(WatchPreDecisionsRequest::default()).await.map(|_| ()),
        "a stream without an element" => {
            manifests.submit_manifests(tokio_stream::pending::<SubmitManifestsRequest>()).await.map(|_| ())
        }
        "a message that is too large" => {
            let page_token = "x".repeat(3_000_000);
            let request = ListManifestsRequest { page_token, ..Default::default() };
            manifests.list_manifests(request).await.map(|_| ())
        }
        _ => {
            let mut client = tonic::client::Grpc::new(channel);
            client.ready().await.unwrap();
            let path = PathAndQuery::from_static("/customs.prearrival.v1.ManifestService/Guess");
            let codec = tonic_prost::ProstCodec::<ListManifestsRequest, ListManifestsRequest>::default();
            client.unary(tonic::Request::new(ListManifestsRequest::default()), path, codec).await.map(|_| ())
        }
    };
    refused.unwrap_err()
}

/// Whatever the first call is, it is refused with the same reason, counted once and audited.
async fn is_refused(gateway: &Gateway, identity: &Identity, code: Code, expected: &str) {
    for (earlier, call) in FIRST_CALLS.into_iter().enumerate() {
        let status = first_call(gateway, identity, call).await;
        assert_eq!((status.code(), reason(&status).as_str()), (code, expected), "{call}");
        let line = format!("customs_gateway_refusals_total{{reason=\"{expected}\"}} {}", earlier + 1);
        gateway.metric(&line).await;
    }
    let network = Some("127.0.0.0/24");
    is_audited(gateway, expected, network).await;
    // Health is open to whoever's certificate is good: it says nothing that is not everybody's.
    let mut health = HealthClient::new(gateway.channel(Some(identity)));
    health.check(HealthCheckRequest::default()).await.unwrap();
}

async fn is_audited(gateway: &Gateway, expected: &str, network: Option<&str>) {
    eventually("the audit row", async || {
        gateway.audited().await.iter().any(|event| {
            event.kind == AuditKind::Refused
                && event.reason.as_deref() == Some(expected)
                && event.source_network.as_deref() == network
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_authority_but_no_registration_is_refused_at_the_first_call() {
    let gateway = Gateway::start(&[]).await;
    let unknown = gateway.world.kz.client("kz-unknown").unwrap();
    is_refused(&gateway, &unknown, Code::Unauthenticated, "NOT_REGISTERED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_administration_cannot_vouch_for_another() {
    let gateway = Gateway::start(&[]).await;
    let forged = gateway.world.tj.client("kz-customs").unwrap();
    is_refused(&gateway, &forged, Code::Unauthenticated, "VOUCHED_BY_ANOTHER").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_partner_is_refused() {
    let gateway = Gateway::start_with(&[], |_, partners| partners[0].suspended = true).await;
    is_refused(&gateway, &gateway.identity("kz-customs"), Code::PermissionDenied, "PARTNER_SUSPENDED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_role_includes_no_manifests() {
    let gateway = Gateway::start_with(&[], |world, partners| {
        partners.push(RegisteredPartner {
            role: "administrator".to_owned(),
            ..RegisteredPartner::analyst("operator", &world.uz)
        });
    })
    .await;
    let operator = gateway.identity("operator");
    for (earlier, call) in ["a list", "a watch"].into_iter().enumerate() {
        let status = first_call(&gateway, &operator, call).await;
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::PermissionDenied, "ROLE_NOT_ALLOWED"),
            "{call}"
        );
        let line = format!("customs_gateway_refusals_total{{reason=\"ROLE_NOT_ALLOWED\"}} {}", earlier + 1);
        gateway.metric(&line).await;
    }
    is_audited(&gateway, "ROLE_NOT_ALLOWED", Some("127.0.0.0/24")).await;
}
