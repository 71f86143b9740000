//! A lorry's manifest goes in, a receipt and an explained pre-decision come out.

use prost::Message as _;
use proto::v1::{
    self, Corridor, GetManifestRequest, GetPreDecisionRequest, ListPreDecisionsRequest, ManifestState,
    Severity,
};
use testkit::stories::Story;

use crate::harness::{Gateway, each_with_digests, now, reason};

#[tokio::test(flavor = "multi_thread")]
async fn a_lorry_is_decided_and_explained() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    let submission = Story::GeneralCargo.submission(now());
    let answer = client.submit_manifest(submission.clone()).await.unwrap().into_inner();
    let receipt = answer.receipt.unwrap();
    assert_eq!(receipt.state(), ManifestState::Submitted);
    assert!(!answer.repeated_submission);
    assert_eq!(receipt.manifest_reference, submission.manifest.as_ref().unwrap().manifest_reference);

    // The sender can check what was received.
    let mut salted = answer.received_digest_salt.clone();
    salted.extend(submission.encode_to_vec());
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &salted);
    assert_eq!(receipt.received_digest, digest.as_ref());

    let roll_up = &answer.pre_decisions[0];
    assert_eq!(
        (roll_up.subject.as_str(), roll_up.name.as_str()),
        ("conveyance", format!("{}/preDecisions/0", receipt.manifest).as_str())
    );
    assert_ne!(roll_up.corridor(), Corridor::Unspecified, "{roll_up:?}");
    let digests = roll_up.digests.as_ref().unwrap();
    for digest in [&digests.model_bundle, &digests.policy, &digests.code_lists] {
        assert_eq!(digest.len(), 64, "{digests:?}");
    }
    assert!(answer.pre_decisions.len() > 1, "the consignments have theirs");
    // Not for partners.
    assert!(answer.pre_decisions.iter().all(|each| each.officer_view.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_post_sees_score_and_reasons_and_the_partner_does_not() {
    let gateway = Gateway::start(&[]).await;
    let answer =
        gateway.manifests("kz-customs").submit_manifest(Story::GeneralCargo.submission(now())).await.unwrap();
    let name = answer.into_inner().receipt.unwrap().manifest;
    let list = |who: &str| {
        let mut client = gateway.pre_decisions(who);
        let request = ListPreDecisionsRequest { parent: name.clone(), ..Default::default() };
        async move { client.list_pre_decisions(request).await.map(|found| found.into_inner().pre_decisions) }
    };
    let seen_by_post = list("post-gishtkuprik").await.unwrap();
    let view = seen_by_post[0].officer_view.as_ref().unwrap();
    assert!(view.fraud_probability.is_some_and(|found| (0.0..=1.0).contains(&found)), "{view:?}");
    let view = seen_by_post[1].officer_view.as_ref().unwrap();
    assert!(!view.deciding_items.is_empty() && !view.reasons.is_empty(), "{view:?}");
    let seen_by_partner = list("kz-customs").await.unwrap();
    assert_eq!(seen_by_partner.len(), seen_by_post.len());
    assert!(seen_by_partner.iter().all(|each| each.officer_view.is_none()));
    // What one may not see does not exist.
    for stranger in ["tj-customs", "silk-coach", "post-oybek"] {
        assert_eq!(reason(&list(stranger).await.unwrap_err()), "MANIFEST_NOT_FOUND", "{stranger}");
    }
    assert!(list("analyst").await.unwrap()[0].officer_view.is_some());

    let one = GetPreDecisionRequest { name: format!("{name}/preDecisions/1"), ..Default::default() };
    let found = gateway.pre_decisions("kz-customs").get_pre_decision(one).await.unwrap().into_inner();
    assert_eq!(found.pre_decision.unwrap(), seen_by_partner[1]);
    for (absent, expected) in [
        (format!("{name}/preDecisions/99"), "PRE_DECISION_NOT_FOUND"),
        (format!("{name}/preDecisions/x"), "REQUEST_INVALID"),
        ("nonsense".to_owned(), "REQUEST_INVALID"),
    ] {
        let request = GetPreDecisionRequest { name: absent.clone(), ..Default::default() };
        let status = gateway.pre_decisions("kz-customs").get_pre_decision(request).await.unwrap_err();
        assert_eq!(reason(&status), expected, "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_pre_decisions_join_up() {
    let gateway = Gateway::start(&[]).await;
    let answer =
        gateway.manifests("silk-coach").submit_manifest(Story::CoachClean.submission(now())).await.unwrap();
    let answer = answer.into_inner();
    let parent = answer.receipt.unwrap().manifest;
    let mut client = gateway.pre_decisions("silk-coach");
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListPreDecisionsRequest {
            parent: parent.clone(),
            page_size: 7,
            page_token,
            ..Default::default()
        };
        let page = client.list_pre_decisions(request).await.unwrap().into_inner();
        assert!(page.pre_decisions.len() <= 7);
        found.extend(page.pre_decisions);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, each_with_digests(answer.pre_decisions));
    for bad in [("page_size", -1, ""), ("page_token", 0, "nonsense"), ("page_token", 0, "7@1.000000000")] {
        let (_, page_size, page_token) = bad;
        let request = ListPreDecisionsRequest {
            parent: parent.clone(),
            page_size,
            page_token: page_token.to_owned(),
            ..Default::default()
        };
        assert_eq!(
            reason(&client.list_pre_decisions(request).await.unwrap_err()),
            "REQUEST_INVALID",
            "{bad:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_that_do_not_add_up_are_found_and_withhold_their_consignment() {
    let gateway = Gateway::start(&[]).await;
    let answer =
        gateway.manifests("kz-customs").submit_manifest(Story::SumsWrong.submission(now())).await.unwrap();
    let answer = answer.into_inner();
    let blocking: Vec<&v1::Finding> =
        answer.findings.iter().filter(|finding| finding.severity() == Severity::Blocking).collect();
    assert!(!answer.findings.is_empty());
    let withheld = answer.pre_decisions.iter().any(|each| each.corridor() == Corridor::Unspecified);
    assert_eq!(withheld, !blocking.is_empty(), "{:?}", answer.findings);
    assert!(answer.findings.iter().all(|finding| !finding.text.is_empty() && !finding.field_path.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_without_conveyance_is_recorded_as_rejected() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    let mut submission = Story::GeneralCargo.submission(now());
    submission.manifest.as_mut().unwrap().conveyance = None;
    let answer = client.submit_manifest(submission).await.unwrap().into_inner();
    let receipt = answer.receipt.unwrap();
    assert_eq!(receipt.state(), ManifestState::Rejected);
    assert!(answer.pre_decisions.iter().all(|each| each.corridor() == Corridor::Unspecified), "never green");
    let request = GetManifestRequest { name: receipt.manifest.clone(), ..Default::default() };
    assert_eq!(client.get_manifest(request).await.unwrap().into_inner().receipt.unwrap(), receipt);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_submits_only_what_and_where_it_may() {
    let gateway = Gateway::start_with(&[], |_, partners| {
        partners[1].border_posts = vec!["UZ-KELES".to_owned()];
    })
    .await;
    let lorry = Story::GeneralCargo.submission(now());
    for (who, expected) in [
        ("silk-coach", "LOAD_NOT_ALLOWED"),
        ("tj-customs", "BORDER_POST_NOT_ALLOWED"),
        ("post-gishtkuprik", "ROLE_NOT_ALLOWED"),
        ("analyst", "ROLE_NOT_ALLOWED"),
    ] {
        let status = gateway.manifests(who).submit_manifest(lorry.clone()).await.unwrap_err();
        assert_eq!(reason(&status), expected, "{who}");
    }
}
