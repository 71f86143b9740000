//! Peers that speak TLS, HTTP/2 and gRPC as nobody should, against the serving process over real TLS: each attack ends or is
//! bounded, the process' memory stays within bounds, and another partner is served meanwhile. The limits themselves stand in
//! `gateway/src/authenticate/tests` and `limits.rs`; figures are printed with `--nocapture`.

mod attacks;
mod frames;
mod unread;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use proto::v1::ListManifestsRequest;
use testkit::identities::{Authority, Identity};

use crate::{harness::Site, kill::Serving, overload::resident_bytes};

/// What an attack may cost in memory, bytes: far less than it sends, or holds open.
const GROWTH: u64 = 96 << 20;
/// Longest that another partner's call may take while an attack is under way.
const PATIENCE: Duration = Duration::from_secs(3);

/// A serving process under attack.
struct Target {
    site: Site,
    serving: Serving,
    address: SocketAddr,
    attacker: Identity,
}

impl Target {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let site = Site::prepare(settings, |_, _| {}).await;
        let serving = Serving::start(site.folder.path());
        let address = serving.address().unwrap();
        let attacker = site.world.authority_of("kz-customs").client("kz-customs").unwrap();
        Self { site, serving, address, attacker }
    }

    fn root(&self) -> &Authority {
        self.site.server_authority()
    }

    async fn frames(&self, settings: &[(u16, u32)]) -> frames::Frames {
        let stream = frames::shake(self.address, self.root(), &self.attacker, "localhost").await.unwrap();
        frames::Frames::greet(stream, settings).await
    }

    /// Attacks while another partner goes on calling; that one is answered every time, and memory stays within bounds.
    async fn under<T>(&self, what: &str, attack: impl Future<Output = T>) -> T {
        let mut client = self.site.manifests(self.address, "tj-customs");
        client.list_manifests(ListManifestsRequest::default()).await.unwrap();
        let process = self.serving.id();
        let before = resident_bytes(process);
        let (stop, highest) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(before)));
        let calling = tokio::spawn({
            let (stop, highest) = (Arc::clone(&stop), Arc::clone(&highest));
            async move {
                let mut latencies = Vec::new();
                loop {
                    let begin = Instant::now();
                    client.list_manifests(ListManifestsRequest::default()).await.unwrap();
                    latencies.push(begin.elapsed());
                    highest.fetch_max(resident_bytes(process), Ordering::Relaxed);
                    if stop.load(Ordering::Relaxed) {
                        return latencies;
                    }
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        });
        let begin = Instant::now();
        let done = attack.await;
        let took = begin.elapsed();
        stop.store(true, Ordering::Relaxed);
        let mut latencies = calling.await.unwrap();
        latencies.sort_unstable();
        let worst = latencies.last().copied().unwrap();
        let growth = highest.load(Ordering::Relaxed) - before;
        println!(
            "{what}: {took:.1?}; resident {} MiB, at the most {:.1} MiB more; another's p50 {:.1?}, worst {worst:.1?} of {}",
            before >> 20,
            growth as f64 / 1_048_576.0,
            latencies[latencies.len() / 2],
            latencies.len()
        );
        assert!(growth < GROWTH, "{what}: {} MiB more", growth >> 20);
        assert!(worst < PATIENCE, "{what}: another waited {worst:?}");
        done
    }
}
