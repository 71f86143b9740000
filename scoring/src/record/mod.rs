//! The stored form of pre-decisions: one versioned JSON text with the evidence beside the advice.
//!
//! Compact on purpose, for it is written while a partner waits: of a vector only what was measured on the goods item is
//! written (base64 of little-endian float32), because the rest follows from the counters beside it; counters are plain
//! lists, empty parts are left out. Older versions stay readable; a new meaning is a new version.

mod form;
mod words;

use serde::Deserialize;

use crate::pre_decision::Withheld;
use crate::scorer::{Capacity, Decided, Scored, Scorer, finish};
use form::Stored;

/// Version of the form.
pub const VERSION: u32 = 1;

/// Why a stored record cannot be read or made again.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not the JSON that a record is.
    #[error("pre-decision record is malformed: {0}")]
    Malformed(String),
    /// Written by a version that this build does not know.
    #[error("pre-decision record has version {0}, known is {VERSION}")]
    Version(u32),
    /// Another model or policy judged.
    #[error("pre-decision record was made by bundle {bundle} and policy {policy}, not by the loaded ones")]
    Identity {
        /// Digest of its bundle.
        bundle: String,
        /// Digest of its policy.
        policy: String,
    },
    /// The same evidence gave other pre-decisions.
    #[error("the evidence gives other pre-decisions than were stored")]
    Differs,
}

/// The bytes to store.
#[must_use]
pub fn encode(decided: &Decided) -> Vec<u8> {
    // Serializing plain owned values into memory has no way to fail; an empty record would be refused when read.
    let mut bytes = Vec::with_capacity(1024 + 384 * decided.evidence.items.len());
    match serde_json::to_writer(&mut bytes, &Stored::of(decided)) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

/// Reads stored bytes.
///
/// # Errors
/// When they are not a record, or one of another version.
pub fn decode(bytes: &[u8]) -> Result<Decided, RecordError> {
    #[derive(Deserialize)]
    struct Head {
        v: u32,
    }
    let malformed = |error: serde_json::Error| RecordError::Malformed(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(malformed)?;
    if head.v != VERSION {
        return Err(RecordError::Version(head.v));
    }
    let stored: Stored = serde_json::from_slice(bytes).map_err(malformed)?;
    stored.decided().ok_or_else(|| RecordError::Malformed("a code, place or vector is not known".into()))
}

/// Which bundle and policy judged, from stored bytes; none where nobody did, or where they are no record.
#[must_use]
pub fn judge_of(bytes: &[u8]) -> Option<JudgedBy> {
    #[derive(Deserialize)]
    struct Head {
        by: Option<JudgedBy>,
    }
    serde_json::from_slice::<Head>(bytes).ok()?.by
}

/// Digests of what judged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct JudgedBy {
    /// Of the bundle.
    pub bundle_digest: String,
    /// Of the policy.
    pub policy_digest: String,
}

/// Judges a stored record again from its own evidence and proves that the same bytes come out.
///
/// # Errors
/// When the record cannot be read, was made by others, contradicts itself, or comes out differently.
pub fn recompute(scorer: &Scorer, bytes: &[u8]) -> Result<Decided, RecordError> {
    let stored = decode(bytes)?;
    let capacity = Capacity { budget: stored.evidence.budget };
    let scored = match (&stored.evidence.identity, stored.evidence.withheld) {
        (Some(identity), _) if **identity == *scorer.identity() => scorer.judge(stored.evidence),
        (Some(identity), _) => {
            return Err(RecordError::Identity {
                bundle: identity.bundle_digest.clone(),
                policy: identity.policy_digest.clone(),
            });
        }
        (None, reason) => Scored::unjudged(stored.evidence, reason.unwrap_or(Withheld::ScoringFailed)),
    };
    let again = finish(scored, &capacity);
    if encode(&again) == bytes { Ok(again) } else { Err(RecordError::Differs) }
}

/// As [`recompute`], by whichever of some scorers made the record: across a change of bundle or policy each old record is
/// made again by the old ones.
///
/// # Errors
/// As [`recompute`]; [`RecordError::Identity`] when none of them made it.
pub fn replay<'s>(
    scorers: impl IntoIterator<Item = &'s Scorer>,
    bytes: &[u8],
) -> Result<Decided, RecordError> {
    let mut scorers = scorers.into_iter();
    let Some(first) = scorers.next() else { return Err(RecordError::Malformed("nobody to ask".into())) };
    let mut answer = recompute(first, bytes);
    for scorer in scorers {
        match answer {
            Err(RecordError::Identity { .. }) => answer = recompute(scorer, bytes),
            _ => break,
        }
    }
    answer
}
