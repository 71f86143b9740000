//! Which format a document is in, and the reader for it.

use crate::{Cause, Document, Format, Given, Limits, Unreadable, edifact, table, voyage, xml};

/// The format of a document by its first bytes, or `None`. Cheap: it looks, it does not read.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Format> {
    if table::xlsx::is_workbook(bytes) {
        return Some(Format::PassengerXlsx);
    }
    if let Some(kind) = xml::names(bytes, xml::kind_of) {
        return Some(kind.format);
    }
    if let Some(json) = voyage::recognise(bytes) {
        return Some(json);
    }
    if let Some(edifact) = edifact::recognise(bytes) {
        return Some(edifact);
    }
    if edifact::foreign(bytes).is_some() {
        return None;
    }
    // Last: any text may be a list.
    table::is_separated_list(bytes).then_some(Format::PassengerCsv)
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
    if bytes.len() > limits.max_document_bytes {
        let cause = Cause::TooMany { what: "bytes", limit: limits.max_document_bytes };
        return Err(Unreadable { place: None, cause });
    }
    let format = format.or_else(|| recognise(bytes)).ok_or_else(|| unrecognised(bytes, limits))?;
    match format {
        Format::Paxlst | Format::Cuscar => edifact::read(bytes, format, given, limits),
        Format::Ncts | Format::Ens => xml::read(bytes, format, given, limits),
        Format::PassengerCsv => table::read_separated(bytes, given, limits),
        Format::PassengerXlsx => table::read_workbook(bytes, given, limits),
        Format::VoyageJson => voyage::read(bytes, given, limits),
        Format::ManifestJson => Err(not_yet(format)), // the gateway reads its own contract
    }
}

fn not_yet(format: Format) -> Unreadable {
    Unreadable { place: None, cause: Cause::NotRead(format.as_str().to_owned()) }
}

/// Why nothing is read: XML and EDIFACT of another kind are named and refused for what they are, and so are tables that
/// can be saved otherwise.
fn unrecognised(bytes: &[u8], limits: &Limits) -> Unreadable {
    let known = table::xlsx::foreign(bytes).or_else(|| xml::unrecognised(bytes, limits));
    let known = known.or_else(|| edifact::foreign(bytes));
    known.unwrap_or(Unreadable { place: None, cause: Cause::NotRecognised })
}
