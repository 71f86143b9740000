//! Credentials, revocation lists and registry change under open connections.

use gateway::persist::{AuditKind, PartnerRow, RegistryChange};
use proto::v1::{ListManifestsRequest, manifest_service_client::ManifestServiceClient};
use testkit::identities::RegisteredPartner;
use tonic::{Code, Status, transport::Channel};

use crate::harness::{Gateway, eventually, reason};

async fn list(client: &mut ManifestServiceClient<Channel>) -> Result<(), Status> {
    client.list_manifests(ListManifestsRequest::default()).await.map(|_| ())
}

/// Past the command, which proves what it writes.
async fn replace(gateway: &Gateway, partners: Vec<PartnerRow>) {
    let version = gateway.store.registry_version().await.unwrap();
    let change = RegistryChange { partners, ..RegistryChange::default() };
    gateway.store.change_registry(version, change).await.unwrap().unwrap();
}

async fn refused_reload_is_audited(gateway: &Gateway) {
    eventually("the audit row of a refused reload", async || {
        gateway.audited().await.iter().any(|event| event.kind == AuditKind::ReloadRefused)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_reaches_open_connections_and_their_neighbours_stay() {
    let gateway = Gateway::start(&[]).await;
    let revoked = gateway.identity("kz-customs");
    let mut open = ManifestServiceClient::new(gateway.channel(Some(&revoked)));
    let mut neighbour = gateway.manifests("kz-customs");
    list(&mut open).await.unwrap();
    list(&mut neighbour).await.unwrap();

    gateway.world.kz.revoke(&revoked);
    let mut partner = RegisteredPartner::submitter("kz-customs", &["cargo"], &gateway.world.kz);
    partner.crls_pem = gateway.world.kz.crl_pem().unwrap();
    gateway.import(&[partner]).await;

    let mut last = None;
    eventually("the revocation", async || {
        last = list(&mut open).await.err();
        last.is_some()
    })
    .await;
    let status = last.unwrap();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, "CERTIFICATE_REVOKED"));
    list(&mut neighbour).await.unwrap();
    // The connection itself was not dropped: the answer above came through it, and a new one dies earlier.
    let new = ManifestServiceClient::new(gateway.channel(Some(&revoked)));
    assert_ne!(list(&mut { new }).await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_partner_gets_in_without_restart() {
    let gateway = Gateway::start(&[]).await;
    let newcomer = gateway.world.kz.client("kz-railway").unwrap();
    let mut client = ManifestServiceClient::new(gateway.channel(Some(&newcomer)));
    assert_eq!(reason(&list(&mut client).await.unwrap_err()), "NOT_REGISTERED");
    gateway.import(&[RegisteredPartner::submitter("kz-railway", &["cargo"], &gateway.world.kz)]).await;
    eventually("the registration", async || list(&mut client).await.is_ok()).await;
    gateway.metric("customs_gateway_reloads_total{result=\"ok\",what=\"registry\"} 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_registry_is_refused_and_the_last_good_one_stays() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    list(&mut client).await.unwrap();
    // Past the command, which would refuse it: as a row that another program wrote.
    let mut rows = gateway.store.partners().await.unwrap();
    rows[0].anchors_pem = "not a certificate".to_owned();
    replace(&gateway, rows).await;
    refused_reload_is_audited(&gateway).await;
    gateway.metric("customs_gateway_reloads_total{result=\"refused\",what=\"registry\"} 1").await;
    list(&mut client).await.unwrap();
    list(&mut gateway.manifests("tj-customs")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_told_again_what_is_wrong() {
    let gateway = Gateway::start(&[("app.registry_poll_ms", "3600000")]).await;
    let mut rows = gateway.store.partners().await.unwrap();
    rows[0].anchors_pem = "not a certificate".to_owned();
    replace(&gateway, rows).await;
    for times in 1..=2 {
        gateway.reload.now();
        let line = format!("customs_gateway_reloads_total{{result=\"refused\",what=\"registry\"}} {times}");
        gateway.metric(&line).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_anchors_and_lists_coming_to_their_end() {
    let gateway = Gateway::start_with(&[], |world, partners| {
        partners[0].crls_pem = world.kz.crl_pem().unwrap();
    })
    .await;
    eventually("both gauges", async || {
        let text = gateway.http("/metrics").await.1;
        ["anchor", "crl"].iter().all(|kind| {
            let name = format!("customs_gateway_{kind}_remaining_seconds{{partner=\"kz-customs\"}} ");
            text.lines().any(|line| line.strip_prefix(&name).is_some_and(|days| days.parse::<i64>().is_ok()))
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_shown_to_new_connections_and_old_ones_go_on() {
    let gateway = Gateway::start(&[]).await;
    let mut open = gateway.manifests("kz-customs");
    list(&mut open).await.unwrap();
    let new = gateway.server_authority().server(&["localhost", "127.0.0.1"]).unwrap();
    gateway.write_server_certificate(&new);
    gateway.reload.now();
    gateway.metric("customs_gateway_reloads_total{result=\"ok\",what=\"credentials\"} 1").await;
    list(&mut open).await.unwrap();
    list(&mut gateway.manifests("kz-customs")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_certificate_is_refused_and_the_last_good_one_stays() {
    let gateway = Gateway::start(&[]).await;
    std::fs::write(gateway.folder.path().join("server.pem"), "junk").unwrap();
    gateway.reload.now();
    refused_reload_is_audited(&gateway).await;
    list(&mut gateway.manifests("kz-customs")).await.unwrap();
    let (ready, _) = gateway.http("/readyz").await;
    assert_eq!(ready, 200);
}
