//! "We sent N, you processed N": over the real app, by call, by the reference client, and day by day on a watch.

use std::{ffi::OsString, process::ExitCode};

use prost::Message as _;
use proto::v1::{
    Corridor, ManifestState, ReconcileManifestsRequest, ReconcileManifestsResponse, SubmitManifestRequest,
    WatchPreDecisionsRequest, reconciliation_service_client::ReconciliationServiceClient,
    watch_pre_decisions_response::Event,
};
use testkit::stories::Story;
use tokio::time::timeout;
use tonic::Status;

use crate::harness::{GISHTKUPRIK, Gateway, LIMIT, now, reason};

async fn ask(
    gateway: &Gateway,
    who: &str,
    request: ReconcileManifestsRequest,
) -> Result<ReconcileManifestsResponse, Status> {
    let mut client = ReconciliationServiceClient::new(gateway.channel(Some(&gateway.identity(who))));
    client.reconcile_manifests(request).await.map(tonic::Response::into_inner)
}

fn instant(seconds_from_now: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: now().as_second() + seconds_from_now, nanos: 0 })
}

fn lately() -> ReconcileManifestsRequest {
    ReconcileManifestsRequest {
        receive_time_from: instant(-3_600),
        receive_time_before: instant(60),
        ..ReconcileManifestsRequest::default()
    }
}

/// All that a partner is told of what was received of it.
pub(crate) async fn everything_told(gateway: &Gateway, who: &str) -> String {
    format!(
        "{:?}\n",
        ask(gateway, who, ReconcileManifestsRequest { page_size: 1_000, ..lately() }).await.unwrap()
    )
}

/// With a token that was never given.
pub(crate) async fn ask_with_token(
    gateway: &Gateway,
    who: &str,
    token: &str,
) -> Result<ReconcileManifestsResponse, Status> {
    ask(gateway, who, ReconcileManifestsRequest { page_token: token.to_owned(), ..lately() }).await
}

fn submission(reference: &str) -> SubmitManifestRequest {
    let mut request = Story::GeneralCargo.submission(now());
    request.manifest.as_mut().unwrap().manifest_reference = reference.to_owned();
    request
}

async fn submit(gateway: &Gateway, who: &str, request: &SubmitManifestRequest) {
    gateway.manifests(who).submit_manifest(request.clone()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_received_is_told_with_digests_page_by_page() {
    let gateway = Gateway::start(&[]).await;
    let requests: Vec<_> = (0..5).map(|number| submission(&format!("SYNTHETIC-{number}"))).collect();
    for request in &requests {
        submit(&gateway, "kz-customs", request).await;
    }
    submit(&gateway, "kz-customs", &requests[0]).await; // a repeat is not another one
    submit(&gateway, "tj-customs", &submission("SYNTHETIC-0")).await;
    let mut rejected = submission("SYNTHETIC-rejected");
    rejected.manifest.as_mut().unwrap().conveyance = None;
    submit(&gateway, "kz-customs", &rejected).await;

    let mut request = ReconcileManifestsRequest { page_size: 4, ..lately() };
    let first = ask(&gateway, "kz-customs", request.clone()).await.unwrap();
    let totals = first.totals.unwrap();
    assert_eq!((totals.received_count, totals.rejected_count), (6, 1));
    let counted = totals.green_count + totals.yellow_count + totals.red_count + totals.withheld_count;
    assert_eq!(counted, 5);
    request.page_token = first.next_page_token;
    let second = ask(&gateway, "kz-customs", request).await.unwrap();
    assert_eq!((second.totals, second.next_page_token.as_str()), (None, ""));
    let all: Vec<_> = first.manifests.into_iter().chain(second.manifests).collect();
    assert_eq!(all.len(), 6);
    assert_eq!((all[5].state(), all[5].corridor()), (ManifestState::Rejected, Corridor::Unspecified));
    let sha256 = |bytes: &[u8]| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    for (told, sent) in all.iter().zip(&requests) {
        assert_eq!(told.manifest_reference, sent.manifest.as_ref().unwrap().manifest_reference);
        let salted = [told.received_digest_salt.clone(), sent.encode_to_vec()].concat();
        assert_eq!(sha256(&salted).as_ref(), told.received_digest, "the digest is of what was sent");
    }
    let digests: Vec<u8> = all.iter().flat_map(|told| told.received_digest.clone()).collect();
    assert_eq!(sha256(&digests).as_ref(), totals.received_digests_digest, "one value for the period");

    let earlier = ReconcileManifestsRequest { receive_time_before: instant(-600), ..lately() };
    let none = ask(&gateway, "kz-customs", earlier).await.unwrap();
    assert_eq!((none.totals.unwrap().received_count, none.manifests.len()), (0, 0));

    // Once a manifest's key is destroyed there is no salt, and the rest stays.
    gateway.store.purge_before(now(), now()).await.unwrap();
    let purged = ask(&gateway, "kz-customs", lately()).await.unwrap();
    assert!(purged.manifests.iter().all(|told| told.received_digest_salt.is_empty()));
    assert_eq!(purged.totals.unwrap(), totals);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_about_others_or_for_ever() {
    let gateway = Gateway::start(&[]).await;
    for who in ["post-gishtkuprik", "analyst"] {
        assert_eq!(reason(&ask(&gateway, who, lately()).await.unwrap_err()), "ROLE_NOT_ALLOWED");
    }
    for bad in [
        ReconcileManifestsRequest { receive_time_from: None, ..lately() },
        ReconcileManifestsRequest { receive_time_before: instant(-7_200), ..lately() },
        ReconcileManifestsRequest { receive_time_from: instant(-32 * 86_400), ..lately() },
        ReconcileManifestsRequest { page_size: -1, ..lately() },
        ReconcileManifestsRequest { page_token: "x".into(), ..lately() },
        ReconcileManifestsRequest { page_token: "-5".into(), ..lately() },
    ] {
        let status = ask(&gateway, "kz-customs", bad.clone()).await.unwrap_err();
        assert_eq!(reason(&status), "REQUEST_INVALID", "{bad:?}");
    }
}

/// What lies between others' rows and beside the period's edges is neither lost nor counted twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_found_among_many() {
    let gateway = Gateway::start(&[]).await;
    for number in 0..40 {
        let who = if number % 4 == 0 { "kz-customs" } else { "tj-customs" };
        submit(&gateway, who, &submission(&format!("SYNTHETIC-{number}"))).await;
    }
    let whole = gateway.store.reconciled(
        "kz-customs",
        (now() - jiff::SignedDuration::from_hours(1), now()),
        None,
        100,
        false,
    );
    let whole = whole.await.unwrap().rows;
    assert_eq!(whole.len(), 10);
    for split in 1..10 {
        let (from, middle, end) = (whole[0].receive_time, whole[split].receive_time, now());
        let count =
            async |period| gateway.store.reconciled("kz-customs", period, None, 3, false).await.unwrap();
        let mut found = Vec::new();
        for period in [(from, middle), (middle, end)] {
            let mut page = count(period).await;
            found.extend(page.rows);
            while let Some(next) = page.next {
                page = gateway.store.reconciled("kz-customs", period, Some(next), 3, false).await.unwrap();
                found.extend(page.rows);
            }
        }
        assert_eq!(found.len(), 10, "split at {split}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_the_day_before() {
    let gateway = Gateway::start(&[]).await;
    submit(&gateway, "kz-customs", &submission("SYNTHETIC-today")).await;
    let request = WatchPreDecisionsRequest { daily_summaries: true, ..WatchPreDecisionsRequest::default() };
    let mut stream =
        gateway.pre_decisions("kz-customs").watch_pre_decisions(request).await.unwrap().into_inner();
    let (mut days, mut beats) = (Vec::new(), 0);
    while beats < 3 {
        match timeout(LIMIT, stream.message()).await.unwrap().unwrap().unwrap().event.unwrap() {
            Event::DailySummary(summary) => days.push(summary),
            Event::Heartbeat(_) => beats += 1,
            Event::ManifestDecided(_) => {}
        }
    }
    assert_eq!(days.len(), 1, "once, and not with every heartbeat");
    let (from, before) = (days[0].from_time.unwrap().seconds, days[0].before_time.unwrap().seconds);
    assert_eq!((before - from, (from + 5 * 3_600) % 86_400), (86_400, 0));
    assert!((0..86_400 + 300).contains(&(now().as_second() - before)), "yesterday, as the posts count days");
    assert_eq!(days[0].totals.clone().unwrap().received_count, 0);

    let request = WatchPreDecisionsRequest {
        border_post_code: GISHTKUPRIK.into(),
        daily_summaries: true,
        ..WatchPreDecisionsRequest::default()
    };
    let refused = gateway.pre_decisions("post-gishtkuprik").watch_pre_decisions(request).await.unwrap_err();
    assert_eq!(reason(&refused), "REQUEST_INVALID");
}

/// The reference client with the settings of a partner; gives its exit code.
pub(crate) async fn corridor(gateway: &Gateway, who: &str, words: &[&str]) -> u8 {
    let folder = gateway.folder.path();
    let (certificate, key) = gateway.identity(who).write_to(folder, who).unwrap();
    std::fs::write(folder.join("root.pem"), gateway.server_authority().certificate_pem()).unwrap();
    let settings = format!(
        "address = {:?}\nserver_name = \"localhost\"\nca_file = {:?}\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n",
        gateway.address.to_string(),
        folder.join("root.pem"),
    );
    let file = folder.join("corridor.toml");
    std::fs::write(&file, settings).unwrap();
    let line: Vec<OsString> = [OsString::from("corridor"), "--config".into(), file.into_os_string()]
        .into_iter()
        .chain(words.iter().map(OsString::from))
        .collect();
    let code = tokio::task::spawn_blocking(move || cli::run_with(line)).await.unwrap();
    (0..=255).find(|number| format!("{:?}", ExitCode::from(*number)) == format!("{code:?}")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_compared_with_what_was_received() {
    let gateway = Gateway::start(&[]).await;
    let folder = gateway.folder.path().join("sent");
    std::fs::create_dir(&folder).unwrap();
    let json =
        |reference: &str| cli::to_json("SubmitManifestRequest", &submission(reference)).unwrap().to_string();
    for reference in ["SYNTHETIC-A", "SYNTHETIC-B"] {
        std::fs::write(folder.join(format!("{reference}.json")), json(reference)).unwrap();
    }
    let sent = folder.to_str().unwrap();
    let (from, to) = ((now() - jiff::SignedDuration::from_hours(1)).to_string(), "2099-01-01T00:00:00Z");
    assert_eq!(corridor(&gateway, "kz-customs", &["submit", sent]).await, 0);
    let to_soon = (now() + jiff::SignedDuration::from_hours(1)).to_string();
    let compare = ["reconcile", sent, "--from", &from, "--to", &to_soon];
    assert_eq!(corridor(&gateway, "kz-customs", &compare).await, 0, "we sent two, you processed two");
    std::fs::write(folder.join("late.json"), json("SYNTHETIC-C")).unwrap();
    assert_eq!(corridor(&gateway, "kz-customs", &compare).await, 1, "one was never sent");
    std::fs::remove_file(folder.join("late.json")).unwrap();
    std::fs::remove_file(folder.join("SYNTHETIC-A.json")).unwrap();
    assert_eq!(corridor(&gateway, "kz-customs", &compare).await, 1, "one is not in the folder");
    let for_ever = ["reconcile", sent, "--from", &from, "--to", to];
    assert_eq!(corridor(&gateway, "kz-customs", &for_ever).await, 3);
}
