//! A bundle: a model with all it needs to be trusted. Nothing is served from one that fails any check.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;

use super::Score;
use super::calibration::Calibration;
use super::explain::{Explainer, Explanation};
use super::onnx::{Graph, OnnxError};
use super::trees::{LEAVES, NODES, Tree};
use crate::features::{FeatureVector, WIDTH, fingerprint};
use crate::hex::hex;
use crate::pre_decision::Head;

/// Greatest difference between this build and the trainer's own answers.
const TOLERANCE: f64 = 1e-5;

/// Fewer different golden rows than this prove too little of a model's some hundred trees.
const MIN_GOLDEN_ROWS: usize = 16;

/// The files that a bundle consists of, `bundle.toml` apart.
pub(crate) const FILES: [&str; 4] = ["model.onnx", "trees.json", "golden.jsonl", "card.md"];

/// Why a bundle is refused.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file is not there or cannot be read.
    #[error("bundle file {file} cannot be read: {reason}")]
    Unreadable {
        /// Name of the file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// A file is not what it should be.
    #[error("bundle file {file} is malformed: {reason}")]
    Malformed {
        /// Name of the file.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is not the one that the bundle was made of.
    #[error("bundle file {file} has digest {found}, bundle.toml says {expected}")]
    Digest {
        /// Name of the file.
        file: &'static str,
        /// Digest that `bundle.toml` names.
        expected: String,
        /// Digest of the file.
        found: String,
    },
    /// The model learned another list of features.
    #[error("the bundle's features have fingerprint {bundle}, this build's have {build}")]
    Fingerprint {
        /// The bundle's.
        bundle: String,
        /// This build's.
        build: String,
    },
    /// It says nothing of its calibration, or what does not hold, or it is not calibrated.
    #[error("bundle file bundle.toml, calibration: {0}")]
    Calibration(String),
    /// The graph is refused.
    #[error(transparent)]
    Graph(#[from] OnnxError),
    /// The model answers differently from the trainer's.
    #[error("golden row {row}: {what} is {found}, expected {expected}")]
    Golden {
        /// Which row, from 1.
        row: usize,
        /// What differs.
        what: &'static str,
        /// What it is here.
        found: f64,
        /// What it has to be.
        expected: f64,
    },
}

/// A checked model, ready to serve.
#[derive(Debug)]
pub struct Bundle {
    /// The bundle's name, for instance `customs-1`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of `bundle.toml`, in hexadecimal; through the digests in it, of everything.
    pub digest: String,
    /// Probabilities from which figures count a row as found.
    pub thresholds: Thresholds,
    /// How near its probabilities come to what is found. Nothing only for a bundle that was kept before bundles told it.
    pub calibration: Option<Calibration>,
    /// Its files as they were read, by name: what is kept beside decisions, so that they can be made again.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// Different rows that the model was proven by.
    golden_rows: usize,
    graph: Graph,
    explainers: [Explainer; 2],
}

/// Probabilities at which the trainer's choice of rows has the greatest macro-F1. They serve figures; what is decided
/// stands in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Of an irregularity.
    pub fraud: f64,
    /// Of a critical irregularity.
    pub critical: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    version: String,
    /// For people: what the model was trained on, and with what.
    #[serde(rename = "training")]
    _training: toml::Table,
    thresholds: Thresholds,
    calibration: Option<Calibration>,
    feature_fingerprint: String,
    files: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TreesFile {
    fraud: Vec<TreeText>,
    critical: Vec<TreeText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TreeText {
    features: [usize; NODES],
    thresholds: [f32; NODES],
    values: [f32; LEAVES],
    covers: [f64; LEAVES],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenRow {
    x: Vec<f32>,
    fraud: f64,
    critical: f64,
    fraud_margin: f64,
    critical_margin: f64,
    fraud_contributions: Vec<f64>,
    critical_contributions: Vec<f64>,
}

impl Bundle {
    /// A bundle to judge by, from its files, all checks made: digests, feature fingerprint, thresholds, calibration, and the
    /// golden rows, of which there are enough, through the graph and through the explanation.
    ///
    /// # Errors
    /// Whatever fails first.
    pub fn check(read: impl Fn(&str) -> Result<Vec<u8>, String>) -> Result<Self, BundleError> {
        let bundle = Self::check_kept(read)?;
        let malformed = |file, reason: String| Err(BundleError::Malformed { file, reason });
        let Thresholds { fraud, critical } = bundle.thresholds;
        for (head, threshold) in [("fraud", fraud), ("critical", critical)] {
            // Written so that a value that is not a number fails.
            if !(threshold > 0.0 && threshold < 1.0) {
                let reason = format!("thresholds: {head} is {threshold}, not between 0 and 1");
                return malformed("bundle.toml", reason);
            }
        }
        if bundle.golden_rows < MIN_GOLDEN_ROWS {
            let rows = bundle.golden_rows;
            let reason = format!("{rows} rows, at least {MIN_GOLDEN_ROWS} different ones are needed");
            return malformed("golden.jsonl", reason);
        }
        match bundle.calibration {
            Some(_) => Ok(bundle),
            None => Err(BundleError::Calibration("there is none".into())),
        }
    }

    /// A bundle by which past decisions are made again, and no new ones: digests, fingerprint and golden rows are checked, but it
    /// may say nothing of its calibration, which bundles at first did not, and the rest of what [`Bundle::check`] asks moves no
    /// decision.
    ///
    /// # Errors
    /// Whatever fails first.
    pub fn check_kept(read: impl Fn(&str) -> Result<Vec<u8>, String>) -> Result<Self, BundleError> {
        let read = |file: &str| {
            read(file).map_err(|reason| BundleError::Unreadable { file: file.to_owned(), reason })
        };
        let malformed = |file, reason: String| BundleError::Malformed { file, reason };
        let manifest_bytes = read("bundle.toml")?;
        let manifest: Manifest = std::str::from_utf8(&manifest_bytes)
            .map_err(|error| malformed("bundle.toml", error.to_string()))
            .and_then(|text| {
                toml::from_str(text).map_err(|error| malformed("bundle.toml", error.to_string()))
            })?;
        let build = fingerprint();
        if manifest.feature_fingerprint != build {
            return Err(BundleError::Fingerprint { bundle: manifest.feature_fingerprint, build });
        }
        if let Some(calibration) = &manifest.calibration {
            calibration.check().map_err(BundleError::Calibration)?;
        }
        let mut contents = Vec::with_capacity(FILES.len());
        for file in FILES {
            let bytes = read(file)?;
            let expected = manifest.files.get(file).cloned().unwrap_or_default();
            let found = sha256(&bytes);
            if expected != found {
                return Err(BundleError::Digest { file, expected, found });
            }
            contents.push(bytes);
        }
        let trees: TreesFile = serde_json::from_slice(&contents[1])
            .map_err(|error| malformed("trees.json", error.to_string()))?;
        let graph = Graph::load(&contents[0])?;
        let golden = contents[2].clone();
        let files =
            FILES.into_iter().zip(contents).chain([("bundle.toml", manifest_bytes.clone())]).collect();
        let mut bundle = Self {
            name: manifest.name,
            version: manifest.version,
            digest: sha256(&manifest_bytes),
            thresholds: manifest.thresholds,
            calibration: manifest.calibration,
            files,
            golden_rows: 0,
            graph,
            explainers: [explainer(trees.fraud)?, explainer(trees.critical)?],
        };
        bundle.golden_rows = bundle.prove(&golden)?;
        Ok(bundle)
    }

    /// Both heads' answers for every vector, in order.
    ///
    /// # Errors
    /// When the graph does not run.
    pub fn score(&self, vectors: &[FeatureVector]) -> Result<Vec<Score>, OnnxError> {
        self.graph.run(vectors)
    }

    /// Why a head answers as it does about a vector.
    #[must_use]
    pub fn explain(&self, vector: &FeatureVector, head: Head) -> Explanation {
        self.explainers[head as usize].explain(vector)
    }

    /// Holds the model to its golden rows; says how many different ones there are.
    fn prove(&self, golden: &[u8]) -> Result<usize, BundleError> {
        let malformed = |reason: String| BundleError::Malformed { file: "golden.jsonl", reason };
        let mut rows = Vec::new();
        let mut vectors = Vec::new();
        let mut different = BTreeSet::new();
        for line in golden.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let row: GoldenRow =
                serde_json::from_slice(line).map_err(|error| malformed(error.to_string()))?;
            let vector: [f32; WIDTH] =
                row.x.as_slice().try_into().map_err(|_| malformed("a row has another width".into()))?;
            different.insert(vector.map(f32::to_bits));
            vectors.push(FeatureVector(vector));
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(malformed("no rows".into()));
        }
        let scores = self.score(&vectors)?;
        for (place, ((row, vector), score)) in rows.iter().zip(&vectors).zip(scores).enumerate() {
            let same = |what, found: f64, expected: f64| {
                // Written so that a value that is not a number fails.
                if (found - expected).abs() <= TOLERANCE {
                    Ok(())
                } else {
                    Err(BundleError::Golden { row: place + 1, what, found, expected })
                }
            };
            same("probability of fraud", f64::from(score.fraud), row.fraud)?;
            same("probability of critical fraud", f64::from(score.critical), row.critical)?;
            same("log-odds of fraud", f64::from(score.fraud_margin), row.fraud_margin)?;
            same("log-odds of critical fraud", f64::from(score.critical_margin), row.critical_margin)?;
            for (head, margin, expected) in [
                (Head::Fraud, score.fraud_margin, &row.fraud_contributions),
                (Head::Critical, score.critical_margin, &row.critical_contributions),
            ] {
                let explanation = self.explain(vector, head);
                same("sum of contributions", explanation.total(), f64::from(margin))?;
                if expected.len() != WIDTH {
                    return Err(malformed("contributions have another width".into()));
                }
                for (found, expected) in explanation.contributions.iter().zip(expected) {
                    same("a contribution", *found, *expected)?;
                }
            }
        }
        Ok(different.len())
    }
}

fn explainer(trees: Vec<TreeText>) -> Result<Explainer, BundleError> {
    let trees: Vec<Tree> = trees
        .into_iter()
        .map(|tree| Tree {
            features: tree.features,
            thresholds: tree.thresholds,
            values: tree.values,
            covers: tree.covers,
        })
        .collect();
    match trees.iter().position(|tree| !tree.is_sound()) {
        Some(place) => Err(BundleError::Malformed {
            file: "trees.json",
            reason: format!("tree {place} tests an unknown feature or holds a value that is not finite"),
        }),
        None => Ok(Explainer::new(&trees)),
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}
