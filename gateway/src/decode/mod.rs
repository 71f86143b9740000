//! Step 2: what was received becomes what the partner declared. Wire types stop here.
//!
//! Before a message is decoded its extent is measured on the wire ([`Limits`]): what holds more than is read is
//! refused with its place, and nothing was allocated for it. It is refused and not cut, because a manifest of which
//! a part was not read must never be decided as if it were whole.

mod arrival;
mod cargo;
mod config;
pub mod document;
mod element;
mod extent;
mod json;
mod limits;
mod passenger;
mod received;
mod shape;
mod submission;
mod value;

pub use arrival::arrival_seconds;
pub use config::Config;
pub use element::{Element, element};
pub use extent::Extent;
pub use limits::Limits;
pub use received::{Format, Received};
pub use submission::{Envelope, Submission, declared, request_id, submission};

/// Why what was received is not read. Names places and counts, never what stood there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The message has more bytes than are read.
    #[error("the message has {found} bytes, {limit} are read")]
    TooLarge {
        /// Bytes that are read.
        limit: usize,
        /// Bytes that came.
        found: usize,
    },
    /// The bytes are not a message of the contract.
    #[error("the message cannot be read at {path}: {problem}")]
    Undecodable {
        /// Where, in the contract's form, as far as it is known.
        path: String,
        /// At which byte of the message, where that is known.
        offset: Option<usize>,
        /// What is the matter.
        problem: String,
    },
    /// A list has more elements than are read.
    #[error("{path} has more than {limit} elements")]
    TooMany {
        /// Which list; for limits over the whole message, the list at which it was passed.
        path: String,
        /// Elements that are read.
        limit: usize,
        /// The setting that says so.
        setting: &'static str,
    },
    /// A text is longer than is read.
    #[error("{path} has {found} bytes, {limit} are read")]
    TextTooLong {
        /// Which text.
        path: String,
        /// Bytes that are read.
        limit: usize,
        /// Bytes that came.
        found: usize,
    },
    /// The document of a partner's own format is not read as a whole.
    #[error("{unreadable}")]
    Document {
        /// The format that it is in, or was said to be in.
        format: Option<formats::Format>,
        /// Where and why.
        unreadable: formats::Unreadable,
    },
    /// The format that was named is none.
    #[error("the format that was named is not known")]
    UnknownFormat,
    /// The request holds no manifest.
    #[error("the request holds no manifest")]
    NoManifest,
}
