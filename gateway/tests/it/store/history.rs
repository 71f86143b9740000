//! History counters.

use gateway::persist::{HistoryImported, HistoryRow};
use jiff::civil::date;
use scoring::{Counter, CounterKey, CounterKind, Moments};

use super::{Fresh, samples::at};

fn counter(fraud: i64, value: f64) -> Counter {
    Counter { n: 1, fraud, value: Moments::of(value), ..Counter::default() }
}

fn hs6(code: &str) -> CounterKey {
    CounterKey::new(CounterKind::Hs6, &[code])
}

/// SYNTHETIC outcome of one declaration.
fn row(source: &str, day: i8, code: &str, fraud: i64, value: f64) -> HistoryRow {
    let base = Counter { n: 1, fraud, ..Counter::default() };
    HistoryRow {
        source_id: source.into(),
        date: date(2026, 3, day),
        updates: vec![(CounterKey::BASE, base), (hs6(code), counter(fraud, value))],
    }
}

pub(crate) async fn what_was_never_counted_is_absent(fresh: Fresh) {
    let history = fresh.store.history_for(&[hs6("870323")]).await.unwrap();
    assert!(history.is_empty());
    assert_eq!(history.as_of(), None);
}

pub(crate) async fn an_outcome_counts_once(fresh: Fresh) {
    let rows = vec![
        row("D-1", 1, "870323", 1, 2.0),
        row("D-2", 5, "870323", 0, 4.0),
        row("D-1", 1, "870323", 1, 2.0), // twice in one file
    ];
    let first = fresh.store.import_history(rows.clone(), at(0)).await.unwrap();
    assert_eq!(first, HistoryImported { counted: 2, repeated: 1, changed: 0 });
    let second = fresh.store.import_history(rows, at(1)).await.unwrap();
    assert_eq!(second, HistoryImported { counted: 0, repeated: 3, changed: 0 });
    // Another label is told, and what was counted stands.
    let other = vec![row("D-1", 1, "870323", 0, 2.0), row("D-2", 5, "870323", 0, 4.0)];
    let third = fresh.store.import_history(other, at(2)).await.unwrap();
    assert_eq!(third, HistoryImported { counted: 0, repeated: 2, changed: 1 });
    let history = fresh.store.history_for(&[hs6("870323")]).await.unwrap();
    assert_eq!(history.counter(&CounterKey::BASE), Counter { n: 2, fraud: 1, ..Counter::default() });
    assert_eq!(history.counter(&hs6("870323")).value, Moments { n: 2, mean: 3.0, m2: 2.0 });
    assert_eq!(history.counter(&hs6("010121")), Counter::default());
    assert_eq!(history.as_of(), Some(date(2026, 3, 5)));
}

/// What is imported bit by bit counts like what is imported at once.
pub(crate) async fn counters_merge(fresh: Fresh) {
    let rows: Vec<HistoryRow> = (0..1300)
        .map(|n| {
            row(
                &format!("D-{n}"),
                1 + (n % 28) as i8,
                ["870323", "010121"][n % 2],
                (n % 7 == 0) as i64,
                n as f64,
            )
        })
        .collect();
    let mut expected = Counter::default();
    for row in &rows {
        for (key, change) in &row.updates {
            if *key == hs6("870323") {
                expected.merge(change);
            }
        }
    }
    let (some, rest) = rows.split_at(10);
    fresh.store.import_history(some.to_vec(), at(0)).await.unwrap();
    let imported = fresh.store.import_history(rest.to_vec(), at(1)).await.unwrap();
    assert_eq!(imported, HistoryImported { counted: 1290, repeated: 0, changed: 0 });
    // Read by another process, too.
    let found = fresh.another().await.history_for(&[hs6("870323")]).await.unwrap().counter(&hs6("870323"));
    assert_eq!((found.n, found.fraud, found.critical), (expected.n, expected.fraud, expected.critical));
    assert!((found.value.mean - expected.value.mean).abs() < 1e-9);
    assert!((found.value.m2 / expected.value.m2 - 1.0).abs() < 1e-9);
    assert_eq!(found.mass, Moments::default());
}

pub(crate) async fn many_keys_are_read_at_once(fresh: Fresh) {
    let rows = (0..400).map(|n| row(&format!("D-{n}"), 1, &format!("{n:06}"), 0, 1.0)).collect();
    fresh.store.import_history(rows, at(0)).await.unwrap();
    let keys: Vec<CounterKey> =
        (0..2000).map(|n| hs6(&format!("{n:06}"))).chain([CounterKey::BASE]).collect();
    let history = fresh.store.history_for(&keys).await.unwrap();
    assert_eq!(history.len(), 401);
    assert_eq!(history.counter(&CounterKey::BASE).n, 400);
    // Asked twice, counted once.
    let twice = fresh.store.history_for(&[keys[0], keys[0], CounterKey::BASE]).await.unwrap();
    assert_eq!(twice.counter(&keys[0]).n, 1);
}

/// What was read is remembered, and no longer than until anybody changes a counter.
pub(crate) async fn what_is_remembered_is_what_stands_there(fresh: Fresh) {
    let other = fresh.another().await;
    for round in 0..5_u8 {
        for (place, store) in [&fresh.store, &other].into_iter().enumerate() {
            let source = format!("D-{round}-{place}");
            store.import_history(vec![row(&source, 1, "870323", 0, 2.0)], at(0)).await.unwrap();
            let counted = 2 * i64::from(round) + place as i64 + 1;
            // Each reads twice: the second time out of what it remembers.
            for reader in [&fresh.store, &other, &fresh.store, &other] {
                let history = reader.history_for(&[hs6("870323"), hs6("010121")]).await.unwrap();
                assert_eq!(history.counter(&CounterKey::BASE).n, counted);
                assert_eq!(history.counter(&hs6("870323")).n, counted);
                assert_eq!(history.counter(&hs6("010121")), Counter::default());
            }
        }
    }
    // What stood nowhere and is remembered as such is found once it is there.
    fresh.store.import_history(vec![row("D-new", 1, "010121", 1, 2.0)], at(0)).await.unwrap();
    assert_eq!(other.history_for(&[hs6("010121")]).await.unwrap().counter(&hs6("010121")).n, 1);
}
