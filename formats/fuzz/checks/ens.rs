//! Whatever calls itself an entry summary is read or refused.

/// Reads the bytes as entry summaries and looks at what came of it.
pub(crate) fn check(bytes: &[u8]) {
    crate::document::check(bytes, formats::Format::Ens);
}
