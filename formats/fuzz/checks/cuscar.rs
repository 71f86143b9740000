//! Whatever calls itself a cargo report is read or refused.

/// Reads the bytes and looks at what came of it.
pub(crate) fn check(bytes: &[u8]) {
    crate::interchange::check(bytes, formats::Format::Cuscar);
}
