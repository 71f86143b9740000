//! What was measured, as a table for people and as one JSON object with fixed keys for programs (docs/CAPACITY.md).

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};

use crate::{Database, compare::SHAPES, load::Sample};

/// The marks for every ratio of throughput and latency: at most, and to reach for.
const MUST: f64 = 1.3;
const REACH: f64 = 1.1;

/// Which of the two stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    /// The empty one.
    Nothing,
    /// The filled one.
    Everything,
}

/// Where a sample belongs.
type Cell = (Database, (usize, usize), Holds);

/// A purge beside submissions.
pub(crate) struct Purge {
    /// Keys that it destroyed.
    pub(crate) keys: u64,
    /// From its start to its end, the start of its process included.
    pub(crate) seconds: f64,
    /// Bytes by which the store is smaller afterwards, submissions meanwhile taken off.
    pub(crate) freed: u64,
    /// The same traffic just before it.
    pub(crate) quiet: Sample,
    /// The traffic beside it.
    pub(crate) beside: Sample,
}

/// Everything measured so far.
pub(crate) struct Report {
    manifests: u64,
    seconds: u64,
    rounds: usize,
    figures: Map<String, Value>,
    samples: BTreeMap<&'static str, Vec<(Cell, Sample)>>,
}

impl Report {
    pub(crate) fn new(manifests: u64, seconds: u64, rounds: usize) -> Self {
        let mut figures = Map::new();
        figures.insert("settings.manifests".into(), json!(manifests));
        figures.insert("settings.seconds".into(), json!(seconds));
        figures.insert("settings.rounds".into(), json!(rounds));
        Self { manifests, seconds, rounds, figures, samples: BTreeMap::new() }
    }

    fn put(&mut self, key: String, value: Value) {
        self.figures.insert(key, value);
    }

    /// The filled store is there.
    pub(crate) fn filled(&mut self, store: Database, seconds: f64, bytes: u64) {
        let name = store.name();
        self.put(format!("scale.{name}.fill_seconds"), json!(rounded(seconds)));
        self.put(format!("scale.{name}.filled_bytes"), json!(bytes));
        self.put(format!("scale.{name}.filled_bytes_each"), json!(bytes / self.manifests.max(1)));
    }

    /// What real submissions made of the empty store.
    pub(crate) fn written(&mut self, store: Database, manifests: u64, tables: Vec<(String, u64)>) {
        let name = store.name();
        let each = |bytes: u64| bytes / manifests.max(1);
        let total: u64 = tables.iter().map(|(_, bytes)| bytes).sum();
        self.put(format!("scale.{name}.written_manifests"), json!(manifests));
        self.put(format!("scale.{name}.written_bytes_each"), json!(each(total)));
        for (table, bytes) in tables.into_iter().filter(|(_, bytes)| each(*bytes) > 0) {
            self.put(format!("scale.{name}.written_bytes_each.{table}"), json!(each(bytes)));
        }
    }

    pub(crate) fn sample(&mut self, cell: Cell, sample: Sample) {
        self.samples.entry(cell.0.name()).or_default().push((cell, sample));
    }

    pub(crate) fn purge(&mut self, store: Database, span: &str, purge: Purge) {
        let key = |what: &str| format!("scale.{}.purge_{span}.{what}", store.name());
        self.put(key("keys"), json!(purge.keys));
        self.put(key("seconds"), json!(rounded(purge.seconds)));
        self.put(key("keys_per_second"), json!(rounded(purge.keys as f64 / purge.seconds)));
        self.put(key("freed_bytes"), json!(purge.freed));
        for (when, sample) in [("quiet", &purge.quiet), ("beside", &purge.beside)] {
            let at = |quantile| sample.latencies.value_at_quantile(quantile);
            self.put(
                key(&format!("{when}.requests_per_second")),
                json!(rounded(sample.requests as f64 / sample.elapsed.as_secs_f64())),
            );
            self.put(key(&format!("{when}.p50_us")), json!(at(0.5)));
            self.put(key(&format!("{when}.p99_us")), json!(at(0.99)));
            self.put(key(&format!("{when}.max_us")), json!(sample.latencies.max()));
        }
    }

    /// Every figure under its key.
    fn all(&self) -> Map<String, Value> {
        let mut all = self.figures.clone();
        for (store, samples) in &self.samples {
            for shape in SHAPES {
                let of = |holds| {
                    let mine = samples.iter().filter(|((_, at, which), _)| *at == shape && *which == holds);
                    Figures::of(mine.map(|(_, sample)| sample))
                };
                let (Some(empty), Some(full)) = (of(Holds::Nothing), of(Holds::Everything)) else { continue };
                let at = format!("scale.{store}.{}x{}", shape.0, shape.1);
                for (name, figures) in [("empty", &empty), ("full", &full)] {
                    let mut put = |what: &str, value: Value| all.insert(format!("{at}.{name}.{what}"), value);
                    put("requests_per_second", json!(rounded(figures.per_second)));
                    put("p50_us", json!(figures.p50));
                    put("p99_us", json!(figures.p99));
                    put("server_cpu_us", json!(rounded(figures.cpu_us)));
                }
                // Each above 1 where the filled store is worse.
                let mut ratio =
                    |what: &str, value: f64| all.insert(format!("{at}.{what}"), json!(rounded(value)));
                ratio("throughput_ratio", empty.per_second / full.per_second);
                ratio("p50_ratio", full.p50 as f64 / empty.p50.max(1) as f64);
                ratio("p99_ratio", full.p99 as f64 / empty.p99.max(1) as f64);
            }
        }
        all
    }

    /// One object; its keys are fixed.
    pub(crate) fn print_json(&self) {
        println!("{}", Value::Object(self.all()));
    }

    /// A line a figure.
    pub(crate) fn print_table(&self) {
        println!(
            "cargo xtask bench --scale --manifests {} --seconds {} --rounds {}; ratios above 1: the filled store is worse\n",
            self.manifests, self.seconds, self.rounds
        );
        for (key, value) in self.all() {
            let ratio = value.as_f64().filter(|_| key.ends_with("_ratio"));
            let mark = ratio.map_or_else(String::new, |ratio| {
                let met = if ratio <= MUST { "met" } else { "MISSED" };
                format!("  must {MUST}: {met}; reach for {REACH}")
            });
            println!("{key:<60}{value:>16}{mark}");
        }
    }
}

/// The figures of one cell over its rounds.
struct Figures {
    per_second: f64,
    p50: u64,
    p99: u64,
    cpu_us: f64,
}

impl Figures {
    fn of<'s>(samples: impl Iterator<Item = &'s Sample>) -> Option<Self> {
        let mut rates = Vec::new();
        let mut cpu = Duration::ZERO;
        let mut latencies: Option<Histogram<u64>> = None;
        for sample in samples {
            rates.push(sample.requests as f64 / sample.elapsed.as_secs_f64());
            cpu += sample.server_cpu;
            match &mut latencies {
                None => latencies = Some(sample.latencies.clone()),
                Some(all) => all.add(&sample.latencies).ok()?,
            }
        }
        rates.sort_by(f64::total_cmp);
        let latencies = latencies?;
        Some(Self {
            per_second: *rates.get(rates.len() / 2)?,
            p50: latencies.value_at_quantile(0.5),
            p99: latencies.value_at_quantile(0.99),
            cpu_us: cpu.as_micros() as f64 / latencies.len().max(1) as f64,
        })
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
