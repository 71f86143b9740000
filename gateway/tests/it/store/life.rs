//! Withdrawing.

use gateway::persist::{Error, FeedPosition, Persons, Scope, State, new_manifest_id};

use super::{
    Fresh,
    samples::{at, outcome},
};

pub(crate) async fn withdrawing_twice_is_withdrawing_once(fresh: Fresh) {
    let id = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap().id;
    let first = fresh.store.cancel(id, "kz-customs", "broke down", at(5)).await.unwrap();
    assert_eq!(first.state, State::Cancelled);
    let second = fresh.store.cancel(id, "kz-customs", "broke down again", at(6)).await.unwrap();
    assert_eq!(second, first);
    let rows = fresh.store.feed_after(&Scope::All, FeedPosition::START, 10).await.unwrap();
    assert_eq!(rows.len(), 2);
    let manifest = fresh.store.manifest(id, Persons::With).await.unwrap().unwrap();
    assert_eq!(manifest.summary.state, State::Cancelled);
    assert_eq!(manifest.receipt, b"receipt of A-1: A-1");
    // A repeat of the submission still gets its receipt, and is told where it stands.
    let again = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    assert_eq!((again.repeated, again.state), (true, State::Cancelled));
}

pub(crate) async fn others_cannot_withdraw(fresh: Fresh) {
    let id = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap().id;
    assert_eq!(fresh.store.cancel(id, "ru-customs", "", at(5)).await.unwrap_err(), Error::NotFound);
    let nobody = new_manifest_id(at(0));
    assert_eq!(fresh.store.cancel(nobody, "kz-customs", "", at(5)).await.unwrap_err(), Error::NotFound);
    assert_eq!(fresh.store.manifest(nobody, Persons::With).await.unwrap(), None);
    assert_eq!(fresh.store.pre_decisions(nobody).await.unwrap(), None);
    assert_eq!(fresh.store.received(nobody).await.unwrap(), None);
}

pub(crate) async fn a_final_state_is_a_conflict(fresh: Fresh) {
    let mut one = outcome(&fresh.secrets, "kz-customs", "A-1");
    one.state = State::Completed;
    let id = fresh.store.record(one).await.unwrap().id;
    let refused = fresh.store.cancel(id, "kz-customs", "", at(5)).await;
    assert_eq!(refused.unwrap_err(), Error::StateConflict { state: State::Completed });
    assert_eq!(fresh.store.feed_after(&Scope::All, FeedPosition::START, 10).await.unwrap().len(), 1);
}
