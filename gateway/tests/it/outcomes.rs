//! Border posts report what inspections found, and the next manifest is judged with it.

use gateway::persist::AuditKind;
use proto::v1::{
    self, ControlMeasure, GetOutcomeRequest, IrregularityKind, ListOutcomesRequest, Outcome,
    ReportOutcomeRequest, ReportOutcomeResponse, outcome_service_client::OutcomeServiceClient,
};
use scoring::{
    CounterKey,
    reliability::{EntityKey, EntityKind},
};
use testkit::stories::Story;
use tonic::{Code, Status, transport::Channel};

use crate::harness::{Gateway, now, reason};

fn outcomes(gateway: &Gateway, who: &str) -> OutcomeServiceClient<Channel> {
    OutcomeServiceClient::new(gateway.channel(Some(&gateway.identity(who))))
}

/// A clean physical examination of the first consignment.
pub(crate) fn clean(reference: &str) -> Outcome {
    Outcome {
        outcome_reference: reference.into(),
        subject: "consignments/1".into(),
        measures: vec![ControlMeasure::Physical.into()],
        examine_time: Some(prost_types::Timestamp { seconds: now().as_second() - 60, nanos: 0 }),
        inspector_minutes: 40,
        ..Outcome::default()
    }
}

pub(crate) async fn report(
    gateway: &Gateway,
    who: &str,
    parent: &str,
    outcome: Outcome,
) -> Result<ReportOutcomeResponse, Status> {
    let request =
        ReportOutcomeRequest { parent: parent.into(), outcome: Some(outcome), ..Default::default() };
    outcomes(gateway, who).report_outcome(request).await.map(tonic::Response::into_inner)
}

pub(crate) async fn submitted(gateway: &Gateway, reference: &str) -> String {
    let mut request = Story::GeneralCargo.submission(now());
    request.manifest.as_mut().unwrap().manifest_reference = reference.into();
    let answer = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap();
    answer.into_inner().receipt.unwrap().manifest
}

pub(crate) async fn base(gateway: &Gateway) -> (i64, i64, i64) {
    let counter = gateway.store.history_for(&[]).await.unwrap().counter(&CounterKey::BASE);
    (counter.n, counter.fraud, counter.critical)
}

/// The first consignment's importer, as an officer is shown it: probability, outcomes, evidence.
pub(crate) async fn importer(gateway: &Gateway, manifest: &str) -> (f64, i64, String) {
    let request = v1::ListPreDecisionsRequest { parent: manifest.into(), ..Default::default() };
    let mut client = gateway.pre_decisions("post-gishtkuprik");
    let decisions = client.list_pre_decisions(request).await.unwrap().into_inner().pre_decisions;
    assert!(
        decisions[0]
            .officer_view
            .as_ref()
            .unwrap()
            .party_reliabilities
            .iter()
            .all(|one| one.kind == "CARRIER")
    );
    let view = decisions[1].officer_view.as_ref().unwrap();
    let importer = view.party_reliabilities.iter().find(|one| one.kind == "IMPORTER").unwrap();
    assert!(importer.low < importer.probability && importer.probability < importer.high);
    (importer.probability, importer.outcome_count, importer.evidence.clone())
}

pub(crate) async fn no_precedent(gateway: &Gateway, manifest: &str) -> bool {
    let request = v1::ListPreDecisionsRequest { parent: manifest.into(), ..Default::default() };
    let mut client = gateway.pre_decisions("post-gishtkuprik");
    let decisions = client.list_pre_decisions(request).await.unwrap().into_inner().pre_decisions;
    decisions[1].officer_view.as_ref().unwrap().no_precedent
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_manifest_sees_what_was_found() {
    let gateway = Gateway::start(&[]).await;
    let first = submitted(&gateway, "SYNTHETIC-OUT-1").await;
    assert!(no_precedent(&gateway, &first).await);
    let (usual, outcomes, evidence) = importer(&gateway, &first).await;
    assert_eq!((outcomes, evidence.as_str()), (0, "FEW"), "nobody is demoted for having no history");
    let answer = report(&gateway, "post-gishtkuprik", &first, clean("INSP-1")).await.unwrap();
    let (after, outcomes, _) = importer(&gateway, &first).await;
    assert!(after < usual && outcomes == 1, "{after} after {usual}");
    let told = answer.outcome.unwrap();
    assert_eq!((told.name.as_str(), answer.repeated_report), (format!("{first}/outcomes/1").as_str(), false));
    assert_eq!((told.border_post_code.as_str(), told.inspector_minutes), ("UZ-GISHTKUPRIK", 40));
    let second = submitted(&gateway, "SYNTHETIC-OUT-2").await;
    assert!(!no_precedent(&gateway, &second).await, "its like was examined a moment ago");
    // What was decided before stays as it was.
    assert!(no_precedent(&gateway, &first).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_once_and_a_correction_counts_the_difference() {
    let gateway = Gateway::start(&[]).await;
    let manifest = submitted(&gateway, "SYNTHETIC-OUT-3").await;
    let outcome = clean("INSP-2");
    report(&gateway, "post-gishtkuprik", &manifest, outcome.clone()).await.unwrap();
    let (items, ..) = base(&gateway).await;
    assert!(items > 0);
    assert_eq!(base(&gateway).await, (items, 0, 0));
    let again = report(&gateway, "post-gishtkuprik", &manifest, outcome.clone()).await.unwrap();
    assert!(again.repeated_report);
    assert_eq!(base(&gateway).await, (items, 0, 0), "a repeat counts nothing");

    let found = Outcome {
        revision: 1,
        irregular: true,
        critical: true,
        kinds: vec![IrregularityKind::Concealment.into()],
        ..outcome.clone()
    };
    report(&gateway, "post-gishtkuprik", &manifest, found).await.unwrap();
    assert_eq!(base(&gateway).await, (items, items, items));
    let back = Outcome { revision: 2, ..outcome.clone() };
    report(&gateway, "post-gishtkuprik", &manifest, back).await.unwrap();
    assert_eq!(base(&gateway).await, (items, 0, 0));

    let mut client = outcomes(&gateway, "analyst");
    let listed = client.list_outcomes(ListOutcomesRequest { parent: manifest.clone() }).await.unwrap();
    let listed = listed.into_inner().outcomes;
    assert_eq!(listed.iter().map(|outcome| outcome.revision).collect::<Vec<_>>(), [0, 1, 2]);
    let newest = GetOutcomeRequest { name: format!("{manifest}/outcomes/1") };
    assert_eq!(client.get_outcome(newest).await.unwrap().into_inner().outcome.unwrap().revision, 2);

    // Other words, a skipped revision, another reference for the same part: nothing moves.
    for (wrong, expected) in [
        (Outcome { irregular: true, ..outcome.clone() }, "OUTCOME_CONFLICT"),
        (Outcome { revision: 7, ..outcome.clone() }, "REQUEST_INVALID"),
        (clean("INSP-OTHER"), "OUTCOME_CONFLICT"),
        (Outcome { subject: "consignments/99".into(), ..clean("INSP-3") }, "REQUEST_INVALID"),
    ] {
        let status = report(&gateway, "post-gishtkuprik", &manifest, wrong).await.unwrap_err();
        assert_eq!(reason(&status), expected);
    }
    assert_eq!(base(&gateway).await, (items, 0, 0));
    let audited = gateway.audited().await;
    let count = |kind| audited.iter().filter(|event| event.kind == kind).count();
    assert_eq!((count(AuditKind::OutcomeReported), count(AuditKind::OutcomeCorrected)), (1, 2));
}

async fn amended(gateway: &Gateway, reference: &str, revision: i32) -> String {
    let mut request = Story::GeneralCargo.submission(now());
    let manifest = request.manifest.as_mut().unwrap();
    (manifest.manifest_reference, manifest.revision) = (reference.into(), revision);
    let answer = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap();
    answer.into_inner().receipt.unwrap().manifest
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_examined_counts_once_however_often_it_is_restated() {
    let gateway = Gateway::start(&[]).await;
    let first = submitted(&gateway, "SYNTHETIC-OUT-REV").await;
    let examined = clean("INSP-R1"); // at one moment, however often it is reported
    report(&gateway, "post-gishtkuprik", &first, examined.clone()).await.unwrap();
    let counted = base(&gateway).await;
    assert!(counted.0 > 0);
    let second = amended(&gateway, "SYNTHETIC-OUT-REV", 1).await;
    let again = report(&gateway, "post-gishtkuprik", &second, clean("INSP-R2")).await.unwrap_err();
    assert_eq!(reason(&again), "OUTCOME_CONFLICT");
    assert_eq!(base(&gateway).await, counted);
    // A repeat is a repeat, and what stands there can still be corrected where it stands.
    assert!(report(&gateway, "post-gishtkuprik", &first, examined.clone()).await.unwrap().repeated_report);
    let corrected = Outcome {
        revision: 1,
        irregular: true,
        kinds: vec![IrregularityKind::Concealment.into()],
        ..examined
    };
    report(&gateway, "post-gishtkuprik", &first, corrected).await.unwrap();
    assert_eq!(base(&gateway).await, (counted.0, counted.0, 0));
    // Another part was not reported yet; it is reported under the revision in force, which the refusal names.
    let conveyance = Outcome { subject: "conveyance".into(), ..clean("INSP-R3") };
    let late = report(&gateway, "post-gishtkuprik", &first, conveyance.clone()).await.unwrap_err();
    assert_eq!((late.code(), reason(&late).as_str()), (Code::FailedPrecondition, "STATE_CONFLICT"));
    let details = tonic_types::StatusExt::get_error_details(&late);
    assert_eq!(details.error_info().unwrap().metadata["in_force"], second);
    report(&gateway, "post-gishtkuprik", &second, conveyance).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_takes_no_report() {
    let gateway = Gateway::start(&[]).await;
    let name = submitted(&gateway, "SYNTHETIC-OUT-GONE").await;
    let cancel = v1::CancelManifestRequest { name: name.clone(), ..Default::default() };
    gateway.manifests("kz-customs").cancel_manifest(cancel).await.unwrap();
    let status = report(&gateway, "post-gishtkuprik", &name, clean("INSP-GONE")).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "STATE_CONFLICT"));
    assert_eq!(base(&gateway).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reports_for_ones_own_post_and_never_about_test_traffic() {
    let gateway = Gateway::start(&[]).await;
    let manifest = submitted(&gateway, "SYNTHETIC-OUT-4").await;
    for (who, code, expected) in [
        ("post-oybek", Code::NotFound, "MANIFEST_NOT_FOUND"),
        ("analyst", Code::PermissionDenied, "ROLE_NOT_ALLOWED"),
        ("kz-customs", Code::PermissionDenied, "ROLE_NOT_ALLOWED"),
    ] {
        let status = report(&gateway, who, &manifest, clean("INSP-4")).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (code, expected), "{who}");
    }
    let list = ListOutcomesRequest { parent: manifest };
    let status = outcomes(&gateway, "kz-customs").list_outcomes(list).await.unwrap_err();
    assert_eq!(reason(&status), "ROLE_NOT_ALLOWED");

    let mut test = Story::GeneralCargo.submission(now());
    let manifest = test.manifest.as_mut().unwrap();
    (manifest.test, manifest.manifest_reference) = (true, "SYNTHETIC-OUT-TEST".into());
    let answer = gateway.manifests("kz-customs").submit_manifest(test).await.unwrap().into_inner();
    let name = answer.receipt.unwrap().manifest;
    let status = report(&gateway, "post-gishtkuprik", &name, clean("INSP-5")).await.unwrap_err();
    assert_eq!(reason(&status), "MANIFEST_NOT_FOUND");
    assert_eq!(base(&gateway).await, (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn conduct_is_shown_beside_reliability() {
    let gateway = Gateway::start(&[]).await;
    let first = submitted(&gateway, "SYNTHETIC-CONDUCT-1").await;
    let mut amended = Story::GeneralCargo.submission(now());
    let manifest = amended.manifest.as_mut().unwrap();
    (manifest.manifest_reference, manifest.revision) = ("SYNTHETIC-CONDUCT-1".into(), 1);
    gateway.manifests("kz-customs").submit_manifest(amended).await.unwrap();
    let shown = async || {
        let request = v1::ListPreDecisionsRequest { parent: first.clone(), ..Default::default() };
        let mut client = gateway.pre_decisions("post-gishtkuprik");
        let decisions = client.list_pre_decisions(request).await.unwrap().into_inner().pre_decisions;
        let parties = decisions[1].officer_view.clone().unwrap().party_reliabilities;
        parties.into_iter().find(|one| one.kind == "IMPORTER").unwrap()
    };
    crate::harness::eventually("both are counted", async || shown().await.manifest_count == 2).await;
    let importer = shown().await;
    assert_eq!((importer.amended_count, importer.late_count), (1, 0));
    assert!(importer.chapter_count > 0 && importer.origin_count > 0 && importer.first_seen_time.is_some());
    assert_eq!((importer.authorised_operator_reference.as_str(), importer.outcome_count), ("", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_repeats_count_once() {
    let gateway = Gateway::start(&[]).await;
    let manifest = submitted(&gateway, "SYNTHETIC-OUT-6").await;
    let outcome = clean("INSP-6");
    let all = futures::future::join_all(
        (0..8).map(|_| report(&gateway, "post-gishtkuprik", &manifest, outcome.clone())),
    )
    .await;
    let repeated = all.iter().filter(|answer| answer.as_ref().unwrap().repeated_report).count();
    assert_eq!(repeated, 7);
    let importers = gateway.store.fit_peer_groups(now()).await.unwrap();
    assert_eq!(importers.len(), EntityKind::ALL.len());
    let nobody = EntityKey::new(EntityKind::Importer, "NAME::NOBODY");
    assert!(gateway.store.standing(&[nobody]).await.unwrap().records.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_searched_by_time() {
    use gateway::{
        drift::before_instant,
        persist::{FeedPosition, Scope},
    };
    let gateway = Gateway::start(&[]).await;
    for n in 0..5 {
        submitted(&gateway, &format!("SYNTHETIC-SINCE-{n}")).await;
    }
    let rows = gateway.store.feed_after(&Scope::All, FeedPosition::START, 100).await.unwrap();
    assert_eq!(rows.len(), 5);
    for row in &rows {
        let from = before_instant(&gateway.store, row.manifest.receive_time).await.unwrap();
        let found = gateway.store.feed_after(&Scope::All, from, 1).await.unwrap();
        assert_eq!(found[0].position, row.position);
    }
    let later = now().checked_add(jiff::ToSpan::hours(1)).unwrap();
    let end = before_instant(&gateway.store, later).await.unwrap();
    assert!(gateway.store.feed_after(&Scope::All, end, 1).await.unwrap().is_empty());
    let epoch = before_instant(&gateway.store, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(epoch, FeedPosition::START);
}
