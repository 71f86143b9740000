//! The price of durability: submissions a second through the gateway (b) against a bare tonic service (a) that decodes
//! the same request and answers a fixed small reply. `cargo xtask bench` runs it.
//!
//! Both are processes of their own behind the same listener, TLS settings, HTTP/2 limits, allocator and build profile;
//! one client drives them in turn, in the same run, over the same number of connections. (b) answers after the commit
//! in a fresh store with an empty history. Every request has a new key. Loopback only; it stops by itself.

#[path = "submit/bare.rs"]
mod bare;
#[path = "submit/child.rs"]
mod child;
#[path = "submit/load.rs"]
mod load;
#[path = "submit/payload.rs"]
mod payload;
#[path = "submit/report.rs"]
mod report;
#[path = "submit/setup.rs"]
mod setup;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Result;
use clap::Parser;

use child::Child;
use load::{Connections, Sample};
use payload::{Kind, Payload};
use report::{Cell, Report, Server};

/// The gateway's allocator, so that the bare service and the client have it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections and calls in flight on each.
const SHAPES: [(usize, usize); 3] = [(1, 1), (4, 8), (8, 16)];

/// Compares the gateway with a bare service.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// One JSON object with fixed keys instead of the table.
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
    /// Only the last, busiest shape is driven, for work on that.
    #[arg(long, conflicts_with = "json")]
    busiest: bool,
    /// Said by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
    /// Serve the bare service from this folder: what this program starts itself with.
    #[arg(long, hide = true)]
    serve_bare: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match &arguments.serve_bare {
        Some(folder) => runtime.block_on(bare::serve(folder)),
        None => runtime.block_on(compare(&arguments)),
    }
}

async fn compare(arguments: &Arguments) -> Result<()> {
    let mut report = Report::new(arguments.seconds, arguments.rounds, arguments.manifests);
    for kind in
        [Kind::Cargo, Kind::Coach].into_iter().filter(|&kind| arguments.load.is_none_or(|load| load == kind))
    {
        eprintln!("bench: {}: encoding {} manifests", kind.name(), arguments.manifests);
        let payload = Arc::new(Payload::encode(kind, arguments.manifests)?);
        report.payload_bytes(kind, payload.mean_bytes());
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let setup = setup::prepare(folder.path())?;
        let mut bare = Child::bare(&setup).await?;
        let mut gateway = Child::gateway(&setup).await?;
        report.start(kind, gateway.ready_after, gateway.memory_now()?);
        report.answers(kind, load::sample_answers(&setup, &gateway, &payload).await?);
        let first = if arguments.busiest { SHAPES.len() - 1 } else { 0 };
        for &shape in &SHAPES[first..] {
            eprintln!("bench: {}: {}x{}", kind.name(), shape.0, shape.1);
            let bare_cell = Cell { kind, shape, server: Server::Bare };
            let gateway_cell = Cell { server: Server::Gateway, ..bare_cell };
            let to_bare = Connections::open(&setup, bare.address, shape).await?;
            let to_gateway = Connections::open(&setup, gateway.address, shape).await?;
            to_bare.drive(&payload, WARM_UP).await?;
            to_gateway.drive(&payload, WARM_UP).await?;
            for _ in 0..arguments.rounds.max(1) {
                let length = Duration::from_secs(arguments.seconds.max(1));
                report.sample(bare_cell, measured(&bare, &to_bare, &payload, length).await?);
                report.sample(gateway_cell, measured(&gateway, &to_gateway, &payload, length).await?);
            }
        }
        report.peak_memory(kind, Server::Bare, bare.peak_memory()?);
        report.peak_memory(kind, Server::Gateway, gateway.peak_memory()?);
        gateway.stop()?;
        bare.stop()?;
    }
    if arguments.json { report.print_json() } else { report.print_table() }
}

const WARM_UP: Duration = Duration::from_millis(500);

async fn measured(
    child: &Child,
    connections: &Connections,
    payload: &Arc<Payload>,
    length: Duration,
) -> Result<Sample> {
    let before = child.cpu_time()?;
    let mut sample = connections.drive(payload, length).await?;
    sample.server_cpu = child.cpu_time()?.saturating_sub(before);
    Ok(sample)
}
