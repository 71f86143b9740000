//! What is held against what, and where the project has set its marks.

use crate::{payload::Kind, report::Server};

/// A figure of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    /// Requests a second, the median over rounds.
    Rate,
    /// Median latency.
    P50,
    /// 99th percentile of the latency.
    P99,
    /// CPU time of the server for each request.
    Cpu,
}

/// One figure of one server over the same of another in the same set.
pub(crate) struct Bar {
    /// Its key in `--json`.
    pub(crate) key: &'static str,
    /// What it says, in words.
    pub(crate) words: &'static str,
    pub(crate) set: &'static str,
    pub(crate) kind: Kind,
    pub(crate) figure: Figure,
    pub(crate) of: Server,
    pub(crate) over: Server,
    /// The mark that must be met.
    pub(crate) must: f64,
    /// The mark to reach for.
    pub(crate) reach: f64,
}

impl Bar {
    /// Rates should be high, everything else low.
    pub(crate) fn met(&self, measured: f64) -> bool {
        if self.figure == Figure::Rate { measured >= self.must } else { measured <= self.must }
    }
}

/// A bar in one line.
macro_rules! bar {
    ($key:literal, $words:literal, $set:literal $kind:ident, $figure:ident: $of:ident / $over:ident, $must:literal, $reach:literal) => {
        Bar {
            key: $key,
            words: $words,
            set: $set,
            kind: Kind::$kind,
            figure: Figure::$figure,
            of: Server::$of,
            over: Server::$over,
            must: $must,
            reach: $reach,
        }
    };
}

/// All of them, at the set's busiest shape.
#[rustfmt::skip]
pub(crate) const BARS: [Bar; 12] = [
    bar!("durable_ratio.sqlite.cargo", "durable / bare, SQLite, cargo", "durable.sqlite" Cargo, Rate: Gateway / Bare, 0.25, 0.40),
    bar!("durable_ratio.sqlite.coach", "durable / bare, SQLite, coach", "durable.sqlite" Coach, Rate: Gateway / Bare, 0.35, 0.55),
    bar!("durable_ratio.postgres.cargo", "durable / bare, PostgreSQL, cargo", "durable.postgres" Cargo, Rate: Postgres / Bare, 0.18, 0.30),
    bar!("durable_ratio.postgres.coach", "durable / bare, PostgreSQL, coach", "durable.postgres" Coach, Rate: Postgres / Bare, 0.25, 0.40),
    bar!("scored_ratio.cargo", "scored and explained, no store / bare, cargo", "scored" Cargo, Rate: Forgetful / Bare, 0.40, 0.60),
    bar!("server_cpu_ratio.sqlite.cargo", "server CPU, SQLite / bare, cargo", "durable.sqlite" Cargo, Cpu: Gateway / Bare, 4.0, 2.6),
    bar!("open_loop_p50_ratio.sqlite.cargo", "p50 at 2,000/s, SQLite / bare, cargo", "open_loop" Cargo, P50: Gateway / Bare, 3.0, 2.0),
    bar!("open_loop_p99_ratio.sqlite.cargo", "p99 at 2,000/s, SQLite / bare, cargo", "open_loop" Cargo, P99: Gateway / Bare, 10.0, 6.0),
    bar!("group_commit_ratio.sqlite.cargo", "group commit / one commit each, cargo", "group_commit" Cargo, Rate: Gateway / OneByOne, 3.0, 5.0),
    bar!("stream_ratio.sqlite.cargo", "SubmitManifests / SubmitManifest, cargo", "stream" Cargo, Rate: Stream / Gateway, 1.2, 1.5),
    bar!("two_gateways_ratio.postgres.cargo", "two gateways / one, PostgreSQL, cargo", "two_gateways" Cargo, Rate: TwoOnPostgres / Postgres, 0.85, 0.95),
    bar!("handshake_ratio", "handshakes/s, X25519MLKEM768 / X25519", "handshakes" Cargo, Rate: MlKem / X25519, 0.90, 0.95),
];

/// Bytes that are resident under load and idle, SQLite: must and reach for.
pub(crate) const MEMORY_MIB: [(f64, f64); 2] = [(300.0, 200.0), (100.0, 60.0)];
