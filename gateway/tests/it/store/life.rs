//! What happens to a manifest after it is recorded.

use gateway::persist::{
    DocumentPart, Error, FeedEvent, FeedPosition, ManifestKey, PART_OF_DOCUMENT, Persons, Scope, State,
    StoredDocument, new_manifest_id,
};

use super::{
    Fresh,
    samples::{NAME, at, outcome, says},
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

pub(crate) async fn arrival_and_release_keep_their_first_times(fresh: Fresh) {
    let store = &fresh.store;
    let id = store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap().id;
    let early = store.report_release(id, "post", at(50), at(50)).await;
    assert_eq!(early.unwrap_err(), Error::StateConflict { state: State::Submitted });
    store.announce_arrival(id, "kz-customs", at(90), at(95)).await.unwrap();
    let arrived = store.report_arrival(id, "post", at(100), at(101)).await.unwrap();
    assert_eq!((arrived.state, arrived.arrive_time), (State::Arrived, Some(at(100))));
    assert_eq!(arrived.announced_arrival_time, Some(at(90)));
    assert_eq!(store.report_arrival(id, "post", at(200), at(201)).await.unwrap(), arrived);
    let released = store.report_release(id, "post", at(400), at(401)).await.unwrap();
    assert_eq!((released.state, released.release_time), (State::Completed, Some(at(400))));
    assert_eq!(store.report_arrival(id, "post", at(500), at(501)).await.unwrap(), released);
    let events: Vec<FeedEvent> = store
        .feed_after(&Scope::BorderPost("UZ-GISHTKUPRIK".into()), FeedPosition::START, 10)
        .await
        .unwrap()
        .iter()
        .map(|row| row.event)
        .collect();
    use FeedEvent as F;
    assert_eq!(events, [F::Recorded, F::ArrivalAnnounced, F::Arrived, F::Completed]);
    let clearances = store.clearances(None, at(0), at(1_000), 10).await.unwrap();
    assert_eq!(clearances.len(), 1);
    assert_eq!((clearances[0].mode_code.as_str(), clearances[0].arrive_time), ("3", at(100)));
    assert!(store.clearances(Some("UZ-OYBEK"), at(0), at(1_000), 10).await.unwrap().is_empty());
    assert!(store.clearances(None, at(0), at(400), 10).await.unwrap().is_empty(), "before is before");
    let nobody = new_manifest_id(at(0));
    assert_eq!(store.report_arrival(nobody, "post", at(1), at(1)).await.unwrap_err(), Error::NotFound);
}

pub(crate) async fn only_what_never_arrived_expires(fresh: Fresh) {
    let store = &fresh.store;
    let mut ids = Vec::new();
    for (n, arrival) in [Some(at(1_000)), Some(at(1_000)), Some(at(9_000)), None].into_iter().enumerate() {
        let mut one = outcome(&fresh.secrets, "kz-customs", &format!("E-{n}"));
        one.arrival_time = arrival;
        ids.push(store.record(one).await.unwrap().id);
    }
    store.report_arrival(ids[0], "post", at(900), at(900)).await.unwrap();
    let mut expired = 0;
    loop {
        let (looked, gone) = store.expire(at(5_000), 1, at(5_000)).await.unwrap();
        expired += gone;
        if looked == 0 {
            break;
        }
    }
    let mut states = Vec::new();
    for id in &ids {
        states.push(store.manifest(*id, Persons::Without).await.unwrap().unwrap().summary.state);
    }
    // One without an expected arrival counts from its receipt.
    assert_eq!(states, [State::Arrived, State::Expired, State::Submitted, State::Expired]);
    assert_eq!(expired, 2);
    assert_eq!(store.expire(at(5_000), 10, at(5_000)).await.unwrap(), (0, 0), "once");
}

pub(crate) async fn a_revision_amends_the_one_before(fresh: Fresh) {
    let store = &fresh.store;
    let revision = |n: i64, words: &str| {
        let mut one = says(&fresh.secrets, "kz-customs", "A-1", words);
        one.key = ManifestKey::new("kz-customs", "A-1", "", n).unwrap();
        one.changes = (n > 0).then(|| b"[]".to_vec());
        one
    };
    let first = store.record(revision(0, "first")).await.unwrap();
    store.report_arrival(first.id, "post", at(100), at(100)).await.unwrap();
    let second = store.record(revision(1, "second")).await.unwrap();
    assert_eq!((second.state, second.changes.as_deref()), (State::Arrived, Some(&b"[]"[..])));
    let rows = store.revisions_of("kz-customs", "A-1", 10).await.unwrap();
    let states: Vec<_> = rows.iter().map(|row| (row.revision.number(), row.state)).collect();
    assert_eq!(states, [(1, State::Arrived), (0, State::Amended)]);
    let taken = store.manifest(second.id, Persons::Without).await.unwrap().unwrap().summary;
    assert_eq!(taken.arrive_time, Some(at(100)));
    // A repeat of the first is told where it stands now.
    let again = store.record(revision(0, "first")).await.unwrap();
    assert_eq!((again.repeated, again.state, again.receipt), (true, State::Amended, first.receipt));
    let other = store.record(revision(1, "other words")).await;
    assert_eq!(other.unwrap_err(), Error::RevisionConflict { id: second.id });
    assert!(store.revisions_of("ru-customs", "A-1", 10).await.unwrap().is_empty());
}

pub(crate) async fn a_document_is_kept_once_and_goes_with_its_key(fresh: Fresh) {
    let store = &fresh.store;
    let document = StoredDocument {
        id: new_manifest_id(at(0)),
        partner_id: "kz-customs".into(),
        format: "PAXLST",
        receive_time: at(0),
        bytes: format!("both messages, {NAME} among them").into_bytes(),
    };
    store.record_document(document.clone()).await.unwrap();
    let mut ids = Vec::new();
    for message_number in [1, 2] {
        let mut one = outcome(&fresh.secrets, "kz-customs", &format!("D-{message_number}"));
        one.format = PART_OF_DOCUMENT;
        one.received = DocumentPart { document: document.id, message_number }.to_bytes();
        ids.push(store.record(one).await.unwrap().id);
    }
    for id in &ids {
        let found = store.received(*id).await.unwrap().unwrap();
        assert_eq!((found.format.as_str(), &found.bytes), ("PAXLST", &document.bytes));
    }
    assert_eq!(store.rewrap().await.unwrap(), 0);
    assert!(store.purge(ids[0], at(10)).await.unwrap());
    assert_eq!(store.received(ids[1]).await.unwrap(), None);
}
