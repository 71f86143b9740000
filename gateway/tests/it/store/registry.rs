//! The partner registry.

use gateway::persist::{BorderPostRow, Imported, PartnerRow};

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

pub(crate) async fn an_import_changes_what_differs(fresh: Fresh) {
    let rows = vec![partner("ru-customs", "{}"), partner("kz-customs", "{}")];
    let imported = fresh.store.import_partners(rows, at(0)).await.unwrap();
    assert_eq!(imported, Imported { added: 2, changed: 0, unchanged: 0 });
    let rows = vec![
        partner("kz-customs", r#"{"suspended":true}"#),
        partner("ru-customs", "{}"),
        partner("tj-customs", "{}"),
    ];
    let imported = fresh.store.import_partners(rows, at(1)).await.unwrap();
    assert_eq!(imported, Imported { added: 1, changed: 1, unchanged: 1 });
    let stored = fresh.store.partners().await.unwrap();
    let ids: Vec<_> = stored.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["kz-customs", "ru-customs", "tj-customs"]);
    assert_eq!(stored[0], partner("kz-customs", r#"{"suspended":true}"#));
}

/// Another process imports; this one sees it by the version.
pub(crate) async fn the_version_moves_only_with_changes(fresh: Fresh) {
    let other = fresh.another().await;
    let version = fresh.store.registry_version().await.unwrap();
    other.import_partners(vec![partner("kz-customs", "{}")], at(0)).await.unwrap();
    assert_eq!(fresh.store.registry_version().await.unwrap(), version + 1);
    other.import_partners(vec![partner("kz-customs", "{}")], at(1)).await.unwrap();
    assert_eq!(fresh.store.registry_version().await.unwrap(), version + 1);
    let crl = PartnerRow { crls_pem: "list (SYNTHETIC)".into(), ..partner("kz-customs", "{}") };
    other.import_partners(vec![crl], at(2)).await.unwrap();
    assert_eq!(fresh.store.registry_version().await.unwrap(), version + 2);
}

pub(crate) async fn border_posts_are_imported(fresh: Fresh) {
    let post = BorderPostRow { code: "UZ-YALLAMA".into(), settings_json: "{}".into(), updated_time: at(0) };
    for expected in
        [Imported { added: 1, changed: 0, unchanged: 0 }, Imported { added: 0, changed: 0, unchanged: 1 }]
    {
        assert_eq!(fresh.store.import_border_posts(vec![post.clone()]).await.unwrap(), expected);
    }
    assert_eq!(fresh.store.border_posts().await.unwrap(), [post]);
}
