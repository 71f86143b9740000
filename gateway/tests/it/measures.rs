//! What a report counts for depends on what its measures were able to find.

use gateway::persist::{AuditKind, Scope};
use jiff::ToSpan as _;
use proto::v1::{ControlMeasure, IrregularityKind, Outcome};

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
async fn what_was_found_counts_by_whatever_it_was_found() {
    let gateway = Gateway::start(&[]).await;
    let manifest = submitted(&gateway, "SYNTHETIC-FOUND").await;
    let found = Outcome {
        irregular: true,
        critical: true,
        kinds: vec![IrregularityKind::Concealment.into()],
        irregular_items: vec![2],
        ..by(&[ControlMeasure::NonIntrusive], "INSP-F")
    };
    report(&gateway, POST, &manifest, found).await.unwrap();
    // The item that something was found in, and not the other, which nobody vouches for.
    assert_eq!(base(&gateway).await, (1, 1, 1));
    assert_eq!(importer(&gateway, &manifest).await.1, 1);
    assert_eq!(calibrated(&gateway).await, (0, 0), "a share of those that were found is no share");
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
    let mut again =
        proto::v1::SubmitManifestRequest::clone(&testkit::stories::Story::GeneralCargo.submission(now()));
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
