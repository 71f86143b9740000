//! Ten times as much as is taken on, against the serving process: what it does not take it refuses, and its memory stays
//! within what is set aside.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use prost::Message as _;
use proto::v1::SubmitManifestResponse;
use testkit::many;
use tokio::task::JoinSet;
use tonic::Request;

use super::resident_bytes;
use crate::{
    harness::{Site, now, reason},
    kill::Serving,
    raw::{self, SUBMIT, filled_up},
};

const MESSAGE: usize = 64 << 10;
/// Bytes that are worked on and that wait, of both partners together.
const TAKEN_ON: usize = (1 << 20) + (3 << 20);
const TIMES: usize = 10;
const CONNECTIONS: usize = 12;
const DURATION: Duration = Duration::from_secs(6);
/// So long with as much as is taken on, so that what is made once (connections to the database, statements, caches) is there.
const BEFORE: Duration = Duration::from_secs(3);

/// A submission of that size that nobody sent before.
fn message(number: &AtomicU64) -> Request<Vec<u8>> {
    let lorry = many::cargo(0x10AD, number.fetch_add(1, Ordering::Relaxed), now());
    Request::new(filled_up(lorry.encode_to_vec(), MESSAGE, b"x"))
}

/// So many calls at once, each repeated as soon as it is answered; how often which answer came.
async fn press(
    channels: &[tonic::transport::Channel],
    calls: usize,
    duration: Duration,
    number: &Arc<AtomicU64>,
) -> BTreeMap<String, u64> {
    let (until, mut tasks) = (Instant::now() + duration, JoinSet::new());
    for call in 0..calls {
        let channel = channels[call % channels.len()].clone();
        let number = Arc::clone(number);
        tasks.spawn(async move {
            let mut came: BTreeMap<String, u64> = BTreeMap::new();
            while Instant::now() < until {
                let word = match raw::send::<SubmitManifestResponse>(&channel, SUBMIT, message(&number)).await
                {
                    Ok(_) => "answered".to_owned(),
                    Err(status) => reason(&status),
                };
                let refused = word != "answered";
                *came.entry(word).or_default() += 1;
                if refused {
                    tokio::time::sleep(Duration::from_millis(20)).await; // no more patience than that
                }
            }
            came
        });
    }
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(came) = tasks.join_next().await {
        for (word, count) in came.unwrap() {
            *all.entry(word).or_default() += count;
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_within_bounds_at_ten_times_the_load() {
    let site = Site::prepare(
        &[
            ("intake.queue.bytes_at_once", "1048576"),
            ("intake.queue.bytes_at_once_per_partner", "524288"),
            ("intake.queue.waiting_bytes", "3145728"),
            ("intake.queue.waiting_bytes_per_partner", "1572864"),
            ("intake.queue.incoming_bytes", "8388608"),
            ("intake.queue.incoming_bytes_per_partner", "4194320"),
            ("decode.max_text_bytes", "1000000"),
        ],
        |_, _| {},
    )
    .await;
    let serving = Serving::start(site.folder.path());
    let (address, process) = (serving.address().unwrap(), serving.id());
    let mut channels: Vec<_> = Vec::new();
    for place in 0..CONNECTIONS {
        let partner_id = ["kz-customs", "tj-customs"][place % 2];
        channels.push(site.channel(address, partner_id));
    }
    let number = Arc::new(AtomicU64::new(0));
    press(&channels, TAKEN_ON / MESSAGE, BEFORE, &number).await;
    let before = resident_bytes(process);
    let stop = Arc::new(AtomicBool::new(false));
    let highest = Arc::new(AtomicU64::new(before));
    let watching = tokio::spawn({
        let (stop, highest) = (Arc::clone(&stop), Arc::clone(&highest));
        async move {
            while !stop.load(Ordering::Relaxed) {
                highest.fetch_max(resident_bytes(process), Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    let calls = TIMES * TAKEN_ON / MESSAGE;
    let all = press(&channels, calls, DURATION, &number).await;
    stop.store(true, Ordering::Relaxed);
    watching.await.unwrap();
    let (highest, mib) = (highest.load(Ordering::Relaxed), |bytes: u64| bytes as f64 / 1_048_576.0);
    println!(
        "{calls} calls of {MESSAGE} bytes at once ({:.0} MiB, {TIMES} times what is taken on): {all:?}; resident {:.0} MiB \
         before, {:.0} MiB at the most",
        mib((calls * MESSAGE) as u64),
        mib(before),
        mib(highest)
    );
    assert!(all["answered"] > 0 && all.get("OVERLOADED").is_some_and(|refused| *refused > 0), "{all:?}");
    assert!(all.keys().all(|word| ["answered", "OVERLOADED", "DEADLINE_EXCEEDED"].contains(&word.as_str())));
    // What is taken on, what comes in, the connections' windows, and as much again for what is made of it.
    let allowed = 2 * (TAKEN_ON + (8 << 20) + CONNECTIONS * (1 << 20));
    assert!(highest - before < allowed as u64, "{:.0} MiB more", mib(highest - before));
    // And it serves on.
    raw::send::<SubmitManifestResponse>(&channels[0], SUBMIT, message(&number)).await.unwrap();
}
