//! What rules alone decided, and what is decided later.

use std::collections::BTreeSet;

use gateway::persist::{
    AuditKind, Backlog, FeedEvent, FeedPosition, Finished, LaterDecision, Outcome, Scope, new_manifest_id,
};
use tokio::task::JoinSet;

use super::{
    Fresh,
    samples::{at, outcome},
};

fn by_rules(fresh: &Fresh, reference: &str) -> Outcome {
    let mut one = outcome(&fresh.secrets, "kz-customs", reference);
    let decisions = format!("rules about {reference}").into_bytes();
    one.finish = Box::new(move |_, _| Finished {
        decisions: decisions.clone(),
        verdict: "WITHHELD".into(),
        rules_only: true,
        ..Finished::default()
    });
    one
}

fn later(words: &str) -> Option<LaterDecision> {
    Some(LaterDecision { decisions: words.as_bytes().to_vec(), verdict: "YELLOW".into() })
}

pub(super) async fn what_was_decided_later_is_told_once(fresh: Fresh) {
    let (store, other) = (&fresh.store, fresh.another().await);
    for number in 0..20 {
        store.record(by_rules(&fresh, &format!("A-{number}"))).await.unwrap();
    }
    store.record(outcome(&fresh.secrets, "kz-customs", "B-1")).await.unwrap();
    let backlog = store.provisional_backlog().await.unwrap();
    assert_eq!(backlog, Backlog { manifests: 20, since: Some(at(0)) });
    // Two gateways look at the same time, each some at a time.
    let mut looking = JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        looking.spawn(async move {
            let claimant = new_manifest_id(at(1));
            let mut told = 0;
            loop {
                let ids = store.claim_provisional(claimant, 3, at(10), at(100)).await.unwrap();
                if ids.is_empty() {
                    return told;
                }
                for id in ids {
                    told +=
                        usize::from(store.decide_later(id, claimant, later("later"), at(11)).await.unwrap());
                }
            }
        });
    }
    assert_eq!(looking.join_all().await.iter().sum::<usize>(), 20);
    assert_eq!(store.provisional_backlog().await.unwrap(), Backlog::default());
    let rows = store.feed_after(&Scope::All, FeedPosition::START, 100).await.unwrap();
    let of = |event: FeedEvent| rows.iter().filter(move |row| row.event == event);
    assert_eq!((rows.len(), of(FeedEvent::Redecided).count()), (41, 20));
    let ids: BTreeSet<_> = of(FeedEvent::Redecided).map(|row| row.manifest.id).collect();
    assert_eq!(ids.len(), 20);
    for row in of(FeedEvent::Redecided) {
        assert_eq!((row.decisions.as_slice(), row.manifest.verdict.as_str()), (&b"later"[..], "YELLOW"));
    }
    // What was told then is told so ever after.
    for row in of(FeedEvent::Recorded).filter(|row| ids.contains(&row.manifest.id)) {
        let reference = &row.manifest.key.manifest_reference;
        assert_eq!(String::from_utf8_lossy(&row.decisions), format!("rules about {reference}"));
        assert_eq!(row.manifest.verdict, "WITHHELD");
        let now = store.pre_decisions(row.manifest.id).await.unwrap().unwrap();
        assert_eq!((now.decisions.as_slice(), now.summary.verdict.as_str()), (&b"later"[..], "YELLOW"));
    }
    let audited = store.audit_after(0, 1_000).await.unwrap();
    assert_eq!(audited.iter().filter(|(_, event)| event.kind == AuditKind::Redecided).count(), 20);
}

pub(super) async fn a_claim_is_one_gateways_and_ends(fresh: Fresh) {
    let (store, other) = (&fresh.store, fresh.another().await);
    let id = store.record(by_rules(&fresh, "A-1")).await.unwrap().id;
    let [slow, quick] = [1, 2].map(|second| new_manifest_id(at(second)));
    assert_eq!(store.claim_provisional(slow, 5, at(1), at(60)).await.unwrap(), [id]);
    assert!(other.claim_provisional(quick, 5, at(59), at(120)).await.unwrap().is_empty());
    // Whoever claimed it may be dead: another has it then, and the first one comes too late.
    assert_eq!(other.claim_provisional(quick, 5, at(60), at(120)).await.unwrap(), [id]);
    assert!(!store.decide_later(id, slow, later("too late"), at(61)).await.unwrap());
    assert!(other.decide_later(id, quick, later("in time"), at(62)).await.unwrap());
    assert!(!other.decide_later(id, quick, later("twice"), at(63)).await.unwrap());
    assert_eq!(store.pre_decisions(id).await.unwrap().unwrap().decisions, b"in time");
    assert_eq!(store.feed_after(&Scope::All, FeedPosition::START, 10).await.unwrap().len(), 2);
}

pub(super) async fn what_has_arrived_is_not_decided_later(fresh: Fresh) {
    let store = &fresh.store;
    let id = store.record(by_rules(&fresh, "A-1")).await.unwrap().id;
    let claimant = new_manifest_id(at(1));
    assert_eq!(store.claim_provisional(claimant, 5, at(1), at(60)).await.unwrap(), [id]);
    store.report_arrival(id, "post", at(2), at(2)).await.unwrap();
    assert!(!store.decide_later(id, claimant, later("later"), at(3)).await.unwrap());
    assert_eq!(store.pre_decisions(id).await.unwrap().unwrap().decisions, b"rules about A-1");
    assert_eq!(store.provisional_backlog().await.unwrap(), Backlog::default());
    // A draft or what was rejected never was on the list.
    let mut draft = by_rules(&fresh, "A-2");
    draft.state = gateway::persist::State::Draft;
    store.record(draft).await.unwrap();
    assert_eq!(store.provisional_backlog().await.unwrap(), Backlog::default());
}
