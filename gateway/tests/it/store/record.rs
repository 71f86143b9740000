//! Recording: once, whole, and answered after the commit.

use std::time::Duration;

use gateway::persist::{Config, Error, Finished, ManifestKey, Persons, Recorded, Sealed, Store};
use tokio::task::JoinSet;

use super::{
    Fresh,
    samples::{self, key, outcome, says},
};

pub(crate) async fn what_is_recorded_reads_back(fresh: Fresh) {
    let sent = outcome(&fresh.secrets, "kz-customs", "A-1");
    let (id, salt, digest) = (sent.id, sent.received_salt, sent.content_digest);
    let recorded = fresh.store.record(sent).await.unwrap();
    assert!(!recorded.repeated);
    assert_eq!(recorded.received_salt, Some(salt));

    // As another process, or this one after a restart, sees it.
    fresh.store.close().await;
    let store = fresh.another().await;
    let found = store.outcome_of(&key("kz-customs", "A-1")).await.unwrap().unwrap();
    assert_eq!(found.content_digest, digest);
    assert_eq!(Recorded { repeated: false, ..found }, recorded);
    let manifest = store.manifest(id, Persons::With).await.unwrap().unwrap();
    assert_eq!(manifest.summary.key, key("kz-customs", "A-1"));
    assert_eq!(manifest.summary.verdict, "GREEN");
    assert_eq!(manifest.summary.arrival_time, Some(samples::at(7200)));
    assert_eq!(manifest.summary.receive_time, samples::at(0));
    assert_eq!(manifest.record, b"record of A-1");
    assert_eq!(manifest.receipt, recorded.receipt);
    let Sealed::Open { persons, originals, received_salt } = manifest.sealed else { panic!("not open") };
    assert_eq!(persons.unwrap(), format!("persons of A-1: {}", samples::NAME).into_bytes());
    assert_eq!(originals, recorded.originals);
    assert_eq!(received_salt, salt);
    let received = store.received(id).await.unwrap().unwrap();
    assert_eq!(received.bytes, format!("received A-1 from {}: A-1", samples::NAME).into_bytes());
    assert_eq!(received.format, "customs.prearrival.v1.SubmitManifestRequest");
    assert_eq!(store.pre_decisions(id).await.unwrap().unwrap().decisions, recorded.decisions);
    let closed = store.manifest(id, Persons::Without).await.unwrap().unwrap();
    assert!(matches!(closed.sealed, Sealed::Closed));
}

pub(crate) async fn the_same_words_get_the_same_receipt(fresh: Fresh) {
    let first = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    // The second one's decision would differ: it must not be asked.
    let mut again = outcome(&fresh.secrets, "kz-customs", "A-1");
    again.finish = Box::new(|_, _| Finished { verdict: "RED".into(), ..Finished::default() });
    let second = fresh.store.record(again).await.unwrap();
    assert!(second.repeated);
    assert_eq!(Recorded { repeated: false, ..second }, first);
    let found = fresh.store.outcome_of(&key("kz-customs", "A-1")).await.unwrap().unwrap();
    assert_eq!(found.for_repeat_of(&first.content_digest).unwrap().id, first.id);
    assert_eq!(fresh.store.outcome_of(&key("ru-customs", "A-1")).await.unwrap(), None);
}

pub(crate) async fn other_words_under_the_same_key_conflict(fresh: Fresh) {
    let first = fresh.store.record(says(&fresh.secrets, "kz-customs", "A-1", "ten boxes")).await.unwrap();
    let refused = fresh.store.record(says(&fresh.secrets, "kz-customs", "A-1", "nine boxes")).await;
    assert_eq!(refused.unwrap_err(), Error::RevisionConflict { id: first.id });
    let found = fresh.store.outcome_of(&key("kz-customs", "A-1")).await.unwrap().unwrap();
    let other = fresh.secrets.digests().content(b"nine boxes");
    assert_eq!(found.for_repeat_of(&other).unwrap_err(), Error::RevisionConflict { id: first.id });
    assert_eq!(manifests(&fresh.store).await, 1);
}

pub(crate) async fn parts_and_revisions_are_other_manifests(fresh: Fresh) {
    for (part, revision) in [("", 0), ("", 1), ("1", 0), ("2", 0)] {
        let mut one = outcome(&fresh.secrets, "kz-customs", "A-1");
        one.key = ManifestKey::new("kz-customs", "A-1", part, revision).unwrap();
        assert!(!fresh.store.record(one).await.unwrap().repeated);
    }
    assert!(!fresh.store.record(outcome(&fresh.secrets, "ru-customs", "A-1")).await.unwrap().repeated);
    // Five of them, and one row more: the revision amends the one before.
    assert_eq!(manifests(&fresh.store).await, 6);
}

pub(crate) async fn identical_submissions_that_race_have_one_winner(fresh: Fresh) {
    for round in 0..5 {
        let mut race = JoinSet::new();
        for _ in 0..64 {
            let (store, outcome) =
                (fresh.store.clone(), outcome(&fresh.secrets, "kz-customs", &format!("R-{round}")));
            race.spawn(async move { store.record(outcome).await.unwrap() });
        }
        let answers = race.join_all().await;
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(
            answers.iter().all(|answer| answer.id == answers[0].id && answer.receipt == answers[0].receipt)
        );
    }
    assert_eq!(manifests(&fresh.store).await, 5);
}

pub(crate) async fn different_submissions_that_race_have_one_winner_and_conflicts(fresh: Fresh) {
    let mut race = JoinSet::new();
    for words in 0..64 {
        let (store, outcome) =
            (fresh.store.clone(), says(&fresh.secrets, "kz-customs", "A-1", &format!("{}", words % 2)));
        race.spawn(async move { store.record(outcome).await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = race.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (32, 32));
    assert_eq!(won.iter().flatten().filter(|answer| !answer.repeated).count(), 1);
    let id = won[0].as_ref().unwrap().id;
    assert!(lost.into_iter().all(|answer| answer.unwrap_err() == Error::RevisionConflict { id }));
}

/// The bad ones are in one batch with good ones: each is answered on its own, and nothing else is lost.
pub(crate) async fn one_that_cannot_be_stored_fails_alone(fresh: Fresh) {
    let mut all = JoinSet::new();
    for number in 0..64 {
        let mut one = outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"));
        if number % 16 == 3 {
            one.finish = Box::new(|_, _| Finished { verdict: "PURPLE".into(), ..Finished::default() });
        }
        let store = fresh.store.clone();
        all.spawn(async move { (number, store.record(one).await) });
    }
    for (number, answer) in all.join_all().await {
        match answer {
            Ok(_) => assert_ne!(number % 16, 3),
            Err(Error::Corrupt(_)) => assert_eq!(number % 16, 3),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(manifests(&fresh.store).await, 60);
}

/// PostgreSQL cannot keep U+0000 in a text.
pub(crate) async fn a_text_that_one_store_cannot_keep_neither_does(fresh: Fresh) {
    let mut one = outcome(&fresh.secrets, "kz-customs", "A-1");
    one.conveyance_registration = Some("SYN\0".into());
    let mut with_others = JoinSet::new();
    for number in 2..10 {
        let (store, one) =
            (fresh.store.clone(), outcome(&fresh.secrets, "kz-customs", &format!("A-{number}")));
        with_others.spawn(async move { store.record(one).await.unwrap() });
    }
    assert!(matches!(fresh.store.record(one).await, Err(Error::Corrupt(_))));
    assert_eq!(with_others.join_all().await.len(), 8);
}

pub(crate) async fn one_whose_decision_panics_fails_alone(fresh: Fresh) {
    let mut all = JoinSet::new();
    for number in 0..16 {
        let mut one = outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"));
        if number == 7 {
            one.finish = Box::new(|_, _| panic!("as arranged"));
        }
        let store = fresh.store.clone();
        all.spawn(async move { (number, store.record(one).await) });
    }
    for (number, answer) in all.join_all().await {
        assert_eq!(answer.err(), (number == 7).then_some(Error::FinishFailed));
    }
    // The key is free for another try.
    assert!(!fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-7")).await.unwrap().repeated);
}

pub(crate) async fn a_caller_who_goes_away_leaves_all_or_nothing(fresh: Fresh) {
    for number in 0..50 {
        let reference = format!("A-{number}");
        let recording = fresh.store.record(outcome(&fresh.secrets, "kz-customs", &reference));
        // Whoever waits is polled once or a little longer, then dropped.
        let _ = tokio::time::timeout(Duration::from_micros(number * 7), recording).await;
    }
    // Whatever was queued before is settled once this one is.
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "last")).await.unwrap();
    let feed =
        fresh.store.feed_after(&gateway::persist::Scope::All, gateway::persist::FeedPosition::START, 1000);
    let rows = feed.await.unwrap();
    for row in &rows {
        let id = row.manifest.id;
        assert!(fresh.store.received(id).await.unwrap().is_some());
        assert!(fresh.store.outcome_of(&row.manifest.key).await.unwrap().is_some());
    }
    assert_eq!(rows.len() as i64, manifests(&fresh.store).await);
}

pub(crate) async fn closing_writes_what_waits(fresh: Fresh) {
    let mut waiting = JoinSet::new();
    for number in 0..200 {
        let (store, outcome) =
            (fresh.store.clone(), outcome(&fresh.secrets, "kz-customs", &format!("A-{number}")));
        waiting.spawn(async move { store.record(outcome).await });
    }
    tokio::task::yield_now().await;
    fresh.store.close().await;
    let answers = waiting.join_all().await;
    let stored = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(answers.iter().flatten().all(|answer| !answer.repeated));
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(Error::Closed))));
    assert_eq!(manifests(&fresh.another().await).await, stored as i64);
    let late = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "late")).await;
    assert_eq!(late.unwrap_err(), Error::Closed);
    assert_eq!(fresh.store.ready().await.unwrap_err(), Error::Closed);
}

pub(crate) async fn a_full_queue_waits(fresh: Fresh) {
    let config = Config { queue_size: 1, max_batch: 1, ..fresh.config.clone() };
    let store = Store::open(&config, &fresh.secrets).await.unwrap();
    let mut all = JoinSet::new();
    for number in 0..40 {
        let (store, outcome) = (store.clone(), outcome(&fresh.secrets, "kz-customs", &format!("A-{number}")));
        all.spawn(async move { store.record(outcome).await.unwrap() });
    }
    assert_eq!(all.join_all().await.len(), 40);
}

pub(crate) async fn readiness_is_a_write(fresh: Fresh) {
    fresh.store.ready().await.unwrap();
    // Another process holds the write lock for longer than anybody waits.
    let impatient = Config { busy_timeout_ms: 100, ..fresh.config.clone() };
    let store = Store::open(&impatient, &fresh.secrets).await.unwrap();
    let lock = fresh.lock().await;
    assert!(matches!(store.ready().await, Err(Error::Unavailable(_))));
    let refused = store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))));
    drop(lock);
    store.ready().await.unwrap();
    store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
}

/// How many manifests live traffic made, by the feed's own account.
async fn manifests(store: &Store) -> i64 {
    let rows = store.feed_after(&gateway::persist::Scope::All, gateway::persist::FeedPosition::START, 1000);
    i64::try_from(rows.await.unwrap().len()).unwrap()
}
