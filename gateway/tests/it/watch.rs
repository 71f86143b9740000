//! The feed as watchers see it.

use std::time::Duration;

use proto::v1::{
    CancelManifestRequest, ListPreDecisionsRequest, ManifestDecided, ManifestState, PreDecision,
    WatchPreDecisionsRequest, WatchPreDecisionsResponse,
    pre_decision_service_client::PreDecisionServiceClient, watch_pre_decisions_response::Event,
};
use testkit::{identities::RegisteredPartner, many, stories::Story};
use tokio::time::timeout;
use tonic::{Code, Status, Streaming};

use crate::harness::{GISHTKUPRIK, Gateway, LIMIT, each_with_digests, eventually, now, reason};

async fn watch(
    gateway: &Gateway,
    who: &str,
    request: WatchPreDecisionsRequest,
) -> Result<Streaming<WatchPreDecisionsResponse>, Status> {
    gateway.pre_decisions(who).watch_pre_decisions(request).await.map(tonic::Response::into_inner)
}

fn post(code: &str) -> WatchPreDecisionsRequest {
    WatchPreDecisionsRequest { border_post_code: code.to_owned(), ..Default::default() }
}

async fn next(
    stream: &mut Streaming<WatchPreDecisionsResponse>,
) -> Result<WatchPreDecisionsResponse, Status> {
    timeout(LIMIT, stream.message()).await.expect("a message in time").map(|message| message.expect("no end"))
}

/// The next decision, heartbeats passed over, with its token.
async fn decided(stream: &mut Streaming<WatchPreDecisionsResponse>) -> (ManifestDecided, Vec<u8>) {
    loop {
        let message = next(stream).await.unwrap();
        if let Some(Event::ManifestDecided(decided)) = message.event {
            return (decided, message.resume_token);
        }
    }
}

async fn heartbeat(stream: &mut Streaming<WatchPreDecisionsResponse>) -> Vec<u8> {
    loop {
        let message = next(stream).await.unwrap();
        if let Some(Event::Heartbeat(_)) = message.event {
            return message.resume_token;
        }
    }
}

async fn submit(gateway: &Gateway, n: u64) -> String {
    let answer = gateway.manifests("kz-customs").submit_manifest(many::cargo(9, n, now())).await.unwrap();
    answer.into_inner().receipt.unwrap().manifest
}

/// How reliable the parties are shown to be: kind, and probability to the bit.
fn standing(pre_decision: &PreDecision) -> Vec<(String, u64)> {
    let view = pre_decision.officer_view.as_ref().unwrap();
    view.party_reliabilities.iter().map(|one| (one.kind.clone(), one.probability.to_bits())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn post_partner_and_analyst_each_see_their_own_view() {
    let gateway = Gateway::start(&[]).await;
    let mut at_post = watch(&gateway, "post-gishtkuprik", post(GISHTKUPRIK)).await.unwrap();
    let mut at_partner = watch(&gateway, "kz-customs", post("")).await.unwrap();
    let mut at_analyst = watch(&gateway, "analyst", post("")).await.unwrap();
    let mut at_other_post = watch(&gateway, "post-oybek", post("UZ-OYBEK")).await.unwrap();
    let mut at_other_partner = watch(&gateway, "tj-customs", post("")).await.unwrap();

    let answer =
        gateway.manifests("kz-customs").submit_manifest(Story::GeneralCargo.submission(now())).await.unwrap();
    let answer = answer.into_inner();
    let name = answer.receipt.unwrap().manifest;

    let (seen, _) = decided(&mut at_partner).await;
    assert_eq!((seen.manifest.as_str(), seen.state()), (name.as_str(), ManifestState::Submitted));
    assert_eq!(seen.pre_decisions, each_with_digests(answer.pre_decisions));
    for stream in [&mut at_post, &mut at_analyst] {
        let (seen, _) = decided(stream).await;
        assert_eq!((seen.manifest.as_str(), seen.partner_id.as_str()), (name.as_str(), "kz-customs"));
        assert_eq!(seen.border_post_code, GISHTKUPRIK);
        // With the parties' standing, as whoever asks for it is told.
        let list = ListPreDecisionsRequest { parent: name.clone(), ..Default::default() };
        let listed = gateway.pre_decisions("analyst").list_pre_decisions(list).await.unwrap().into_inner();
        assert_eq!(seen.pre_decisions.len(), listed.pre_decisions.len());
        for (seen, listed) in seen.pre_decisions.iter().zip(&listed.pre_decisions) {
            assert_eq!(standing(seen), standing(listed));
        }
        assert!(standing(&seen.pre_decisions[1]).iter().any(|(kind, _)| kind == "IMPORTER"));
    }
    for stream in [&mut at_other_post, &mut at_other_partner] {
        assert!(matches!(next(stream).await.unwrap().event, Some(Event::Heartbeat(_))));
    }
    // Its life moves on: watchers are told.
    let cancel = CancelManifestRequest { name: name.clone(), ..Default::default() };
    gateway.manifests("kz-customs").cancel_manifest(cancel).await.unwrap();
    assert_eq!(decided(&mut at_post).await.0.state(), ManifestState::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_resumes_after_the_last_message_it_processed() {
    let gateway = Gateway::start(&[("watch.page_size", "2")]).await;
    let mut names = Vec::new();
    for n in 0..7 {
        names.push(submit(&gateway, n).await);
    }
    let mut first = watch(&gateway, "analyst", post("")).await.unwrap();
    let mut token = Vec::new();
    for name in &names[..3] {
        let (seen, next_token) = decided(&mut first).await;
        assert_eq!(&seen.manifest, name);
        token = next_token;
    }
    drop(first);
    let resumed = |resume_token: Vec<u8>| WatchPreDecisionsRequest { resume_token, ..post("") };
    let mut second = watch(&gateway, "analyst", resumed(token.clone())).await.unwrap();
    for name in &names[3..] {
        assert_eq!(&decided(&mut second).await.0.manifest, name);
    }
    // A heartbeat's token stands for everything that was told.
    let at_end = heartbeat(&mut second).await;
    let later = submit(&gateway, 7).await;
    let mut third = watch(&gateway, "analyst", resumed(at_end)).await.unwrap();
    assert_eq!(decided(&mut third).await.0.manifest, later);
    // From now on: nothing of what was.
    let from_now = WatchPreDecisionsRequest { from_now: true, ..post("") };
    let mut fourth = watch(&gateway, "analyst", from_now).await.unwrap();
    assert!(matches!(next(&mut fourth).await.unwrap().event, Some(Event::Heartbeat(_))));

    // Tokens are bound to what they were given for.
    for (who, request) in [
        ("kz-customs", resumed(token.clone())),
        ("post-gishtkuprik", WatchPreDecisionsRequest { resume_token: token, ..post(GISHTKUPRIK) }),
        ("analyst", resumed(b"forged".to_vec())),
        ("analyst", resumed(vec![1; 257])),
    ] {
        let status = watch(&gateway, who, request).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::InvalidArgument, "RESUME_TOKEN_INVALID")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_watch_what_is_theirs() {
    let gateway = Gateway::start(&[]).await;
    for (who, code, expected) in [
        ("post-gishtkuprik", "UZ-OYBEK", "BORDER_POST_NOT_ALLOWED"),
        ("post-gishtkuprik", "", "REQUEST_INVALID"),
        ("kz-customs", GISHTKUPRIK, "BORDER_POST_NOT_ALLOWED"),
    ] {
        let status = watch(&gateway, who, post(code)).await.unwrap_err();
        assert_eq!(reason(&status), expected, "{who} {code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_watcher_holds_up_nobody_and_misses_nothing() {
    let gateway =
        Gateway::start(&[("watch.page_size", "3"), ("authenticate.stream_window_bytes", "65535")]).await;
    let mut slow = watch(&gateway, "analyst", post("")).await.unwrap();
    let mut quick = watch(&gateway, "post-gishtkuprik", post(GISHTKUPRIK)).await.unwrap();
    let mut names = Vec::new();
    for n in 0..60 {
        let answer = gateway.manifests("kz-customs").submit_manifest(unique(n)).await.unwrap().into_inner();
        names.push(answer.receipt.unwrap().manifest);
        // The quick one has it while the slow one reads nothing at all.
        assert_eq!(decided(&mut quick).await.0.manifest, names[names.len() - 1]);
    }
    for name in &names {
        assert_eq!(&decided(&mut slow).await.0.manifest, name);
    }
}

fn unique(n: usize) -> proto::v1::SubmitManifestRequest {
    let mut submission = Story::GeneralCargo.submission(now());
    let manifest = submission.manifest.as_mut().unwrap();
    manifest.manifest_reference = format!("SYNTHETIC-SLOW-{n}");
    submission
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_commits_comes_with_the_next_heartbeat() {
    let gateway = Gateway::start(&[("watch.heartbeat_ms", "100")]).await;
    let name = submit(&gateway, 1).await;
    let mut stream = watch(&gateway, "kz-customs", post("")).await.unwrap();
    assert_eq!(decided(&mut stream).await.0.manifest, name);
    let id = name.strip_prefix("manifests/").unwrap().parse().unwrap();
    gateway.store.cancel(id, "kz-customs", "", now()).await.unwrap();
    assert_eq!(decided(&mut stream).await.0.state(), ManifestState::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_that_loses_its_right_is_cut_off() {
    let gateway = Gateway::start(&[("watch.heartbeat_ms", "50")]).await;
    let mut stream = watch(&gateway, "post-gishtkuprik", post(GISHTKUPRIK)).await.unwrap();
    let mut neighbour = watch(&gateway, "analyst", post("")).await.unwrap();
    heartbeat(&mut stream).await;
    let mut partner = RegisteredPartner::border_post("post-gishtkuprik", GISHTKUPRIK, &gateway.world.uz);
    partner.suspended = true;
    gateway.import(&[partner]).await;
    let status = loop {
        if let Err(status) = next(&mut stream).await {
            break status;
        }
    };
    assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "PARTNER_SUSPENDED"));
    heartbeat(&mut neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_watcher_is_cut_off() {
    let gateway = Gateway::start(&[("watch.heartbeat_ms", "50")]).await;
    let identity = gateway.identity("kz-customs");
    let channel = gateway.channel(Some(&identity));
    let mut client = proto::v1::pre_decision_service_client::PreDecisionServiceClient::new(channel);
    let mut stream = client.watch_pre_decisions(post("")).await.unwrap().into_inner();
    heartbeat(&mut stream).await;
    gateway.world.kz.revoke(&identity);
    let mut partner = RegisteredPartner::submitter("kz-customs", &["cargo"], &gateway.world.kz);
    partner.crls_pem = gateway.world.kz.crl_pem().unwrap();
    gateway.import(&[partner]).await;
    let status = loop {
        if let Err(status) = next(&mut stream).await {
            break status;
        }
    };
    assert_eq!(reason(&status), "CERTIFICATE_REVOKED");
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_have_seats() {
    let gateway =
        Gateway::start(&[("watch.watchers_per_partner", "2"), ("watch.watchers_in_total", "3")]).await;
    let first = watch(&gateway, "kz-customs", post("")).await.unwrap();
    let _second = watch(&gateway, "kz-customs", post("")).await.unwrap();
    let status = watch(&gateway, "kz-customs", post("")).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
    let _third = watch(&gateway, "tj-customs", post("")).await.unwrap();
    assert_eq!(reason(&watch(&gateway, "analyst", post("")).await.unwrap_err()), "OVERLOADED");
    gateway.metric("customs_gateway_feed_watchers 3").await;
    drop(first);
    gateway.metric("customs_gateway_feed_watchers 2").await;
    watch(&gateway, "analyst", post("")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_watch_outlives_every_call_timeout() {
    let settings = [
        ("intake.call_timeout_ms", "100"),
        ("intake.scoring_timeout_ms", "50"),
        ("app.call_backstop_ms", "150"),
        ("watch.heartbeat_ms", "100"),
    ];
    let gateway = Gateway::start(&settings).await;
    let mut stream = watch(&gateway, "kz-customs", post("")).await.unwrap();
    let begin = std::time::Instant::now();
    while begin.elapsed() < Duration::from_millis(500) {
        heartbeat(&mut stream).await;
    }
}

/// A peer that does not read is behind, although we have nothing more to tell it than what lies in the buffers.
#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_that_does_not_read_shows_as_lag() {
    let gateway = Gateway::start(&[]).await;
    let lag = async || {
        let metrics = gateway.http("/metrics").await.1;
        let name = "customs_gateway_feed_lag_seconds ";
        metrics.lines().find_map(|line| line.strip_prefix(name)?.parse::<u64>().ok()).unwrap()
    };
    let mut reading = watch(&gateway, "kz-customs", WatchPreDecisionsRequest::default()).await.unwrap();
    let reader = tokio::spawn(async move { while reading.message().await.is_ok_and(|it| it.is_some()) {} });
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(lag().await, 0, "who reads is not behind, however many heartbeats there were");

    let endpoint = gateway.endpoint(Some(&gateway.identity("tj-customs"))).initial_stream_window_size(16);
    let mut client = PreDecisionServiceClient::new(endpoint.connect_lazy());
    let stuck = client.watch_pre_decisions(WatchPreDecisionsRequest::default()).await.unwrap();
    eventually("the lag", async || lag().await >= 1).await;
    drop((stuck, client));
    eventually("none left", async || lag().await == 0).await;
    reader.abort();
}
