//! The feed: in order of commits, nobody misses a row.

use std::{collections::BTreeSet, time::Duration};

use gateway::persist::{Config, FeedEvent, FeedPosition, FeedRow, Scope, State, Store};
use tokio::task::JoinSet;

use super::{
    Fresh,
    samples::{at, outcome},
};

fn partner(id: &str) -> Scope {
    Scope::Partner(id.into())
}

fn post(code: &str) -> Scope {
    Scope::BorderPost(code.into())
}

fn references(rows: &[FeedRow]) -> Vec<&str> {
    rows.iter().map(|row| row.manifest.key.manifest_reference.as_str()).collect()
}

async fn from_start(store: &Store, scope: &Scope) -> Vec<FeedRow> {
    store.feed_after(scope, FeedPosition::START, 1000).await.unwrap()
}

pub(crate) async fn rows_come_in_order_and_in_scope(fresh: Fresh) {
    assert_eq!(fresh.store.feed_end().await.unwrap(), FeedPosition::START);
    for (from, reference, code) in [
        ("kz-customs", "A-1", Some("UZ-GISHTKUPRIK")),
        ("ru-customs", "B-1", Some("UZ-YALLAMA")),
        ("kz-customs", "A-2", None),
    ] {
        let mut one = outcome(&fresh.secrets, from, reference);
        one.border_post_code = code.map(Into::into);
        fresh.store.record(one).await.unwrap();
    }
    let all = from_start(&fresh.store, &Scope::All).await;
    assert_eq!(references(&all), ["A-1", "B-1", "A-2"]);
    assert!(all.is_sorted_by_key(|row| row.position));
    assert_eq!(all[0].journey_key.as_deref(), Some("3:KZ:SYNA-1:J1"));
    assert_eq!(all[0].decisions, b"decisions of A-1: A-1");
    assert_eq!(all[2].position, fresh.store.feed_end().await.unwrap());
    assert_eq!(references(&from_start(&fresh.store, &partner("kz-customs")).await), ["A-1", "A-2"]);
    assert_eq!(references(&from_start(&fresh.store, &post("UZ-YALLAMA")).await), ["B-1"]);
    assert_eq!(references(&from_start(&fresh.store, &post("UZ-NOWHERE")).await), [""; 0]);
    let later = fresh.store.feed_after(&Scope::All, all[1].position, 10).await.unwrap();
    assert_eq!(references(&later), ["A-2"]);

    // A withdrawal is a row of its own; the first keeps the state that it told.
    fresh.store.cancel(all[0].manifest.id, "kz-customs", "", at(9)).await.unwrap();
    let rows = from_start(&fresh.store, &partner("kz-customs")).await;
    let told: Vec<_> = rows.iter().map(|row| (row.event, row.manifest.state)).collect();
    assert_eq!(
        told,
        [
            (FeedEvent::Recorded, State::Submitted),
            (FeedEvent::Recorded, State::Submitted),
            (FeedEvent::Cancelled, State::Cancelled),
        ]
    );
}

pub(crate) async fn test_traffic_stays_with_its_submitter(fresh: Fresh) {
    let mut one = outcome(&fresh.secrets, "kz-customs", "T-1");
    one.test = true;
    fresh.store.record(one).await.unwrap();
    assert_eq!(references(&from_start(&fresh.store, &partner("kz-customs")).await), ["T-1"]);
    for scope in [Scope::All, post("UZ-GISHTKUPRIK"), partner("ru-customs")] {
        assert_eq!(from_start(&fresh.store, &scope).await, []);
        let list = fresh.store.list_manifests(&scope, &Default::default(), None, 10).await.unwrap();
        assert_eq!(list.manifests, []);
    }
}

/// Two stores on the same data, as two gateways would be, write while watchers read: each sees every row once.
pub(crate) async fn nobody_misses_a_row_under_concurrent_writers(fresh: Fresh) {
    const ROWS: usize = 600;
    let second = fresh.another().await;
    let mut watchers = JoinSet::new();
    for scope in [Scope::All, post("UZ-GISHTKUPRIK"), partner("kz-customs")] {
        let store = fresh.store.clone();
        watchers.spawn(async move {
            let (mut seen, mut position) = (Vec::new(), FeedPosition::START);
            while seen.len() < ROWS {
                let rows = store.feed_after(&scope, position, 7).await.unwrap();
                assert!(rows.iter().all(|row| row.position > position));
                position = rows.last().map_or(position, |row| row.position);
                seen.extend(rows.into_iter().map(|row| row.manifest.key.manifest_reference));
                tokio::task::yield_now().await;
            }
            seen
        });
    }
    let mut writers = JoinSet::new();
    for number in 0..ROWS {
        let store = if number % 2 == 0 { fresh.store.clone() } else { second.clone() };
        let one = outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"));
        writers.spawn(async move { store.record(one).await.unwrap() });
    }
    writers.join_all().await;
    let watched = tokio::time::timeout(Duration::from_secs(60), watchers.join_all()).await;
    for seen in watched.expect("a watcher missed a row and waits for it") {
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), ROWS);
    }
}

/// Gateways write while a transaction of one of them takes its time, again and again; a watcher of a third asks without a
/// pause from where it is. What is committed late must not lie behind it.
pub(crate) async fn nobody_misses_what_a_slow_transaction_wrote(fresh: Fresh) {
    const SLOW: usize = 12;
    let mut writers = JoinSet::new();
    for gateway in 0..3 {
        let (store, secrets) = (fresh.another().await, fresh.secrets.clone());
        writers.spawn(async move {
            for number in 0..SLOW {
                let mut one = outcome(&secrets, "kz-customs", &format!("SLOW-{gateway}-{number}"));
                let finish = one.finish;
                one.finish = Box::new(move |capacity, state| {
                    std::thread::sleep(Duration::from_millis(15)); // with the transaction open
                    finish(capacity, state)
                });
                store.record(one).await.unwrap();
            }
            SLOW
        });
        let (store, secrets) = (fresh.another().await, fresh.secrets.clone());
        writers.spawn(async move {
            for number in 0..SLOW * 5 {
                let one = outcome(&secrets, "kz-customs", &format!("QUICK-{gateway}-{number}"));
                store.record(one).await.unwrap();
            }
            SLOW * 5
        });
    }
    let all = 3 * SLOW + 3 * SLOW * 5;
    let (mut seen, mut position) = (BTreeSet::new(), FeedPosition::START);
    let watched = tokio::time::timeout(Duration::from_secs(60), async {
        while seen.len() < all {
            for row in fresh.store.feed_after(&Scope::All, position, 7).await.unwrap() {
                assert!(row.position > position);
                position = row.position;
                assert!(seen.insert(row.manifest.key.manifest_reference));
            }
        }
    });
    watched.await.expect("a row lies behind the watcher");
    assert_eq!(writers.join_all().await.into_iter().sum::<usize>(), all);
}

pub(crate) async fn a_commit_wakes_watchers(fresh: Fresh) {
    let mut wake = fresh.store.feed_wake();
    wake.mark_unchanged();
    let first = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    wake.changed().await.unwrap();
    let told = *wake.borrow_and_update(); // not held while it is waited
    assert_eq!(told, fresh.store.feed_end().await.unwrap());
    // A repeat is no news.
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    assert!(!wake.has_changed().unwrap());
    fresh.store.cancel(first.id, "kz-customs", "", at(1)).await.unwrap();
    assert!(wake.has_changed().unwrap());
}

pub(crate) async fn a_page_has_a_limit(fresh: Fresh) {
    let config = Config { max_page_size: 3, ..fresh.config.clone() };
    let store = Store::open(&config, &fresh.secrets).await.unwrap();
    for number in 0..4 {
        store.record(outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"))).await.unwrap();
    }
    assert_eq!(from_start(&store, &Scope::All).await.len(), 3);
    let list = store.list_manifests(&Scope::All, &Default::default(), None, 1000).await.unwrap();
    assert_eq!(list.manifests.len(), 3);
    assert_eq!(FeedPosition::from_bytes(FeedPosition::START.to_bytes()), Some(FeedPosition::START));
    assert_eq!(FeedPosition::from_bytes([0xff; 8]), None);
}
