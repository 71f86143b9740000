//! What goes wrong, one after the other, at random.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use gateway::config::Config;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testkit::postgres::Server;
use tokio::runtime::Handle;

use super::cluster::{Cluster, limit_files};
use crate::{database::Beside, line::Swallows};

pub(super) struct Faults {
    cluster: Arc<Cluster>,
    server: Option<Server>,
    config: Config,
    random: StdRng,
}

impl Faults {
    pub(super) fn new(cluster: Arc<Cluster>, server: Option<Server>, config: Config, seed: u64) -> Self {
        Self { cluster, server, config, random: StdRng::seed_from_u64(seed) }
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
        let kinds = if self.server.is_some() { 10 } else { 6 };
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
            5 => self.no_history(),
            6 => {
                let frozen = self.server.as_ref().map(Server::freeze);
                self.pause(100, 8_000);
                drop(frozen);
                "PostgreSQL frozen"
            }
            7 => self.line(place),
            kind => {
                let Some(server) = &self.server else { return "nothing" };
                let crashes = kind == 8;
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

    /// Nobody can read what is counted, so rules alone decide, and decisions are made again later.
    fn no_history(&mut self) -> &'static str {
        let open = Handle::current();
        let mut beside = open.block_on(Beside::open(&self.config.persist));
        let lock = "begin; lock table history_counters in access exclusive mode";
        open.block_on(beside.run("alter table history_counters rename to hidden", lock));
        self.pause(500, 4_000);
        open.block_on(beside.run("alter table hidden rename to history_counters", "rollback"));
        "history locked"
    }

    /// A gateway and the database do not reach each other, or believe that they do.
    fn line(&mut self, place: usize) -> &'static str {
        let swallows = self.random.random_bool(0.6);
        let cut_after = self.random.random_bool(0.5);
        let cluster = Arc::clone(&self.cluster);
        let Some(line) = cluster.line(place) else { return "nothing" };
        if !swallows {
            line.cut();
            return "line to PostgreSQL cut";
        }
        line.swallow(Swallows::Everything);
        self.pause(100, 8_000);
        if cut_after {
            line.cut();
        }
        line.swallow(Swallows::Nothing);
        "line to PostgreSQL swallows"
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
