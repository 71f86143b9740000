//! What came over the wire, untouched.

use prost::bytes::Bytes;

/// The bytes as received: the source of truth from which everything else can be derived again.
#[derive(Clone)]
pub struct Received {
    /// The message, byte for byte (unknown fields survive here).
    pub bytes: Bytes,
    /// What the bytes are.
    pub format: Format,
}

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `customs.prearrival.v1.SubmitManifestRequest`.
    SubmitManifestV1,
    /// `customs.prearrival.v1.ValidateManifestRequest`.
    ValidateManifestV1,
}

impl Format {
    /// The name under which it is stored: format and contract version.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::SubmitManifestV1 => "customs.prearrival.v1.SubmitManifestRequest",
            Format::ValidateManifestV1 => "customs.prearrival.v1.ValidateManifestRequest",
        }
    }
}
