//! Lists.

use gateway::persist::{ManifestFilter, ManifestKey, ManifestPage, Scope};

use super::{
    Fresh,
    samples::{at, outcome},
};

fn references(page: &ManifestPage) -> Vec<&str> {
    page.manifests.iter().map(|manifest| manifest.key.manifest_reference.as_str()).collect()
}

pub(crate) async fn pages_are_newest_first(fresh: Fresh) {
    for number in 0..5 {
        fresh.store.record(outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"))).await.unwrap();
    }
    let any = ManifestFilter::default();
    for scope in [Scope::Partner("kz-customs".into()), Scope::BorderPost("UZ-GISHTKUPRIK".into()), Scope::All]
    {
        let first = fresh.store.list_manifests(&scope, &any, None, 2).await.unwrap();
        assert_eq!(references(&first), ["A-4", "A-3"]);
        let second = fresh.store.list_manifests(&scope, &any, first.next, 2).await.unwrap();
        assert_eq!(references(&second), ["A-2", "A-1"]);
        let third = fresh.store.list_manifests(&scope, &any, second.next, 2).await.unwrap();
        assert_eq!((references(&third), third.next), (vec!["A-0"], None));
        let exact = fresh.store.list_manifests(&scope, &any, None, 5).await.unwrap();
        assert_eq!((exact.manifests.len(), exact.next), (5, None));
    }
    // A withdrawn one is listed once, with the state that it has now.
    let newest = fresh.store.list_manifests(&Scope::All, &any, None, 1).await.unwrap().manifests.remove(0);
    fresh.store.cancel(newest.id, "kz-customs", "", at(1)).await.unwrap();
    let page = fresh.store.list_manifests(&Scope::All, &any, None, 10).await.unwrap();
    assert_eq!(references(&page), ["A-4", "A-3", "A-2", "A-1", "A-0"]);
    assert_eq!(page.manifests[0].state, gateway::persist::State::Cancelled);
}

pub(crate) async fn filters_hold(fresh: Fresh) {
    for number in 0..5 {
        let mut one = outcome(&fresh.secrets, "kz-customs", &format!("A-{number}"));
        one.receive_time = at(number * 10);
        fresh.store.record(one).await.unwrap();
    }
    let scope = Scope::Partner("kz-customs".into());
    let filter = ManifestFilter {
        receive_time_from: Some(at(10)),
        receive_time_before: Some(at(30)),
        manifest_reference: None,
    };
    let page = fresh.store.list_manifests(&scope, &filter, None, 10).await.unwrap();
    assert_eq!(references(&page), ["A-2", "A-1"]);
    let filter = ManifestFilter { manifest_reference: Some("A-2".into()), ..filter };
    let page = fresh.store.list_manifests(&scope, &filter, None, 10).await.unwrap();
    assert_eq!(references(&page), ["A-2"]);
    let filter = ManifestFilter { manifest_reference: Some("A-4".into()), ..filter };
    assert_eq!(fresh.store.list_manifests(&scope, &filter, None, 10).await.unwrap().manifests, []);
}

pub(crate) async fn a_reference_is_found_in_every_scope(fresh: Fresh) {
    for (partner, revision, test) in [
        ("kz-customs", 0, false),
        ("kz-customs", 1, true),
        ("ru-customs", 0, false),
        ("ru-customs", 1, false),
    ] {
        let mut one = outcome(&fresh.secrets, partner, "A-1");
        one.key = ManifestKey::new(partner, "A-1", "", revision).unwrap();
        one.test = test;
        fresh.store.record(one).await.unwrap();
    }
    let filter = ManifestFilter { manifest_reference: Some("A-1".into()), ..ManifestFilter::default() };
    for (scope, count) in [
        (Scope::Partner("kz-customs".into()), 2),
        (Scope::BorderPost("UZ-GISHTKUPRIK".into()), 3),
        (Scope::BorderPost("UZ-YALLAMA".into()), 0),
        (Scope::All, 3),
    ] {
        let page = fresh.store.list_manifests(&scope, &filter, None, 10).await.unwrap();
        assert_eq!(page.manifests.len(), count, "{scope:?}");
        let first = fresh.store.list_manifests(&scope, &filter, None, 1).await.unwrap();
        let rest = match first.next {
            Some(next) => {
                fresh.store.list_manifests(&scope, &filter, Some(next), 10).await.unwrap().manifests
            }
            None => Vec::new(),
        };
        assert_eq!([first.manifests, rest].concat(), page.manifests);
    }
}
