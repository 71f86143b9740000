//! What was measured, as a table for people and as one JSON object with fixed keys for programs.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

use crate::{SHAPES, load::Sample, payload::Kind};

/// The two that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    /// (a)
    Bare,
    /// (b)
    Gateway,
}

impl Server {
    fn name(self) -> &'static str {
        match self {
            Server::Bare => "bare",
            Server::Gateway => "gateway.sqlite",
        }
    }
}

/// One cell of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) kind: Kind,
    pub(crate) shape: (usize, usize),
    pub(crate) server: Server,
}

/// Everything measured so far.
pub(crate) struct Report {
    seconds: u64,
    rounds: usize,
    manifests: u64,
    samples: BTreeMap<Cell, Vec<Sample>>,
    peak_memory: BTreeMap<(Kind, Server), u64>,
    /// Ready after, and idle memory.
    starts: BTreeMap<Kind, (Duration, u64)>,
    answers: BTreeMap<Kind, BTreeMap<String, usize>>,
    payload_bytes: BTreeMap<Kind, usize>,
}

/// The figures of one cell over its rounds.
struct Figures {
    per_second: f64,
    p50: u64,
    p99: u64,
    p999: u64,
    server_cpu_us: f64,
    requests: u64,
}

impl Report {
    pub(crate) fn new(seconds: u64, rounds: usize, manifests: u64) -> Self {
        Self {
            seconds,
            rounds,
            manifests,
            samples: BTreeMap::new(),
            peak_memory: BTreeMap::new(),
            starts: BTreeMap::new(),
            answers: BTreeMap::new(),
            payload_bytes: BTreeMap::new(),
        }
    }

    pub(crate) fn sample(&mut self, cell: Cell, sample: Sample) {
        self.samples.entry(cell).or_default().push(sample);
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

    /// (b) over (a), requests a second.
    fn ratio(&self, kind: Kind, shape: (usize, usize)) -> Result<f64> {
        let figure = |server| Ok::<_, anyhow::Error>(self.figures(Cell { kind, shape, server })?.per_second);
        Ok(figure(Server::Gateway)? / figure(Server::Bare)?)
    }

    fn figures(&self, cell: Cell) -> Result<Figures> {
        let samples = self.samples.get(&cell).context("a cell was not measured")?;
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

    /// One object; its keys are fixed.
    pub(crate) fn print_json(&self) -> Result<()> {
        let mut object = Map::new();
        for &kind in self.starts.keys() {
            let name = kind.name();
            // The bar is set at the last, busiest shape.
            let busiest = SHAPES[SHAPES.len() - 1];
            object.insert(format!("durable_ratio.sqlite.{name}"), json!(rounded(self.ratio(kind, busiest)?)));
            for shape in SHAPES {
                let at = format!("{name}.{}x{}", shape.0, shape.1);
                object.insert(format!("durable_ratio.sqlite.{at}"), json!(rounded(self.ratio(kind, shape)?)));
                for server in [Server::Bare, Server::Gateway] {
                    let figures = self.figures(Cell { kind, shape, server })?;
                    let key = |what: &str| format!("{}.{at}.{what}", server.name());
                    object.insert(key("requests_per_second"), json!(rounded(figures.per_second)));
                    object.insert(key("p50_us"), json!(figures.p50));
                    object.insert(key("p99_us"), json!(figures.p99));
                    object.insert(key("p999_us"), json!(figures.p999));
                    object.insert(key("server_cpu_us"), json!(rounded(figures.server_cpu_us)));
                    object.insert(key("requests"), json!(figures.requests));
                }
            }
            for server in [Server::Bare, Server::Gateway] {
                let bytes = self.peak_memory.get(&(kind, server)).copied();
                object.insert(format!("{}.{name}.peak_memory_bytes", server.name()), json!(bytes));
            }
            let (ready_after, idle_memory) = self.starts[&kind];
            object.insert(format!("gateway.sqlite.{name}.ready_ms"), json!(ready_after.as_millis() as u64));
            object.insert(format!("gateway.sqlite.{name}.idle_memory_bytes"), json!(idle_memory));
            object.insert(format!("gateway.sqlite.{name}.sample_verdicts"), json!(self.answers.get(&kind)));
            object.insert(format!("payload.{name}.mean_bytes"), json!(self.payload_bytes.get(&kind)));
        }
        object.insert("settings.seconds".to_owned(), json!(self.seconds));
        object.insert("settings.rounds".to_owned(), json!(self.rounds));
        object.insert("settings.manifests".to_owned(), json!(self.manifests));
        println!("{}", Value::Object(object));
        Ok(())
    }

    /// A table.
    pub(crate) fn print_table(&self) -> Result<()> {
        println!(
            "cargo xtask bench --seconds {} --rounds {} --manifests {}",
            self.seconds, self.rounds, self.manifests
        );
        println!(
            "a = bare service, b = gateway, embedded store, answer after the commit; medians over rounds\n"
        );
        println!(
            "{:<6} {:>5} {:<15} {:>10} {:>9} {:>9} {:>9} {:>11} {:>6}",
            "load", "shape", "server", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "CPU us each", "b/a"
        );
        for &cell in self.samples.keys() {
            let figures = self.figures(cell)?;
            let ratio = match cell.server {
                Server::Bare => String::new(),
                Server::Gateway => format!("{:.3}", self.ratio(cell.kind, cell.shape)?),
            };
            println!(
                "{:<6} {:>5} {:<15} {:>10.0} {:>9.2} {:>9.2} {:>9.2} {:>11.0} {:>6}",
                cell.kind.name(),
                format!("{}x{}", cell.shape.0, cell.shape.1),
                cell.server.name(),
                figures.per_second,
                milliseconds(figures.p50),
                milliseconds(figures.p99),
                milliseconds(figures.p999),
                figures.server_cpu_us,
                ratio
            );
        }
        println!();
        for (kind, (ready_after, idle_memory)) in &self.starts {
            let peak = |server| self.peak_memory.get(&(*kind, server)).map_or(0.0, |&bytes| mebibytes(bytes));
            println!(
                "{}: requests of {} bytes; gateway ready after {} ms, idle {:.0} MiB, peak {:.0} MiB (bare {:.0} MiB); \
                 first answers: {:?}",
                kind.name(),
                self.payload_bytes.get(kind).copied().unwrap_or_default(),
                ready_after.as_millis(),
                mebibytes(*idle_memory),
                peak(Server::Gateway),
                peak(Server::Bare),
                self.answers.get(kind).cloned().unwrap_or_default()
            );
        }
        Ok(())
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
