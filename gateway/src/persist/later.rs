//! Decisions that are made again later.

use jiff::Timestamp;

/// What was decided later, with history and model, as bytes and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterDecision {
    /// The pre-decisions, as [`super::Finished::decisions`].
    pub decisions: Vec<u8>,
    /// The roll-up's word.
    pub verdict: String,
}

/// Manifests that wait to be judged again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub manifests: u64,
    /// Since when the first of them waits.
    pub since: Option<Timestamp>,
}
