//! Why a document or one of its messages is not read.

use manifest::declared::SourcePlace;

/// Not read, with the place. Names segments, elements and counts, never a value: what stood there may be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct Unreadable {
    /// Where, as far as it is known.
    pub place: Option<SourcePlace>,
    /// Why.
    pub cause: Cause,
}

/// Why something is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// No reader knows it.
    #[error("the format is not recognised")]
    NotRecognised,
    /// It is a well-formed message of a kind that is not a manifest, or that is not read.
    #[error("a message of type {0} is not read here")]
    NotRead(String),
    /// It ends in the middle.
    #[error("it ends before {0}")]
    Truncated(&'static str),
    /// It is not what it claims to be.
    #[error("{0}")]
    Malformed(String),
    /// DTDs and external entities are refused.
    #[error("document type definitions are refused")]
    DocumentType,
    /// More than is read.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
}
