//! The price of durability, and of everything else: submissions a second through the gateway against a bare tonic service
//! that decodes the same request and answers a fixed small reply. `cargo xtask bench` runs it.
//!
//! All are processes of their own behind the same listener, TLS settings, HTTP/2 limits, allocator and build profile;
//! one client drives the servers of a set in turn, in the same run, over the same number of connections. The gateway
//! answers after the commit in a fresh store with an empty history. Every request has a new key. Loopback only; it
//! stops by itself. Sets, keys and bars: docs/BENCHMARKS.md.

#[path = "submit/bare.rs"]
mod bare;
#[path = "submit/bars.rs"]
mod bars;
#[path = "submit/child.rs"]
mod child;
#[path = "submit/forgetful.rs"]
mod forgetful;
#[path = "submit/handshakes.rs"]
mod handshakes;
#[path = "submit/load.rs"]
mod load;
#[path = "submit/payload.rs"]
mod payload;
#[path = "submit/raw.rs"]
mod raw;
#[path = "submit/report.rs"]
mod report;
#[path = "submit/sets.rs"]
mod sets;
#[path = "submit/setup.rs"]
mod setup;
#[path = "submit/stream.rs"]
mod stream;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use payload::Kind;
use report::Report;

/// The gateway's allocator, so that the bare service and the client have it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Compares the gateway with a bare service, and with itself.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// One JSON object with fixed keys instead of the tables.
    #[arg(long)]
    json: bool,
    /// How long each server is driven at a time.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How often each is driven; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Distinct manifests of each kind; keys are new for every request whatever this says.
    #[arg(long, default_value_t = 10_000)]
    manifests: u64,
    /// Only this payload, for work on one; the JSON object then lacks the other's keys.
    #[arg(long)]
    load: Option<Kind>,
    /// Only these sets: durable.sqlite, scored, group_commit, stream, open_loop, handshakes, durable.postgres, two_gateways.
    #[arg(long, value_delimiter = ',')]
    sets: Vec<String>,
    /// Only `durable.sqlite` at the last, busiest shape, for work on that.
    #[arg(long, conflicts_with_all = ["json", "sets"])]
    busiest: bool,
    /// Said by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
    /// Serve the bare service from this folder: what this program starts itself with.
    #[arg(long, hide = true)]
    serve_bare: Option<PathBuf>,
    /// Serve a gateway whose store forgets, by this configuration: what this program starts itself with.
    #[arg(long, hide = true)]
    serve_forgetful: Option<PathBuf>,
}

impl Arguments {
    /// Was this set asked for?
    fn wants(&self, set: &str) -> bool {
        if self.busiest {
            return set == report::DURABLE_SQLITE;
        }
        self.sets.is_empty() || self.sets.iter().any(|name| name == set)
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let Some(folder) = &arguments.serve_bare {
        return runtime.block_on(bare::serve(folder));
    }
    if let Some(config) = &arguments.serve_forgetful {
        return runtime.block_on(forgetful::serve(config));
    }
    let mut report = Report::new(arguments.seconds, arguments.rounds, arguments.manifests);
    for kind in [Kind::Cargo, Kind::Coach] {
        if arguments.load.is_none_or(|load| load == kind) {
            runtime.block_on(sets::measure(kind, &arguments, &mut report))?;
        }
    }
    if arguments.json { report.print_json() } else { report.print_tables() }
}
