//! The audit.

use gateway::persist::{AuditEvent, AuditFilter, AuditKind, RegistryChange, State};
use tokio::task::JoinSet;

use super::{
    Fresh,
    samples::{at, outcome},
};

pub(crate) async fn events_read_back_in_order(fresh: Fresh) {
    let id = gateway::persist::new_manifest_id(at(0));
    let events: Vec<AuditEvent> = AuditKind::ALL
        .iter()
        .map(|kind| {
            AuditEvent::new(*kind, at(1))
                .partner("kz-customs")
                .manifest(id)
                .request(Some("request-1"))
                .reason("CERTIFICATE_EXPIRED")
                .source_network("192.0.2.0/24")
                .count(17)
                .by("a.karimova/gateway")
        })
        .chain([AuditEvent::new(AuditKind::Started, at(2)).request(Some(""))])
        .collect();
    for event in &events {
        fresh.store.audit(event.clone()).await.unwrap();
    }
    let stored = fresh.store.audit_after(0, 1000).await.unwrap();
    assert_eq!(stored.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>(), events);
    let later = fresh.store.audit_after(stored[3].0, 2).await.unwrap();
    assert_eq!(later, stored[4..6]);
}

pub(crate) async fn recording_and_purging_are_audited(fresh: Fresh) {
    let first = fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap();
    let mut rejected = outcome(&fresh.secrets, "kz-customs", "A-2");
    rejected.state = State::Rejected;
    let second = fresh.store.record(rejected).await.unwrap();
    fresh.store.record(outcome(&fresh.secrets, "kz-customs", "A-1")).await.unwrap(); // the asker's to audit
    fresh.store.cancel(first.id, "kz-customs", "SYNTHETIC reason", at(3)).await.unwrap();
    fresh.store.purge_before(at(1), at(4)).await.unwrap();
    let audit = vec![AuditEvent::new(AuditKind::PartnersImported, at(5)).count(0)];
    let change = RegistryChange { audit, ..RegistryChange::default() };
    fresh.store.change_registry(0, change).await.unwrap().unwrap();
    fresh.store.import_history(Vec::new(), at(6)).await.unwrap();
    let told: Vec<_> = fresh
        .store
        .audit_after(0, 100)
        .await
        .unwrap()
        .into_iter()
        .map(|(_, event)| (event.kind, event.manifest_id, event.count))
        .collect();
    assert_eq!(
        told,
        [
            (AuditKind::Submitted, Some(first.id), 1),
            (AuditKind::Rejected, Some(second.id), 1),
            (AuditKind::Cancelled, Some(first.id), 1),
            (AuditKind::Purged, None, 2),
            (AuditKind::PartnersImported, None, 0),
            (AuditKind::HistoryImported, None, 0),
        ]
    );
}

pub(crate) async fn audit_shares_commits_with_submissions(fresh: Fresh) {
    let mut all = JoinSet::new();
    for number in 0..100 {
        let store = fresh.store.clone();
        let one = outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"));
        all.spawn(async move {
            if number % 3 == 0 {
                store.audit(AuditEvent::new(AuditKind::DryRun, at(number))).await.unwrap();
            } else {
                store.record(one).await.unwrap();
            }
        });
    }
    all.join_all().await;
    let events = fresh.store.audit_after(0, 1000).await.unwrap();
    assert_eq!(events.iter().filter(|(_, event)| event.kind == AuditKind::DryRun).count(), 34);
    assert_eq!(events.iter().filter(|(_, event)| event.kind == AuditKind::Submitted).count(), 66);
}

pub(crate) async fn events_are_found_by_what_is_asked(fresh: Fresh) {
    let id = gateway::persist::new_manifest_id(at(0));
    for second in 0..6 {
        let kind = if second % 2 == 0 { AuditKind::Submitted } else { AuditKind::DryRun };
        let mut event = AuditEvent::new(kind, at(second))
            .partner(["kz-customs", "tj-customs"][(second % 3 == 0) as usize]);
        if second == 4 {
            event = event.manifest(id);
        }
        fresh.store.audit(event).await.unwrap();
    }
    let end = fresh.store.audit_end().await.unwrap();
    let found = async |filter: AuditFilter| {
        let rows = fresh.store.audit_between(end - 6, end, &filter).await.unwrap();
        rows.iter().map(|(number, _)| number - (end - 6)).collect::<Vec<_>>()
    };
    let all = AuditFilter::default;
    assert_eq!(found(all()).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(found(AuditFilter { kind: Some(AuditKind::DryRun), ..all() }).await, [2, 4, 6]);
    assert_eq!(found(AuditFilter { partner_id: Some("tj-customs".into()), ..all() }).await, [1, 4]);
    assert_eq!(found(AuditFilter { from: Some(at(1)), before: Some(at(3)), ..all() }).await, [2, 3]);
    let both = AuditFilter { partner_id: Some("tj-customs".into()), kind: Some(AuditKind::DryRun), ..all() };
    assert_eq!(found(both).await, [4]);
    fresh.store.audit(AuditEvent::new(AuditKind::PartnerAdded, at(2)).by("a.karimova/root")).await.unwrap();
    let rare = AuditFilter { kind: Some(AuditKind::PartnerAdded), ..all() };
    assert_eq!(fresh.store.audit_between(0, end + 1, &rare).await.unwrap().len(), 1);
    let bounds = async |from: i64, before: i64| {
        let period = AuditFilter { from: Some(at(from)), before: Some(at(before)), ..all() };
        let (after, upto) = fresh.store.audit_bounds(&period).await.unwrap();
        (after - (end - 6), upto - (end - 6))
    };
    assert_eq!(bounds(3, 5).await, (3, 5));
    assert_eq!(bounds(2, 3).await, (2, 7), "the last one was written late");
    assert_eq!(bounds(50, 60).await, (6 - end, 6 - end), "nothing");
    assert_eq!(found(AuditFilter { manifest_id: Some(id), ..all() }).await, [5]);
    assert_eq!(fresh.store.audit_between(end - 2, end - 1, &all()).await.unwrap().len(), 1, "bounds hold");
}
