//! A post's inspection budget: shifts are imported, decisions are taken under what is left, draws can be verified.

use std::fmt::Write as _;

use gateway::persist::AuditKind;
use jiff::{Timestamp, ToSpan as _};
use manifest::border_post::local_date;
use proto::v1::{self, Corridor, SubmitManifestRequest};
use testkit::stories::Story;

use crate::harness::{GISHTKUPRIK, Gateway, command, now, told};

/// Tomorrow at noon in the posts' calendar.
fn tomorrow() -> (jiff::civil::Date, Timestamp) {
    let day = local_date(now()).tomorrow().unwrap();
    let noon = jiff::tz::Offset::constant(5).to_timestamp(day.at(12, 0, 0, 0)).unwrap();
    (day, noon)
}

pub(crate) async fn import(gateway: &Gateway, minutes: u32, expected: u32) {
    let (day, _) = tomorrow();
    let mut text =
        "border_post_code,day,shift,begin,end,inspector_minutes,minutes_per_control,expected_arrivals\n"
            .to_owned();
    writeln!(text, "{GISHTKUPRIK},{day},day,00:00,24:00,{minutes},30,{expected}").unwrap();
    let file = gateway.folder.path().join("capacity.csv");
    std::fs::write(&file, text).unwrap();
    command(gateway.folder.path(), &["capacity", "import", file.to_str().unwrap()]).await;
}

pub(crate) fn arriving(reference: &str, revision: i32) -> SubmitManifestRequest {
    let mut request = Story::GeneralCargo.submission(now());
    let manifest = request.manifest.as_mut().unwrap();
    manifest.manifest_reference = reference.into();
    manifest.revision = revision;
    let (_, noon) = tomorrow();
    let time = prost_types::Timestamp { seconds: noon.as_second(), nanos: 0 };
    manifest.journey.as_mut().unwrap().arrival_time = Some(time);
    request
}

async fn submitted(gateway: &Gateway, request: SubmitManifestRequest) -> (Corridor, v1::Selection) {
    let answer = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap().into_inner();
    let corridor = answer.pre_decisions[0].corridor();
    assert!(answer.pre_decisions.iter().all(|one| one.officer_view.is_none()));
    let list = v1::ListPreDecisionsRequest { parent: answer.receipt.unwrap().manifest, ..Default::default() };
    let mut post = gateway.pre_decisions("post-gishtkuprik");
    let decisions = post.list_pre_decisions(list).await.unwrap().into_inner().pre_decisions;
    assert_eq!(decisions[0].corridor(), corridor);
    (corridor, decisions[0].officer_view.clone().unwrap().selection.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_capacity_nothing_changes() {
    let gateway = Gateway::start(&[]).await;
    let (corridor, selection) = submitted(&gateway, arriving("SYNTHETIC-CAP-0", 0)).await;
    assert_eq!((corridor, selection), (Corridor::Yellow, v1::Selection::default()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_cannot_be_repeated_by_filing_again() {
    let gateway = Gateway::start(&[]).await;
    import(&gateway, 3_000, 1_000).await;
    let (_, first) = submitted(&gateway, arriving("SYNTHETIC-CAP-1", 0)).await;
    // 100 controls, a tenth of them at random, over 1,000 arrivals.
    assert!((first.draw_cut - 0.01).abs() < 1e-12);
    let mut other_journey = arriving("SYNTHETIC-CAP-2", 3);
    other_journey.manifest.as_mut().unwrap().journey.as_mut().unwrap().journey_reference = "OTHER".into();
    for request in [arriving("SYNTHETIC-CAP-1", 1), other_journey] {
        let (_, again) = submitted(&gateway, request).await;
        assert_eq!(again.draw.to_bits(), first.draw.to_bits());
    }
    // Nor does it help to say at once that loading is over.
    let mut closed = arriving("SYNTHETIC-CAP-2C", 0);
    closed.manifest.as_mut().unwrap().closed = true;
    assert_eq!(submitted(&gateway, closed).await.1.draw.to_bits(), first.draw.to_bits());
    // Nor does another nationality of the same plate.
    let mut abroad = arriving("SYNTHETIC-CAP-2A", 0);
    abroad.manifest.as_mut().unwrap().conveyance.as_mut().unwrap().nationality_code = "TJ".into();
    assert_eq!(submitted(&gateway, abroad).await.1.draw.to_bits(), first.draw.to_bits());
    let mut other_plate = arriving("SYNTHETIC-CAP-3", 0);
    other_plate.manifest.as_mut().unwrap().conveyance.as_mut().unwrap().registration = "SYN999Z".into();
    let (_, other) = submitted(&gateway, other_plate).await;
    assert_ne!(other.draw.to_bits(), first.draw.to_bits());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_cannot_be_escaped_by_another_hour() {
    let gateway = Gateway::start(&[]).await;
    let (day, noon) = tomorrow();
    let file = gateway.folder.path().join("capacity.csv");
    let text = format!(
        "border_post_code,day,shift,begin,end,inspector_minutes,minutes_per_control,expected_arrivals\n\
         {GISHTKUPRIK},{day},early,06:00,10:00,500000,30,5\n{GISHTKUPRIK},{day},late,14:00,20:00,500000,30,5\n"
    );
    std::fs::write(&file, text).unwrap();
    command(gateway.folder.path(), &["capacity", "import", file.to_str().unwrap()]).await;
    let mut draws = Vec::new();
    // Before the first shift, in it, between the two, in the second, after it.
    for (number, hour) in [-8, -6, -4, 0, 3, 9, 11].into_iter().enumerate() {
        let mut request = arriving(&format!("SYNTHETIC-CAP-HOUR-{number}"), 0);
        let journey = request.manifest.as_mut().unwrap().journey.as_mut().unwrap();
        journey.arrival_time.as_mut().unwrap().seconds = noon.as_second() + hour * 3_600;
        let (corridor, selection) = submitted(&gateway, request).await;
        assert!(corridor == Corridor::Red && selection.drawn_at_random, "hour {hour}");
        draws.push(selection.draw.to_bits());
    }
    draws.dedup();
    assert_eq!(draws.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_drawn_is_examined_and_it_can_be_verified() {
    let gateway = Gateway::start(&[]).await;
    // So much time that everybody is drawn.
    import(&gateway, 1_000_000, 10).await;
    let (corridor, selection) = submitted(&gateway, arriving("SYNTHETIC-CAP-4", 0)).await;
    assert_eq!(corridor, Corridor::Red);
    assert!(selection.drawn_at_random && selection.probability >= 1.0);
    let audited = gateway.audited().await;
    let committed: Vec<_> = audited.iter().filter(|event| event.kind == AuditKind::DrawCommitted).collect();
    assert_eq!(committed.len(), 1);
    // Nothing is revealed before the day is over.
    assert!(gateway.store.reveal_draws(local_date(now()), now()).await.unwrap().is_empty());
    let (day, _) = tomorrow();
    let later = now().checked_add(48.hours()).unwrap();
    let revealed = gateway.store.reveal_draws(day.tomorrow().unwrap(), later).await.unwrap();
    let seed = scoring::selection::Seed(revealed[0].seed);
    assert_eq!(Some(&seed.commitment()), committed[0].reason.as_ref());
    let manifest = arriving("x", 0).manifest.unwrap();
    let conveyance = manifest.conveyance.unwrap();
    let plate: String = conveyance.registration.chars().filter(|c| c.is_alphanumeric()).collect();
    assert_eq!(seed.draw(GISHTKUPRIK, day, &plate).to_bits(), selection.draw.to_bits(), "{plate}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stored_decision_is_made_again_byte_for_byte() {
    let gateway = Gateway::start(&[]).await;
    submitted(&gateway, arriving("SYNTHETIC-REPLAY-1", 0)).await;
    import(&gateway, 1_000_000, 10).await;
    submitted(&gateway, arriving("SYNTHETIC-REPLAY-2", 0)).await;
    let coach = Story::ALL.iter().map(|story| story.submission(now()));
    for request in coach.filter(|request| request.manifest.as_ref().unwrap().load.is_some()) {
        for who in ["kz-customs", "silk-coach"] {
            let _ = gateway.manifests(who).submit_manifest(request.clone()).await;
        }
    }
    let rows = gateway
        .store
        .feed_after(&gateway::persist::Scope::All, gateway::persist::FeedPosition::START, 1_000)
        .await
        .unwrap();
    assert!(rows.len() > 5);
    let scorer = scoring::Scorer::shipped().unwrap();
    for row in rows {
        let record = gateway::reply::record_of_decisions(&row.decisions).unwrap();
        scoring::record::recompute(&scorer, record).unwrap();
    }
}

/// Arrivals and minutes that are given away, of all shifts.
async fn given(gateway: &Gateway) -> (i64, f64) {
    let sums = "select cast(coalesce(sum(arrivals), 0) as bigint), cast(coalesce(sum(minutes), 0) as bigint) from capacity_use";
    let sums = gateway.beside().await.numbers(sums).await;
    (sums[0], sums[1] as f64)
}

pub(crate) async fn recorded(gateway: &Gateway, request: SubmitManifestRequest) -> String {
    let answer = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap().into_inner();
    answer.receipt.unwrap().manifest
}

async fn cancel(gateway: &Gateway, name: &str) {
    let request = v1::CancelManifestRequest { name: name.into(), ..Default::default() };
    gateway.manifests("kz-customs").cancel_manifest(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdraws_gives_back_minutes_and_keeps_the_draw() {
    let gateway = Gateway::start(&[]).await;
    import(&gateway, 1_000_000, 10).await;
    let name = recorded(&gateway, arriving("SYNTHETIC-CAP-5", 0)).await;
    assert_eq!(given(&gateway).await, (1, 30.0));
    cancel(&gateway, &name).await;
    assert_eq!(given(&gateway).await, (0, 0.0));
    cancel(&gateway, &name).await;
    assert_eq!(given(&gateway).await, (0, 0.0), "once");
    let (corridor, again) = submitted(&gateway, arriving("SYNTHETIC-CAP-6", 0)).await;
    assert!(corridor == Corridor::Red && again.drawn_at_random, "filing anew is no other draw");
    assert_eq!(given(&gateway).await, (1, 30.0));
    // A second announcement of the same journey takes the first one's place; withdrawing the first gives nothing back.
    let first = recorded(&gateway, arriving("SYNTHETIC-CAP-7", 0)).await;
    recorded(&gateway, arriving("SYNTHETIC-CAP-8", 0)).await;
    assert_eq!(given(&gateway).await, (1, 30.0));
    cancel(&gateway, &first).await;
    assert_eq!(given(&gateway).await, (1, 30.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_another_day_or_never_gives_back_minutes() {
    let gateway = Gateway::start(&[]).await;
    import(&gateway, 1_000_000, 10).await;
    recorded(&gateway, arriving("SYNTHETIC-CAP-9", 0)).await;
    assert_eq!(given(&gateway).await, (1, 30.0));
    // A day that has no capacity.
    let mut later = arriving("SYNTHETIC-CAP-9", 1);
    let journey = later.manifest.as_mut().unwrap().journey.as_mut().unwrap();
    journey.arrival_time.as_mut().unwrap().seconds += 86_400;
    recorded(&gateway, later).await;
    assert_eq!(given(&gateway).await, (0, 0.0));
    recorded(&gateway, arriving("SYNTHETIC-CAP-9", 2)).await;
    assert_eq!(given(&gateway).await, (1, 30.0));
    let in_three_days = now().checked_add(72.hours()).unwrap();
    let (_, expired) = gateway.store.expire(in_three_days, 100, in_three_days).await.unwrap();
    assert!(expired > 0);
    assert_eq!(given(&gateway).await, (0, 0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_drift_more_is_checked_at_random() {
    let gateway = Gateway::start(&[]).await;
    import(&gateway, 3_000, 1_000).await;
    let cut = async |reference: &str| submitted(&gateway, arriving(reference, 0)).await.1.draw_cut;
    assert!((cut("SYNTHETIC-CAP-10").await - 0.01).abs() < 1e-12);
    assert_eq!(gateway.store.note_drift(now()).await.unwrap(), Some(1));
    assert_eq!(gateway.store.note_drift(now()).await.unwrap(), None, "once a day");
    assert!((cut("SYNTHETIC-CAP-11").await - 0.02).abs() < 1e-12);
    // What is imported within the quarter has the larger share from the beginning.
    import(&gateway, 6_000, 1_000).await;
    assert!((cut("SYNTHETIC-CAP-12").await - 0.04).abs() < 1e-12);
    let audited = gateway.audited().await;
    let found: Vec<_> = audited.iter().filter(|event| event.kind == AuditKind::DriftFound).collect();
    assert_eq!(found.iter().map(|event| event.count).collect::<Vec<_>>(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_is_a_share_and_what_was_imported_is_audited() {
    let gateway = Gateway::start(&[]).await;
    import(&gateway, 3_000, 1_000).await;
    let file = gateway.folder.path().join("capacity.csv");
    let import = async |share: &str| {
        let share = format!("--floor-share={share}");
        told(gateway.folder.path(), &["capacity", "import", file.to_str().unwrap(), &share]).await
    };
    let audited = async || {
        let events = gateway.audited().await;
        let of = events.into_iter().filter(|event| event.kind == AuditKind::CapacityImported);
        of.map(|event| (event.count, event.reason.unwrap_or_default())).collect::<Vec<_>>()
    };
    let before = audited().await;
    for share in ["1.01", "-0.1", "nan", "inf", "10"] {
        let (good, out, error) = import(share).await;
        assert!(!good && out.is_empty() && error.contains("from 0 to 1"), "{share}: {error}");
    }
    assert_eq!(audited().await, before);
    let (good, out, error) = import("0.01").await;
    assert!(good, "{error}");
    assert!(out.contains("random checks take 0.05 of the minutes, not 0.01"), "{out}{error}");
    let (good, out, _) = import("1").await;
    assert!(good && !out.contains("0.05"), "{out}");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &std::fs::read(&file).unwrap());
    let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let (day, _) = tomorrow();
    let row =
        |share: &str| (1, format!("share {share}, 1 days {day} to {day}, {GISHTKUPRIK}, sha256 {digest}"));
    assert_eq!(audited().await, [row("0.1"), row("0.05"), row("1")]);
}
