//! Places of journeys among gateways: one waits for what another holds, and for nothing else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{sleep, timeout};

use super::Fresh;

const HELD: i64 = 7;

/// Other journeys come and go all the time at the gateway where somebody waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_is_left_is_found_beside_the_traffic_of_others() {
    let fresh = Fresh::postgres().await;
    let other = Arc::new(fresh.another().await);
    let held = fresh.store.journey_place(HELD).await.unwrap().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let traffic: Vec<_> = (0..4)
        .map(|lane| {
            let (other, stop) = (Arc::clone(&other), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut place = 1_000 * lane;
                while !stop.load(Ordering::Relaxed) {
                    place += 1;
                    drop(other.journey_place(100_000 + place).await.unwrap());
                }
            })
        })
        .collect();
    let waits = tokio::spawn({
        let other = Arc::clone(&other);
        async move { other.journey_place(HELD).await.unwrap().is_some() }
    });
    sleep(Duration::from_millis(100)).await;
    assert!(!waits.is_finished(), "it is held");
    drop(held);
    let found = timeout(Duration::from_secs(3), waits).await;
    stop.store(true, Ordering::Relaxed);
    for lane in traffic {
        lane.await.unwrap();
    }
    assert!(found.expect("found beside the traffic").unwrap());
}

/// A file is one gateway's alone.
#[tokio::test]
async fn a_file_knows_no_other_gateway() {
    let fresh = Fresh::sqlite().await;
    assert!(fresh.store.journey_place(HELD).await.unwrap().is_none());
}
