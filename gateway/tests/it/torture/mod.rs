//! Torture: clients submit (alone, in streams, and a coach's lists as documents), repeat, amend and withdraw at random and watch, while gateways are killed and frozen, connections
//! cut, the disk is full, history cannot be read, and PostgreSQL goes away, stands still or cannot be reached; then the history of what everybody was told is held against what is stored.
//!
//! `cargo xtask torture --minutes 60 --store postgres` runs it for long; a few seconds of it run with every test. The same seed
//! throws the same dice, but the machine's timing is its own.

mod check;
pub(crate) mod cluster;
mod coach;
mod faults;
mod partner;
mod watcher;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use gateway::config::Config;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testkit::postgres::Server;
use tokio::task::JoinSet;

use self::{cluster::Cluster, faults::Faults, partner::History, watcher::Seen};
use crate::{database::on_postgres, harness::Site};

const PARTNERS: usize = 6;
const WATCHERS: usize = 3;
/// How long everything may take to be told after the last fault.
const SETTLES_IN: Duration = Duration::from_secs(90);

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

/// Shared by all clients.
#[derive(Clone)]
struct World {
    site: Arc<Site>,
    cluster: Arc<Cluster>,
    stop: Arc<AtomicBool>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_little_of_it() {
    torture(Duration::from_secs(12)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told: cargo xtask torture"]
async fn all_of_it() {
    torture(Duration::from_secs(from_env("CORRIDOR_TORTURE_MINUTES").unwrap_or(1) * 60)).await;
}

async fn torture(duration: Duration) {
    let seed = from_env("CORRIDOR_TORTURE_SEED").unwrap_or_else(rand::random);
    let store = if on_postgres() { "PostgreSQL" } else { "SQLite" };
    println!("{store}, {} s, CORRIDOR_TORTURE_SEED={seed}", duration.as_secs());
    let mut random = StdRng::seed_from_u64(seed);
    let server = on_postgres().then(|| Server::start().unwrap());
    let database = server.as_ref().map(|server| server.database().unwrap());
    let settings = [
        ("persist.wal_autocheckpoint_pages", "100"),
        ("watch.page_size", "50"),
        ("intake.rescore_every_ms", "500"),
    ];
    let site = Site::prepare_on(database, &settings, |_, partners| {
        partners.iter_mut().for_each(|partner| partner.quota_per_minute = 1_000_000);
    })
    .await;
    let gateways = if server.is_some() { 3 } else { 1 };
    let url = site.database.as_ref().map(|database| database.url.clone());
    let cluster = Arc::new(Cluster::start(site.folder.path(), gateways, url.as_deref()).await);
    let config = Config::load(&site.folder.path().join("gateway.toml"), &BTreeMap::new()).unwrap();
    let world = World { site: Arc::new(site), cluster, stop: Arc::default() };

    let mut partners: JoinSet<History> = JoinSet::new();
    for number in 0..PARTNERS {
        partners.spawn(partner::run(world.clone(), number, random.random()));
    }
    let company = tokio::spawn(coach::run(world.clone(), random.random()));
    let seen: Vec<Arc<Mutex<Seen>>> = (0..WATCHERS).map(|_| Arc::default()).collect();
    let mut watchers = JoinSet::new();
    for (number, seen) in seen.iter().enumerate() {
        watchers.spawn(watcher::run(world.clone(), number, Arc::clone(seen)));
    }
    let mut faults = Faults::new(Arc::clone(&world.cluster), server, config.clone(), random.random());
    let (faults, done) = tokio::task::spawn_blocking(move || {
        let done = faults.run(duration);
        (faults, done)
    })
    .await
    .unwrap();

    world.stop.store(true, Ordering::Relaxed);
    let histories = tokio::time::timeout(SETTLES_IN, partners.join_all()).await.expect("the partners end");
    let journeys = tokio::time::timeout(SETTLES_IN * 2, company).await.expect("the company ends").unwrap();
    let found = check::check(&config, &histories, &journeys, &seen, SETTLES_IN).await;
    watchers.abort_all();
    let told: u64 = histories.iter().map(|history| history.answered).sum::<u64>() + journeys.answered;
    let untold: u64 = histories.iter().map(|history| history.unanswered).sum::<u64>() + journeys.unanswered;
    println!("{told} calls answered, {untold} not; faults: {done:?}; {found}");
    drop(faults); // the server goes last
    assert!(
        found.problems.is_empty(),
        "seed {seed}: {} problems\n{}",
        found.problems.len(),
        found.problems.join("\n")
    );
    let told = [told - journeys.answered, journeys.answered, found.manifests as u64, found.lists as u64];
    assert!(!told.contains(&0), "too little to tell anything: {told:?}");
}
