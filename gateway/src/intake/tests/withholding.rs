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
