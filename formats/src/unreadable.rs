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
    /// It can be read, and says more than is read of the contract's own messages.
    #[error("{0}")]
    Beyond(Beyond),
}

/// More than is read of a message of the contract, in its own terms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Beyond {
    /// Bytes of the whole, in the contract's binary form.
    #[error("the message has {found} bytes, {limit} are read")]
    Bytes {
        /// Bytes that are read.
        limit: usize,
        /// Bytes that it has.
        found: usize,
    },
    /// Elements of a list.
    #[error("{path} has more than {limit} elements")]
    List {
        /// Which list, in the contract's form.
        path: String,
        /// Elements that are read.
        limit: usize,
        /// The setting that says so.
        setting: &'static str,
    },
    /// Bytes of a text.
    #[error("{path} has {found} bytes, {limit} are read")]
    Text {
        /// Which text, in the contract's form.
        path: String,
        /// Bytes that are read.
        limit: usize,
        /// Bytes that it has.
        found: usize,
    },
}
