//! Which format a document is in, and the reader for it.

use crate::{Cause, Document, Format, Given, Limits, Unreadable, edifact, seen, table, voyage, xml};

/// The format of a document by its beginning, or `None`. Cheap: it looks at the first sign to know which reader to ask,
/// and no reader looks further than a few kilobytes.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Format> {
    match look(bytes) {
        Look::Known(format) => Some(format),
        Look::Refused(_) | Look::Unknown => None,
    }
}

/// What a look at the beginning tells.
enum Look {
    Known(Format),
    /// Known for something that is not read, or that ends too early.
    Refused(Unreadable),
    Unknown,
}

fn look(bytes: &[u8]) -> Look {
    match first_sign(bytes) {
        Some(b'P') if table::xlsx::is_workbook(bytes) => return Look::Known(Format::PassengerXlsx),
        Some(b'<' | b'{') => {
            if let Some(kind) = xml::names(bytes, xml::kind_of) {
                return Look::Known(kind.format);
            }
        }
        _ => {}
    }
    if let Some(b'{' | b'[') = first_sign(bytes)
        && let Some(json) = voyage::recognise(bytes)
    {
        return Look::Known(json);
    }
    match edifact::look(bytes) {
        Some(Ok(format)) => return Look::Known(format),
        Some(Err(unreadable)) => return Look::Refused(unreadable),
        None => {}
    }
    // Last: any text may be a list.
    if table::is_separated_list(bytes) { Look::Known(Format::PassengerCsv) } else { Look::Unknown }
}

/// The first byte that says something: behind byte order marks, blanks, and the zeros of two-byte text.
fn first_sign(bytes: &[u8]) -> Option<u8> {
    seen::beginning(bytes).and_then(|at| bytes.get(at)).copied()
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
    let format = match format {
        Some(format) => format,
        None => match look(bytes) {
            Look::Known(format) => format,
            Look::Refused(unreadable) => return Err(unreadable),
            Look::Unknown => return Err(unrecognised(bytes, limits)),
        },
    };
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

/// Why nothing is read: XML and JSON of another kind are named and refused for what they are, and so are tables that
/// can be saved otherwise.
fn unrecognised(bytes: &[u8], limits: &Limits) -> Unreadable {
    let known = table::xlsx::foreign(bytes).or_else(|| xml::unrecognised(bytes, limits));
    let known = known.or_else(|| match first_sign(bytes) {
        Some(b'{' | b'[') => Some(voyage::unrecognised(bytes, limits)),
        _ => None,
    });
    known.unwrap_or_else(|| seen::unreadable(bytes))
}
