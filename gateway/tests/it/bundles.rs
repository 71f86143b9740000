//! A challenger judges beside the effective bundle; a bundle is promoted and gone back to while the gateway serves.

use std::path::{Path, PathBuf};

use gateway::persist::AuditKind;
use proto::v1;
use testkit::stories::Story;

use crate::{
    harness::{Gateway, command, eventually, now, told},
    outcomes::{clean, report},
};

/// A copy of the shipped bundle that differs by its version, and so by its digest.
fn another(parent: &Path, name: &str) -> PathBuf {
    copy(parent, name, |text| text.replacen("version = \"1\"", &format!("version = \"1-{name}\""), 1))
}

/// A copy of the shipped bundle with another `bundle.toml`.
fn copy(parent: &Path, name: &str, change: impl Fn(String) -> String) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scoring/models/customs-1");
    let folder = parent.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for entry in std::fs::read_dir(shipped).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let file = folder.join("bundle.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text);
    std::fs::write(&file, changed).unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn beside_the_models_stands_what_was_found_in_goods() {
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = another(elsewhere.path(), "challenger");
    let digest = scoring::Scorer::load(&folder).unwrap().identity().bundle_digest.clone();
    let setting = format!("{:?}", folder.to_str().unwrap());
    let gateway = Gateway::start(&[("scoring.challenger_folder", &setting)]).await;
    let manifest = crate::outcomes::submitted(&gateway, "SYNTHETIC-BESIDE").await;
    let examined = async || {
        let rows = gateway.store.compared(&digest).await.unwrap();
        rows.iter()
            .fold((0, 0, 0), |sum, row| (sum.0 + row.manifests, sum.1 + row.examined, sum.2 + row.irregular))
    };
    eventually("the challenger has judged it", async || examined().await.0 == 1).await;
    let found = |reference: &str, subject: &str, measure: v1::ControlMeasure| v1::Outcome {
        subject: subject.into(),
        measures: vec![measure.into()],
        irregular: true,
        ..clean(reference)
    };
    let physical = v1::ControlMeasure::Physical;
    // A vehicle, persons, and papers say nothing of how good a model of goods is.
    for outcome in [
        found("INSP-B1", "conveyance", physical),
        found("INSP-B2", "travellers", physical),
        found("INSP-B3", "consignments/1", v1::ControlMeasure::Documentary),
    ] {
        report(&gateway, "post-gishtkuprik", &manifest, outcome).await.unwrap();
        assert_eq!(examined().await, (1, 0, 0));
    }
    for (revision, irregular) in [(1, false), (2, true)] {
        let outcome = v1::Outcome { revision, irregular, ..found("INSP-B3", "consignments/1", physical) };
        report(&gateway, "post-gishtkuprik", &manifest, outcome).await.unwrap();
        assert_eq!(examined().await, (1, 1, i64::from(irregular)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_judged_is_kept_so_that_every_decision_can_be_made_again() {
    let elsewhere = tempfile::tempdir().unwrap();
    let policy = elsewhere.path().join("policy.toml");
    let shipped =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../scoring/policy.toml")).unwrap();
    std::fs::write(&policy, shipped.replacen("red = 0.60", "red = 0.61", 1)).unwrap();
    let gateway =
        Gateway::start(&[("scoring.policy_file", &toml::Value::from(policy.to_str().unwrap()).to_string())])
            .await;
    submitted(&gateway, "SYNTHETIC-KEPT-1").await;
    let folder = another(elsewhere.path(), "kept");
    let next = scoring::Scorer::load(&folder).unwrap().identity().bundle_digest.clone();
    command(gateway.folder.path(), &["bundle", "promote", folder.to_str().unwrap()]).await;
    judges(&gateway, &next).await;
    submitted(&gateway, "SYNTHETIC-KEPT-2").await;
    // Whatever became of the files since.
    drop(elsewhere);
    let mut kept = scoring::kept::Kept::default();
    gateway.store.judge_files().await.unwrap().into_iter().for_each(|file| kept.add(file));
    let start = gateway::persist::FeedPosition::START;
    let rows = gateway.store.feed_after(&gateway::persist::Scope::All, start, 100).await.unwrap();
    assert_eq!(rows.len(), 2);
    let mut bundles = std::collections::BTreeSet::new();
    for row in rows {
        let record = gateway::reply::record_of_decisions(&row.decisions).unwrap();
        let by = scoring::record::judge_of(record).unwrap();
        assert_ne!(by.policy_digest, scoring::Policy::shipped().unwrap().digest);
        let scorer = kept.bundle(&by.bundle_digest).unwrap().unwrap();
        let scorer = scorer.with_policy(kept.policy(&by.policy_digest).unwrap().unwrap());
        scoring::record::recompute(&scorer, record).unwrap();
        bundles.insert(by.bundle_digest);
    }
    assert_eq!(bundles.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_version_are_one_bundle() {
    let elsewhere = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(&[]).await;
    let first = submitted(&gateway, "SYNTHETIC-SAME-1").await.digests.unwrap().model_bundle;
    let same = copy(elsewhere.path(), "same", |text| format!("# SYNTHETIC\n{text}"));
    let promote = async |folder: &Path| {
        told(gateway.folder.path(), &["bundle", "promote", folder.to_str().unwrap()]).await
    };
    let (good, _, error) = promote(&same).await;
    assert!(!good && error.contains("customs-1 1") && error.contains(&first), "{error}");
    assert_eq!(gateway.store.bundles().await.unwrap(), []);
    // Another one, then its name with other content: known by what is kept.
    let (good, _, error) = promote(&another(elsewhere.path(), "next")).await;
    assert!(good, "{error}");
    let next = gateway.store.bundles().await.unwrap()[0].digest.clone();
    judges(&gateway, &next).await;
    command(gateway.folder.path(), &["bundle", "rollback"]).await;
    judges(&gateway, &first).await;
    let forged = another(elsewhere.path(), "next");
    let file = forged.join("bundle.toml");
    std::fs::write(&file, format!("# SYNTHETIC\n{}", std::fs::read_to_string(&file).unwrap())).unwrap();
    let (good, _, error) = promote(&forged).await;
    assert!(!good && error.contains("customs-1 1-next") && error.contains(&next), "{error}");
    // The same again is the same.
    let (good, _, error) = promote(&another(elsewhere.path(), "next")).await;
    assert!(good, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenger_judges_by_the_policy_of_the_day() {
    let elsewhere = tempfile::tempdir().unwrap();
    let mut gateway = Gateway::start(&[]).await;
    submitted(&gateway, "SYNTHETIC-OLD-POLICY").await;
    // From now on everything with a score is red.
    let policy = elsewhere.path().join("policy.toml");
    let shipped =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../scoring/policy.toml")).unwrap();
    let strict = shipped.replacen("yellow = 0.15\nred = 0.60", "yellow = 0.0\nred = 0.0", 1);
    assert_ne!(strict, shipped);
    std::fs::write(&policy, strict).unwrap();
    let folder = another(elsewhere.path(), "challenger");
    let digest = scoring::Scorer::load(&folder).unwrap().identity().bundle_digest.clone();
    let path = |path: &Path| toml::Value::from(path.to_str().unwrap()).to_string();
    gateway
        .restart(&[("scoring.policy_file", &path(&policy)), ("scoring.challenger_folder", &path(&folder))])
        .await;
    submitted(&gateway, "SYNTHETIC-NEW-POLICY").await;
    eventually("the challenger has judged both", async || {
        let rows = gateway.store.compared(&digest).await.unwrap();
        rows.iter().map(|row| row.manifests).sum::<i64>() == 2
    })
    .await;
    let rows = gateway.store.compared(&digest).await.unwrap();
    let cells: Vec<_> = rows
        .iter()
        .map(|row| (row.effective_verdict.as_str(), row.verdict.as_str(), row.manifests))
        .collect();
    // The same trees under the same policy say the same, of either day.
    assert_eq!(cells, [("RED", "RED", 1), ("YELLOW", "YELLOW", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_ends_with_its_count() {
    let gateway = Gateway::start(&[]).await;
    for n in 0..3 {
        submitted(&gateway, &format!("SYNTHETIC-EXPORT-{n}")).await;
    }
    let (good, out, error) = told(gateway.folder.path(), &["export"]).await;
    assert!(good, "{error}");
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |key: &str| lines.iter().filter(|line| line.get(key).is_some()).count();
    assert_eq!(count("record"), 3);
    let end = serde_json::json!({ "end": { "kept_files": count("kept"), "decisions": 3 } });
    assert_eq!(*lines.last().unwrap(), end);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_asks_why_of_any_goods_item_and_the_one_who_decided_answers() {
    let elsewhere = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(&[]).await;
    let mut request = Story::GeneralCargo.submission(now());
    request.manifest.as_mut().unwrap().manifest_reference = "SYNTHETIC-WHY".into();
    let Some(v1::manifest::Load::Cargo(cargo)) = &mut request.manifest.as_mut().unwrap().load else {
        panic!()
    };
    let goods = &mut cargo.consignments[0].goods_items;
    let (one, count) = (goods[0].clone(), goods.len());
    for number in count..8 {
        goods.push(v1::GoodsItem { item_number: i32::try_from(number).unwrap() + 1, ..one.clone() });
    }
    let answer = gateway.manifests("kz-customs").submit_manifest(request).await.unwrap().into_inner();
    let name = format!("{}/preDecisions/1", answer.receipt.unwrap().manifest);
    let ask = |who: &str, paths: &[&str]| {
        let request = v1::GetPreDecisionRequest {
            name: name.clone(),
            explain_field_paths: paths.iter().map(ToString::to_string).collect(),
            ..Default::default()
        };
        let mut client = gateway.pre_decisions(who);
        async move {
            client.get_pre_decision(request).await.map(|answer| answer.into_inner().pre_decision.unwrap())
        }
    };
    let view = ask("post-gishtkuprik", &[]).await.unwrap().officer_view.unwrap();
    assert!((1..=3).contains(&view.deciding_items.len()));
    let path = |item: usize| format!("cargo.consignments[0].goods_items[{item}]");
    let other = (0..8).map(path).find(|path| !view.deciding_items.contains(path)).unwrap();
    let reasons = |view: &v1::OfficerView, path: &str| -> Vec<v1::Reason> {
        view.reasons.iter().filter(|reason| reason.field_path == path).cloned().collect()
    };
    assert!(reasons(&view, &other).is_empty());
    let asked = ask("post-gishtkuprik", &[&other]).await.unwrap().officer_view.unwrap();
    let told = reasons(&asked, &other);
    assert!(!told.is_empty() && told.iter().all(|reason| reason.contribution.is_some()));
    assert_eq!(asked.deciding_items, view.deciding_items);
    // What was told when it was decided is not told twice.
    let again = ask("post-gishtkuprik", &[&view.deciding_items[0]]).await.unwrap().officer_view.unwrap();
    assert_eq!(again.reasons, view.reasons);
    // By the one who decided, also when another judges.
    let folder = another(elsewhere.path(), "why");
    let next = scoring::Scorer::load(&folder).unwrap().identity().bundle_digest.clone();
    command(gateway.folder.path(), &["bundle", "promote", folder.to_str().unwrap()]).await;
    judges(&gateway, &next).await;
    let later = ask("post-gishtkuprik", &[&other]).await.unwrap().officer_view.unwrap();
    assert_eq!(reasons(&later, &other), told);
    for bad in [
        &["cargo.consignments[0].goods_items[8]"][..],
        &["cargo.consignments[1].goods_items[0]"],
        &["journey"],
        &[&*other; 21],
    ] {
        let status = ask("post-gishtkuprik", bad).await.unwrap_err();
        assert_eq!(status.code(), tonic::Code::InvalidArgument, "{bad:?}");
    }
    assert_eq!(ask("kz-customs", &[&other]).await.unwrap_err().code(), tonic::Code::InvalidArgument);
}
