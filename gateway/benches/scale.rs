//! A store that holds years of manifests beside an empty one: throughput, latency, bytes, and a purge while serving.
//!
//! `cargo xtask bench --scale [--manifests 10000000] [--json]`. For each store in turn, two gateways run at once, one on an empty
//! database and one on a filled one, and one client drives them alternately with the cargo payload of 8 KB. What fills is written
//! past the gateway in bulk: a year of manifests with bodies of 0.5 KB in all, their keys, feed and audit, and counters of history,
//! among them those that the payload asks for. Afterwards the purge of a day's inflow (PostgreSQL: of a month's too) runs beside
//! submissions. The JSON object's keys are listed in docs/CAPACITY.md. SYNTHETIC data.

#[allow(dead_code)] // of the benchmark beside this one, which needs more of it
#[path = "submit/bare.rs"]
mod bare;
#[allow(dead_code)]
#[path = "submit/child.rs"]
mod child;
#[path = "scale/compare.rs"]
mod compare;
#[path = "scale/fill.rs"]
mod fill;
#[allow(dead_code)]
#[path = "submit/load.rs"]
mod load;
#[allow(dead_code)]
#[path = "submit/payload.rs"]
mod payload;
#[path = "submit/raw.rs"]
mod raw;
#[path = "scale/report.rs"]
mod report;
#[path = "submit/setup.rs"]
mod setup;
#[path = "scale/space.rs"]
mod space;
#[allow(dead_code)]
#[path = "submit/stream.rs"]
mod stream;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use report::Report;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Compares a filled store with an empty one.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench --scale")]
struct Arguments {
    /// Manifests that the filled store holds.
    #[arg(long, default_value_t = 10_000_000)]
    manifests: u64,
    /// Only this store.
    #[arg(long, value_enum)]
    store: Option<Database>,
    /// How long each gateway is driven at a time.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How often each is driven; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// One JSON object with fixed keys instead of the table.
    #[arg(long)]
    json: bool,
    /// Said by `cargo xtask bench`.
    #[arg(long, hide = true)]
    scale: bool,
    /// Said by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A database that manifests are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// The word in keys and tables.
    fn name(self) -> &'static str {
        match self {
            Database::Sqlite => "sqlite",
            Database::Postgres => "postgres",
        }
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut report = Report::new(arguments.manifests, arguments.seconds, arguments.rounds);
    for store in [Database::Sqlite, Database::Postgres] {
        if arguments.store.is_none_or(|only| only == store) {
            // One after the other: the first is gone from the disk before the second is filled.
            runtime.block_on(compare::compare(&arguments, store, &mut report))?;
        }
    }
    if arguments.json {
        report.print_json()
    } else {
        report.print_table()
    }
    Ok(())
}
