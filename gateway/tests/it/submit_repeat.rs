//! The same words are the same submission, for ever; other words under the same key are a conflict.

use std::sync::Arc;

use prost::Message as _;
use proto::v1::{CancelManifestRequest, ManifestState, SubmitManifestRequest};
use testkit::{many, stories::Story};
use tonic::Code;

use crate::{
    database::on_postgres,
    harness::{Gateway, command, now, reason},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_receipt_byte_for_byte() {
    let gateway = Gateway::start(&[]).await;
    let submission = Story::CoachClean.submission(now());
    let mut client = gateway.manifests("silk-coach");
    let first = client.submit_manifest(submission.clone()).await.unwrap().into_inner();
    // Another connection and another envelope: the same words all the same.
    let again = SubmitManifestRequest {
        request_id: "SYNTHETIC-again".to_owned(),
        language_code: "ru".to_owned(),
        ..submission
    };
    let second = gateway.manifests("silk-coach").submit_manifest(again).await.unwrap().into_inner();
    assert!(second.repeated_submission && !first.repeated_submission);
    assert_eq!((first.state(), second.state()), (ManifestState::Submitted, ManifestState::Submitted));
    let bytes = |receipt: Option<proto::v1::Receipt>| receipt.unwrap().encode_to_vec();
    assert_eq!(bytes(first.receipt), bytes(second.receipt));
    let verdicts =
        |found: &[proto::v1::PreDecision]| found.iter().map(|each| each.corridor()).collect::<Vec<_>>();
    assert_eq!(verdicts(&first.pre_decisions), verdicts(&second.pre_decisions));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_words_under_the_same_key_are_a_conflict() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    let mut submission = Story::GeneralCargo.submission(now());
    let receipt = client.submit_manifest(submission.clone()).await.unwrap().into_inner().receipt.unwrap();
    let manifest = submission.manifest.as_mut().unwrap();
    manifest.conveyance.as_mut().unwrap().registration.push('9');
    let status = client.submit_manifest(submission.clone()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "REVISION_CONFLICT"));
    // A new revision is a new manifest.
    submission.manifest.as_mut().unwrap().revision += 1;
    let revised = client.submit_manifest(submission).await.unwrap().into_inner().receipt.unwrap();
    assert_ne!(revised.manifest, receipt.manifest);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_partners_may_use_the_same_reference() {
    let gateway = Gateway::start(&[]).await;
    let submission = Story::GeneralCargo.submission(now());
    let first =
        gateway.manifests("kz-customs").submit_manifest(submission.clone()).await.unwrap().into_inner();
    let second = gateway.manifests("tj-customs").submit_manifest(submission).await.unwrap().into_inner();
    assert_ne!(first.receipt.unwrap().manifest, second.receipt.unwrap().manifest);
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_repeats_are_recorded_once() {
    let gateway = Arc::new(Gateway::start(&[]).await);
    let submission = Story::GeneralCargo.submission(now());
    let calls = (0..8).map(|_| {
        let (mut client, submission) = (gateway.manifests("kz-customs"), submission.clone());
        tokio::spawn(async move { client.submit_manifest(submission).await.unwrap().into_inner() })
    });
    let mut names = std::collections::BTreeSet::new();
    let mut fresh = 0;
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        fresh += usize::from(!answer.repeated_submission);
        names.insert(answer.receipt.unwrap().encode_to_vec());
    }
    assert_eq!((names.len(), fresh), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_recognised_after_a_cancellation() {
    let gateway = Gateway::start(&[]).await;
    let submission = Story::GeneralCargo.submission(now());
    let mut client = gateway.manifests("kz-customs");
    let first = client.submit_manifest(submission.clone()).await.unwrap().into_inner().receipt.unwrap();
    let cancel = CancelManifestRequest { name: first.manifest.clone(), ..Default::default() };
    client.cancel_manifest(cancel).await.unwrap();
    let again = client.submit_manifest(submission).await.unwrap().into_inner();
    assert!(again.repeated_submission);
    assert_eq!(again.state(), ManifestState::Cancelled);
    assert_eq!(again.receipt.unwrap(), first);
}

/// Gateways that share a store agree quotas there, which outlives them.
async fn forget_minutes(gateway: &Gateway) {
    if on_postgres() {
        let text = "with gone as (delete from quota_minutes returning 1) select count(*) from gone";
        gateway.beside().await.numbers(text).await;
    }
}

/// What was recorded before the restart is no new submission after it, though no memory of it is left: not for the quota
/// (within it or above it), not for what is counted.
#[tokio::test(flavor = "multi_thread")]
async fn repeats_after_a_restart_use_up_no_quota_and_count_nowhere() {
    // The quota of 3 lets the stories in; each new start begins with an unused minute, or what agrees it forgets it.
    let mut gateway = Gateway::start_with(&[], |_, partners| partners[0].quota_per_minute = 3).await;
    let mut odd = Story::GeneralCargo.submission(now());
    let Some(proto::v1::manifest::Load::Cargo(cargo)) = &mut odd.manifest.as_mut().unwrap().load else {
        panic!("a lorry")
    };
    cargo.consignments[0].goods_items[0].origin_country_code = "no such country".to_owned();
    let earlier = [odd, many::cargo(11, 1, now()), many::cargo(11, 2, now())];
    let mut receipts = Vec::new();
    for submission in &earlier {
        let answer = gateway.manifests("kz-customs").submit_manifest(submission.clone()).await.unwrap();
        receipts.push(answer.into_inner().receipt.unwrap());
    }
    assert!(gateway.http("/metrics").await.1.contains("customs_gateway_findings_total"));

    let mut partner = gateway.world.partners().swap_remove(0);
    partner.quota_per_minute = 1;
    partner.write_to(&gateway.folder.path().join("registry")).unwrap();
    let registry = gateway.folder.path().join("registry");
    command(gateway.folder.path(), &["partner", "import", registry.to_str().unwrap()]).await;
    gateway.restart(&[("intake.calls_per_submission", "30")]).await;
    forget_minutes(&gateway).await;

    let mut client = gateway.manifests("kz-customs");
    // Within the quota of one, twice over.
    for (submission, receipt) in earlier.iter().zip(&receipts).chain(earlier.iter().zip(&receipts)) {
        let again = client.submit_manifest(submission.clone()).await.unwrap().into_inner();
        assert!(again.repeated_submission);
        assert_eq!(again.receipt.as_ref(), Some(receipt));
    }
    let text = gateway.http("/metrics").await.1;
    for counted in ["findings_total{", "withheld_total{", "pre_decisions_total{", "result=\"recorded\""] {
        assert!(!text.contains(counted), "{counted} in\n{text}");
    }
    assert!(text.contains("result=\"repeated\"} 6"), "{text}");
    // Other words are a conflict, and no new submission either.
    let mut other = earlier[1].clone();
    other.manifest.as_mut().unwrap().conveyance.as_mut().unwrap().registration.push('9');
    gateway.restart(&[("intake.calls_per_submission", "30")]).await;
    forget_minutes(&gateway).await;
    let mut client = gateway.manifests("kz-customs");
    let status = client.submit_manifest(other).await.unwrap_err();
    assert_eq!(reason(&status), "REVISION_CONFLICT");
    // So the whole quota is left. The minute may turn between two new ones.
    client.submit_manifest(many::cargo(11, 3, now())).await.unwrap();
    let mut number = 4;
    let status = loop {
        match client.submit_manifest(many::cargo(11, number, now())).await {
            Ok(_) => assert!(number < 6, "the quota is not kept"),
            Err(status) => break status,
        }
        number += 1;
    };
    assert_eq!(reason(&status), "QUOTA_EXCEEDED");
    // Above the quota, what is not remembered is known all the same.
    let again = client.submit_manifest(earlier[2].clone()).await.unwrap().into_inner();
    assert_eq!(again.receipt.as_ref(), Some(&receipts[2]));
}
