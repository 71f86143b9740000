//! Submissions, repeats, conflicts, quotas.

use prost::Message as _;

use super::*;
use crate::{
    persist::{AuditKind, Error, received_digest},
    quota::Exceeded,
};

#[tokio::test]
async fn a_submission_is_durable_and_checkable() {
    let house = House::new().await;
    let request = lorry();
    let recorded = house.submit(&submitter(), &request).await.unwrap();
    let answer = answer(&recorded);
    let receipt = answer.receipt.unwrap();
    assert_eq!(receipt.encode_to_vec(), recorded.receipt, "the receipt travels as it is stored");
    assert_eq!(receipt.state(), v1::ManifestState::Submitted, "{:?}", receipt.findings);
    assert_eq!(receipt.manifest_reference, request.manifest.as_ref().unwrap().manifest_reference);
    let salt = recorded.received_salt.unwrap();
    assert_eq!(receipt.received_digest, received_digest(&salt, &request.encode_to_vec()));
    assert_eq!(answer.received_digest_salt, salt.0);

    let roll_up = &answer.pre_decisions[0];
    assert_eq!(roll_up.subject, "conveyance");
    assert_ne!(roll_up.corridor(), v1::Corridor::Unspecified, "{roll_up:?}");
    assert_eq!(roll_up.digests.as_ref().unwrap().code_lists.len(), 64);
    assert!(answer.pre_decisions.iter().all(|each| each.officer_view.is_none()));
    assert_eq!(receipt.verdicts.len(), answer.pre_decisions.len());
}

#[tokio::test]
async fn unknown_fields_survive() {
    let house = House::new().await;
    let mut received = received(&lorry());
    let mut bytes = received.bytes.to_vec();
    bytes.extend_from_slice(&[0xfa, 0x3f, 3, 1, 2, 3]); // field 1023 of a later contract
    received.bytes = bytes.clone().into();
    let submission = house.pipeline.submit(&submitter(), received, in_time()).await.unwrap();
    assert_eq!(house.store.received(submission.recorded.id).await.unwrap().unwrap().bytes, bytes);
}

#[tokio::test]
async fn the_same_words_get_the_same_receipt_and_other_words_a_conflict() {
    let house = House::new().await;
    let request = lorry();
    let first = house.submit(&submitter(), &request).await.unwrap();

    let again = v1::SubmitManifestRequest { request_id: "SYNTHETIC-again".into(), ..request.clone() };
    let repeat = house.submit(&submitter(), &again).await.unwrap();
    assert!(repeat.repeated && !first.repeated);
    assert_eq!((repeat.id, &repeat.receipt), (first.id, &first.receipt));
    assert_eq!(answer(&repeat).pre_decisions, answer(&first).pre_decisions);

    let mut other = request.clone();
    other.manifest.as_mut().unwrap().conveyance.as_mut().unwrap().registration.push('9');
    match house.submit(&submitter(), &other).await {
        Err(Failure::Store(Error::RevisionConflict { id })) => assert_eq!(id, first.id),
        other => panic!("{other:?}"),
    }

    let foreign = house.submit(&partner("tj-customs", Role::Submitter), &request).await.unwrap();
    assert!(!foreign.repeated, "a key is a partner's own");

    let events = house.store.audit_after(0, 100).await.unwrap();
    let repeated = events.iter().filter(|(_, event)| event.kind == AuditKind::Repeated).count();
    assert_eq!(repeated, 1);
}

#[tokio::test]
async fn a_fresh_answer_says_what_every_later_one_will() {
    let house = House::new().await;
    for request in [lorry(), coach()] {
        let submission = house.pipeline.submit(&submitter(), received(&request), in_time()).await.unwrap();
        let (circumstances, decided) = submission.decided.unwrap();
        let stored = reply::decode_decisions(&submission.recorded.decisions).unwrap();
        assert_eq!((&*circumstances, &decided), (&stored.0, &stored.1));
    }
}

#[tokio::test]
async fn identical_submissions_that_race_are_one() {
    let house = House::new().await;
    let (one, request) = (submitter(), lorry());
    let all = futures::future::join_all((0..8).map(|_| house.submit(&one, &request))).await;
    let all: Vec<_> = all.into_iter().map(Result::unwrap).collect();
    assert_eq!(all.iter().filter(|recorded| !recorded.repeated).count(), 1);
    assert!(all.iter().all(|recorded| recorded.receipt == all[0].receipt));
}

#[tokio::test]
async fn a_manifest_that_is_rejected_is_recorded() {
    let house = House::new().await;
    let mut request = lorry();
    request.manifest.as_mut().unwrap().journey.as_mut().unwrap().border_post_code = "UZ-NOWHERE".into();
    let answer = answer(&house.submit(&submitter(), &request).await.unwrap());
    assert_eq!(answer.receipt.unwrap().state(), v1::ManifestState::Rejected);
    assert_eq!(answer.pre_decisions[0].withheld_reason(), v1::WithheldReason::ManifestRejected);
    assert!(answer.findings.iter().any(|finding| finding.severity() == v1::Severity::Blocking));
}

#[tokio::test]
async fn a_quota_ends_new_submissions_and_leaves_repeats() {
    let house = House::new().await;
    let one = Partner { quota_per_minute: 2, ..submitter() };
    let request = |n| testkit::many::cargo(1, n, now());
    for n in 0..2 {
        house.submit(&one, &request(n)).await.unwrap();
    }
    let refused = house.submit(&one, &request(2)).await;
    assert!(matches!(refused, Err(Failure::Quota(Exceeded::Minute { limit: 2, .. }))), "{refused:?}");
    for _ in 3..10 {
        assert!(house.submit(&one, &request(0)).await.unwrap().repeated, "a repeat costs no submission");
    }
    let refused = house.submit(&one, &request(0)).await;
    assert!(matches!(refused, Err(Failure::Quota(Exceeded::Minute { limit: 10, .. }))), "{refused:?}");
}

#[tokio::test]
async fn a_test_partners_manifests_are_tests() {
    let house = House::new().await;
    let tester = Partner { test: true, ..submitter() };
    let recorded = house.submit(&tester, &lorry()).await.unwrap();
    assert!(recorded.test && answer(&recorded).receipt.unwrap().test);
}

#[tokio::test]
async fn a_closed_store_gives_no_receipt() {
    let house = House::new().await;
    house.store.close().await;
    let failure = house.submit(&submitter(), &lorry()).await.unwrap_err();
    let notice = reply::Notice::of(&failure, uuid::Uuid::nil());
    assert!(notice.reason.retryable() && notice.retry_after.is_some(), "{failure:?}");
    assert_eq!(notice.reason.code(), tonic::Code::Unavailable);
}

#[tokio::test]
async fn a_dry_run_leaves_an_audit_line_and_nothing_else() {
    let house = House::new().await;
    let received = Received {
        bytes: v1::ValidateManifestRequest { manifest: lorry().manifest, ..Default::default() }
            .encode_to_vec()
            .into(),
        format: Format::ValidateManifestV1,
    };
    let checked = house.pipeline.check(&submitter(), received, in_time()).await.unwrap();
    assert!(checked.acceptable, "{:?}", checked.findings);
    let normalized = reply::manifest(&checked.manifest, &reply::Life::default());
    assert_eq!(normalized.cargo_item_count(), 10);
    let events = house.store.audit_after(0, 10).await.unwrap();
    assert_eq!(events.iter().map(|(_, event)| event.kind).collect::<Vec<_>>(), [AuditKind::DryRun]);
}

trait Items {
    fn cargo_item_count(&self) -> usize;
}

impl Items for v1::Manifest {
    fn cargo_item_count(&self) -> usize {
        match &self.load {
            Some(v1::manifest::Load::Cargo(cargo)) => {
                cargo.consignments.iter().map(|consignment| consignment.goods_items.len()).sum()
            }
            _ => 0,
        }
    }
}
