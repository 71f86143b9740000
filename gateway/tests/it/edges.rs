//! More limits, each at its edge: the numbers of requests, pages, findings and watching.

use std::time::Duration;

use gateway::persist::Secrets;
use prost::Message as _;
use proto::v1::{
    CancelManifestRequest, Finding, ListManifestsRequest, ListPreDecisionsRequest, SubmitManifestRequest,
    SubmitManifestsRequest, WatchPreDecisionsRequest, manifest::Load, submit_manifests_response::Outcome,
};
use testkit::{many, stories::Story, traveller::Traveller};
use tonic::{Code, Request, Status, Streaming};

use crate::{
    harness::{GISHTKUPRIK, Gateway, LIMIT, now, reason},
    raw,
    store::samples,
};

fn list_of(submission: &mut SubmitManifestRequest) -> &mut proto::v1::PassengerList {
    match submission.manifest.as_mut().unwrap().load.as_mut().unwrap() {
        Load::PassengerList(list) => list,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(answer: Result<T, Status>, expected: &str) {
    assert_eq!(reason(&answer.unwrap_err()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_a_call_have_their_limits() {
    let gateway = Gateway::start(&[("intake.max_cancellation_reason_bytes", "10")]).await;
    let mut client = gateway.manifests("kz-customs");
    let mut name = String::new();
    for (length, expected) in [(64, None), (65, Some("REQUEST_INVALID"))] {
        let mut submission = many::cargo(21, length, now());
        submission.request_id = "r".repeat(length as usize);
        let answer = client.submit_manifest(submission).await;
        match expected {
            None => name = answer.unwrap().into_inner().receipt.unwrap().manifest,
            Some(expected) => assert_refused(answer, expected),
        }
    }
    // The larger first: withdrawing is once for all.
    for (length, expected) in [(11, Some("REQUEST_INVALID")), (10, None)] {
        let cancellation_reason = "x".repeat(length);
        let request = CancelManifestRequest { name: name.clone(), cancellation_reason, ..Default::default() };
        let answer = client.cancel_manifest(request).await;
        match expected {
            None => drop(answer.unwrap()),
            Some(expected) => assert_refused(answer, expected),
        }
    }
}

/// Whatever the store: one of them could not keep it.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_u_0000_is_refused_with_its_place() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    let mut submission = many::cargo(22, 1, now());
    submission.manifest.as_mut().unwrap().conveyance.as_mut().unwrap().registration = "01A\0BC".into();
    let status = client.submit_manifest(submission.clone()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "MESSAGE_UNDECODABLE"));
    let details = tonic_types::StatusExt::get_error_details(&status);
    let field = &details.bad_request().unwrap().field_violations[0];
    assert_eq!(
        (&*field.field, &*field.description),
        ("manifest.conveyance.registration", "a text holds U+0000")
    );
    let checked = proto::v1::ValidateManifestRequest { manifest: submission.manifest, ..Default::default() };
    assert_refused(client.validate_manifest(checked).await, "MESSAGE_UNDECODABLE");
    let list = ListManifestsRequest { manifest_reference: "A\0".into(), ..Default::default() };
    assert_refused(client.list_manifests(list).await, "REQUEST_INVALID");
}

/// A coach with some passengers who have no document, as a gateway with this limit finds it.
async fn findings_with(limit: Option<usize>) -> Vec<Finding> {
    let limit = limit.map(|limit| limit.to_string());
    let settings: Vec<_> = limit.iter().map(|limit| ("intake.rules.max_findings", limit.as_str())).collect();
    let gateway = Gateway::start(&settings).await;
    let mut coach = Story::CoachClean.submission(now());
    for passenger in list_of(&mut coach).passengers.iter_mut().take(4) {
        passenger.travel_documents.clear();
    }
    gateway.manifests("silk-coach").submit_manifest(coach).await.unwrap().into_inner().findings
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_cut_above_their_limit_and_say_so() {
    let cut = |findings: &[Finding]| findings.iter().filter(|each| each.code == "FINDINGS_CUT").count();
    let all = findings_with(None).await;
    assert!(all.len() >= 4 && cut(&all) == 0, "{all:?}");
    let just = findings_with(Some(all.len())).await;
    assert_eq!((just.len(), cut(&just)), (all.len(), 0));
    let one_less = findings_with(Some(all.len() - 1)).await;
    assert_eq!(cut(&one_less), 1, "{one_less:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_watcher_asks_has_its_limits() {
    const TOKEN: usize = 41; // version, position, tag
    let watch_path = "/customs.prearrival.v1.PreDecisionService/WatchPreDecisions";
    for (max_token, taken) in [(TOKEN, true), (TOKEN - 1, false)] {
        let gateway = Gateway::start(&[
            ("watch.max_request_bytes", "200"),
            ("watch.max_resume_token_bytes", &max_token.to_string()),
        ])
        .await;
        let request = |resume_token| WatchPreDecisionsRequest {
            border_post_code: GISHTKUPRIK.to_owned(),
            resume_token,
            ..Default::default()
        };
        let mut officer = gateway.pre_decisions("post-gishtkuprik");
        let mut watch = officer.watch_pre_decisions(request(Vec::new())).await.unwrap().into_inner();
        let token =
            tokio::time::timeout(LIMIT, watch.message()).await.unwrap().unwrap().unwrap().resume_token;
        assert_eq!(token.len(), TOKEN);
        let again = officer.watch_pre_decisions(request(token)).await;
        if taken {
            drop(again.unwrap());
        } else {
            assert_refused(again, "RESUME_TOKEN_INVALID");
        }

        let channel = gateway.channel(Some(&gateway.identity("post-gishtkuprik")));
        for (bytes, expected) in [(200, None), (201, Some("MESSAGE_TOO_LARGE"))] {
            let encoded = raw::filled_up(request(Vec::new()).encode_to_vec(), bytes, b"x");
            let (answers, end) = tokio::time::timeout(
                Duration::from_millis(600),
                raw::send_many::<proto::v1::WatchPreDecisionsResponse>(&channel, watch_path, vec![encoded]),
            )
            .await
            .map_or((Vec::new(), Ok(())), |ended| ended);
            match expected {
                // It goes on for ever.
                None => assert!(answers.is_empty() && end.is_ok(), "{end:?}"),
                Some(expected) => assert_refused(end, expected),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_manifests_come_in_pages_of_50_and_500_at_the_most() {
    let gateway = Gateway::start(&[]).await;
    let config =
        gateway::config::Config::load(&gateway.folder.path().join("gateway.toml"), &Default::default());
    let secrets = Secrets::load(&config.unwrap().persist).unwrap();
    let mut recording = tokio::task::JoinSet::new();
    for n in 0..501 {
        let outcome = samples::outcome(&secrets, "kz-customs", &format!("SYNTHETIC-{n}"));
        let store = gateway.store.clone();
        recording.spawn(async move { store.record(outcome).await.unwrap() });
    }
    recording.join_all().await;
    let mut client = gateway.manifests("kz-customs");
    for (asked, given) in [(0, 50), (49, 49), (500, 500), (501, 500), (i32::MAX, 500)] {
        let request = ListManifestsRequest { page_size: asked, ..Default::default() };
        let page = client.list_manifests(request).await.unwrap().into_inner();
        assert_eq!((page.manifests.len(), page.next_page_token.is_empty()), (given, false), "{asked}");
    }
    let request = ListManifestsRequest { page_size: -1, ..Default::default() };
    assert_refused(client.list_manifests(request).await, "REQUEST_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn pre_decisions_come_in_pages_of_100_and_1000_at_the_most() {
    let gateway = Gateway::start(&[
        ("intake.call_timeout_ms", "120000"),
        ("intake.scoring_timeout_ms", "60000"),
        ("app.call_backstop_ms", "130000"),
    ])
    .await;
    let mut coach = Story::CoachClean.submission(now());
    let list = list_of(&mut coach);
    list.passengers = (1..=1_001).map(|n| Traveller::nth(n + 10_000).passenger(n, 3)).collect();
    list.declared_passenger_count = Some(1_001);
    let answer = gateway.manifests("silk-coach").submit_manifest(coach).await.unwrap().into_inner();
    let parent = answer.receipt.unwrap().manifest;
    let mut client = gateway.pre_decisions("silk-coach");
    for (asked, given) in [(0, 100), (99, 99), (1_000, 1_000), (1_001, 1_000), (i32::MAX, 1_000)] {
        let request =
            ListPreDecisionsRequest { parent: parent.clone(), page_size: asked, ..Default::default() };
        let page = client.list_pre_decisions(request).await.unwrap().into_inner();
        assert_eq!((page.pre_decisions.len(), page.next_page_token.is_empty()), (given, false), "{asked}");
    }
    let request = ListPreDecisionsRequest { parent, page_size: -1, ..Default::default() };
    assert_refused(client.list_pre_decisions(request).await, "REQUEST_INVALID");
}

type Answers = Streaming<proto::v1::SubmitManifestsResponse>;

async fn stream(gateway: &Gateway, elements: Vec<Option<SubmitManifestRequest>>) -> Answers {
    let elements = elements.into_iter().zip(0..);
    let elements: Vec<_> =
        elements.map(|(submission, sequence)| SubmitManifestsRequest { sequence, submission }).collect();
    let mut client = gateway.manifests("kz-customs");
    client.submit_manifests(tokio_stream::iter(elements)).await.unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_has_so_many_elements_under_way() {
    let gateway =
        Gateway::start(&[("intake.elements_at_once", "2"), ("persist.busy_timeout_ms", "30000")]).await;
    // A refusal is written to the audit once a minute: this one here, so that the next needs no store.
    let second = now().as_second().rem_euclid(60);
    if second > 50 {
        tokio::time::sleep(Duration::from_secs(u64::try_from(61 - second).unwrap())).await;
    }
    stream(&gateway, vec![None]).await.message().await.unwrap().unwrap();
    let other = gateway.lock_store().await;
    // The good ones wait for the store. What is refused waits for nobody, if only it is taken in.
    let good = |n| Some(many::cargo(22, n, now()));
    let mut room_for_two = stream(&gateway, vec![good(0), None]).await;
    let first = tokio::time::timeout(LIMIT, room_for_two.message()).await.unwrap().unwrap().unwrap();
    assert!(matches!((first.sequence, first.outcome), (1, Some(Outcome::Refusal(_)))));
    let mut full = stream(&gateway, vec![good(1), good(2), None]).await;
    let early = tokio::time::timeout(Duration::from_millis(500), full.message()).await;
    assert!(early.is_err(), "a third was taken in: {early:?}");
    drop(other);
    for _ in 0..3 {
        assert!(tokio::time::timeout(LIMIT, full.message()).await.unwrap().unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_element_that_cannot_be_read_or_is_too_large_is_answered_and_the_stream_goes_on() {
    const MAX: usize = 32_768;
    let gateway = Gateway::start(&[
        ("decode.max_message_bytes", &MAX.to_string()),
        ("decode.max_text_bytes", "100000"),
    ])
    .await;
    let channel = gateway.channel(Some(&gateway.identity("kz-customs")));
    let good = |n| raw::element(n, &many::cargo(23, n.into(), now()).encode_to_vec());
    // As long as the transport still takes in: key, length and number of the element count here.
    let frame = raw::filled_up(raw::element(5, &many::cargo(23, 5, now()).encode_to_vec()), 2 * MAX, b"x");
    let elements = vec![
        good(0),
        raw::element(1, b"\xff\xff\xff"),
        raw::element(2, &raw::of_size(MAX)),
        raw::element(3, &raw::of_size(MAX + 1)),
        vec![8, 4, 0x12, 200, 1],
        frame.clone(),
        good(6),
    ];
    let (mut answers, end) =
        raw::send_many::<proto::v1::SubmitManifestsResponse>(&channel, raw::SUBMIT_MANY, elements).await;
    end.unwrap();
    answers.sort_by_key(|answer| answer.sequence);
    let told: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer.outcome {
            Some(Outcome::Accepted(_)) => (answer.sequence, "accepted".to_owned()),
            Some(Outcome::Refusal(refusal)) => (answer.sequence, refusal.reason),
            None => panic!("without an outcome"),
        })
        .collect();
    let told: Vec<_> = told.iter().map(|(sequence, outcome)| (*sequence, outcome.as_str())).collect();
    let expected = [
        (0, "accepted"),
        (1, "MESSAGE_UNDECODABLE"),
        (2, "accepted"),
        (3, "MESSAGE_TOO_LARGE"),
        (4, "MESSAGE_UNDECODABLE"),
        // The envelope's own unknown field is not the submission's size.
        (5, "accepted"),
        (6, "accepted"),
    ];
    assert_eq!(told, expected);

    // The exception: beyond twice the size it is not read, and what comes after it cannot be.
    let mut above = frame;
    above = raw::filled_up(above, 2 * MAX + 10, b"x");
    let (answers, end) = raw::send_many::<proto::v1::SubmitManifestsResponse>(
        &channel,
        raw::SUBMIT_MANY,
        vec![good(7), above, good(8)],
    )
    .await;
    assert_eq!(answers.iter().map(|answer| answer.sequence).collect::<Vec<_>>(), [7], "what came before");
    let status = end.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
    // The connection lives.
    let answer = raw::send::<proto::v1::SubmitManifestResponse>(
        &channel,
        raw::SUBMIT,
        Request::new(many::cargo(23, 9, now()).encode_to_vec()),
    );
    answer.await.unwrap();
}
