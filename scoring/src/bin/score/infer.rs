//! `score infer`: the model alone, on vectors.

use std::hint::black_box;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use scoring::Head;
use scoring::features::{CATALOG, FeatureVector, WIDTH};
use serde_json::json;

use crate::With;

/// What `score features` prints in front of a vector.
const LABELS: [&str; 3] = ["date", "fraud", "critical"];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Print how many microseconds a row takes, not the answers.
    #[arg(long)]
    time: bool,
    /// CSV of vectors, as `score features` prints them: the header names the features in the catalog's order. In front may stand
    /// `date`, `fraud` and `critical`, which are passed over.
    vectors: PathBuf,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        let vectors = self.read()?;
        if self.time {
            let one = best(vectors.chunks(1), 1, |rows| drop(black_box(scorer.bundle().score(rows))));
            let many =
                best(vectors.chunks_exact(64), 64, |rows| drop(black_box(scorer.bundle().score(rows))));
            let explain = best(vectors.chunks(1), 1, |rows| {
                black_box(scorer.bundle().explain(&rows[0], Head::Fraud));
            });
            println!("{}", json!({"batch_1_us": one, "batch_64_us": many, "explain_us": explain}));
            return Ok(());
        }
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        writeln!(out, "fraud,critical,fraud_margin,critical_margin")?;
        for score in scorer.bundle().score(&vectors)? {
            let (fraud, critical) = (score.fraud_margin, score.critical_margin);
            writeln!(out, "{},{},{fraud},{critical}", score.fraud, score.critical)?;
        }
        Ok(out.flush()?)
    }

    fn read(&self) -> anyhow::Result<Vec<FeatureVector>> {
        let place = || self.vectors.display().to_string();
        let mut reader = csv::Reader::from_path(&self.vectors).with_context(place)?;
        let names = reader.headers().with_context(place)?.clone();
        let before = match names.iter().take(LABELS.len()).eq(LABELS) {
            true => LABELS.len(),
            false => 0,
        };
        ensure!(
            names.iter().skip(before).eq(CATALOG.iter().map(|feature| feature.name)),
            "{}: the header is not the catalog's list of features",
            place()
        );
        let mut vectors = Vec::new();
        for (row, record) in reader.records().enumerate() {
            let mut vector = [0.0; WIDTH];
            let record = record.with_context(place)?;
            let fields = record.iter().zip(&names).skip(before);
            for (value, (text, name)) in vector.iter_mut().zip(fields) {
                *value = text
                    .parse()
                    .with_context(|| format!("{}, line {}, column {name:?}: no number", place(), row + 2))?;
            }
            vectors.push(FeatureVector(vector));
        }
        Ok(vectors)
    }
}

/// Microseconds a row in the best of some hundred rounds: neighbours on the machine only ever add time.
fn best<'v>(
    parts: impl Iterator<Item = &'v [FeatureVector]>,
    rows: usize,
    work: impl Fn(&[FeatureVector]),
) -> f64 {
    let parts: Vec<&[FeatureVector]> = parts.take(300).collect();
    let mut best = f64::INFINITY;
    for part in parts.iter().cycle().take(2000) {
        let start = Instant::now();
        work(part);
        best = best.min(start.elapsed().as_secs_f64());
    }
    best / rows as f64 * 1e6
}
