//! Whatever stands in a stored record is read or refused without a panic.

use manifest::record;

/// Reads the bytes as a record, as persons beside an empty record, and as findings.
pub(crate) fn check(bytes: &[u8]) {
    drop(record::decode(bytes, None));
    drop(record::decode(bytes, Some(bytes)));
}
