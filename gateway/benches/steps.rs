//! Each step by itself: microseconds for a lorry of ten goods items and for a coach of fifty travellers.
//!
//! `cargo xtask bench --steps`. What needs no disk is the best of many short rounds on one thread, because neighbours on the
//! machine only ever add time. What needs a store is the median of single calls on a fresh one: a commit waits for the disk.
//! SYNTHETIC data.

// A bench stops at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use gateway::{
    decode::{self, Format, Limits, Received},
    persist::{
        Config, Finished, HistoryRow, ManifestKey, Outcome, ReceivedSalt, Secrets, State, Store,
        new_manifest_id,
    },
    subjects,
};
use jiff::{Timestamp, civil::date};
use manifest::{CodeLists, RuleSettings, record};
use prost::Message as _;
use scoring::{Capacity, Counter, Head, History, Scorer, features, finish};
use serde_json::{Map, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Prints each step's time.
#[derive(Parser)]
#[command(name = "cargo xtask bench --steps")]
struct Arguments {
    /// One JSON object with fixed keys: `steps.<load>.<step>_us`.
    #[arg(long)]
    json: bool,
    /// Only this store.
    #[arg(long, value_enum)]
    store: Option<Database>,
    /// Said by `cargo xtask bench`.
    #[arg(long, hide = true)]
    steps: bool,
    /// Said by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

/// Goods items that a submission's answer explains at the most.
const EXPLAINED: usize = 3;

/// Calls of a step that needs a store.
const CALLS: u64 = 400;

fn main() {
    let arguments = Arguments::parse();
    let mut figures = Map::new();
    for load in ["cargo", "coach"] {
        for (step, us) in alone(load) {
            figures.insert(format!("steps.{load}.{step}_us"), json!((us * 100.0).round() / 100.0));
        }
        for store in [Database::Sqlite, Database::Postgres] {
            if arguments.store.is_none_or(|only| only == store) {
                for (step, us) in stored(load, store) {
                    figures.insert(format!("steps.{load}.{step}_us"), json!(us));
                }
            }
        }
    }
    if arguments.json {
        println!("{}", serde_json::Value::Object(figures));
        return;
    }
    println!("microseconds; without a disk the best, with a store the median");
    for (key, value) in figures {
        println!("{key:<40}{:>10.1}", value.as_f64().unwrap_or_default());
    }
}

#[allow(clippy::disallowed_methods)] // a program's beginning: arrivals lie some hours from now
fn message(load: &str, n: u64) -> (Received, Timestamp) {
    let now = Timestamp::now();
    let request =
        if load == "cargo" { testkit::many::cargo(1, n, now) } else { testkit::many::coach(1, n, now) };
    (Received { bytes: request.encode_to_vec().into(), format: Format::SubmitManifestV1 }, now)
}

/// Steps without a store, in the order of travel.
fn alone(load: &str) -> Vec<(&'static str, f64)> {
    let (received, now) = message(load, 1);
    let (limits, rules) = (Limits::from(decode::Config::default()), RuleSettings::default());
    let lists = CodeLists::built_in();
    let declared = || decode::submission(&received, &limits).unwrap().declared;
    let normalized = || manifest::normalize(declared(), &lists, &rules);
    let validated = || {
        let (manifest, mut findings) = normalized();
        manifest::validate(manifest, now, &rules, &mut findings).expect("it is acceptable")
    };
    let scorer = Scorer::shipped().expect("the shipped bundle loads");
    let case = subjects::of(&validated());
    let prepared = scorer.prepare(&case);
    let keys = prepared.history_keys();
    let counter = Counter { n: 20, fraud: 2, critical: 1, ..Counter::default() };
    let history = History::from_rows(None, keys.iter().map(|key| (*key, counter)));
    let rates = &scorer.policy().rates;
    let vectors: Vec<_> =
        case.goods_items().map(|(_, _, item)| features::of(item, &history, rates).vector).collect();
    let scored = scorer.score_prepared(&prepared, Ok(&history), &[]);
    let whole = validated().into_manifest();
    let secrets = Secrets::random().unwrap();
    let mut steps = vec![
        ("decode", best(|| (), |()| drop(declared()))),
        ("digest", best(declared, |declared| secrets.digests().content_of(|out| declared.canonical(out)))),
        ("normalize", best(declared, |declared| drop(manifest::normalize(declared, &lists, &rules)))),
        (
            "validate",
            best(normalized, |(manifest, mut findings)| {
                drop(manifest::validate(manifest, now, &rules, &mut findings));
            }),
        ),
        ("subjects", best(validated, |validated| drop(subjects::of(&validated)))),
        ("features", best(|| (), |()| drop(scorer.prepare(&case)))),
        ("score", best(|| (), |()| drop(scorer.score_prepared(&prepared, Ok(&history), &[])))),
    ];
    if !vectors.is_empty() {
        steps.push(("model", best(|| (), |()| drop(scorer.bundle().score(&vectors)))));
        let explained = &vectors[..vectors.len().min(EXPLAINED)];
        let explain = |()| {
            for one in explained {
                black_box(scorer.bundle().explain(one, Head::Fraud));
            }
        };
        steps.push(("explain", best(|| (), explain)));
    }
    steps.push(("finish", best(|| scored.clone(), |scored| drop(finish(scored, &Capacity::default())))));
    steps.push(("record", best(|| (), |()| drop(record::encode_manifest(&whole)))));
    steps
}

/// Best time of some work over what is made for it outside of the clock, in microseconds.
fn best<T, R>(mut given: impl FnMut() -> T, mut work: impl FnMut(T) -> R) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..600 {
        let all: [T; 5] = std::array::from_fn(|_| given());
        let begin = Instant::now();
        for one in all {
            black_box(work(black_box(one)));
        }
        best = best.min(begin.elapsed());
    }
    best.as_secs_f64() * 1e6 / 5.0
}

/// Steps with a store: reading the history that a message asks for (from the database, and what is remembered), and one durable submission at a time.
#[tokio::main]
async fn stored(load: &str, on: Database) -> Vec<(&'static str, u64)> {
    let postgres = (on == Database::Postgres).then(|| testkit::postgres::Server::durable().unwrap());
    let database = postgres.as_ref().map(|server| server.database().unwrap());
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let config = Config {
        path: folder.path().join("store.db"),
        url: database.as_ref().map(|database| database.url.clone()).unwrap_or_default(),
        ..Config::default()
    };
    let secrets = Secrets::random().unwrap();
    Store::migrate(&config).await.unwrap();
    let store = Store::open(&config, &secrets).await.unwrap();
    let keys = history_keys(load);
    let counter = Counter { n: 20, fraud: 2, critical: 1, ..Counter::default() };
    let row = HistoryRow {
        source_id: "SYNTHETIC".into(),
        date: date(2026, 1, 1),
        updates: keys.iter().map(|key| (*key, counter)).collect(),
    };
    store.import_history(vec![row], Timestamp::UNIX_EPOCH).await.unwrap();
    let forgets = Store::open(&Config { history_cache_keys: 0, ..config.clone() }, &secrets).await.unwrap();
    let (mut history, mut remembered) = (Vec::new(), Vec::new());
    let mut persist = Vec::new();
    for number in 0..CALLS {
        if !keys.is_empty() {
            for (store, took) in [(&forgets, &mut history), (&store, &mut remembered)] {
                let begin = Instant::now();
                drop(store.history_for(&keys).await.unwrap());
                took.push(begin.elapsed());
            }
        }
        let one = outcome(&secrets, load, number);
        let begin = Instant::now();
        drop(store.record(one).await.unwrap());
        persist.push(begin.elapsed());
    }
    forgets.close().await;
    store.close().await;
    let [read, from_memory, written] = match on {
        Database::Sqlite => ["history.sqlite", "remembered.sqlite", "persist.sqlite"],
        Database::Postgres => ["history.postgres", "remembered.postgres", "persist.postgres"],
    };
    let mut steps = Vec::new();
    if !history.is_empty() {
        steps.extend([(read, median(history)), (from_memory, median(remembered))]);
    }
    steps.push((written, median(persist)));
    steps
}

fn median(mut all: Vec<Duration>) -> u64 {
    all.sort();
    u64::try_from(all[all.len() / 2].as_micros()).unwrap()
}

fn history_keys(load: &str) -> Vec<scoring::CounterKey> {
    let (received, now) = message(load, 1);
    let declared = decode::submission(&received, &Limits::from(decode::Config::default())).unwrap().declared;
    let rules = RuleSettings::default();
    let (manifest, mut findings) = manifest::normalize(declared, &CodeLists::built_in(), &rules);
    let validated = manifest::validate(manifest, now, &rules, &mut findings).expect("it is acceptable");
    Scorer::shipped().expect("the shipped bundle loads").history_keys(&subjects::of(&validated))
}

/// What the pipeline stores of such a message, by its sizes.
fn outcome(secrets: &Secrets, load: &str, number: u64) -> Outcome {
    let (received, now) = message(load, number);
    let reference = format!("STEPS-{number:07}");
    Outcome {
        id: new_manifest_id(now),
        key: ManifestKey::new("bench-partner", &reference, "", 0).unwrap(),
        content_digest: secrets.digests().content(reference.as_bytes()),
        received: received.bytes.to_vec(),
        format: received.format.as_str(),
        received_salt: ReceivedSalt::random().unwrap(),
        record: vec![b'r'; 5_000],
        persons: Some(vec![b'p'; if load == "cargo" { 300 } else { 4_000 }]),
        findings: vec![b'f'; 100],
        originals: None,
        state: State::Submitted,
        changes: None,
        test: false,
        border_post_code: Some("UZ-GISHTKUPRIK".into()),
        journey_key: Some(format!("3:KZ:{reference}:")),
        conveyance_registration: Some(reference),
        arrival_time: Some(now),
        receive_time: now,
        links: Vec::new(),
        request_id: None,
        finish: Box::new(|_, _| Finished {
            receipt: vec![b'r'; 400],
            decisions: vec![b'd'; 3_000],
            verdict: "GREEN".into(),
            ..Finished::default()
        }),
    }
}
