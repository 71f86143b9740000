//! What a report counts for depends on what its measures were able to find.

use gateway::persist::{AuditKind, Scope};
use jiff::ToSpan as _;
use proto::v1::{self, ControlMeasure, IrregularityKind, OfficerView, Outcome};
use scoring::{CounterKey, CounterKind};
use testkit::stories::Story;

use crate::{
    capacity::{arriving, import, recorded},
    harness::{Gateway, now, reason, told},
    outcomes::{base, clean, importer, no_precedent, report, submitted},
};

const POST: &str = "post-gishtkuprik";

fn by(measures: &[ControlMeasure], reference: &str) -> Outcome {
    Outcome { measures: measures.iter().map(|measure| (*measure).into()).collect(), ..clean(reference) }
}

/// Outcomes beside predictions: of random checks, and of all others.
async fn calibrated(gateway: &Gateway) -> (i64, i64) {
    let rows = gateway.store.calibration().await.unwrap();
    let sum = |random| rows.iter().filter(|row| row.drawn_at_random == random).map(|row| row.outcomes).sum();
    (sum(true), sum(false))
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_images_and_scales_vouch_for_no_goods() {
    let gateway = Gateway::start(&[]).await;
    for (n, measures) in [
        &[ControlMeasure::Documentary][..],
        &[ControlMeasure::NonIntrusive],
        &[ControlMeasure::Weighing, ControlMeasure::Radiation],
        &[ControlMeasure::Documentary, ControlMeasure::NonIntrusive],
    ]
    .into_iter()
    .enumerate()
    {
        let manifest = submitted(&gateway, &format!("SYNTHETIC-MEASURE-{n}")).await;
        report(&gateway, POST, &manifest, by(measures, &format!("INSP-M{n}"))).await.unwrap();
        assert_eq!(base(&gateway).await, (0, 0, 0), "{measures:?}");
        assert_eq!(importer(&gateway, &manifest).await.1, 0, "{measures:?}");
    }
    assert_eq!(calibrated(&gateway).await, (0, 0));
    let next = submitted(&gateway, "SYNTHETIC-MEASURE-NEXT").await;
    assert!(no_precedent(&gateway, &next).await, "nobody has looked at such goods");
    // The examination that follows is a correction of the report, and counts then.
    let examined =
        Outcome { revision: 1, ..by(&[ControlMeasure::Documentary, ControlMeasure::Physical], "INSP-M0") };
    let first =
        gateway.store.feed_after(&Scope::All, gateway::persist::FeedPosition::START, 1).await.unwrap();
    let first = format!("manifests/{}", first[0].manifest.id);
    report(&gateway, POST, &first, examined).await.unwrap();
    assert_eq!(base(&gateway).await, (2, 0, 0));
    assert_eq!((importer(&gateway, &first).await.1, calibrated(&gateway).await), (1, (0, 2)));
    // And back: what was taken for an examination was none.
    let none = Outcome { revision: 2, ..by(&[ControlMeasure::Documentary], "INSP-M0") };
    report(&gateway, POST, &first, none).await.unwrap();
    assert_eq!((base(&gateway).await, calibrated(&gateway).await), ((0, 0, 0), (0, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_without_opening_anything_is_no_share() {
    let gateway = Gateway::start(&[]).await;
    let manifest = submitted(&gateway, "SYNTHETIC-FOUND").await;
    let found = Outcome {
        irregular: true,
        critical: true,
        kinds: vec![IrregularityKind::Concealment.into()],
        irregular_items: vec![2],
        ..by(&[ControlMeasure::NonIntrusive], "INSP-F")
    };
    report(&gateway, POST, &manifest, found.clone()).await.unwrap();
    assert_eq!(base(&gateway).await, (0, 0, 0));
    assert_eq!((importer(&gateway, &manifest).await.1, calibrated(&gateway).await), (0, (0, 0)));
    // The examination that follows counts in full, in both directions.
    let opened = Outcome {
        revision: 1,
        measures: vec![ControlMeasure::NonIntrusive.into(), ControlMeasure::Physical.into()],
        ..found.clone()
    };
    report(&gateway, POST, &manifest, opened).await.unwrap();
    assert_eq!(base(&gateway).await, (2, 1, 1));
    assert_eq!((importer(&gateway, &manifest).await.1, calibrated(&gateway).await), (1, (0, 2)));
    report(&gateway, POST, &manifest, Outcome { revision: 2, ..found }).await.unwrap();
    assert_eq!((base(&gateway).await, calibrated(&gateway).await), ((0, 0, 0), (0, 0)));
    // And of the vehicle.
    let vehicle = Outcome {
        subject: "conveyance".into(),
        irregular: true,
        ..by(&[ControlMeasure::Documentary], "INSP-FV")
    };
    report(&gateway, POST, &manifest, vehicle).await.unwrap();
    assert_eq!(carrier(&gateway, &manifest).await, 0);
}

/// Outcomes of the carrier, as an officer is shown them.
async fn carrier(gateway: &Gateway, manifest: &str) -> i64 {
    let view = view(gateway, manifest, 0).await;
    view.party_reliabilities.iter().find(|one| one.kind == "CARRIER").unwrap().outcome_count
}

/// What an officer is told of one part.
async fn view(gateway: &Gateway, manifest: &str, part: usize) -> OfficerView {
    let request = v1::ListPreDecisionsRequest { parent: manifest.into(), ..Default::default() };
    let mut client = gateway.pre_decisions(POST);
    let mut told = client.list_pre_decisions(request).await.unwrap().into_inner().pre_decisions;
    told.swap_remove(part).officer_view.unwrap()
}

/// Whoever is yellow has papers checked, and where only what these find counts, everybody ends as a known offender.
#[tokio::test(flavor = "multi_thread")]
async fn checks_of_papers_drive_nobody_into_red() {
    let gateway = Gateway::start(&[]).await;
    for n in 0..8 {
        let manifest = submitted(&gateway, &format!("SYNTHETIC-DRIFT-{n}")).await;
        let found =
            Outcome { irregular: true, ..by(&[ControlMeasure::Documentary], &format!("INSP-DRIFT-{n}")) };
        report(&gateway, POST, &manifest, found).await.unwrap();
    }
    let mut request = Story::GeneralCargo.submission(now());
    request.manifest.as_mut().unwrap().manifest_reference = "SYNTHETIC-DRIFT-NEXT".into();
    let answer = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap().into_inner();
    assert!(answer.pre_decisions.iter().all(|part| part.corridor() != v1::Corridor::Red));
    let told = view(&gateway, &answer.receipt.unwrap().manifest, 1).await;
    assert!(told.no_precedent && told.rules.iter().all(|rule| rule.code != "IMPORTER_RECORD"), "{told:?}");
}

/// A lorry whose first consignment has so many lines of its first goods, each of so many kilograms; and the counter of its importer.
fn lined(reference: &str, lines: i32, kilograms: i64) -> (v1::SubmitManifestRequest, CounterKey) {
    let mut request = Story::GeneralCargo.submission(now());
    let manifest = request.manifest.as_mut().unwrap();
    manifest.manifest_reference = reference.into();
    let Some(v1::manifest::Load::Cargo(cargo)) = &mut manifest.load else { panic!() };
    let consignment = &mut cargo.consignments[0];
    let one = consignment.goods_items[0].clone();
    let line = |item_number| v1::GoodsItem {
        item_number,
        net_mass_mg: Some(kilograms * 1_000_000),
        gross_mass_mg: Some(kilograms * 1_000_000),
        ..one.clone()
    };
    consignment.goods_items = (1..=lines).map(line).collect();
    let id = &consignment.consignee.as_ref().unwrap().identifiers[0];
    let importer = format!("{}:{}:{}", id.scheme, id.country_code, id.value);
    (request, CounterKey::new(CounterKind::Importer, &[&importer]))
}

async fn counted(gateway: &Gateway, key: CounterKey) -> (i64, i64, i64) {
    let counter = gateway.store.history_for(&[key]).await.unwrap().counter(&key);
    (counter.n, counter.fraud, counter.critical)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_irregular_consignment_of_five_lines_is_one_of_its_importer() {
    let gateway = Gateway::start(&[]).await;
    let (request, key) = lined("SYNTHETIC-FIVE", 5, 100);
    let manifest = recorded(&gateway, request).await;
    let found = Outcome { irregular: true, critical: true, ..clean("INSP-FIVE") };
    report(&gateway, POST, &manifest, found.clone()).await.unwrap();
    assert_eq!((base(&gateway).await, counted(&gateway, key).await), ((5, 5, 5), (1, 1, 1)));
    let next = recorded(&gateway, lined("SYNTHETIC-FIVE-NEXT", 1, 777).0).await;
    let rules = view(&gateway, &next, 1).await.rules;
    assert!(rules.iter().all(|rule| rule.code != "IMPORTER_RECORD"), "{rules:?}");
    // Corrections take back exactly what counted.
    for (revision, correction, goods, consignments) in [
        (1, Outcome { irregular_items: vec![2, 4], critical: false, ..found.clone() }, (5, 2, 0), (1, 1, 0)),
        (2, clean("INSP-FIVE"), (5, 0, 0), (1, 0, 0)),
        (3, Outcome { examined_items: vec![3], ..found.clone() }, (1, 1, 1), (1, 1, 1)),
        (4, Outcome { measures: vec![ControlMeasure::Documentary.into()], ..found }, (0, 0, 0), (0, 0, 0)),
    ] {
        report(&gateway, POST, &manifest, Outcome { revision, ..correction }).await.unwrap();
        assert_eq!((base(&gateway).await, counted(&gateway, key).await), (goods, consignments), "{revision}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_consignment_of_twenty_lines_is_no_long_record() {
    let gateway = Gateway::start(&[]).await;
    let (request, key) = lined("SYNTHETIC-TWENTY", 20, 100);
    let manifest = recorded(&gateway, request).await;
    report(&gateway, POST, &manifest, clean("INSP-TWENTY")).await.unwrap();
    assert_eq!((base(&gateway).await, counted(&gateway, key).await), ((20, 0, 0), (1, 0, 0)));
    let next = recorded(&gateway, lined("SYNTHETIC-TWENTY-NEXT", 1, 777).0).await;
    let told = view(&gateway, &next, 1).await;
    assert!(told.no_precedent && told.rules.iter().all(|rule| rule.code != "TRUSTED_IMPORTER"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_goods_that_were_examined_in_part_that_part_counts() {
    let gateway = Gateway::start(&[]).await;
    let manifest = submitted(&gateway, "SYNTHETIC-PART").await;
    let part = Outcome { examined_items: vec![1], ..clean("INSP-P") };
    report(&gateway, POST, &manifest, part.clone()).await.unwrap();
    assert_eq!((base(&gateway).await, importer(&gateway, &manifest).await.1), ((1, 0, 0), 1));
    assert_eq!(calibrated(&gateway).await, (0, 0));
    // Who names all has examined the whole.
    let all = Outcome { revision: 1, examined_items: vec![2, 1], ..part };
    report(&gateway, POST, &manifest, all).await.unwrap();
    assert_eq!((base(&gateway).await, calibrated(&gateway).await), ((2, 0, 0), (0, 2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whole_examinations_are_random_checks() {
    let gateway = Gateway::start(&[]).await;
    // Everybody is drawn.
    import(&gateway, 1_000_000, 10).await;
    let manifest = recorded(&gateway, arriving("SYNTHETIC-FLOOR", 0)).await;
    let group = async || {
        let groups = gateway.store.fit_peer_groups(now()).await.unwrap();
        groups.iter().find(|(kind, _)| kind.as_str() == "IMPORTER").unwrap().1.rate
    };
    let all = async || {
        let (good, out, error) = told(gateway.folder.path(), &["report", "disparity", "--json"]).await;
        assert!(good, "{error}");
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        let all =
            report["groups"].as_array().unwrap().iter().find(|group| group["dimension"] == "all").unwrap();
        ["random_checks", "irregular", "checked_otherwise"].map(|key| all[key].as_u64().unwrap())
    };
    let usual = group().await;
    let found = |revision, measure, items: &[i32]| Outcome {
        revision,
        irregular: true,
        examined_items: items.to_vec(),
        ..by(&[measure], "INSP-FLOOR")
    };
    for (revision, measure, items) in
        [(0, ControlMeasure::Documentary, &[][..]), (1, ControlMeasure::Physical, &[2])]
    {
        let told = report(&gateway, POST, &manifest, found(revision, measure, items)).await.unwrap();
        assert!(told.outcome.unwrap().drawn_at_random);
        assert_eq!(calibrated(&gateway).await, (0, 0));
        assert!((group().await - usual).abs() < 1e-12);
        assert_eq!(all().await, [0, 0, 1]);
    }
    report(&gateway, POST, &manifest, found(2, ControlMeasure::Physical, &[])).await.unwrap();
    assert_eq!(calibrated(&gateway).await, (2, 0));
    assert!(group().await > usual);
    assert_eq!(all().await, [1, 1, 0]);
    let (good, out, _) = told(gateway.folder.path(), &["report", "drift", "--json"]).await;
    let drift: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(good && drift["calibration"][0]["random_checks"] == 1, "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_examines_what_was_not_announced_yet() {
    let gateway = Gateway::start(&[("outcomes.max_before_receipt_minutes", "0")]).await;
    let at = |instant: jiff::Timestamp| {
        Some(prost_types::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() })
    };
    let before = now().checked_sub(1.minutes()).unwrap();
    let first = submitted(&gateway, "SYNTHETIC-EARLY").await;
    let early = Outcome { examine_time: at(before), ..clean("INSP-EARLY") };
    let status = report(&gateway, POST, &first, early.clone()).await.unwrap_err();
    assert_eq!(reason(&status), "REQUEST_INVALID");
    let details = tonic_types::StatusExt::get_error_details(&status);
    let violation = &details.bad_request().unwrap().field_violations[0];
    assert_eq!(violation.field, "outcome.examine_time");
    assert!(violation.description.contains("before the manifest was received"), "{}", violation.description);
    assert_eq!(base(&gateway).await, (0, 0, 0));
    assert!(!gateway.audited().await.iter().any(|event| event.kind == AuditKind::OutcomeReported));
    // Restated after it was examined: what was announced first is what counts.
    let examined = now();
    let mut again = v1::SubmitManifestRequest::clone(&Story::GeneralCargo.submission(now()));
    let manifest = again.manifest.as_mut().unwrap();
    (manifest.manifest_reference, manifest.revision) = ("SYNTHETIC-EARLY".into(), 1);
    let second = recorded(&gateway, again).await;
    report(&gateway, POST, &second, Outcome { examine_time: at(examined), ..early }).await.unwrap();

    // By default a day is allowed: a manifest may be filed when the lorry stands at the post already.
    let gateway = Gateway::start(&[]).await;
    let manifest = submitted(&gateway, "SYNTHETIC-LATE").await;
    let outcome = |hours: i64| Outcome {
        examine_time: at(now().checked_sub(hours.hours()).unwrap()),
        ..clean("INSP-LATE")
    };
    let status = report(&gateway, POST, &manifest, outcome(25)).await.unwrap_err();
    assert_eq!(reason(&status), "REQUEST_INVALID");
    report(&gateway, POST, &manifest, outcome(23)).await.unwrap();
}
