//! Clients that keep to the documented retry policy while gateways on one PostgreSQL are drained and killed.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use testkit::many;
use tokio::task::JoinSet;
use tonic::Code;

use super::several::{KZ, gateways, manifest_of, site, stored, without_quota};
use crate::{
    harness::{LIMIT, Site, now},
    kill::Serving,
};

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
    assert_eq!(policy["retryableStatusCodes"], serde_json::json!(["UNAVAILABLE", "RESOURCE_EXHAUSTED"]));
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
                            let pushed = status.metadata().get("grpc-retry-pushback-ms");
                            let pushed = pushed.map(|told| told.to_str().unwrap().parse::<i64>().unwrap());
                            let again = status.code() == Code::Unavailable
                                || (status.code() == Code::ResourceExhausted
                                    && pushed.is_none_or(|told| told >= 0))
                                || (std::error::Error::source(&status).is_some()
                                    && matches!(status.code(), Code::Unknown | Code::Cancelled));
                            if !again || attempt == policy.attempts {
                                failed += 1;
                                eprintln!("failed at attempt {attempt}: {status:?}");
                                break;
                            }
                            repeated += 1;
                            let told =
                                pushed.and_then(|told| u64::try_from(told).ok()).map(Duration::from_millis);
                            tokio::time::sleep(told.unwrap_or(pause)).await;
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
