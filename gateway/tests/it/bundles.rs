//! A challenger judges beside the effective bundle; a bundle is promoted and gone back to while the gateway serves.

use std::path::{Path, PathBuf};

use gateway::persist::AuditKind;
use proto::v1;
use testkit::stories::Story;

use crate::harness::{Gateway, command, eventually, now};

/// A copy of the shipped bundle that differs by a comment, and so by its digest.
fn another(parent: &Path, name: &str) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scoring/models/customs-1");
    let folder = parent.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for entry in std::fs::read_dir(shipped).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let file = folder.join("bundle.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("# SYNTHETIC: {name}\n{text}")).unwrap();
    folder
}

async fn submitted(gateway: &Gateway, reference: &str) -> v1::PreDecision {
    let mut request = Story::GeneralCargo.submission(now());
    request.manifest.as_mut().unwrap().manifest_reference = reference.into();
    let answer = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap().into_inner();
    answer.pre_decisions[0].clone()
}

async fn judges(gateway: &Gateway, digest: &str) {
    eventually("the bundle judges", async || gateway.http("/model").await.1.contains(digest)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_promoted_and_gone_back_to_without_restart() {
    let gateway = Gateway::start(&[]).await;
    let first = submitted(&gateway, "SYNTHETIC-BUNDLE-1").await.digests.unwrap().model_bundle;
    let folder = another(gateway.folder.path(), "next");
    let next = scoring::Scorer::load(&folder).unwrap().identity().bundle_digest.clone();
    assert_ne!(first, next);
    command(gateway.folder.path(), &["bundle", "promote", folder.to_str().unwrap()]).await;
    judges(&gateway, &next).await;
    assert_eq!(submitted(&gateway, "SYNTHETIC-BUNDLE-2").await.digests.unwrap().model_bundle, next);
    command(gateway.folder.path(), &["bundle", "rollback"]).await;
    judges(&gateway, &first).await;
    assert_eq!(submitted(&gateway, "SYNTHETIC-BUNDLE-3").await.digests.unwrap().model_bundle, first);
    let audited = gateway.audited().await;
    assert_eq!(audited.iter().filter(|event| event.kind == AuditKind::BundleTaken).count(), 2);
    // A second step back leads no way forward.
    let bundles = gateway.store.bundles().await.unwrap();
    assert_eq!(bundles.iter().map(|row| row.digest.as_str()).collect::<Vec<_>>(), [first.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_whose_golden_rows_fail_is_refused_and_the_old_one_stays() {
    let gateway = Gateway::start(&[]).await;
    let first = submitted(&gateway, "SYNTHETIC-BUNDLE-4").await.digests.unwrap().model_bundle;
    let folder = another(gateway.folder.path(), "bad");
    let digest = scoring::Scorer::load(&folder).unwrap().identity().bundle_digest.clone();
    // Spoilt behind the command's back, after it was proven.
    let golden = folder.join("golden.jsonl");
    std::fs::write(&golden, std::fs::read_to_string(&golden).unwrap().replacen("0.", "0.9", 1)).unwrap();
    assert!(scoring::Scorer::load(&folder).is_err());
    let rows = vec![(folder.display().to_string(), digest)];
    gateway.store.take_bundles(rows, now()).await.unwrap();
    eventually("the bundle is refused", async || {
        let refused = |event: &gateway::persist::AuditEvent| {
            event.kind == AuditKind::ReloadRefused && event.reason.as_deref() == Some("bundle")
        };
        gateway.audited().await.iter().any(refused)
    })
    .await;
    assert_eq!(submitted(&gateway, "SYNTHETIC-BUNDLE-5").await.digests.unwrap().model_bundle, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenger_follows_and_is_never_effective() {
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = another(elsewhere.path(), "challenger");
    let digest = scoring::Scorer::load(&folder).unwrap().identity().bundle_digest.clone();
    let setting = format!("{:?}", folder.to_str().unwrap());
    let gateway = Gateway::start(&[("scoring.challenger_folder", &setting)]).await;
    for n in 0..3 {
        let effective = submitted(&gateway, &format!("SYNTHETIC-CHALLENGED-{n}")).await.digests.unwrap();
        assert_ne!(effective.model_bundle, digest);
    }
    eventually("the challenger has judged all", async || {
        let rows = gateway.store.compared(&digest).await.unwrap();
        rows.iter().map(|row| row.manifests).sum::<i64>() == 3
    })
    .await;
    let rows = gateway.store.compared(&digest).await.unwrap();
    // The same trees: the same words, and no probability moved.
    assert!(
        rows.iter().all(|row| row.effective_verdict == row.verdict && row.moved == Some(0.0)),
        "{rows:?}"
    );
    command(gateway.folder.path(), &["report", "challenger", "--json"]).await;
    command(gateway.folder.path(), &["report", "disparity"]).await;
    command(gateway.folder.path(), &["report", "drift"]).await;
    gateway.metric("customs_gateway_drift_alarms 0").await;
}
