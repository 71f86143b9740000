//! A manifest's whole life over the real app: drafts, amendments, closing, arrival, release, expiry, and what comes late.

use gateway::persist::AuditKind;
use proto::v1::{
    CancelManifestRequest, Change, ChangeKind, GetClearanceTimesRequest, GetManifestRequest, ManifestDecided,
    ManifestState, ReportArrivalRequest, ReportReleaseRequest, SubmitManifestRequest, SubmitManifestResponse,
    WatchPreDecisionsRequest, WatchPreDecisionsResponse, WithheldReason,
    border_post_service_client::BorderPostServiceClient, manifest::Load, watch_pre_decisions_response::Event,
};
use testkit::{many, stories::Story};
use tokio::time::timeout;
use tonic::{Streaming, transport::Channel};

use crate::harness::{GISHTKUPRIK, Gateway, LIMIT, eventually, now, reason};

fn posts(gateway: &Gateway, who: &str) -> BorderPostServiceClient<Channel> {
    BorderPostServiceClient::new(gateway.channel(Some(&gateway.identity(who))))
}

async fn submit(gateway: &Gateway, request: &SubmitManifestRequest) -> SubmitManifestResponse {
    gateway.manifests("kz-customs").submit_manifest(request.clone()).await.unwrap().into_inner()
}

/// The same manifest, restated.
fn revised(
    request: &SubmitManifestRequest,
    revision: i32,
    change: impl FnOnce(&mut proto::v1::Manifest),
) -> SubmitManifestRequest {
    let mut request = request.clone();
    let manifest = request.manifest.as_mut().unwrap();
    manifest.revision = revision;
    change(manifest);
    request
}

fn name(answer: &SubmitManifestResponse) -> String {
    answer.receipt.as_ref().unwrap().manifest.clone()
}

fn receipt_state(answer: &SubmitManifestResponse) -> ManifestState {
    answer.receipt.as_ref().unwrap().state()
}

async fn state_of(gateway: &Gateway, name: &str) -> ManifestState {
    get(gateway, name).await.state()
}

async fn get(gateway: &Gateway, name: &str) -> proto::v1::Manifest {
    let request = GetManifestRequest { name: name.to_owned(), ..Default::default() };
    gateway.manifests("kz-customs").get_manifest(request).await.unwrap().into_inner().manifest.unwrap()
}

async fn watch(gateway: &Gateway, who: &str, post: &str) -> Streaming<WatchPreDecisionsResponse> {
    let request = WatchPreDecisionsRequest { border_post_code: post.to_owned(), ..Default::default() };
    gateway.pre_decisions(who).watch_pre_decisions(request).await.unwrap().into_inner()
}

async fn decided(stream: &mut Streaming<WatchPreDecisionsResponse>) -> ManifestDecided {
    loop {
        let message = timeout(LIMIT, stream.message()).await.expect("in time").unwrap().unwrap();
        if let Some(Event::ManifestDecided(decided)) = message.event {
            return decided;
        }
    }
}

async fn states(
    stream: &mut Streaming<WatchPreDecisionsResponse>,
    count: usize,
) -> Vec<(i32, ManifestState)> {
    let mut seen = Vec::new();
    for _ in 0..count {
        let one = decided(stream).await;
        seen.push((one.revision, one.state()));
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn from_draft_to_release() {
    use ManifestState as S;
    let gateway = Gateway::start(&[]).await;
    let mut at_partner = watch(&gateway, "kz-customs", "").await;
    let mut at_post = watch(&gateway, "post-gishtkuprik", GISHTKUPRIK).await;
    let request = Story::GeneralCargo.submission(now());

    let draft = submit(&gateway, &revised(&request, 0, |manifest| manifest.draft = true)).await;
    assert_eq!((draft.state(), receipt_state(&draft)), (S::Draft, S::Draft));
    assert_eq!(draft.pre_decisions[0].withheld_reason(), WithheldReason::Draft);

    let meant = submit(&gateway, &revised(&request, 1, |_| {})).await;
    assert_eq!((meant.state(), receipt_state(&meant)), (S::Submitted, S::Submitted));
    assert_eq!(meant.changes, [], "a draft is no content");
    assert_eq!(state_of(&gateway, &name(&draft)).await, S::Amended);

    let closed = revised(&request, 2, |manifest| {
        manifest.closed = true;
        manifest.conveyance.as_mut().unwrap().trailer_registrations.push("SYN777T".into());
        if let Some(Load::Cargo(cargo)) = &mut manifest.load {
            cargo.consignments[0].goods_items[0].description = "SYNTHETIC other words".into();
        }
    });
    let closed = submit(&gateway, &closed).await;
    assert_eq!(closed.state(), S::Closed);
    assert!(!closed.pre_decisions.is_empty(), "scored again");
    let told: Vec<(ChangeKind, &str)> =
        closed.changes.iter().map(|change: &Change| (change.kind(), change.field_path.as_str())).collect();
    assert!(
        told.contains(&(ChangeKind::Changed, "cargo.consignments[0].goods_items[0].description")),
        "{told:?}"
    );
    assert!(told.iter().any(|(_, path)| path.starts_with("conveyance.trailer_registrations")), "{told:?}");
    assert!(!format!("{:?}", closed.changes).contains("other words"), "never a value");

    let report = ReportArrivalRequest { name: name(&closed), ..Default::default() };
    let arrived = posts(&gateway, "post-gishtkuprik").report_arrival(report.clone()).await.unwrap();
    let arrived = arrived.into_inner().manifest.unwrap();
    assert_eq!(arrived.state(), S::Arrived);
    let again = posts(&gateway, "post-gishtkuprik").report_arrival(report).await.unwrap();
    assert_eq!(again.into_inner().manifest.unwrap(), arrived, "the first time stays");

    // Whoever amends now amends what is at the post; the times go along.
    let late = revised(&request, 3, |manifest| manifest.carrier = None);
    let late = submit(&gateway, &late).await;
    assert_eq!((late.state(), receipt_state(&late)), (S::Arrived, S::Arrived));
    assert_eq!(get(&gateway, &name(&late)).await.arrive_time, arrived.arrive_time);

    let stale = ReportReleaseRequest { name: name(&closed), ..Default::default() };
    let refused = posts(&gateway, "post-gishtkuprik").report_release(stale).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_CONFLICT");
    let report = ReportReleaseRequest { name: name(&late), ..Default::default() };
    let released = posts(&gateway, "post-gishtkuprik").report_release(report).await.unwrap();
    assert_eq!(released.into_inner().manifest.unwrap().state(), S::Completed);
    let seen = get(&gateway, &name(&late)).await;
    assert_eq!(seen.state(), S::Completed);
    assert!(seen.arrive_time.is_some() && seen.release_time.is_some());

    let expected = [
        (0, S::Draft),
        (1, S::Submitted),
        (0, S::Amended),
        (2, S::Closed),
        (1, S::Amended),
        (2, S::Arrived),
        (3, S::Arrived),
        (2, S::Amended),
        (3, S::Completed),
    ];
    for stream in [&mut at_partner, &mut at_post] {
        assert_eq!(states(stream, expected.len()).await, expected);
    }
    let cancel = CancelManifestRequest { name: name(&late), ..Default::default() };
    let refused = gateway.manifests("kz-customs").cancel_manifest(cancel).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_CONFLICT");

    let kinds: Vec<AuditKind> = gateway.audited().await.iter().map(|event| event.kind).collect();
    let count = |kind| kinds.iter().filter(|found| **found == kind).count();
    assert_eq!(count(AuditKind::Amended), 3);
    assert_eq!((count(AuditKind::Arrived), count(AuditKind::Completed)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_of_order_is_recorded_and_answered_exactly() {
    use ManifestState as S;
    let gateway = Gateway::start(&[]).await;
    let request = many::cargo(1, 1, now());
    let newer = submit(&gateway, &revised(&request, 2, |manifest| manifest.carrier = None)).await;
    assert_eq!(newer.state(), S::Submitted, "the first that is heard of it");
    let older = submit(&gateway, &revised(&request, 1, |_| {})).await;
    assert_eq!((older.state(), receipt_state(&older)), (S::Amended, S::Amended));
    let first = submit(&gateway, &request).await;
    assert_eq!(first.state(), S::Amended);
    assert_eq!(state_of(&gateway, &name(&newer)).await, S::Submitted);
    let again = submit(&gateway, &revised(&request, 1, |_| {})).await;
    assert!(again.repeated_submission);
    assert_eq!(again.receipt, older.receipt);

    // A restatement that is rejected amends nothing.
    let broken = submit(&gateway, &revised(&request, 3, |manifest| manifest.conveyance = None)).await;
    assert_eq!(broken.state(), S::Rejected);
    assert_eq!(state_of(&gateway, &name(&newer)).await, S::Submitted);

    // What was withdrawn stays so, and a later revision begins anew.
    let cancel = CancelManifestRequest { name: name(&newer), ..Default::default() };
    gateway.manifests("kz-customs").cancel_manifest(cancel).await.unwrap();
    let anew = submit(&gateway, &revised(&request, 4, |_| {})).await;
    assert_eq!(anew.state(), S::Submitted);
    assert_eq!(state_of(&gateway, &name(&newer)).await, S::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_that_come_at_once_end_in_order() {
    let gateway = Gateway::start(&[]).await;
    let request = many::cargo(1, 2, now());
    let submissions = (0..8).map(|n| {
        let (client, request) = (gateway.manifests("kz-customs"), revised(&request, n, |_| {}));
        async move {
            let mut client = client;
            client.submit_manifest(request).await.unwrap().into_inner()
        }
    });
    let answers = futures::future::join_all(submissions).await;
    for (n, answer) in answers.iter().enumerate() {
        let expected = if n == 7 { ManifestState::Submitted } else { ManifestState::Amended };
        assert_eq!(state_of(&gateway, &name(answer)).await, expected, "revision {n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_report_what_is_theirs_and_times_are_counted() {
    let gateway = Gateway::start(&[]).await;
    let answer = submit(&gateway, &Story::GeneralCargo.submission(now())).await;
    let name = name(&answer);
    // One clock for all of it: 300 s between two times are 301 where a second ends in between.
    let here = now().as_second();
    let at = |seconds: i64| Some(prost_types::Timestamp { seconds: here + seconds, nanos: 0 });
    let arrival = |arrive_time| ReportArrivalRequest { name: name.clone(), arrive_time };
    for (who, expected) in [
        ("post-oybek", "MANIFEST_NOT_FOUND"),
        ("kz-customs", "ROLE_NOT_ALLOWED"),
        ("analyst", "ROLE_NOT_ALLOWED"),
    ] {
        let refused = posts(&gateway, who).report_arrival(arrival(None)).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{who}");
    }
    let mut post = posts(&gateway, "post-gishtkuprik");
    assert_eq!(reason(&post.report_arrival(arrival(at(3_600))).await.unwrap_err()), "REQUEST_INVALID");
    let release = |release_time| ReportReleaseRequest { name: name.clone(), release_time };
    assert_eq!(reason(&post.report_release(release(None)).await.unwrap_err()), "STATE_CONFLICT");
    post.report_arrival(arrival(at(-600))).await.unwrap();
    assert_eq!(reason(&post.report_release(release(at(-700))).await.unwrap_err()), "REQUEST_INVALID");
    post.report_release(release(at(-300))).await.unwrap();
    let asked = |post: &str| GetClearanceTimesRequest {
        border_post_code: post.to_owned(),
        release_time_from: at(-3_600),
        release_time_before: at(3_600),
    };
    let times = post.get_clearance_times(asked(GISHTKUPRIK)).await.unwrap().into_inner().clearance_times;
    assert_eq!(times.len(), 1);
    assert_eq!((times[0].border_post_code.as_str(), times[0].mode_code.as_str()), (GISHTKUPRIK, "3"));
    assert_eq!((times[0].manifest_count, times[0].median_seconds), (1, 300));
    assert_eq!(reason(&post.get_clearance_times(asked("")).await.unwrap_err()), "REQUEST_INVALID");
    let all = posts(&gateway, "analyst").get_clearance_times(asked("")).await.unwrap().into_inner();
    assert_eq!(all.clearance_times, times);
    let refused = posts(&gateway, "kz-customs").get_clearance_times(asked("")).await.unwrap_err();
    assert_eq!(reason(&refused), "ROLE_NOT_ALLOWED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_on_clearance_times_counts_so_many_releases_and_says_when_there_are_more() {
    let gateway = Gateway::start(&[("border.max_clearances", "2")]).await;
    let mut post = posts(&gateway, "post-gishtkuprik");
    let at = |seconds: i64| Some(prost_types::Timestamp { seconds: now().as_second() + seconds, nanos: 0 });
    let mut found = Vec::new();
    for n in 0..3 {
        let mut lorry = Story::GeneralCargo.submission(now());
        lorry.manifest.as_mut().unwrap().manifest_reference = format!("SYNTHETIC-RELEASED-{n}");
        let name = name(&submit(&gateway, &lorry).await);
        let arrival = ReportArrivalRequest { name: name.clone(), arrive_time: at(-600) };
        post.report_arrival(arrival).await.unwrap();
        let release = ReportReleaseRequest { name, release_time: at(-300 + n) };
        post.report_release(release).await.unwrap();
        let asked = GetClearanceTimesRequest {
            border_post_code: GISHTKUPRIK.to_owned(),
            release_time_from: at(-3_600),
            release_time_before: at(3_600),
        };
        let answer = post.get_clearance_times(asked).await.unwrap().into_inner();
        found.push((answer.clearance_times[0].manifest_count, answer.cut));
    }
    assert_eq!(found, [(1, false), (2, false), (2, true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrives_expires_and_can_still_come() {
    use ManifestState as S;
    let gateway = Gateway::start(&[
        ("border.expire_after_hours", "1"),
        ("border.expire_poll_ms", "50"),
        ("intake.rules.arrival_past_minutes", "600"),
    ])
    .await;
    let mut overdue = Story::GeneralCargo.submission(now());
    let journey = overdue.manifest.as_mut().unwrap().journey.as_mut().unwrap();
    journey.arrival_time.as_mut().unwrap().seconds = now().as_second() - 2 * 3_600;
    journey.departure_time = None;
    let overdue = submit(&gateway, &overdue).await;
    let expected = submit(&gateway, &many::cargo(1, 3, now())).await;
    let overdue = name(&overdue);
    eventually("it expires", async || state_of(&gateway, &overdue).await == S::Expired).await;
    assert_eq!(state_of(&gateway, &name(&expected)).await, S::Submitted);
    let report = ReportArrivalRequest { name: overdue.clone(), ..Default::default() };
    let arrived = posts(&gateway, "post-gishtkuprik").report_arrival(report).await.unwrap();
    assert_eq!(arrived.into_inner().manifest.unwrap().state(), S::Arrived);
}
