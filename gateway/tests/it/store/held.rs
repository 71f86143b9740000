//! What is written from a look at what stands: held until it is settled, and refused when something else stands there by then.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use gateway::persist::{Error, Finished, Held, Link, LookedFor, State};
use tokio::time::sleep;

use super::{
    Fresh,
    samples::{at, key, outcome},
};

/// Says when it is let go.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

async fn look(fresh: &Fresh, references: &[&str], said: &[&str]) -> Held {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    let names =
        LookedFor { partner_id: "silk-coach".into(), references: texts(references), said: texts(said) };
    Held::new(None, (), names, fresh.store.feed_end().await.unwrap())
}

fn to(said: &str, manifest_reference: &str) -> Link {
    Link {
        said: said.into(),
        manifest_reference: manifest_reference.into(),
        part: String::new(),
        revision: 0,
    }
}

/// Its asker goes away while the decision is finished in the middle of the transaction.
pub(crate) async fn it_is_held_until_it_is_settled_though_its_asker_is_gone(fresh: Fresh) {
    let free = Arc::new(AtomicBool::new(false));
    let held = Held::new(
        None,
        Guard(Arc::clone(&free)),
        LookedFor::default(),
        fresh.store.feed_end().await.unwrap(),
    );
    let mut sent = outcome(&fresh.secrets, "silk-coach", "PAX-1");
    let ((begun, is_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let may_go_on = std::sync::Mutex::new(may_go_on);
    sent.finish = Box::new(move |_, _| {
        begun.send(()).unwrap();
        may_go_on.lock().unwrap().recv().unwrap();
        Finished { verdict: "GREEN".into(), ..Finished::default() }
    });
    let store = fresh.store.holding(&held);
    let asker = tokio::spawn(async move { store.record(sent).await });
    drop(held);
    tokio::task::spawn_blocking(move || is_begun.recv().unwrap()).await.unwrap();
    asker.abort();
    assert!(asker.await.unwrap_err().is_cancelled());
    assert!(!free.load(Ordering::Acquire), "it may be committed yet");
    go_on.send(()).unwrap();
    for _ in 0..500 {
        if free.load(Ordering::Acquire) {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert!(free.load(Ordering::Acquire));
    assert!(fresh.store.outcome_of(&key("silk-coach", "PAX-1")).await.unwrap().is_some(), "and it was");
}

pub(crate) async fn what_stands_otherwise_by_then_is_looked_at_again(fresh: Fresh) {
    let sent = |reference: &str| outcome(&fresh.secrets, "silk-coach", reference);
    let (by_reference, by_trip) =
        (look(&fresh, &["PAX-1"], &[]).await, look(&fresh, &["CREW-1"], &["trip/1"]).await);
    let other = look(&fresh, &["PAX-9"], &["trip/9"]).await;
    let mut first = sent("PAX-1");
    first.links = vec![to("trip/1", "PAX-1")];
    let first = fresh.store.record(first).await.unwrap();

    for (held, reference) in [(&by_reference, "PAX-1"), (&by_trip, "CREW-1")] {
        let store = fresh.store.holding(held);
        assert_eq!(store.record(sent(reference)).await.unwrap_err(), Error::Outdated, "{reference}");
        let refused = store.cancel(first.id, "silk-coach", "", at(1)).await;
        assert_eq!(refused.unwrap_err(), Error::Outdated, "{reference}");
    }
    assert_eq!(fresh.store.outcome_of(&key("silk-coach", "CREW-1")).await.unwrap(), None);
    // Of the others nothing is known the worse, in the same commit.
    let (refused, stored) = (fresh.store.holding(&by_trip), fresh.store.holding(&other));
    let (refused, stored) = tokio::join!(refused.record(sent("CREW-1")), stored.record(sent("PAX-9")));
    assert_eq!(refused.unwrap_err(), Error::Outdated);
    assert_eq!(stored.unwrap().state, State::Submitted);

    // Another look, and a withdrawal beside it.
    let again = look(&fresh, &["CREW-1"], &["trip/1"]).await;
    fresh.store.cancel(first.id, "silk-coach", "", at(2)).await.unwrap();
    assert_eq!(fresh.store.holding(&again).record(sent("CREW-1")).await.unwrap_err(), Error::Outdated);
    let again = look(&fresh, &["CREW-1"], &["trip/1"]).await;
    fresh.store.holding(&again).record(sent("CREW-1")).await.unwrap();
}

/// What is committed together stands beside each other.
pub(crate) async fn what_comes_in_the_same_commit_stands_there_too(fresh: Fresh) {
    let held = look(&fresh, &["CREW-1"], &["trip/1"]).await;
    let lock = fresh.lock().await;
    let mut sent = Vec::new();
    for (reference, store) in [
        ("A-1", fresh.store.clone()), // has the writer to itself until the lock is free; what comes next waits together
        ("PAX-1", fresh.store.clone()),
        ("CREW-1", fresh.store.holding(&held)),
    ] {
        let mut outcome = outcome(&fresh.secrets, "silk-coach", reference);
        outcome.links = vec![to("trip/1", "PAX-1")];
        outcome.links.retain(|link| link.manifest_reference == reference);
        sent.push(tokio::spawn(async move { store.record(outcome).await }));
        sleep(Duration::from_millis(100)).await;
    }
    drop(lock);
    let mut told = Vec::new();
    for one in sent {
        told.push(one.await.unwrap().map(|recorded| recorded.repeated));
    }
    assert_eq!(told, [Ok(false), Ok(false), Err(Error::Outdated)]);
}

/// Of a message that becomes several manifests, one changes what the others were made from.
pub(crate) async fn what_its_holder_wrote_himself_does_not_stand_in_his_way(fresh: Fresh) {
    let held = look(&fresh, &["PAX-1", "PAX-2"], &["trip/1"]).await;
    let store = fresh.store.holding(&held);
    let mut linked = outcome(&fresh.secrets, "silk-coach", "PAX-1");
    linked.links = vec![to("trip/1", "PAX-1")];
    let first = store.record(linked).await.unwrap();
    store.record(outcome(&fresh.secrets, "silk-coach", "PAX-2")).await.unwrap();
    store.cancel(first.id, "silk-coach", "", at(1)).await.unwrap();
    store.link("silk-coach", vec![to("trip/1", "PAX-2")], at(2)).await.unwrap();
    store.record(outcome(&fresh.secrets, "silk-coach", "PAX-3")).await.unwrap();
}

/// With it, or not at all: whoever finds the one finds the other.
pub(crate) async fn its_other_names_are_recorded_with_it(fresh: Fresh) {
    let linked = |reference: &str, said: &str| {
        let mut outcome = outcome(&fresh.secrets, "silk-coach", reference);
        outcome.links = vec![to(said, reference), to("trip/1", reference)];
        outcome
    };
    let first = fresh.store.record(linked("PAX-1", "list/PAX-1"));
    let second = fresh.store.record(linked("PAX-2", "list/PAX-2"));
    let (first, second) = tokio::join!(first, second);
    assert!(!first.unwrap().repeated && !second.unwrap().repeated);
    assert!(fresh.store.record(linked("PAX-1", "list/other")).await.unwrap().repeated);
    let found = |said: &'static str| {
        let store = fresh.store.clone();
        async move {
            let links = store.links_of("silk-coach", said, 9).await.unwrap();
            let mut found: Vec<String> = links.into_iter().map(|link| link.manifest_reference).collect();
            found.sort_unstable();
            found
        }
    };
    assert_eq!(found("list/PAX-1").await, ["PAX-1"]);
    assert_eq!(found("trip/1").await, ["PAX-1", "PAX-2"]);
    assert!(found("list/other").await.is_empty(), "a repeat's names are its asker's to put");
}
