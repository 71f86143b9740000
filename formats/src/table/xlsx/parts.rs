//! Parts of a workbook's archive, unfolded one by one and counted while they unfold: what the archive says about their
//! sizes is not believed.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

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
            Unreadable { place: None, cause }
        })?;
        Ok(Self { archive, left: limits.max_unfolded_bytes, limit: limits.max_unfolded_bytes })
    }

    /// A part by its name; `None` when there is none.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(_) => {
                return Err(malformed(
                    "a part of the workbook is locked, or packed in a way that workbooks are not",
                ));
            }
        };
        let mut bytes = Vec::new();
        let most = u64::try_from(self.left).unwrap_or(u64::MAX).saturating_add(1);
        let read = file.take(most).read_to_end(&mut bytes);
        if bytes.len() > self.left {
            let cause = Cause::TooMany { what: "bytes in the unfolded workbook", limit: self.limit };
            return Err(Unreadable { place: None, cause });
        }
        if read.is_err() {
            return Err(malformed("a part of the workbook's archive is damaged"));
        }
        self.left = self.left.saturating_sub(bytes.len());
        Ok(Some(bytes))
    }
}
