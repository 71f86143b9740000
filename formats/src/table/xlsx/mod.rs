//! Workbooks (Office Open XML, ECMA-376): the visible sheets' cells with the values that were last computed.
//!
//! Read here and not by a general library for three reasons: what unfolds is counted while it unfolds, a sheet that claims
//! to be a million columns wide costs what its cells cost, and hidden sheets, merged cells and numbers with leading zeros
//! keep what they mean (docs/decisions/0034-workbooks.md).

mod book;
mod parts;
mod sheet;
mod strings;
mod styles;
mod xml;

use super::grid::Sheet;
use crate::{Cause, Limits, Unreadable};
use parts::Parts;

/// First bytes of every archive.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// First bytes of the older container: `.xls`, and workbooks with a password.
const OLD: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// How many bytes at either end of an archive are looked at for the names of its parts.
const LOOKED_AT: usize = 128 * 1024;

/// Is it a workbook, by the names in the archive?
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ARCHIVE) && names(bytes, b"xl/workbook.xml")
}

/// A table in a form that is not read, with what to do about it; `None` when it is no table.
pub(crate) fn foreign(bytes: &[u8]) -> Option<Unreadable> {
    let what = if bytes.starts_with(OLD) {
        "an Excel workbook of the old form (.xls) or one with a password is not read: save it as .xlsx without a password, or as CSV"
    } else if !bytes.starts_with(ARCHIVE) {
        return None;
    } else if names(bytes, b"application/vnd.oasis.opendocument.spreadsheet") {
        "an OpenDocument sheet (.ods) is not read: save it as .xlsx or CSV"
    } else if names(bytes, b"xl/workbook.bin") {
        "a binary Excel workbook (.xlsb) is not read: save it as .xlsx or CSV"
    } else {
        return None;
    };
    Some(malformed(what))
}

fn names(bytes: &[u8], name: &[u8]) -> bool {
    let holds = |part: &[u8]| {
        let first = name.first().copied();
        part.iter()
            .enumerate()
            .filter(|(_, byte)| Some(**byte) == first)
            .any(|(at, _)| part.get(at..).is_some_and(|rest| rest.starts_with(name)))
    };
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let end = bytes.get(bytes.len().saturating_sub(LOOKED_AT)..).unwrap_or_default();
    holds(start) || holds(end)
}

/// A workbook's visible sheets, and the names of the hidden ones.
#[derive(Debug)]
pub(super) struct Workbook {
    pub(super) sheets: Vec<Sheet>,
    pub(super) hidden: Vec<String>,
}

/// The sheets of a workbook.
///
/// # Errors
/// When it is no workbook, a part of it is missing or broken, or it unfolds to more than is read.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Unreadable> {
    if let Some(foreign) = foreign(bytes) {
        return Err(foreign);
    }
    let mut parts = Parts::open(bytes, limits)?;
    let book = book::read(&mut parts)?;
    let strings = match parts.part(&book.strings)? {
        Some(part) => {
            strings::read(&part, limits).map_err(|unreadable| parts::placed(&book.strings, unreadable))?
        }
        None => Vec::new(),
    };
    let styles = match parts.part(&book.styles)? {
        Some(part) => styles::read(&part).map_err(|unreadable| parts::placed(&book.styles, unreadable))?,
        None => Vec::new(),
    };
    let mut budget = sheet::Budget::new(limits);
    let mut sheets = Vec::new();
    let mut hidden = Vec::new();
    for entry in book.sheets {
        if entry.hidden {
            hidden.push(entry.name);
            continue;
        }
        let Some(part) = parts.part(&entry.path)? else { continue };
        let context = sheet::Context { strings: &strings, styles: &styles, since_1904: book.since_1904 };
        let read = sheet::read(entry.name, &part, &context, &mut budget);
        sheets.push(read.map_err(|unreadable| parts::placed(&entry.path, unreadable))?);
    }
    Ok(Workbook { sheets, hidden })
}

fn malformed(what: &str) -> Unreadable {
    Unreadable { place: None, cause: Cause::Malformed(what.to_owned()) }
}
