//! A dry run returns the normalized manifest and findings, and nothing that would help an evader.

use gateway::persist::AuditKind;
use proto::v1::{ListManifestsRequest, ValidateDocumentRequest, ValidateManifestRequest};
use testkit::stories::Story;

use crate::harness::{Gateway, eventually, now, reason};

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_records_nothing_and_decides_nothing() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    for story in [Story::GeneralCargo, Story::SumsWrong, Story::DangerousGoods, Story::BadRecord] {
        let request = ValidateManifestRequest { manifest: Some(story.manifest(now())), ..Default::default() };
        let answer = client.validate_manifest(request).await.unwrap().into_inner();
        assert!(answer.acceptable);
        assert!(answer.normalized_manifest.is_some());
        let told = format!("{answer:?}").to_uppercase();
        for word in ["CORRIDOR", "GREEN", "YELLOW", "OFFICER", "RULE", "PROBABILITY", "CONTRIBUTION"] {
            assert!(!told.contains(word), "{word} in {told}");
        }
        // Inside of other words it says nothing: "declared".
        assert!(told.split(|c: char| !c.is_ascii_alphabetic()).all(|word| word != "RED"), "RED in {told}");
    }
    let mut rejected = Story::GeneralCargo.manifest(now());
    rejected.conveyance = None;
    let request = ValidateManifestRequest { manifest: Some(rejected), ..Default::default() };
    assert!(!client.validate_manifest(request).await.unwrap().into_inner().acceptable);

    let listed = client.list_manifests(ListManifestsRequest::default()).await.unwrap().into_inner();
    assert!(listed.manifests.is_empty());
    eventually("dry runs are audited", async || {
        let events = gateway.audited().await;
        let runs = events.iter().filter(|event| event.kind == AuditKind::DryRun).map(|event| event.count);
        runs.sum::<i64>() >= 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_runs_are_limited() {
    let gateway = Gateway::start(&[("intake.dry_runs_per_minute", "2")]).await;
    let mut client = gateway.manifests("kz-customs");
    let request =
        ValidateManifestRequest { manifest: Some(Story::GeneralCargo.manifest(now())), ..Default::default() };
    for _ in 0..2 {
        client.validate_manifest(request.clone()).await.unwrap();
    }
    // The minute may turn between two calls: then it is one of the next that is refused.
    for _ in 0..4 {
        if let Err(status) = client.validate_manifest(request.clone()).await {
            assert_eq!(reason(&status), "QUOTA_EXCEEDED");
            return;
        }
    }
    panic!("never refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_any_number_is_looked_at_all_the_same() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("silk-coach");
    let list =
        "Surname;Given name;Date of birth;Nationality;Passport\nSynthetic;Mary;1985-07-04;UZB;AA1234567\n";
    let mut told = async |reference: &str| {
        let request = ValidateDocumentRequest {
            content: list.as_bytes().to_vec(),
            document_reference: reference.into(),
            language_code: "ru".into(),
            ..Default::default()
        };
        client.validate_document(request).await.unwrap().into_inner().messages.remove(0)
    };
    let message = told("").await;
    assert_eq!(message.refusal, None, "the finding says it, beside the others");
    let checked = message.checked.unwrap();
    assert!(!checked.acceptable);
    let needed = checked.findings.iter().find(|it| it.field_path == "manifest_reference").unwrap();
    assert_eq!(needed.code, "REQUIRED_FIELD_MISSING");
    assert!(needed.text.contains("номер списка"), "{}", needed.text);
    let checked = told("LIST-1").await.checked.unwrap();
    assert!(checked.findings.iter().all(|it| it.field_path != "manifest_reference"));
}
