//! What was measured, as tables for people and as one JSON object with fixed keys for programs.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

use crate::{
    bars::{BARS, Bar, Figure, MEMORY_MIB},
    load::Sample,
    payload::Kind,
};

/// What was driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    /// The bare service.
    Bare,
    /// The gateway as it is delivered, on SQLite.
    Gateway,
    /// The same with a commit for every submission.
    OneByOne,
    /// The gateway with a store that answers and forgets.
    Forgetful,
    /// The gateway on SQLite, over `SubmitManifests`.
    Stream,
    /// One gateway on PostgreSQL.
    Postgres,
    /// Two gateways on one PostgreSQL.
    TwoOnPostgres,
    /// Handshakes with the gateway, keys agreed on by X25519.
    X25519,
    /// The same by X25519MLKEM768.
    MlKem,
}

impl Server {
    fn name(self) -> &'static str {
        match self {
            Server::Bare => "bare",
            Server::Gateway => "gateway.sqlite",
            Server::OneByOne => "gateway.sqlite.one_by_one",
            Server::Forgetful => "gateway.forgetful",
            Server::Stream => "gateway.sqlite.stream",
            Server::Postgres => "gateway.postgres",
            Server::TwoOnPostgres => "gateway.postgres.two",
            Server::X25519 => "gateway.x25519",
            Server::MlKem => "gateway.x25519mlkem768",
        }
    }
}

/// How a set is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Connections, and calls in flight on each.
    Closed(usize, usize),
    /// Requests a second.
    Open(u32),
    /// Handshakes at a time.
    Handshakes(usize),
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Shape::Closed(connections, calls) => format!("{connections}x{calls}"),
            Shape::Open(rate) => format!("{rate}ps"),
            Shape::Handshakes(at_once) => format!("{at_once}at_once"),
        };
        f.pad(&text)
    }
}

/// The set whose keys stand without its name.
pub(crate) const DURABLE_SQLITE: &str = "durable.sqlite";

/// Servers that were driven in turn, in one stretch of time.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    /// In the order in which they were driven.
    pub(crate) rows: Vec<(Server, Vec<Sample>)>,
}

/// Everything measured so far.
pub(crate) struct Report {
    seconds: u64,
    rounds: usize,
    manifests: u64,
    sets: Vec<Set>,
    peak_memory: BTreeMap<(Kind, Server), u64>,
    /// Ready after, and idle memory.
    starts: BTreeMap<Kind, (Duration, u64)>,
    answers: BTreeMap<Kind, BTreeMap<String, usize>>,
    payload_bytes: BTreeMap<Kind, usize>,
}

/// The figures of one row over its rounds.
struct Figures {
    per_second: f64,
    p50: u64,
    p99: u64,
    p999: u64,
    server_cpu_us: f64,
    requests: u64,
}

impl Set {
    fn figures(&self, server: Server) -> Result<Figures> {
        let samples =
            self.rows.iter().find(|row| row.0 == server).map(|row| &row.1).context("not measured")?;
        let mut rates: Vec<f64> =
            samples.iter().map(|sample| sample.requests as f64 / sample.elapsed.as_secs_f64()).collect();
        rates.sort_by(f64::total_cmp);
        let mut latencies = Histogram::new_from(&samples[0].latencies);
        for sample in samples {
            latencies.add(&sample.latencies)?;
        }
        let cpu: Duration = samples.iter().map(|sample| sample.server_cpu).sum();
        let requests = latencies.len();
        Ok(Figures {
            per_second: median(&rates),
            p50: latencies.value_at_quantile(0.5),
            p99: latencies.value_at_quantile(0.99),
            p999: latencies.value_at_quantile(0.999),
            server_cpu_us: cpu.as_micros() as f64 / requests.max(1) as f64,
            requests,
        })
    }

    /// One server's figure over another's.
    fn ratio(&self, figure: Figure, of: Server, over: Server) -> Result<f64> {
        let value = |server| {
            let figures = self.figures(server)?;
            Ok::<_, anyhow::Error>(match figure {
                Figure::Rate => figures.per_second,
                Figure::P50 => figures.p50 as f64,
                Figure::P99 => figures.p99 as f64,
                Figure::Cpu => figures.server_cpu_us,
            })
        };
        Ok(value(of)? / value(over)?)
    }
}

impl Report {
    pub(crate) fn new(seconds: u64, rounds: usize, manifests: u64) -> Self {
        Self {
            seconds,
            rounds,
            manifests,
            sets: Vec::new(),
            peak_memory: BTreeMap::new(),
            starts: BTreeMap::new(),
            answers: BTreeMap::new(),
            payload_bytes: BTreeMap::new(),
        }
    }

    pub(crate) fn set(&mut self, set: Set) {
        self.sets.push(set);
    }

    pub(crate) fn peak_memory(&mut self, kind: Kind, server: Server, bytes: u64) {
        self.peak_memory.insert((kind, server), bytes);
    }

    pub(crate) fn start(&mut self, kind: Kind, ready_after: Duration, idle_memory: u64) {
        self.starts.insert(kind, (ready_after, idle_memory));
    }

    pub(crate) fn answers(&mut self, kind: Kind, verdicts: BTreeMap<String, usize>) {
        self.answers.insert(kind, verdicts);
    }

    pub(crate) fn payload_bytes(&mut self, kind: Kind, bytes: usize) {
        self.payload_bytes.insert(kind, bytes);
    }

    /// What a bar is held against; its set's last shape is the busiest. `None` where the set was left out.
    fn measured(&self, bar: &Bar) -> Option<f64> {
        let set = self.sets.iter().rev().find(|set| set.name == bar.set && set.kind == bar.kind)?;
        set.ratio(bar.figure, bar.of, bar.over).ok()
    }

    /// One object; its keys are fixed: docs/BENCHMARKS.md.
    pub(crate) fn print_json(&self) -> Result<()> {
        let mut object = Map::new();
        for set in &self.sets {
            let prefix = if set.name == DURABLE_SQLITE { String::new() } else { format!("{}.", set.name) };
            let at = format!("{}.{}", set.kind.name(), set.shape);
            for &(server, _) in &set.rows {
                let figures = set.figures(server)?;
                let key = |what: &str| format!("{prefix}{}.{at}.{what}", server.name());
                object.insert(key("requests_per_second"), json!(rounded(figures.per_second)));
                object.insert(key("p50_us"), json!(figures.p50));
                object.insert(key("p99_us"), json!(figures.p99));
                object.insert(key("p999_us"), json!(figures.p999));
                object.insert(key("server_cpu_us"), json!(rounded(figures.server_cpu_us)));
                object.insert(key("requests"), json!(figures.requests));
            }
            if set.name == DURABLE_SQLITE {
                let ratio = set.ratio(Figure::Rate, Server::Gateway, Server::Bare)?;
                object.insert(format!("durable_ratio.sqlite.{at}"), json!(rounded(ratio)));
            }
        }
        for bar in &BARS {
            if let Some(measured) = self.measured(bar) {
                object.insert(bar.key.to_owned(), json!(rounded(measured)));
            }
        }
        for (&(kind, server), bytes) in &self.peak_memory {
            object.insert(format!("{}.{}.peak_memory_bytes", server.name(), kind.name()), json!(bytes));
        }
        for (kind, (ready_after, idle_memory)) in &self.starts {
            let name = kind.name();
            object.insert(format!("gateway.sqlite.{name}.ready_ms"), json!(ready_after.as_millis() as u64));
            object.insert(format!("gateway.sqlite.{name}.idle_memory_bytes"), json!(idle_memory));
            object.insert(format!("gateway.sqlite.{name}.sample_verdicts"), json!(self.answers.get(kind)));
            object.insert(format!("payload.{name}.mean_bytes"), json!(self.payload_bytes.get(kind)));
        }
        object.insert("settings.seconds".to_owned(), json!(self.seconds));
        object.insert("settings.rounds".to_owned(), json!(self.rounds));
        object.insert("settings.manifests".to_owned(), json!(self.manifests));
        println!("{}", Value::Object(object));
        Ok(())
    }

    /// Tables: every set, then the bars.
    pub(crate) fn print_tables(&self) -> Result<()> {
        println!(
            "cargo xtask bench --seconds {} --rounds {} --manifests {}",
            self.seconds, self.rounds, self.manifests
        );
        println!(
            "servers of a set are driven in turn, in one run; medians over rounds; the last column is over the set's first\n"
        );
        println!(
            "{:<17} {:<6} {:>8} {:<26} {:>10} {:>9} {:>9} {:>9} {:>11} {:>6}",
            "set",
            "load",
            "shape",
            "server",
            "requests/s",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "CPU us each",
            "ratio"
        );
        for set in &self.sets {
            for &(server, _) in &set.rows {
                let figures = set.figures(server)?;
                let first = set.rows[0].0;
                let ratio = match server {
                    server if server == first => String::new(),
                    server => format!("{:.3}", set.ratio(Figure::Rate, server, first)?),
                };
                println!(
                    "{:<17} {:<6} {:>8} {:<26} {:>10.0} {:>9.2} {:>9.2} {:>9.2} {:>11.0} {:>6}",
                    set.name,
                    set.kind.name(),
                    set.shape,
                    server.name(),
                    figures.per_second,
                    milliseconds(figures.p50),
                    milliseconds(figures.p99),
                    milliseconds(figures.p999),
                    figures.server_cpu_us,
                    ratio
                );
            }
        }
        println!();
        for (kind, (ready_after, _)) in &self.starts {
            println!(
                "{}: requests of {} bytes; gateway ready after {} ms; first answers: {:?}",
                kind.name(),
                self.payload_bytes.get(kind).copied().unwrap_or_default(),
                ready_after.as_millis(),
                self.answers.get(kind).cloned().unwrap_or_default()
            );
        }
        self.print_bars();
        Ok(())
    }

    fn print_bars(&self) {
        println!("\n{:<46} {:>9} {:>7} {:>10}", "bar", "measured", "must", "reach for");
        for bar in &BARS {
            let Some(measured) = self.measured(bar) else { continue };
            let word = if bar.met(measured) { "" } else { "missed" };
            println!("{:<46} {measured:>9.3} {:>7} {:>10}  {word}", bar.words, bar.must, bar.reach);
        }
        let peak = self.peak_memory.iter().filter(|((_, server), _)| *server == Server::Gateway);
        let memory = [
            ("resident MiB under load, SQLite", peak.map(|(_, bytes)| *bytes).max()),
            ("resident MiB idle, SQLite", self.starts.values().map(|start| start.1).max()),
        ];
        for ((words, bytes), (must, reach)) in memory.into_iter().zip(MEMORY_MIB) {
            let Some(measured) = bytes.map(mebibytes) else { continue };
            let word = if measured <= must { "" } else { "missed" };
            println!("{words:<46} {measured:>9.0} {must:>7} {reach:>10}  {word}");
        }
    }
}

/// The middle one; the mean of the two middle ones when their number is even.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1_000.0
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1_024.0 * 1_024.0)
}
