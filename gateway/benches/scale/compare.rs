//! The filled store beside the empty one, and purges beside submissions.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use jiff::{Timestamp, ToSpan as _};
use testkit::postgres::Server;

use crate::{
    Arguments, Database,
    child::{self, Child},
    fill::{self, YEAR_US},
    load::{Connections, Sample},
    payload::{Kind, Payload},
    report::{Holds, Purge, Report},
    setup,
    space::{self, Place},
};

/// Connections and calls in flight on each: one at a time, and as busy as the bars are set at.
pub(crate) const SHAPES: [(usize, usize); 2] = [(1, 1), (8, 16)];
/// Beside a purge: steady traffic that leaves the machine room.
const BESIDE: (usize, usize) = (2, 2);
/// Distinct messages.
const MESSAGES: u64 = 2_000;
const WARM_UP: Duration = Duration::from_secs(2);
const SLICE: Duration = Duration::from_millis(250);

/// One store, empty and filled.
pub(crate) async fn compare(arguments: &Arguments, store: Database, report: &mut Report) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("scale-").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    space::ensure_enough(folder.path(), arguments.manifests)?;
    let server = if store == Database::Postgres { Some(Server::durable()?) } else { None };
    let databases = match &server {
        Some(server) => Some([server.database()?, server.database()?]),
        None => None,
    };
    let setup = setup::prepare(folder.path())?;
    let place = |at: usize, name: &str| -> Result<Place> {
        let url = databases.as_ref().map(|two| two[at].url.clone());
        let site = match &url {
            Some(url) => setup.on_postgres(name, url)?,
            None => setup.on_sqlite(name, "")?,
        };
        Ok(Place { site, url, file: folder.path().join(format!("{name}.db")) })
    };
    let (empty, full) = (place(0, "empty")?, place(1, "full")?);

    eprintln!("scale: {}: filling with {} manifests", store.name(), arguments.manifests);
    Child::gateway(&setup, &full.site).await?.stop()?;
    let newest = now();
    let seconds = fill::fill(&full, arguments.manifests, newest).await?;
    let bytes = space::total(&full).await?;
    ensure!(space::manifests(&full).await? == arguments.manifests, "all of it is there");
    report.filled(store, seconds, bytes);

    let payload = Arc::new(Payload::encode(Kind::Cargo, MESSAGES)?);
    let mut on_empty = Child::gateway(&setup, &empty.site).await?;
    let mut on_full = Child::gateway(&setup, &full.site).await?;
    for shape in SHAPES {
        eprintln!("scale: {}: {}x{}", store.name(), shape.0, shape.1);
        let to_empty = Connections::open(&setup, &[on_empty.address], shape).await?;
        let to_full = Connections::open(&setup, &[on_full.address], shape).await?;
        to_empty.drive(&payload, WARM_UP).await?;
        to_full.drive(&payload, WARM_UP).await?;
        let length = Duration::from_secs(arguments.seconds.max(1));
        for _ in 0..arguments.rounds.max(1) {
            report.sample(
                (store, shape, Holds::Nothing),
                measured(&on_empty, &to_empty, &payload, length).await?,
            );
            report.sample(
                (store, shape, Holds::Everything),
                measured(&on_full, &to_full, &payload, length).await?,
            );
        }
    }
    let written = space::manifests(&empty).await?;
    report.written(store, written, space::tables(&empty).await?);
    on_empty.stop()?;

    let to_full = Connections::open(&setup, &[on_full.address], BESIDE).await?;
    let oldest = Timestamp::from_microsecond(newest.as_microsecond() - YEAR_US)?;
    let mut spans = vec![("day", oldest + 24.hours())];
    if store == Database::Postgres {
        spans.push(("month", oldest + (24 * 62).hours()));
    }
    for (span, before) in spans {
        eprintln!("scale: {}: purging a {span} while serving", store.name());
        let quiet = to_full.drive(&payload, Duration::from_secs(arguments.seconds.max(1) * 2)).await?;
        let held = (space::keys(&full).await?, space::total(&full).await?);
        let recorded = space::manifests(&full).await?;
        let (beside, took) = purge_beside(&full, &to_full, &payload, before).await?;
        let new = space::manifests(&full).await? - recorded;
        let keys = held.0 + new - space::keys(&full).await?;
        let freed = held.1.saturating_sub(space::total(&full).await?);
        report.purge(store, span, Purge { keys, seconds: took.as_secs_f64(), freed, quiet, beside });
    }
    on_full.stop()?;
    Ok(())
}

/// Drives until a purge that began with it has ended.
async fn purge_beside(
    full: &Place,
    to_full: &Connections,
    payload: &Arc<Payload>,
    before: Timestamp,
) -> Result<(Sample, Duration)> {
    let begin = Instant::now();
    let mut purge = child::purge(&full.site, before)?;
    let mut all = to_full.drive(payload, SLICE).await?;
    loop {
        if let Some(status) = purge.try_wait()? {
            ensure!(status.success(), "the purge failed: {status}");
            return Ok((all, begin.elapsed()));
        }
        let sample = to_full.drive(payload, SLICE).await?;
        all.latencies.add(&sample.latencies)?;
        all.requests += sample.requests;
        all.elapsed += sample.elapsed;
    }
}

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

#[allow(clippy::disallowed_methods)] // a program's beginning: what is filled ends now
fn now() -> Timestamp {
    Timestamp::now()
}
