//! The conformance kit that partners play, against the real app: it passes where the contract is kept, and fails where not.

use proto::v1::ListManifestsRequest;

use crate::{harness::Gateway, reconcile::corridor};

async fn play(gateway: &Gateway, who: &str, more: &[&str]) -> (u8, serde_json::Value) {
    let file = gateway.folder.path().join(format!("{who}.json"));
    let mut words = vec!["conform", "--report", file.to_str().unwrap()];
    words.extend(more);
    let code = corridor(gateway, who, &words).await;
    (code, serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kit_passes_for_coaches_and_for_lorries_and_nothing_counts() {
    let gateway = Gateway::start(&[]).await;
    for (who, load) in [("silk-coach", "passengers"), ("kz-customs", "cargo")] {
        let (code, report) = play(&gateway, who, &[]).await;
        assert_eq!((code, report["passed"].as_bool()), (0, Some(true)), "{report:#}");
        assert_eq!((report["load"].as_str(), report["partner_id"].as_str()), (Some(load), Some(who)));
        assert!(report["cases"].as_array().unwrap().len() >= 17, "{report:#}");
        // A second playing has references of its own, and says the same.
        assert_eq!(play(&gateway, who, &["--load", load]).await.0, 0);
    }
    let seen = gateway.manifests("analyst").list_manifests(ListManifestsRequest::default()).await.unwrap();
    assert_eq!(seen.into_inner().manifests, [], "all of it was test traffic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_is_not_kept_is_told() {
    let gateway = Gateway::start_with(&[], |_, partners| {
        partners[2].border_posts = vec!["UZ-OYBEK".into()];
    })
    .await;
    let (code, report) = play(&gateway, "silk-coach", &[]).await;
    assert_eq!((code, report["passed"].as_bool()), (1, Some(false)));
    let first = &report["cases"][0];
    assert!(first["seen"].as_str().unwrap().contains("BORDER_POST_NOT_ALLOWED"), "{report:#}");
    assert_eq!(play(&gateway, "silk-coach", &["--border-post", "UZ-OYBEK"]).await.0, 0);
}
