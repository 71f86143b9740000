//! Which model judges, and what another would have said, as columns.

use uuid::Uuid;

use super::FeedPosition;

/// A bundle that was taken into use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRow {
    /// Grows with every change.
    pub number: i64,
    /// Where it lies; empty for the configuration's.
    pub folder: String,
    /// SHA-256 of its `bundle.toml`, lower-case hexadecimal.
    pub digest: String,
}

/// What a challenger says of one manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengerRow {
    /// The manifest.
    pub manifest_id: Uuid,
    /// The word of the roll-up that is effective.
    pub effective_verdict: String,
    /// The challenger's word.
    pub verdict: String,
    /// Probability of an irregularity that is effective.
    pub effective_fraud: Option<f32>,
    /// The challenger's.
    pub fraud: Option<f32>,
    /// The challenger's record: `scoring::record`.
    pub decisions: Vec<u8>,
}

/// How far a challenger has come, and what it said since.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengerPage {
    /// Digest of the challenger's bundle.
    pub bundle_digest: String,
    /// Everything up to here was looked at.
    pub position: FeedPosition,
    /// What it said.
    pub rows: Vec<ChallengerRow>,
}

/// One cell of the comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedRow {
    /// The word that is effective.
    pub effective_verdict: String,
    /// The challenger's word.
    pub verdict: String,
    /// Manifests of which both is so.
    pub manifests: i64,
    /// Mean distance of the two probabilities, where both exist.
    pub moved: Option<f64>,
    /// Of them examined.
    pub examined: i64,
    /// Of these irregular.
    pub irregular: i64,
}
