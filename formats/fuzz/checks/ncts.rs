//! Whatever calls itself a transit message is read or refused.

/// Reads the bytes as transit messages and looks at what came of it.
pub(crate) fn check(bytes: &[u8]) {
    crate::document::check(bytes, formats::Format::Ncts);
}
