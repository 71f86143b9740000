//! Many manifests in one stream, each answered on its own.

use std::collections::BTreeMap;

use proto::v1::{SubmitManifestsRequest, submit_manifests_response::Outcome};
use testkit::{many, stories::Story};
use tokio_stream::StreamExt as _;

use crate::harness::{Gateway, now};

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_manifest_never_ends_the_stream() {
    let gateway = Gateway::start(&[]).await;
    let mut elements: Vec<SubmitManifestsRequest> = (0..6)
        .map(|n| SubmitManifestsRequest {
            sequence: n,
            submission: Some(many::cargo(1, n.unsigned_abs(), now())),
        })
        .collect();
    elements[2].submission = None;
    elements[3].submission = Some(Story::CoachClean.submission(now()));
    elements[4].submission.as_mut().unwrap().manifest.as_mut().unwrap().manifest_reference.clear();
    let answers =
        gateway.manifests("kz-customs").submit_manifests(tokio_stream::iter(elements)).await.unwrap();
    let mut answers = answers.into_inner();
    let mut outcomes = BTreeMap::new();
    while let Some(answer) = answers.next().await {
        let answer = answer.unwrap();
        outcomes.insert(answer.sequence, answer.outcome.unwrap());
    }
    assert_eq!(outcomes.len(), 6);
    for (sequence, outcome) in &outcomes {
        match (sequence, outcome) {
            (0 | 1 | 5, Outcome::Accepted(accepted)) => assert!(accepted.receipt.is_some()),
            (2 | 4, Outcome::Refusal(refusal)) => {
                assert_eq!(refusal.reason, "REQUEST_INVALID", "{refusal:?}")
            }
            (3, Outcome::Refusal(refusal)) => assert_eq!(refusal.reason, "LOAD_NOT_ALLOWED"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_stream_is_answered_whole() {
    let gateway = Gateway::start(&[]).await;
    let elements = (0..100).map(|n| SubmitManifestsRequest {
        sequence: n,
        submission: Some(many::cargo(2, n.unsigned_abs(), now())),
    });
    let stream = tokio_stream::iter(elements.collect::<Vec<_>>());
    let answers = gateway.manifests("kz-customs").submit_manifests(stream).await.unwrap().into_inner();
    let accepted =
        answers.filter(|answer| matches!(answer.as_ref().unwrap().outcome, Some(Outcome::Accepted(_))));
    assert_eq!(accepted.collect::<Vec<_>>().await.len(), 100);
}
