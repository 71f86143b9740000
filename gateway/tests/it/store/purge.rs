//! Destroying manifests' keys.

use gateway::persist::{Persons, ReceivedSalt, Sealed};

use super::{
    Fresh,
    samples::{at, key, outcome},
};

pub(crate) async fn what_lay_under_the_key_is_gone_and_the_rest_stays(fresh: Fresh) {
    let before = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    assert_eq!(fresh.store.purge_before(at(1), at(100)).await.unwrap().keys, 1);
    assert_eq!(fresh.store.received(before.id).await.unwrap(), None);
    let manifest = fresh.store.manifest(before.id, Persons::With).await.unwrap().unwrap();
    assert!(matches!(manifest.sealed, Sealed::Destroyed));
    assert_eq!(manifest.record, b"record of A-1");
    assert_eq!(manifest.receipt, before.receipt);
    assert_eq!(fresh.store.pre_decisions(before.id).await.unwrap().unwrap().decisions, before.decisions);
    // Withdrawing still works; its reason is not kept, for there is no key to keep it under.
    fresh.store.cancel(before.id, "kz-customs", "broke down", at(101)).await.unwrap();
    assert_eq!(fresh.store.purge_before(at(1), at(102)).await.unwrap().keys, 0);
}

pub(crate) async fn a_repeat_after_the_purge_gets_the_same_receipt(fresh: Fresh) {
    let before = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    fresh.store.purge_before(at(1), at(100)).await.unwrap();
    let again = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    assert!(again.repeated);
    assert_eq!((again.id, &again.receipt), (before.id, &before.receipt));
    assert_eq!((again.received_salt, again.originals), (None::<ReceivedSalt>, None));
    let found = fresh.store.outcome_of(&key("kz-customs", "A-1")).await.unwrap().unwrap();
    assert_eq!(found.received_salt, None);
}

pub(crate) async fn only_older_manifests_are_purged(fresh: Fresh) {
    for (reference, seconds) in [("A-0", 0), ("A-10", 10), ("A-20", 20)] {
        let mut one = outcome(&fresh.secrets, "kz-customs", reference);
        one.receive_time = at(seconds);
        fresh.store.record(one).await.unwrap();
    }
    assert_eq!(fresh.store.purge_before(at(10), at(100)).await.unwrap().keys, 1);
    for (reference, held) in [("A-0", false), ("A-10", true), ("A-20", true)] {
        let found = fresh.store.outcome_of(&key("kz-customs", reference)).await.unwrap().unwrap();
        assert_eq!(found.originals.is_some(), held, "{reference}");
    }
}

pub(crate) async fn one_manifest_is_purged_alone(fresh: Fresh) {
    let first = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    let second = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-2")).await.unwrap();
    assert!(fresh.store.purge(first.id, at(100)).await.unwrap());
    assert!(!fresh.store.purge(first.id, at(100)).await.unwrap());
    assert_eq!(fresh.store.received(first.id).await.unwrap(), None);
    assert!(fresh.store.received(second.id).await.unwrap().is_some());
}

/// The suite's throwaway secrets have one wrapping key, so there is nothing to do; files with two are tried where
/// files are.
pub(crate) async fn keys_are_wrapped_anew(fresh: Fresh) {
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    assert_eq!(fresh.store.rewrap().await.unwrap(), 0);
}
