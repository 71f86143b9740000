//! A coach's list goes in; travellers are set aside one by one.

use proto::v1::{Corridor, Finding, PreDecision, Severity, SubmitManifestResponse};
use testkit::stories::Story;

use crate::harness::{Gateway, now};

async fn submit(story: Story) -> SubmitManifestResponse {
    let gateway = Gateway::start(&[]).await;
    gateway.manifests("silk-coach").submit_manifest(story.submission(now())).await.unwrap().into_inner()
}

fn withheld(answer: &SubmitManifestResponse) -> Vec<&PreDecision> {
    answer.pre_decisions.iter().filter(|each| each.corridor() == Corridor::Unspecified).collect()
}

fn serious(answer: &SubmitManifestResponse) -> Vec<&Finding> {
    answer.findings.iter().filter(|finding| finding.severity() != Severity::Note).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_coach_is_green() {
    let answer = submit(Story::CoachClean).await;
    assert_eq!(answer.pre_decisions[0].corridor(), Corridor::Green, "{:?}", answer.findings);
    assert!(withheld(&answer).is_empty());
    assert!(
        answer.pre_decisions.iter().all(|each| each.corridor() != Corridor::Yellow),
        "yellow is for cargo"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_row_of_fifty_sets_one_traveller_aside() {
    let answer = submit(Story::OneBrokenRow).await;
    let aside = withheld(&answer);
    assert_eq!(aside.len(), 1, "{:?}", answer.findings);
    assert!(aside[0].subject.starts_with("passengers/"), "{}", aside[0].subject);
    assert_eq!(answer.pre_decisions[0].corridor(), Corridor::Green);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_looked_at() {
    for story in [Story::ExpiredDocument, Story::WrongCheckDigit, Story::MinorAlone] {
        let answer = submit(story).await;
        assert!(!serious(&answer).is_empty(), "{}", story.name());
        // A path says where; it never says what stood there.
        let receipt = answer.receipt.unwrap();
        assert!(receipt.findings.iter().all(|finding| !finding.field_path.is_empty()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_drivers_are_two_subjects() {
    let answer = submit(Story::TwoDrivers).await;
    let crew = answer.pre_decisions.iter().filter(|each| each.subject.starts_with("crewMembers/")).count();
    assert_eq!(crew, 2);
}
