//! What goes wrong, one after the other, at random.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testkit::postgres::Server;

use super::cluster::{Cluster, limit_files};

pub(super) struct Faults {
    cluster: Arc<Cluster>,
    server: Option<Server>,
    random: StdRng,
}

impl Faults {
    pub(super) fn new(cluster: Arc<Cluster>, server: Option<Server>, seed: u64) -> Self {
        Self { cluster, server, random: StdRng::seed_from_u64(seed) }
    }

    fn pause(&mut self, least: u64, most: u64) {
        std::thread::sleep(Duration::from_millis(self.random.random_range(least..most)));
    }

    /// Goes on for so long; leaves everything whole. How often each was done.
    pub(super) fn run(&mut self, duration: Duration) -> BTreeMap<&'static str, u32> {
        let (began, mut done) = (Instant::now(), BTreeMap::new());
        while began.elapsed() < duration {
            self.pause(200, 2_000);
            *done.entry(self.one()).or_default() += 1;
        }
        done
    }

    fn one(&mut self) -> &'static str {
        let place = self.random.random_range(0..self.cluster.count());
        let kinds = if self.server.is_some() { 7 } else { 5 };
        match self.random.random_range(0..kinds) {
            0 | 1 => {
                self.cluster.kill(place);
                self.pause(1, 1_000);
                self.cluster.serve(place);
                "gateway killed"
            }
            2 => {
                self.cluster.signal(place, "STOP");
                self.pause(100, 6_000);
                self.cluster.signal(place, "CONT");
                "gateway frozen"
            }
            3 => {
                self.cluster.cut(place);
                "connections cut"
            }
            4 => self.full_disk(place),
            kind => {
                let Some(server) = &self.server else { return "nothing" };
                let crashes = kind == 5;
                if crashes {
                    server.crash().unwrap()
                } else {
                    server.stop().unwrap()
                }
                self.pause(1, 3_000);
                if let Some(server) = &self.server {
                    server.resume().unwrap();
                }
                if crashes { "PostgreSQL killed" } else { "PostgreSQL stopped" }
            }
        }
    }

    /// PostgreSQL panics when it cannot write its log, and is started anew by whoever runs it.
    fn full_disk(&mut self, place: usize) -> &'static str {
        match &self.server {
            None => {
                self.cluster.limit_files(place, "65536");
                self.pause(500, 4_000);
                self.cluster.limit_files(place, "unlimited");
            }
            Some(server) => {
                server.processes().iter().for_each(|process| limit_files(*process, "65536"));
                self.pause(500, 4_000);
                let Some(server) = &self.server else { return "nothing" };
                server.processes().iter().for_each(|process| limit_files(*process, "unlimited"));
                server.stop().unwrap();
                server.resume().unwrap();
            }
        }
        "disk full"
    }
}
