//! What cannot be judged is withheld and recorded all the same: failure is never green.

use super::*;

async fn withheld_by(house: &House, request: &v1::SubmitManifestRequest) -> v1::WithheldReason {
    let answer = answer(&house.submit(&submitter(), request).await.unwrap());
    assert_eq!(answer.receipt.unwrap().state(), v1::ManifestState::Submitted);
    assert_eq!(answer.pre_decisions[0].corridor(), v1::Corridor::Unspecified);
    answer.pre_decisions[0].withheld_reason()
}

#[tokio::test]
async fn a_history_that_cannot_be_read_withholds() {
    let house = House::new().await;
    let url = format!("sqlite://{}", house.folder.path().join("store.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::query("ALTER TABLE history_counters RENAME TO gone").execute(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(withheld_by(&house, &lorry()).await, v1::WithheldReason::HistoryUnavailable);
}

#[tokio::test]
async fn a_scorer_that_is_never_free_withholds() {
    let house =
        House::with(Config { scoring_at_once: 0, scoring_timeout_ms: 100, ..Config::default() }).await;
    assert_eq!(withheld_by(&house, &lorry()).await, v1::WithheldReason::ScoringFailed);
}

/// A coach needs no history and waits for nobody: only the look at the clock after scoring can withhold it.
#[tokio::test]
async fn scoring_that_ends_too_late_withholds_though_it_ran_inline() {
    let house = House::with(Config { scoring_timeout_ms: 0, ..Config::default() }).await;
    assert_eq!(withheld_by(&house, &coach()).await, v1::WithheldReason::ScoringFailed);
}

/// An empty hold is looked into; nothing was scored, and nothing failed either.
#[tokio::test]
async fn an_empty_lorry_is_yellow_and_never_green() {
    let mut request = lorry();
    let Some(v1::manifest::Load::Cargo(cargo)) = &mut request.manifest.as_mut().unwrap().load else {
        panic!("a lorry carries cargo")
    };
    *cargo = v1::Cargo { customs_regime: v1::CustomsRegime::Empty.into(), ..v1::Cargo::default() };
    let house = House::new().await;
    let answer = answer(&house.submit(&submitter(), &request).await.unwrap());
    assert_eq!(answer.pre_decisions[0].corridor(), v1::Corridor::Yellow, "{:?}", answer.findings);
    assert_eq!(answer.pre_decisions[0].reasons[0].code, "DOCUMENTARY_CHECK");
}

/// A lorry that should have been there already gets advice that still holds when it is given.
#[tokio::test]
async fn a_pre_decision_never_expires_before_it_is_made() {
    let mut request = lorry();
    let journey = request.manifest.as_mut().unwrap().journey.as_mut().unwrap();
    journey.arrival_time.as_mut().unwrap().seconds = now().as_second() - 40 * 3_600;
    let house = House::new().await;
    let answer = answer(&house.submit(&submitter(), &request).await.unwrap());
    let expires = answer.pre_decisions[0].expire_time.unwrap();
    assert!(expires.seconds > now().as_second(), "{expires:?}");
    assert_eq!(answer.receipt.unwrap().expire_time.unwrap(), expires);
}

#[tokio::test]
async fn a_large_manifest_is_judged_as_a_small_one_is() {
    let inline = House::new().await;
    let apart = House::with(Config { inline_goods_items: 0, ..Config::default() }).await;
    let decisions = |house: House| async move {
        let recorded = house.submit(&submitter(), &lorry()).await.unwrap();
        reply::decode_decisions(&recorded.decisions).unwrap().1
    };
    assert_eq!(decisions(inline).await, decisions(apart).await);
}

#[tokio::test]
async fn a_coach_needs_no_history() {
    let house = House::with(Config { scoring_timeout_ms: 1_000, ..Config::default() }).await;
    let answer = answer(&house.submit(&submitter(), &coach()).await.unwrap());
    assert_eq!(answer.pre_decisions[0].corridor(), v1::Corridor::Green, "{:?}", answer.findings);
    assert!(answer.pre_decisions.len() > 50);
}
