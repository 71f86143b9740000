//! Which format a document is in, and the reader for it.

use crate::{Cause, Document, Format, Given, Limits, Unreadable, xml};

/// The format of a document by its first bytes, or `None`. Cheap: it looks, it does not read.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Format> {
    xml::names(bytes, xml::kind_of).map(|kind| kind.format)
}

/// Reads a document in the format that is named, or in the one that is recognised.
///
/// # Errors
/// When the document as a whole is not of the format, ends in the middle of its envelope, or exceeds a limit. A single bad message is
/// an `Err` in [`crate::Message::content`] instead.
pub fn read(
    bytes: &[u8],
    format: Option<Format>,
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Document, Unreadable> {
    let format = format.or_else(|| recognise(bytes)).ok_or_else(|| unrecognised(bytes, limits))?;
    match format {
        Format::Paxlst | Format::Cuscar => Err(not_yet(format)), // edifact
        Format::Ncts | Format::Ens => xml::read(bytes, format, given, limits),
        Format::PassengerCsv | Format::PassengerXlsx | Format::VoyageJson => Err(not_yet(format)), // table, voyage
        Format::ManifestJson => Err(not_yet(format)), // the gateway reads its own contract
    }
}

fn not_yet(format: Format) -> Unreadable {
    Unreadable { place: None, cause: Cause::NotRead(format.as_str().to_owned()) }
}

/// Why nothing is read: XML of another kind is named, and refused for what it is.
fn unrecognised(bytes: &[u8], limits: &Limits) -> Unreadable {
    xml::unrecognised(bytes, limits).unwrap_or(Unreadable { place: None, cause: Cause::NotRecognised })
}
