//! The store alone: submissions a second and processor time for each, with bodies of 8 KB and a commit on the disk.
//!
//! `cargo bench -p gateway --bench persist`. Two lines matter beside it: what `docs/decisions` says a commit of the
//! machine's disk costs, and that the client of a whole gateway takes its share of the same cores. SYNTHETIC data.

// A bench stops at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use gateway::persist::{
    Config, Finished, HistoryRow, ManifestKey, Outcome, ReceivedSalt, Secrets, State, Store, new_manifest_id,
};
use hdrhistogram::Histogram;
use jiff::{Timestamp, civil::date};
use scoring::{Counter, CounterKey, CounterKind};
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each line is measured.
const RUN: Duration = Duration::from_secs(3);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder =
            tempfile::tempdir_in(std::env::var_os("CARGO_TARGET_TMPDIR").unwrap_or(".".into())).unwrap();
        let config = Config { path: folder.path().join("store.db"), ..Config::default() };
        let secrets = Secrets::random().unwrap();
        Store::migrate(&config).await.unwrap();
        let store = Store::open(&config, &secrets).await.unwrap();
        println!("{:<28} {:>9} {:>9} {:>9} {:>9}", "", "per s", "µs CPU", "p50 µs", "p99 µs");
        for submitters in [1, 8, 32, 128] {
            let (store, secrets) = (&store, &secrets);
            measure(&format!("record, {submitters} at once"), submitters, |number| {
                let (store, one) = (store.clone(), outcome(secrets, submitters, number));
                async move {
                    store.record(one).await.unwrap();
                }
            })
            .await;
        }
        measure("outcome_of, unknown, 32", 32, |number| {
            let store = store.clone();
            async move {
                let key = ManifestKey::new("kz-customs", &format!("N{number}"), "", 0).unwrap();
                assert!(store.outcome_of(&key).await.unwrap().is_none());
            }
        })
        .await;
        store.import_history(history(), Timestamp::UNIX_EPOCH).await.unwrap();
        measure("history_for, 180 keys, 32", 32, |number| {
            let store = store.clone();
            async move {
                let keys: Vec<CounterKey> = (0..180).map(|n| counter_key(number * 7 + n)).collect();
                store.history_for(&keys).await.unwrap();
            }
        })
        .await;
        store.close().await;
    });
}

/// Runs something over and over in so many tasks and prints a line.
async fn measure<F: Future<Output = ()> + Send + 'static>(
    name: &str,
    tasks: usize,
    call: impl Fn(u64) -> F + Clone + Send,
) {
    let next = AtomicU64::new(0);
    let (started, cpu) = (Instant::now(), cpu_time());
    let mut running = JoinSet::new();
    let mut latencies = Histogram::<u64>::new(3).unwrap();
    let spawn = |running: &mut JoinSet<u64>| {
        let work = call(next.fetch_add(1, Ordering::Relaxed));
        running.spawn(async move {
            let begun = Instant::now();
            work.await;
            begun.elapsed().as_micros() as u64
        });
    };
    for _ in 0..tasks {
        spawn(&mut running);
    }
    while let Some(latency) = running.join_next().await {
        latencies.record(latency.unwrap()).unwrap();
        if started.elapsed() < RUN {
            spawn(&mut running);
        }
    }
    let (elapsed, used) = (started.elapsed().as_secs_f64(), (cpu_time() - cpu).as_secs_f64());
    let count = latencies.len() as f64;
    println!(
        "{name:<28} {:>9.0} {:>9.1} {:>9} {:>9}",
        count / elapsed,
        used * 1e6 / count,
        latencies.value_at_quantile(0.5),
        latencies.value_at_quantile(0.99)
    );
}

/// Processor time of this process so far: all of its threads, user and system.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10) // 100 ticks a second on every Linux that we run on
}

/// 8 KB received, and about as much made of it.
fn outcome(secrets: &Secrets, run: usize, number: u64) -> Outcome {
    let reference = format!("R{run}-{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let receive_time = Timestamp::from_second(1_790_000_000 + i64::try_from(number).unwrap()).unwrap();
    let partner = ["kz-customs", "kg-customs", "tj-customs", "tm-customs", "af-customs"][number as usize % 5];
    Outcome {
        id: new_manifest_id(receive_time),
        key: ManifestKey::new(partner, &reference, "", 0).unwrap(),
        content_digest: secrets.digests().content(reference.as_bytes()),
        received: vec![b'r'; 8192],
        format: "customs.prearrival.v1.SubmitManifestRequest",
        received_salt: ReceivedSalt::random().unwrap(),
        record: vec![b'd'; 6000],
        persons: Some(vec![b'p'; 300]),
        findings: vec![b'f'; 200],
        originals: None,
        state: State::Submitted,
        changes: None,
        test: false,
        border_post_code: Some(["UZ-GISHTKUPRIK", "UZ-YALLAMA", "UZ-DUSTLIK"][number as usize % 3].into()),
        journey_key: Some(format!("3:KZ:{reference}:")),
        conveyance_registration: Some(reference),
        arrival_time: Some(receive_time),
        receive_time,
        links: Vec::new(),
        request_id: None,
        finish: Box::new(|_, _| Finished {
            receipt: vec![b'r'; 400],
            decisions: vec![b'd'; 3000],
            verdict: "GREEN".into(),
            fraud_probability: None,
            rules_only: false,
            always: false,
        }),
    }
}

fn counter_key(number: u64) -> CounterKey {
    CounterKey::new(CounterKind::Hs6, &[&format!("{:06}", number % 40_000)])
}

/// 20,000 counters: every second key that is asked for exists.
fn history() -> Vec<HistoryRow> {
    (0..20_000)
        .map(|number| HistoryRow {
            source_id: format!("SYNTHETIC-{number}"),
            date: date(2026, 1, 1),
            updates: vec![(counter_key(number * 2), Counter { n: 1, ..Counter::default() })],
        })
        .collect()
}
