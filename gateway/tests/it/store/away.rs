//! A database that refuses, starts anew, or is deaf on one line: told at once, found again soon, and watchers go on.

use std::time::{Duration, Instant};

use gateway::persist::{Config, Store};
use proto::v1::{GetManifestRequest, WatchPreDecisionsRequest, watch_pre_decisions_response::Event};
use testkit::{
    many,
    postgres::{self, Server},
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tonic::{Code, Status};

use super::{
    Fresh,
    samples::outcome,
    several::{KZ, gateways, manifest_of, without_quota},
};
use crate::{
    database::Beside,
    harness::{Site, eventually, now, reason},
    kill::Serving,
    line::{Line, Swallows},
};

/// Well under the two seconds that a connection is waited for.
const AT_ONCE: Duration = Duration::from_secs(1);

#[track_caller]
fn is_away(told: &Status, began: Instant, limit: Duration) {
    assert_eq!((told.code(), reason(told)), (Code::Unavailable, "STORE_UNAVAILABLE".into()));
    assert!(began.elapsed() < limit, "told after {:?}", began.elapsed());
}

/// Nobody waits for a server that says no, whether nothing listens there or it is starting: neither who submits (his quota is
/// asked for first) nor who reads, one after the other nor many at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_refuses_is_away_at_once_and_found_soon() {
    let database = postgres::database().unwrap();
    let line = Line::to(&database.url).await;
    let quota = |partner: &mut testkit::identities::RegisteredPartner| partner.quota_per_minute = 60;
    let calls = [("intake.calls_per_submission", "50")];
    let site =
        Site::prepare_on(Some(database), &calls, |_, partners| partners.iter_mut().for_each(quota)).await;
    let url = ("CUSTOMS_GATEWAY__PERSIST__URL".to_owned(), line.url.clone());
    let serving = Serving::start_with(site.folder.path(), &[url]);
    let address = serving.address().unwrap();
    let mut client = site.manifests(address, KZ);
    let known = client.submit_manifest(many::cargo(1, 0, now())).await.unwrap().into_inner();
    let get = GetManifestRequest { name: manifest_of(&known).to_owned(), ..Default::default() };
    for starts in [false, true] {
        if starts {
            line.starts().await
        } else {
            line.refuse().await
        }
        for number in 1..5 {
            let began = Instant::now();
            let told = client.submit_manifest(many::cargo(1, number, now())).await.unwrap_err();
            is_away(&told, began, AT_ONCE);
            let began = Instant::now();
            is_away(&client.get_manifest(get.clone()).await.unwrap_err(), began, AT_ONCE);
        }
        let mut all = JoinSet::new();
        for number in 0..140 {
            let mut client = client.clone();
            let mut reads = client.clone();
            let get = get.clone();
            all.spawn(async move { client.submit_manifest(many::cargo(2, number, now())).await.map(drop) });
            all.spawn(async move { reads.get_manifest(get).await.map(drop) });
        }
        let began = Instant::now();
        while let Some(told) = all.join_next().await {
            is_away(&told.unwrap().unwrap_err(), began, AT_ONCE * 4);
        }
        line.mend().await;
        let began = Instant::now();
        client.get_manifest(get.clone()).await.unwrap();
        client.submit_manifest(many::cargo(3, u64::from(starts), now())).await.unwrap();
        assert!(began.elapsed() < AT_ONCE * 4, "found after {:?}", began.elapsed());
    }
}

/// What stood for a while is asked before it is used: nobody is refused for a restart that is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_that_is_over_refuses_nobody() {
    let server = Server::start().unwrap();
    let fresh = Fresh::on(Some(server.database().unwrap())).await;
    fresh.store.record(outcome(&fresh.secrets, KZ, "A-1")).await.unwrap();
    let used = Instant::now();
    server.stop().unwrap();
    server.resume().unwrap();
    sleep(Duration::from_millis(1_100).saturating_sub(used.elapsed())).await;
    fresh.store.record(outcome(&fresh.secrets, KZ, "A-2")).await.unwrap();
    fresh.store.feed_end().await.unwrap();
}

/// Nothing but the server's telling leads to the watcher here: nobody looks by himself, for minutes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_hears_what_another_gateway_took_and_goes_on_when_the_line_was_cut() {
    let minutes = [("watch.heartbeat_ms", "600000"), ("persist.feed_poll_ms", "600000")];
    let site = Site::prepare_on(Some(postgres::database().unwrap()), &minutes, without_quota).await;
    let [(_a, at_a), (_b, at_b)] = gateways(&site);
    let mut writes = site.manifests(at_b, KZ);
    let mut watcher = site.pre_decisions(at_a, "analyst");
    let mut watching =
        watcher.watch_pre_decisions(WatchPreDecisionsRequest::default()).await.unwrap().into_inner();
    let persist = Config { url: site.database.as_ref().unwrap().url.clone(), ..Config::default() };
    let mut beside = Beside::open(&persist).await;
    let listening = "from pg_stat_activity where datname = current_database() and query ilike 'listen%'";
    eventually("both listen", async || beside.numbers(&format!("select count(*) {listening}")).await == [2])
        .await;
    for round in 0..4 {
        if round == 2 {
            let cut = format!("select count(pg_terminate_backend(pid)) {listening}");
            assert_eq!(beside.numbers(&cut).await, [2]);
        }
        let taken = writes.submit_manifest(many::cargo(4, round, now())).await.unwrap().into_inner();
        let hears = async {
            loop {
                let event = watching.message().await.unwrap().unwrap().event;
                if matches!(event, Some(Event::ManifestDecided(told)) if told.manifest == manifest_of(&taken))
                {
                    break;
                }
            }
        };
        timeout(Duration::from_secs(8), hears).await.unwrap_or_else(|_| panic!("not heard: {round}"));
    }
}

/// A line that swallows what is said between the greeting and the listening keeps nobody from looking, and is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_swallows_the_listening_is_not_waited_for() {
    let fresh = Fresh::postgres().await;
    let line = Line::to(&fresh.database.as_ref().unwrap().url).await;
    line.swallow(Swallows::Listening);
    let config =
        Config { url: line.url.clone(), acquire_timeout_ms: 500, feed_poll_ms: 200, ..fresh.config.clone() };
    let watching = Store::open(&config, &fresh.secrets).await.unwrap();
    let mut wake = watching.feed_wake();
    for number in 0..3 {
        fresh.store.record(outcome(&fresh.secrets, KZ, &format!("A-{number}"))).await.unwrap();
        timeout(Duration::from_secs(8), wake.changed()).await.expect("it is looked for").unwrap();
    }
}
