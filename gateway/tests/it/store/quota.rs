//! Quotas that are handed out.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Fresh, samples::outcome};

pub(super) async fn a_minute_is_handed_out_once(fresh: Fresh) {
    let gateways = [fresh.store.clone(), fresh.another().await];
    let mut all = JoinSet::new();
    for number in 0..30 {
        let store = gateways[number % 2].clone();
        all.spawn(async move { store.take_quota("kz-customs", 7, 5, 103).await.unwrap() });
    }
    let mut given = all.join_all().await;
    given.sort_unstable();
    assert_eq!((given.iter().sum::<u32>(), &given[8..11]), (103, &[0, 3, 5][..]), "{given:?}");
    // Others and other minutes are apart; what goes back is handed out again.
    assert_eq!(fresh.store.take_quota("tj-customs", 7, 5, 3).await.unwrap(), 3);
    assert_eq!(fresh.store.take_quota("kz-customs", 8, 5, 103).await.unwrap(), 5);
    gateways[1].give_back_quota(vec![("kz-customs".into(), 7, 4)], 7).await.unwrap();
    assert_eq!(fresh.store.take_quota("kz-customs", 7, 5, 103).await.unwrap(), 4);
    assert_eq!(fresh.store.take_quota("kz-customs", 7, 5, 103).await.unwrap(), 0);
    // A smaller quota since takes nothing back, and gives nothing.
    assert_eq!(fresh.store.take_quota("kz-customs", 7, 5, 50).await.unwrap(), 0);
    // Long past minutes are forgotten.
    gateways[1].give_back_quota(Vec::new(), 18).await.unwrap();
    assert_eq!(fresh.store.take_quota("kz-customs", 7, 103, 103).await.unwrap(), 103);
}

/// Who was told that the time ran out has no use for what would be handed out: it stays with the others.
pub(super) async fn who_is_gone_takes_nothing(fresh: Fresh) {
    let locked = fresh.lock().await;
    let (store, one) = (fresh.store.clone(), outcome(&fresh.secrets, "kz-customs", "A-1"));
    let waits = tokio::spawn(async move { store.record(one).await });
    sleep(Duration::from_millis(100)).await;
    for _ in 0..8 {
        let asked = fresh.store.take_quota("kz-customs", 7, 1, 5);
        assert!(timeout(Duration::from_millis(30), asked).await.is_err(), "the writer waits for the lock");
    }
    drop(locked);
    waits.await.unwrap().unwrap();
    assert_eq!(fresh.store.take_quota("kz-customs", 7, 5, 5).await.unwrap(), 5);
}
