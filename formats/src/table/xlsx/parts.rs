//! Parts of a workbook's archive, unfolded one by one and counted while they unfold: what the archive says about their
//! sizes is not believed.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use manifest::declared::SourcePlace;

use super::malformed;
use crate::{Cause, Limits, Unreadable};

pub(super) struct Parts<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    left: usize,
    limit: usize,
}

impl<'b> Parts<'b> {
    /// Opens an archive.
    pub(super) fn open(bytes: &'b [u8], limits: &Limits) -> Result<Self, Unreadable> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| {
            let cause = if bytes.starts_with(b"PK") {
                Cause::Truncated("the archive's table of contents")
            } else {
                Cause::Malformed(String::from("it is no workbook: not an archive"))
            };
            Unreadable { place: last_entry(bytes).map(|name| part_place(&name, 0, 0)), cause }
        })?;
        Ok(Self { archive, left: limits.max_unfolded_bytes, limit: limits.max_unfolded_bytes })
    }

    /// A part by its name; `None` when there is none.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(_) => {
                let cause = "a part of the workbook is locked, or packed in a way that workbooks are not";
                return Err(placed(name, malformed(cause)));
            }
        };
        let mut bytes = Vec::new();
        let most = u64::try_from(self.left).unwrap_or(u64::MAX).saturating_add(1);
        let read = file.take(most).read_to_end(&mut bytes);
        if bytes.len() > self.left {
            let cause = Cause::TooMany { what: "bytes in the unfolded workbook", limit: self.limit };
            return Err(placed(name, Unreadable { place: None, cause }));
        }
        if read.is_err() {
            return Err(placed(name, malformed("a part of the workbook's archive is damaged")));
        }
        self.left = self.left.saturating_sub(bytes.len());
        Ok(Some(bytes))
    }
}

/// A place in a part: line and column, 0 where they are not known. A part's name may be the partner's own: kept short.
pub(super) fn part_place(name: &str, line: u32, column: u32) -> SourcePlace {
    let xpath = name.chars().filter(|c| !c.is_control()).take(80).collect();
    SourcePlace::Xml { xpath, line, column }
}

/// A refusal with the name of its part; one about a cell has its place already.
pub(super) fn placed(name: &str, unreadable: Unreadable) -> Unreadable {
    let place = match unreadable.place {
        None => part_place(name, 0, 0),
        Some(SourcePlace::Line { line, column }) => part_place(name, line, column),
        Some(known) => known,
    };
    Unreadable { place: Some(place), cause: unreadable.cause }
}

/// The last entry that begins in an archive whose table of contents is missing: it is cut there or behind it.
fn last_entry(bytes: &[u8]) -> Option<String> {
    const HEAD: &[u8] = b"PK\x03\x04";
    /// Where an entry's head has the length of its name, and the name (APPNOTE.TXT 4.3.7).
    const LENGTH: usize = 26;
    const NAME: usize = 30;
    let at = bytes.windows(HEAD.len()).rposition(|window| window == HEAD)?;
    let entry = bytes.get(at..)?;
    let [low, high] = entry.get(LENGTH..LENGTH + 2)? else { return None };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let name = entry.get(NAME..NAME.checked_add(length)?)?;
    String::from_utf8(name.to_vec()).ok().filter(|name| !name.is_empty())
}
