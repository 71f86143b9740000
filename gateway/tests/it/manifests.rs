//! Get, list and cancel, and who may see whose.

use gateway::persist::AuditKind;
use proto::v1::{
    CancelManifestRequest, GetManifestRequest, ListManifestsRequest, ManifestState, manifest::Load,
};
use testkit::{many, stories::Story};
use tonic::Code;

use crate::harness::{Gateway, eventually, now, reason};

const UNKNOWN: &str = "manifests/019346c8-7b2a-7000-8000-000000000001";

fn named(name: &str) -> GetManifestRequest {
    GetManifestRequest { name: name.to_owned(), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_seen_by_its_sender_its_post_and_analysts_only() {
    let gateway = Gateway::start(&[]).await;
    let submission = Story::GeneralCargo.submission(now());
    let answer = gateway.manifests("kz-customs").submit_manifest(submission).await.unwrap().into_inner();
    let name = answer.receipt.unwrap().manifest;
    for who in ["kz-customs", "post-gishtkuprik", "analyst"] {
        let found = gateway.manifests(who).get_manifest(named(&name)).await.unwrap().into_inner();
        assert!(matches!(found.manifest.unwrap().load, Some(Load::Cargo(_))), "{who}");
        assert!(found.persons_held);
    }
    for who in ["tj-customs", "silk-coach", "post-oybek"] {
        let status = gateway.manifests(who).get_manifest(named(&name)).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::NotFound, "MANIFEST_NOT_FOUND"),
            "{who}"
        );
        let cancel = CancelManifestRequest { name: name.clone(), ..Default::default() };
        assert!(gateway.manifests(who).cancel_manifest(cancel).await.is_err(), "{who}");
        let listed = gateway.manifests(who).list_manifests(ListManifestsRequest::default()).await.unwrap();
        assert!(listed.into_inner().manifests.is_empty(), "{who}");
    }
    eventually("an officer's reading is audited", async || {
        let events = gateway.audited().await;
        events.iter().any(|event| {
            event.kind == AuditKind::PersonsRead && event.partner_id.as_deref() == Some("post-gishtkuprik")
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_newest_first_in_pages() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    let mut names = Vec::new();
    for n in 0..5 {
        let answer = client.submit_manifest(many::cargo(3, n, now())).await.unwrap().into_inner();
        names.insert(0, answer.receipt.unwrap().manifest);
    }
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListManifestsRequest { page_size: 2, page_token, ..Default::default() };
        let page = client.list_manifests(request).await.unwrap().into_inner();
        assert!(page.manifests.len() <= 2);
        found.extend(page.manifests.into_iter().map(|manifest| manifest.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, names);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_is_safe_to_repeat() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    let answer = client.submit_manifest(Story::GeneralCargo.submission(now())).await.unwrap().into_inner();
    let cancel = CancelManifestRequest { name: answer.receipt.unwrap().manifest, ..Default::default() };
    for _ in 0..2 {
        let after = client.cancel_manifest(cancel.clone()).await.unwrap().into_inner().manifest.unwrap();
        assert_eq!(after.state(), ManifestState::Cancelled);
    }
    for (name, expected) in [(UNKNOWN, "MANIFEST_NOT_FOUND"), ("manifests/nonsense", "REQUEST_INVALID")] {
        let cancel = CancelManifestRequest { name: name.to_owned(), ..Default::default() };
        assert_eq!(reason(&client.cancel_manifest(cancel).await.unwrap_err()), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn test_traffic_stays_with_its_sender() {
    let gateway = Gateway::start_with(&[], |_, partners| partners[0].test = true).await;
    let answer =
        gateway.manifests("kz-customs").submit_manifest(Story::GeneralCargo.submission(now())).await.unwrap();
    let receipt = answer.into_inner().receipt.unwrap();
    assert!(receipt.test);
    gateway.manifests("kz-customs").get_manifest(named(&receipt.manifest)).await.unwrap();
    for who in ["post-gishtkuprik", "analyst"] {
        let status = gateway.manifests(who).get_manifest(named(&receipt.manifest)).await.unwrap_err();
        assert_eq!(reason(&status), "MANIFEST_NOT_FOUND", "{who}");
    }
}
