//! A post's inspection budget: shifts are imported, decisions are taken under what is left, draws can be verified.

use std::fmt::Write as _;

use gateway::persist::AuditKind;
use jiff::{Timestamp, ToSpan as _};
use manifest::border_post::local_date;
use proto::v1::{self, Corridor, SubmitManifestRequest};
use testkit::stories::Story;

use crate::harness::{GISHTKUPRIK, Gateway, command, now};

/// Tomorrow at noon in the posts' calendar.
fn tomorrow() -> (jiff::civil::Date, Timestamp) {
    let day = local_date(now()).tomorrow().unwrap();
    let noon = jiff::tz::Offset::constant(5).to_timestamp(day.at(12, 0, 0, 0)).unwrap();
    (day, noon)
}

async fn import(gateway: &Gateway, minutes: u32, expected: u32) {
    let (day, _) = tomorrow();
    let mut text =
        "border_post_code,day,shift,begin,end,inspector_minutes,minutes_per_control,expected_arrivals\n"
            .to_owned();
    writeln!(text, "{GISHTKUPRIK},{day},day,00:00,24:00,{minutes},30,{expected}").unwrap();
    let file = gateway.folder.path().join("capacity.csv");
    std::fs::write(&file, text).unwrap();
    command(gateway.folder.path(), &["capacity", "import", file.to_str().unwrap()]).await;
}

fn arriving(reference: &str, revision: i32) -> SubmitManifestRequest {
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
    let mut other_plate = arriving("SYNTHETIC-CAP-3", 0);
    other_plate.manifest.as_mut().unwrap().conveyance.as_mut().unwrap().registration = "SYN999Z".into();
    let (_, other) = submitted(&gateway, other_plate).await;
    assert_ne!(other.draw.to_bits(), first.draw.to_bits());
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
    let key = format!("{}:{}:{plate}", conveyance.mode_code, conveyance.nationality_code);
    assert_eq!(seed.draw(GISHTKUPRIK, day, &key).to_bits(), selection.draw.to_bits(), "{key}");
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
