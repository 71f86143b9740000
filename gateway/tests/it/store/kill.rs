//! `kill -9` at any moment loses no acknowledged manifest, doubles none, and leaves nothing half-written.
//!
//! The test runs itself again as a child that submits as fast as it can and notes each answer in a file; the parent
//! kills it at a random moment and looks. `CUSTOMS_GATEWAY_KILL_ROUNDS` (default 12) and `CUSTOMS_GATEWAY_KILL_SEED`
//! make it longer, or the same again. It shows what a killed process leaves, not what a power cut does: that needs
//! `synchronous=FULL`, which is checked elsewhere, and a disk that keeps its word.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use gateway::persist::{
    AuditKind, Config, FeedEvent, FeedPosition, FeedRow, Persons, Scope, Sealed, Secrets, Store,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sqlx::Row as _;

use super::samples::{NAME, key, outcome};
use crate::database::Beside;

const PARTNER: &str = "kz-customs";
const SUBMITTERS: usize = 24;

/// The address of the database, where there is one, is given to the child by its environment.
fn config(folder: &Path, url: &str) -> Config {
    Config {
        url: url.to_owned(),
        path: folder.join("store.db"),
        wrapping_keys_file: folder.join("wrapping-keys"),
        digest_secret_file: folder.join("digest-secret"),
        wal_autocheckpoint_pages: 200, // so that kills fall into checkpoints, too
        ..Config::default()
    }
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_loses_nothing_and_doubles_nothing() {
    kill_again_and_again("").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_loses_nothing_and_doubles_nothing_on_postgres() {
    let database = testkit::postgres::database().unwrap();
    kill_again_and_again(&database.url).await;
}

async fn kill_again_and_again(url: &str) {
    let rounds = from_env("CUSTOMS_GATEWAY_KILL_ROUNDS").unwrap_or(12);
    let seed = from_env("CUSTOMS_GATEWAY_KILL_SEED").unwrap_or_else(rand::random);
    println!("{rounds} rounds, CUSTOMS_GATEWAY_KILL_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), url);
    Secrets::create_if_absent(&config, false).unwrap();
    Store::migrate(&config).await.unwrap();
    let mut acknowledged = BTreeMap::new();
    for round in 0..rounds {
        let delay = Duration::from_micros(random.random_range(0..120_000));
        run_and_kill(folder.path(), url, round, delay);
        for line in fs::read_to_string(answers(folder.path(), round)).unwrap().lines() {
            // The last line may be cut by the kill: it was not acknowledged yet.
            if let Some((reference, id)) = line.strip_suffix('.').and_then(|line| line.split_once(' ')) {
                assert_eq!(acknowledged.insert(reference.to_owned(), id.to_owned()), None, "answered twice");
            }
        }
        verify(&config, &acknowledged).await;
        println!("round {round}: killed after {delay:?}, {} acknowledged so far", acknowledged.len());
    }
    assert!(acknowledged.len() > 20, "too little was written to tell anything: {}", acknowledged.len());
}

fn answers(folder: &Path, round: u64) -> std::path::PathBuf {
    folder.join(format!("answers-{round}"))
}

/// Starts the child, waits for its first answer and a little longer, and kills it.
fn run_and_kill(folder: &Path, url: &str, round: u64, delay: Duration) {
    let module = module_path!().split_once("::").unwrap().1;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([&format!("{module}::child_that_is_killed"), "--exact", "--ignored", "--nocapture"])
        .env("CUSTOMS_GATEWAY_KILL_FOLDER", folder)
        .env("CUSTOMS_GATEWAY_KILL_URL", url)
        .env("CUSTOMS_GATEWAY_KILL_ROUND", round.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let file = answers(folder, round);
    let started = Instant::now();
    while fs::metadata(&file).map_or(0, |file| file.len()) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        assert!(started.elapsed() < Duration::from_secs(60), "the child does not answer");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(delay);
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other half of the test above"]
async fn child_that_is_killed() {
    let Some(folder) = std::env::var_os("CUSTOMS_GATEWAY_KILL_FOLDER") else { return };
    let folder = Path::new(&folder);
    let round = from_env("CUSTOMS_GATEWAY_KILL_ROUND").unwrap();
    let config = config(folder, &std::env::var("CUSTOMS_GATEWAY_KILL_URL").unwrap());
    let secrets = Secrets::load(&config).unwrap();
    let store = Store::open(&config, &secrets).await.unwrap();
    let mut submitters = tokio::task::JoinSet::new();
    for submitter in 0..SUBMITTERS {
        let (store, secrets) = (store.clone(), secrets.clone());
        let mut file = OpenOptions::new().create(true).append(true).open(answers(folder, round)).unwrap();
        submitters.spawn(async move {
            for number in 0.. {
                let reference = format!("R-{round}-{submitter}-{number}");
                let recorded = store.record(outcome(&secrets, PARTNER, &reference)).await.unwrap();
                // One write to a file opened for appending: whole, or cut short by the kill.
                file.write_all(format!("{reference} {}.\n", recorded.id).as_bytes()).unwrap();
            }
        });
    }
    submitters.join_all().await;
}

/// Every acknowledged manifest is there once; every one that is there is whole.
async fn verify(config: &Config, acknowledged: &BTreeMap<String, String>) {
    let secrets = Secrets::load(config).unwrap();
    let store = Store::open(config, &secrets).await.unwrap();
    let rows = whole_feed(&store).await;
    let mut stored = BTreeMap::new();
    for row in &rows {
        assert_eq!(row.event, FeedEvent::Recorded);
        let reference = row.manifest.key.manifest_reference.clone();
        assert_eq!(
            stored.insert(reference.clone(), row.manifest.id.to_string()),
            None,
            "{reference} doubled"
        );
    }
    for (reference, id) in acknowledged {
        assert_eq!(stored.get(reference), Some(id), "{reference} was acknowledged");
    }
    // What this round left is looked at closely; earlier rounds were.
    let newest = &rows[rows.len().saturating_sub(400)..];
    for row in newest {
        let (id, reference) = (row.manifest.id, &row.manifest.key.manifest_reference);
        let manifest = store.manifest(id, Persons::With).await.unwrap().unwrap();
        assert_eq!(manifest.receipt, format!("receipt of {reference}: {reference}").into_bytes());
        let Sealed::Open { persons, originals, .. } = manifest.sealed else {
            panic!("{reference} has no key")
        };
        assert_eq!(persons, Some(format!("persons of {reference}: {NAME}").into_bytes()));
        assert!(originals.is_some());
        let received = store.received(id).await.unwrap().unwrap();
        assert_eq!(received.bytes, format!("received {reference} from {NAME}: {reference}").into_bytes());
        assert_eq!(row.decisions, format!("decisions of {reference}: {reference}").into_bytes());
        assert!(store.outcome_of(&key(PARTNER, reference)).await.unwrap().is_some());
    }
    // Whoever was not answered tries again: the same manifest, or a new one, never a second one.
    if let Some(row) = newest.last() {
        let reference = &row.manifest.key.manifest_reference;
        let again = store.record(outcome(&secrets, PARTNER, reference)).await.unwrap();
        assert_eq!((again.repeated, again.id), (true, row.manifest.id));
    }
    audit_agrees(&store, &rows).await;
    file_is_sound(config, rows.len()).await;
    store.close().await;
}

async fn whole_feed(store: &Store) -> Vec<FeedRow> {
    let mut rows: Vec<FeedRow> = Vec::new();
    loop {
        let after = rows.last().map_or(FeedPosition::START, |row| row.position);
        let page = store.feed_after(&Scope::All, after, 1000).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

async fn audit_agrees(store: &Store, rows: &[FeedRow]) {
    let (mut audited, mut after) = (Vec::new(), 0);
    loop {
        let page = store.audit_after(after, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.0;
        assert!(page.iter().all(|(_, event)| event.kind == AuditKind::Submitted));
        audited.extend(page.into_iter().filter_map(|(_, event)| event.manifest_id));
    }
    let ids: BTreeSet<_> = rows.iter().map(|row| row.manifest.id).collect();
    assert_eq!(audited.len(), ids.len(), "each is audited once");
    assert_eq!(audited.into_iter().collect::<BTreeSet<_>>(), ids);
}

/// SQLite's own opinion, and a row of each kind for every manifest.
async fn file_is_sound(config: &Config, manifests: usize) {
    let mut beside = Beside::open(config).await;
    if let Beside::Sqlite(connection) = &mut beside {
        let sound = sqlx::query("pragma integrity_check").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(sound.get::<String, _>(0), "ok");
        assert!(sqlx::query("pragma foreign_key_check").fetch_all(connection).await.unwrap().is_empty());
    }
    for count in [
        "select count(*) from manifests",
        "select count(*) from manifest_keys",
        "select count(*) from feed",
        "select count(*) from audit",
    ] {
        assert_eq!(beside.numbers(count).await, [manifests as i64], "{count}");
    }
}
