//! Places of journeys among gateways: one waits for what another holds, and for nothing else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use gateway::persist::{Config, Store};
use tokio::time::{sleep, timeout};

use super::Fresh;
use crate::line::{Line, Swallows};

const HELD: i64 = 7;

/// Other journeys come and go all the time at the gateway where somebody waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_is_left_is_found_beside_the_traffic_of_others() {
    let fresh = Fresh::postgres().await;
    let other = Arc::new(fresh.another().await);
    let held = fresh.store.journey_places(vec![HELD]).await.unwrap().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let traffic: Vec<_> = (0..4)
        .map(|lane| {
            let (other, stop) = (Arc::clone(&other), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut place = 1_000 * lane;
                while !stop.load(Ordering::Relaxed) {
                    place += 1;
                    drop(other.journey_places(vec![100_000 + place]).await.unwrap());
                }
            })
        })
        .collect();
    let waits = tokio::spawn({
        let other = Arc::clone(&other);
        async move { other.journey_places(vec![HELD]).await.unwrap().is_some() }
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

/// All of some places, or none: who waits for one keeps nobody from the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_one_place_holds_no_other() {
    let fresh = Fresh::postgres().await;
    let other = fresh.another().await;
    let held = fresh.store.journey_places(vec![HELD]).await.unwrap();
    let waits = tokio::spawn({
        let other = other.clone();
        async move { other.journey_places(vec![1, HELD, 9]).await.unwrap().is_some() }
    });
    sleep(Duration::from_millis(100)).await;
    let free = fresh.store.journey_places(vec![1, 9]);
    drop(timeout(Duration::from_secs(1), free).await.expect("they are nobody's").unwrap());
    assert!(!waits.is_finished());
    drop(held);
    assert!(timeout(Duration::from_secs(3), waits).await.expect("free now").unwrap());
}

/// A gateway that hears nothing more of the server is not waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_of_a_gateway_that_is_silent_are_free_after_a_while() {
    let fresh = Fresh::postgres().await;
    let line = Line::to(&fresh.database.as_ref().unwrap().url).await;
    let far = Config { url: line.url.clone(), ..fresh.config.clone() };
    let silent = Store::open(&far, &fresh.secrets).await.unwrap();
    let lost = silent.journey_places(vec![HELD]).await.unwrap();
    line.swallow(Swallows::Everything);
    let waits = fresh.store.journey_places(vec![HELD]);
    let found = timeout(Duration::from_secs(9), waits).await.expect("its session ends").unwrap();
    line.swallow(Swallows::Nothing);
    drop(lost); // and takes nothing from who has it now
    let other = fresh.another().await;
    let waits = timeout(Duration::from_millis(500), other.journey_places(vec![HELD])).await;
    assert!(waits.is_err(), "it is held");
    drop(found);
}

/// A server that does not answer is told to all who wait for a place, not to one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_place_of_a_server_that_is_away_is_told_at_once() {
    let fresh = Fresh::postgres().await;
    let line = Line::to(&fresh.database.as_ref().unwrap().url).await;
    let far = Config { url: line.url.clone(), answer_timeout_ms: 300, ..fresh.config.clone() };
    let far = Store::open(&far, &fresh.secrets).await.unwrap();
    drop(far.journey_places(vec![HELD]).await.unwrap());
    line.swallow(Swallows::Everything);
    let began = Instant::now();
    let all: Vec<_> = (0..20)
        .map(|place| {
            let far = far.clone();
            tokio::spawn(async move { far.journey_places(vec![place]).await.is_err() })
        })
        .collect();
    for one in all {
        assert!(one.await.unwrap());
    }
    assert!(began.elapsed() < Duration::from_secs(6), "after {:?}", began.elapsed());
}

/// A file is one gateway's alone.
#[tokio::test]
async fn a_file_knows_no_other_gateway() {
    let fresh = Fresh::sqlite().await;
    assert!(fresh.store.journey_places(vec![HELD]).await.unwrap().is_none());
}
