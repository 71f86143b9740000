//! `cargo xtask signals`: what a gateway tells of itself, told to those who are there to hear it: the OpenTelemetry Collector receives
//! all three signals, Prometheus scrapes, loads the alerts and answers every expression of the dashboard.
//!
//! Manifests, refusals, strangers and a bad reload are made, so that nearly every expression has something to say; those that have
//! nothing are named in [`EMPTY`] with the reason, and fail when they speak.

mod collector;
mod gateway;
mod prometheus;
mod traffic;

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

/// Expressions, by a part of them, that say nothing here, and why.
const EMPTY: [(&str, &str); 2] = [
    ("audit_failures_total", "the store answers, so no event goes missing"),
    ("rules_only_total", "history and model have all the time that they need"),
];

/// Longest time for something to be seen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = || {
        arguments
            .next()
            .context("usage: signals COLLECTOR PROMETHEUS PROMTOOL; `cargo xtask signals` says them")
    };
    let (collector, prometheus, promtool) = (next()?, next()?, next()?);
    let folder = tempfile::tempdir().context("making a throwaway folder")?;
    let collector = collector::Collector::start(&collector, folder.path())?;
    let mut gateway = gateway::Gateway::start(folder.path(), &collector.endpoint)?;
    let prometheus = prometheus::Prometheus::start(&prometheus, folder.path(), &gateway.admin)?;
    // Counters are told of by their growth, so Prometheus has to have seen them before, more than once.
    let _watch = traffic::watch(&gateway)?;
    for round in 0..2 {
        traffic::play(&gateway, round)?;
        thread::sleep(Duration::from_secs(3));
    }
    let lines = prometheus::clean(&promtool, &gateway.exposition()?)?;
    println!("/metrics: {lines} lines, promtool has nothing to say about them");
    collector.has_received()?;
    dashboard(&prometheus)?;
    alerts(&prometheus, &mut gateway)
}

/// Every expression of the dashboard.
fn dashboard(prometheus: &prometheus::Prometheus) -> Result<()> {
    let expressions = prometheus::dashboard()?;
    ensure!(expressions.len() > 15, "the dashboard has {} expressions", expressions.len());
    let (mut said, mut silent) = (0, 0);
    for (title, expression) in &expressions {
        let count = prometheus.series(expression)?;
        match EMPTY.iter().find(|(part, _)| expression.contains(part)) {
            None => {
                ensure!(count > 0, "{title}: says nothing: {expression}");
                said += 1;
            }
            Some((_, why)) => {
                ensure!(count == 0, "{title}: speaks, although {why}: {expression}");
                silent += 1;
            }
        }
    }
    let names = prometheus.values_of("customs_gateway_ready", "namespace")?;
    ensure!(names == ["customs"], "the dashboard's choice of namespaces is {names:?}");
    println!("dashboard: {said} expressions have something to say, {silent} nothing, as expected");
    Ok(())
}

/// Every alert is evaluated; those that this trial gives a reason speak, the others are silent.
fn alerts(prometheus: &prometheus::Prometheus, gateway: &mut gateway::Gateway) -> Result<()> {
    let names = prometheus.alerts()?;
    println!("alerts: {} are evaluated without an error", names.len());
    wait_for(prometheus, "CustomsGatewayReloadRefused")?;
    gateway.stop();
    // What it told ends with it.
    wait_for(prometheus, "CustomsGatewayAbsent")
}

/// Until this alert speaks, and no other.
fn wait_for(prometheus: &prometheus::Prometheus, expected: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        let speaking = prometheus.speaking()?;
        if speaking == [expected] {
            println!("alerts: {expected} speaks after {:.1} s, and no other", began.elapsed().as_secs_f64());
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "alerts that speak: {speaking:?}, expected {expected}");
        thread::sleep(Duration::from_millis(500));
    }
}
