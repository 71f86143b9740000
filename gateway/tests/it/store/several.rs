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

const KZ: &str = "kz-customs";

async fn site(change: impl FnOnce(&World, &mut Vec<RegisteredPartner>)) -> Site {
    Site::prepare_on(Some(postgres::database().unwrap()), &[], change).await
}

#[expect(clippy::ptr_arg, reason = "it is handed what tests may add to")]
fn without_quota(_: &World, partners: &mut Vec<RegisteredPartner>) {
    partners.iter_mut().for_each(|partner| partner.quota_per_minute = 1_000_000);
}

fn gateways<const N: usize>(site: &Site) -> [(Serving, SocketAddr); N] {
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
async fn stored(site: &Site) -> BTreeMap<String, String> {
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

fn manifest_of(answer: &SubmitManifestResponse) -> &str {
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

/// What clients are told to do (`clients/retry-policy.json`), held to by a channel of one client.
struct Policy {
    attempts: usize,
    first: Duration,
    longest: Duration,
    factor: u32,
}

fn documented_policy() -> Policy {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../clients/retry-policy.json");
    let whole: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let policy = &whole["methodConfig"][0]["retryPolicy"];
    assert_eq!(policy["retryableStatusCodes"], serde_json::json!(["UNAVAILABLE"]));
    let seconds = |key: &str| -> Duration {
        let text = policy[key].as_str().unwrap().trim_end_matches('s');
        Duration::from_secs_f64(text.parse().unwrap())
    };
    Policy {
        attempts: policy["maxAttempts"].as_u64().unwrap() as usize,
        first: seconds("initialBackoff"),
        longest: seconds("maxBackoff"),
        factor: policy["backoffMultiplier"].as_u64().unwrap() as u32,
    }
}

/// Clients that keep to the policy and to nothing else, behind a balancer that sends each connection to whoever listens. What is
/// not answered after the policy's last attempt is a failed submission.
fn polite_clients(
    site: &Arc<Site>,
    balancer: SocketAddr,
    count: u64,
    stop: &Arc<AtomicBool>,
) -> JoinSet<(BTreeMap<String, String>, usize, usize)> {
    let policy = Arc::new(documented_policy());
    let mut clients = JoinSet::new();
    for client in 0..count {
        let (site, stop, policy) = (Arc::clone(site), Arc::clone(stop), Arc::clone(&policy));
        clients.spawn(async move {
            let mut to = site.manifests(balancer, KZ);
            let (mut receipts, mut repeated, mut failed) = (BTreeMap::new(), 0, 0);
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let request = many::cargo(client, number, now());
                let reference = request.manifest.as_ref().unwrap().manifest_reference.clone();
                let mut pause = policy.first;
                for attempt in 1..=policy.attempts {
                    match to.submit_manifest(request.clone()).await {
                        Ok(answer) => {
                            receipts.insert(reference, manifest_of(&answer.into_inner()).to_owned());
                            break;
                        }
                        Err(status) => {
                            // tonic says of a connection that broke under a call UNKNOWN or CANCELLED, where gRPC's own libraries
                            // say UNAVAILABLE.
                            let again = status.code() == Code::Unavailable
                                || (std::error::Error::source(&status).is_some()
                                    && matches!(status.code(), Code::Unknown | Code::Cancelled));
                            if !again || attempt == policy.attempts {
                                failed += 1;
                                eprintln!("failed at attempt {attempt}: {status:?}");
                                break;
                            }
                            repeated += 1;
                            tokio::time::sleep(pause).await;
                            pause = (pause * policy.factor).min(policy.longest);
                        }
                    }
                }
            }
            (receipts, repeated, failed)
        });
    }
    clients
}

/// As a service of Kubernetes does it: a new connection goes to one of those that are ready, and stays there.
async fn balance(listener: tokio::net::TcpListener, ready: Arc<Mutex<Vec<SocketAddr>>>) {
    for turn in 0.. {
        let Ok((mut client, _)) = listener.accept().await else { return };
        let places = ready.lock().unwrap().clone();
        tokio::spawn(async move {
            let Some(place) = places.get(turn % places.len().max(1)) else { return };
            if let Ok(mut gateway) = tokio::net::TcpStream::connect(place).await {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut gateway).await;
            }
        });
    }
}

/// A rolling restart and a kill of each of three gateways, one after the other and under load: no submission fails that keeps to
/// the documented policy. A killed one is taken out of the balancer only after it is dead, as the kubelet would.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_documented_policy_no_submission_fails_when_gateways_go() {
    let site = Arc::new(site(without_quota).await);
    let mut gateways: [_; 3] = gateways(&site);
    let ready = Arc::new(Mutex::new(gateways.each_ref().map(|(_, address)| *address).to_vec()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let balancer = listener.local_addr().unwrap();
    let balancing = tokio::spawn(balance(listener, Arc::clone(&ready)));
    let stop = Arc::new(AtomicBool::new(false));
    let clients = polite_clients(&site, balancer, 9, &stop);
    for (kills, place) in [(false, 0), (true, 1), (false, 2), (true, 0), (false, 1), (true, 2)] {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let (serving, address) = &mut gateways[place];
        let gone = *address;
        if kills {
            serving.kill();
        } else {
            ready.lock().unwrap().retain(|each| *each != gone);
            serving.drain().await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        ready.lock().unwrap().retain(|each| *each != gone);
        *serving = Serving::start(site.folder.path());
        *address = serving.address().expect("it listens again");
        ready.lock().unwrap().push(*address);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);
    let told = tokio::time::timeout(LIMIT * 2, clients.join_all()).await.expect("all come to their end");
    balancing.abort();
    let failed: usize = told.iter().map(|(_, _, failed)| failed).sum();
    let repeated: usize = told.iter().map(|(_, repeated, _)| repeated).sum();
    let receipts: BTreeMap<_, _> = told.into_iter().flat_map(|(receipts, ..)| receipts).collect();
    println!("{} submissions, {repeated} repeated, {failed} failed", receipts.len());
    assert_eq!(failed, 0);
    assert!(receipts.len() > 30 && repeated > 0, "too little to tell anything");
    assert_eq!(stored(&site).await, receipts);
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
