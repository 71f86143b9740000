//! Several gateways on one PostgreSQL, each the real executable in a process of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use gateway::{
    config::Config,
    persist::{FeedEvent, FeedPosition, Scope, Secrets, Store},
};
use proto::v1::{
    ListManifestsRequest, SubmitManifestResponse, WatchPreDecisionsRequest,
    watch_pre_decisions_response::Event,
};
use testkit::{identities::RegisteredPartner, many, postgres};
use tokio::task::JoinSet;
use tonic::Code;

use crate::{
    database::Beside,
    harness::{LIMIT, Site, World, command, eventually, now, reason},
    kill::Serving,
};

pub(super) const KZ: &str = "kz-customs";

pub(super) async fn site(change: impl FnOnce(&World, &mut Vec<RegisteredPartner>)) -> Site {
    Site::prepare_on(Some(postgres::database().unwrap()), &[], change).await
}

#[expect(clippy::ptr_arg, reason = "it is handed what tests may add to")]
pub(super) fn without_quota(_: &World, partners: &mut Vec<RegisteredPartner>) {
    partners.iter_mut().for_each(|partner| partner.quota_per_minute = 1_000_000);
}

pub(super) fn gateways<const N: usize>(site: &Site) -> [(Serving, SocketAddr); N] {
    let serving = std::array::from_fn::<_, N, _>(|_| Serving::start(site.folder.path()));
    serving.map(|one| {
        let address = one.address().expect("it listens");
        (one, address)
    })
}

fn config(site: &Site) -> Config {
    Config::load(&site.folder.path().join("gateway.toml"), &BTreeMap::new()).unwrap()
}

/// What the store has, reference by reference: each once.
pub(super) async fn stored(site: &Site) -> BTreeMap<String, String> {
    let persist = config(site).persist;
    let store = Store::open(&persist, &Secrets::load(&persist).unwrap()).await.unwrap();
    let (mut stored, mut after) = (BTreeMap::new(), FeedPosition::START);
    loop {
        let page = store.feed_after(&Scope::All, after, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        for row in page.iter().filter(|row| row.event == FeedEvent::Recorded) {
            let reference = row.manifest.key.manifest_reference.clone();
            let name = format!("manifests/{}", row.manifest.id);
            assert_eq!(stored.insert(reference.clone(), name), None, "{reference} is doubled");
        }
    }
    store.close().await;
    let rows = "select (select count(*) from manifests), (select count(*) from manifest_keys),
        (select count(*) from feed where event = 'RECORDED')";
    let counts = Beside::open(&persist).await.numbers(rows).await;
    assert_eq!(counts, [stored.len() as i64; 3]);
    stored
}

pub(super) fn manifest_of(answer: &SubmitManifestResponse) -> &str {
    &answer.receipt.as_ref().unwrap().manifest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_words_at_two_gateways_at_once_get_one_receipt() {
    let site = site(without_quota).await;
    let gateways: [_; 2] = gateways(&site);
    let clients = gateways.each_ref().map(|(_, address)| site.manifests(*address, KZ));
    let mut all = JoinSet::new();
    for number in 0..40 {
        let request = many::cargo(1, number, now());
        for client in &clients {
            let (mut client, request) = (client.clone(), request.clone());
            all.spawn(async move { (number, client.submit_manifest(request).await.unwrap().into_inner()) });
        }
    }
    let answers = all.join_all().await;
    for number in 0..40 {
        let same: Vec<_> = answers.iter().filter(|(of, _)| *of == number).map(|(_, answer)| answer).collect();
        assert_eq!(same.len(), 2);
        assert_eq!((&same[0].receipt, &same[0].pre_decisions), (&same[1].receipt, &same[1].pre_decisions));
        assert_eq!(same.iter().filter(|answer| answer.repeated_submission).count(), 1, "{number}");
    }
    assert_eq!(stored(&site).await.len(), 40);
}

/// Positions are handed out by two gateways that both write; whoever watches at a third sees all of them, and what was
/// committed one after the other comes so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_misses_nothing_that_other_gateways_write() {
    const WRITERS: u64 = 8;
    const EACH: u64 = 25;
    let site = site(without_quota).await;
    let [(_a, at_a), (_b, at_b), (_c, at_c)] = gateways(&site);
    let mut watching = site
        .pre_decisions(at_a, "analyst")
        .watch_pre_decisions(WatchPreDecisionsRequest::default())
        .await
        .unwrap()
        .into_inner();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let mut client = site.manifests([at_b, at_c][writer as usize % 2], KZ);
        writers.spawn(async move {
            let mut names = Vec::new();
            for number in 0..EACH {
                let request = many::cargo(writer, number, now());
                let answer = client.submit_manifest(request).await.unwrap().into_inner();
                names.push(manifest_of(&answer).to_owned());
            }
            names
        });
    }
    let mut seen: Vec<String> = Vec::new();
    let watched = async {
        while seen.len() < (WRITERS * EACH) as usize {
            if let Some(Event::ManifestDecided(decided)) = watching.message().await.unwrap().unwrap().event {
                seen.push(decided.manifest);
            }
        }
    };
    let (names, ()) = tokio::join!(writers.join_all(), async {
        tokio::time::timeout(LIMIT * 3, watched).await.expect("all of them");
    });
    let places: BTreeMap<&String, usize> = seen.iter().zip(0..).collect();
    assert_eq!(places.len(), seen.len(), "nothing came twice");
    for names in names {
        let order: Vec<_> = names.iter().map(|name| places[name]).collect();
        assert!(order.is_sorted(), "{order:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_registry_changes_at_every_gateway() {
    let site = site(without_quota).await;
    let gateways: [_; 2] = gateways(&site);
    let mut clients = gateways.each_ref().map(|(_, address)| site.manifests(*address, KZ));
    for client in &mut clients {
        client.list_manifests(ListManifestsRequest::default()).await.unwrap();
    }
    command(site.folder.path(), &["partner", "suspend", KZ]).await;
    for client in &mut clients {
        eventually("it refuses", async || {
            client.list_manifests(ListManifestsRequest::default()).await.is_err()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_is_one_whichever_gateway_is_asked() {
    const QUOTA: usize = 130; // taken two at a time
    let site = site(|_, partners| partners[0].quota_per_minute = QUOTA as u32).await;
    let gateways: [_; 3] = gateways(&site);
    let mut clients = gateways.each_ref().map(|(_, address)| site.manifests(*address, KZ));
    for client in &mut clients {
        client.list_manifests(ListManifestsRequest::default()).await.unwrap();
    }
    // All of it within one minute of the clock.
    let left = 60 - now().as_second().rem_euclid(60);
    if left < 45 {
        tokio::time::sleep(Duration::from_secs(left as u64)).await;
    }
    let (mut accepted, minute) = (0, now().as_second() / 60);
    for number in 0..QUOTA as u64 + 30 {
        // The first gateway is not asked any more after three, and gives back what it has left.
        let place = if number < 3 { 0 } else { 1 + number as usize % 2 };
        if number == 60 {
            tokio::time::sleep(Duration::from_millis(2_500)).await;
        }
        match clients[place].submit_manifest(many::cargo(1, number, now())).await {
            Ok(_) => accepted += 1,
            Err(status) => {
                let told = (status.code(), reason(&status));
                assert_eq!(told, (Code::ResourceExhausted, "QUOTA_EXCEEDED".into()));
            }
        }
    }
    assert_eq!(now().as_second() / 60, minute, "too slow to tell");
    assert!((QUOTA - 1..=QUOTA).contains(&accepted), "{accepted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_programs_may_migrate_at_once() {
    let site = site(|_, _| {}).await;
    let other = postgres::database().unwrap();
    let file = site.folder.path().join("other.toml");
    let text = std::fs::read_to_string(site.folder.path().join("gateway.toml")).unwrap();
    std::fs::write(&file, text.replace(&config(&site).persist.url, &other.url)).unwrap();
    let migrating = std::array::from_fn::<_, 3, _>(|_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
        command.args(["migrate", "--config"]).arg(&file).spawn().unwrap()
    });
    for mut one in migrating {
        assert!(one.wait().unwrap().success());
    }
}

/// What a client that goes on until it is answered was told in the end, and how often it was not answered.
#[derive(Default)]
struct Told {
    manifests: BTreeMap<String, String>,
    unanswered: usize,
    slowest_refusal: Duration,
}

/// Clients that submit one thing after the other, each until it is answered, at one gateway after the other.
fn clients(
    site: &Arc<Site>,
    addresses: [SocketAddr; 3],
    count: u64,
    stop: &Arc<AtomicBool>,
) -> JoinSet<Told> {
    let mut clients = JoinSet::new();
    for client in 0..count {
        let (site, stop) = (Arc::clone(site), Arc::clone(stop));
        clients.spawn(async move {
            let mut to = addresses.map(|address| site.manifests(address, KZ));
            let (mut place, mut told) = (client as usize % 3, Told::default());
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let request = many::cargo(client, number, now());
                let reference = request.manifest.as_ref().unwrap().manifest_reference.clone();
                loop {
                    let began = Instant::now();
                    match to[place].submit_manifest(request.clone()).await {
                        Ok(answer) => {
                            told.manifests.insert(reference, manifest_of(&answer.into_inner()).to_owned());
                            break;
                        }
                        Err(status) => {
                            // Hung up, not reached, or the store is away: nothing else may be said.
                            let gone = matches!(status.code(), Code::Unknown | Code::Cancelled);
                            assert!(gone || status.code() == Code::Unavailable, "{status:?}");
                            told.unanswered += 1;
                            told.slowest_refusal = told.slowest_refusal.max(began.elapsed());
                            place = (place + 1) % 3;
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                    }
                }
            }
            told
        });
    }
    clients
}

/// Stops the clients; all that is stored is what they were told, since each was answered in the end.
async fn nothing_is_lost_or_doubled(site: &Site, clients: JoinSet<Told>, stop: &AtomicBool) -> Told {
    stop.store(true, Ordering::Relaxed);
    let mut all = Told::default();
    for told in tokio::time::timeout(LIMIT * 2, clients.join_all()).await.expect("all are answered") {
        all.manifests.extend(told.manifests);
        all.unanswered += told.unanswered;
        all.slowest_refusal = all.slowest_refusal.max(told.slowest_refusal);
    }
    let enough = all.unanswered > 0 && all.manifests.len() > 30;
    assert!(enough, "too little to tell anything: {}, {}", all.unanswered, all.manifests.len());
    let stored = stored(site).await;
    assert_eq!(stored, all.manifests);
    assert_eq!(stored.values().collect::<BTreeSet<_>>().len(), stored.len());
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_dies_loses_and_doubles_nothing() {
    let site = Arc::new(site(without_quota).await);
    let [mut dies, b, c] = gateways(&site);
    let stop = Arc::new(AtomicBool::new(false));
    let clients = clients(&site, [dies.1, b.1, c.1], 9, &stop);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        dies.0.kill();
        dies.0 = Serving::start(site.folder.path()); // at another address: the others serve its clients
        dies.0.address().expect("it listens again");
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    nothing_is_lost_or_doubled(&site, clients, &stop).await;
}

/// The server stops, dies and comes back under load: nobody is given a receipt meanwhile, whoever asks is told so at once,
/// and everything goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_started_anew_loses_and_doubles_nothing() {
    let server = postgres::Server::start().unwrap();
    let site = Site::prepare_on(Some(server.database().unwrap()), &[], without_quota).await;
    let site = Arc::new(site);
    let [a, b, c] = gateways(&site);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let watching = tokio::spawn(watch(Arc::clone(&site), [a.1, b.1], Arc::clone(&seen)));
    let stop = Arc::new(AtomicBool::new(false));
    let clients = clients(&site, [a.1, b.1, c.1], 6, &stop);
    for round in 0..3 {
        tokio::time::sleep(Duration::from_millis(800)).await;
        if round == 1 {
            server.crash().unwrap()
        } else {
            server.stop().unwrap()
        }
        let mut client = site.manifests(b.1, KZ);
        for number in 0..5 {
            let began = Instant::now();
            let status = client.submit_manifest(many::cargo(99, number, now())).await.unwrap_err();
            assert_eq!((status.code(), reason(&status)), (Code::Unavailable, "STORE_UNAVAILABLE".into()));
            assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        }
        server.resume().unwrap();
    }
    tokio::time::sleep(Duration::from_millis(800)).await;
    let told = nothing_is_lost_or_doubled(&site, clients, &stop).await;
    assert!(told.slowest_refusal < Duration::from_secs(8), "{:?}", told.slowest_refusal);
    // What the watcher was not told by then it is told in the end.
    eventually("the watcher has seen all", async || {
        let seen: BTreeSet<String> = seen.lock().unwrap().iter().cloned().collect();
        told.manifests.values().all(|name| seen.contains(name))
    })
    .await;
    watching.abort();
}

/// Watches at one gateway after the other, each time from where it stopped: a stream ends when the store is away.
async fn watch(site: Arc<Site>, addresses: [SocketAddr; 2], seen: Arc<Mutex<Vec<String>>>) {
    let mut resume_token = Vec::new();
    for address in addresses.into_iter().cycle() {
        let request = WatchPreDecisionsRequest {
            resume_token: resume_token.clone(),
            ..WatchPreDecisionsRequest::default()
        };
        let mut client = site.pre_decisions(address, "analyst");
        if let Ok(stream) = client.watch_pre_decisions(request).await {
            let mut stream = stream.into_inner();
            while let Ok(Some(message)) = stream.message().await {
                if let Some(Event::ManifestDecided(decided)) = message.event {
                    seen.lock().unwrap().push(decided.manifest);
                }
                resume_token = message.resume_token;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
