//! A document of a partner's own format: which format it is in, and what its messages declare.

use jiff::Timestamp;

use super::{Limits, Refusal, json};

pub use formats::{
    Answer, AnswerFinding, AnswerHead, AnswerInKind, Answerable, Beyond, Cause, Document, Envelope, Format,
    Half, Intent, Message, Naming, Unreadable, answer,
};

/// Longest reference that may be given for a document, in bytes of UTF-8.
const MAX_REFERENCE: usize = 280;

/// What is given beside a document's bytes.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Name of the format; empty to have it recognised.
    pub format: &'a str,
    /// The reference of messages that have none of their own; empty for none.
    pub reference: &'a str,
    /// When it was received.
    pub received_time: Timestamp,
}

/// Reads a document.
///
/// # Errors
/// [`Refusal::Document`] when the document as a whole is not read; a single bad message is an `Err` in its
/// `content` instead. [`Refusal::UnknownFormat`] and [`Refusal::TextTooLong`] for what is given beside it.
pub fn document(bytes: &[u8], given: &Given<'_>, limits: &Limits) -> Result<Document, Refusal> {
    if given.reference.len() > MAX_REFERENCE {
        let path = "document_reference".to_owned();
        return Err(Refusal::TextTooLong { path, limit: MAX_REFERENCE, found: given.reference.len() });
    }
    let named = match given.format {
        "" => None,
        name => Some(Format::parse(name).ok_or(Refusal::UnknownFormat)?),
    };
    let limits_of_readers = limits.of_readers();
    if bytes.len() > limits_of_readers.max_document_bytes {
        return Err(Refusal::TooLarge { limit: limits_of_readers.max_document_bytes, found: bytes.len() });
    }
    let format = named.or_else(|| recognise(bytes));
    if format == Some(Format::ManifestJson) {
        return json::document(bytes, given, limits)
            .map_err(|unreadable| Refusal::Document { format, unreadable });
    }
    let reference = Some(given.reference).filter(|reference| !reference.is_empty());
    let given = formats::Given { reference, received_time: given.received_time };
    formats::read(bytes, format, &given, &limits_of_readers)
        .map_err(|unreadable| Refusal::Document { format, unreadable })
}

/// The contract's own JSON is known to us alone; everything else the readers recognise themselves.
fn recognise(bytes: &[u8]) -> Option<Format> {
    if json::is_manifest(bytes) { Some(Format::ManifestJson) } else { formats::recognise(bytes) }
}
