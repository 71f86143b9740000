//! The partner registry.

use gateway::persist::{AuditEvent, AuditKind, BorderPostRow, Imported, PartnerRow, RegistryChange, Store};
use tokio::task::JoinSet;

use super::{Fresh, samples::at};

fn partner(id: &str, settings: &str) -> PartnerRow {
    PartnerRow {
        id: id.into(),
        settings_json: settings.into(),
        anchors_pem: "anchors (SYNTHETIC)".into(),
        crls_pem: String::new(),
        updated_time: at(0),
    }
}

/// As the registry stands now.
async fn put(store: &Store, partners: Vec<PartnerRow>) -> Imported {
    let version = store.registry_version().await.unwrap();
    let change = RegistryChange { partners, ..RegistryChange::default() };
    store.change_registry(version, change).await.unwrap().unwrap()
}

pub(crate) async fn a_change_changes_what_differs(fresh: Fresh) {
    let imported = put(&fresh.store, vec![partner("ru-customs", "{}"), partner("kz-customs", "{}")]).await;
    assert_eq!(imported, Imported { added: 2, ..Imported::default() });
    let rows = vec![
        partner("kz-customs", r#"{"suspended":true}"#),
        partner("ru-customs", "{}"),
        partner("tj-customs", "{}"),
    ];
    let imported = put(&fresh.store, rows).await;
    assert_eq!(imported, Imported { added: 1, changed: 1, unchanged: 1, removed: 0 });
    let stored = fresh.store.partners().await.unwrap();
    let ids: Vec<_> = stored.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["kz-customs", "ru-customs", "tj-customs"]);
    assert_eq!(stored[0], partner("kz-customs", r#"{"suspended":true}"#));
    let version = fresh.store.registry_version().await.unwrap();
    let change = RegistryChange { partners_removed: vec!["ru-customs".into()], ..RegistryChange::default() };
    let imported = fresh.store.change_registry(version, change).await.unwrap().unwrap();
    assert_eq!(imported, Imported { removed: 1, ..Imported::default() });
    assert_eq!(fresh.store.partners().await.unwrap().len(), 2);
}

/// Another process changes it; this one sees it by the version.
pub(crate) async fn the_version_moves_only_with_changes(fresh: Fresh) {
    let other = fresh.another().await;
    let version = fresh.store.registry_version().await.unwrap();
    put(&other, vec![partner("kz-customs", "{}")]).await;
    assert_eq!(fresh.store.registry_version().await.unwrap(), version + 1);
    put(&other, vec![partner("kz-customs", "{}")]).await;
    assert_eq!(fresh.store.registry_version().await.unwrap(), version + 1);
    let crl = PartnerRow { crls_pem: "list (SYNTHETIC)".into(), ..partner("kz-customs", "{}") };
    put(&other, vec![crl]).await;
    assert_eq!(fresh.store.registry_version().await.unwrap(), version + 2);
}

/// Of many who saw the same version, one is let through; the others changed nothing and audited nothing.
pub(crate) async fn one_of_many_changes_at_once_is_made(fresh: Fresh) {
    let version = fresh.store.registry_version().await.unwrap();
    let mut all = JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 { fresh.store.clone() } else { fresh.another().await };
        all.spawn(async move {
            let change = RegistryChange {
                partners: vec![partner(&format!("p-{number}"), "{}")],
                audit: vec![AuditEvent::new(AuditKind::PartnerAdded, at(number))],
                ..RegistryChange::default()
            };
            store.change_registry(version, change).await.unwrap().is_some()
        });
    }
    let made = all.join_all().await.into_iter().filter(|made| *made).count();
    assert_eq!((made, fresh.store.partners().await.unwrap().len()), (1, 1));
    assert_eq!(fresh.store.audit_after(0, 100).await.unwrap().len(), 1);
}

pub(crate) async fn border_posts_are_kept(fresh: Fresh) {
    let post = BorderPostRow { code: "UZ-YALLAMA".into(), settings_json: "{}".into(), updated_time: at(0) };
    let with = |posts: &[&BorderPostRow], gone: &[&str]| RegistryChange {
        border_posts: posts.iter().copied().cloned().collect(),
        border_posts_removed: gone.iter().map(|&code| code.to_owned()).collect(),
        ..RegistryChange::default()
    };
    let made = fresh.store.change_registry(0, with(&[&post], &[])).await.unwrap().unwrap();
    assert_eq!(made, Imported { added: 1, ..Imported::default() });
    assert_eq!(fresh.store.border_posts().await.unwrap(), [post]);
    let made = fresh.store.change_registry(1, with(&[], &["UZ-YALLAMA"])).await.unwrap().unwrap();
    assert_eq!(made, Imported { removed: 1, ..Imported::default() });
}
