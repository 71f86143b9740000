//! Is the receipt about what we sent?

use aws_lc_rs::digest::{SHA256, digest};
use proto::v1::SubmitManifestResponse;

/// What came of comparing a receipt with the bytes that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestCheck {
    /// The receipt is about exactly these bytes.
    Matches,
    /// The receipt answers an earlier submission of the same words in another envelope (another request id or
    /// language), whose bytes are not the ones that were sent now.
    EarlierEnvelope,
    /// The salt is gone with the manifest's key: nothing to compare.
    SaltDestroyed,
    /// The receipt is about other bytes. Never to be ignored.
    Differs,
}

impl DigestCheck {
    /// Compares.
    pub(crate) fn of(response: &SubmitManifestResponse, sent: &[u8]) -> Self {
        let receipt = response.receipt.as_ref();
        let stated = receipt.map(|receipt| receipt.received_digest.as_slice()).unwrap_or_default();
        let salt = &response.received_digest_salt;
        if salt.is_empty() && response.repeated_submission {
            return Self::SaltDestroyed;
        }
        let mut salted = salt.clone();
        salted.extend_from_slice(sent);
        if digest(&SHA256, &salted).as_ref() == stated {
            Self::Matches
        } else if response.repeated_submission {
            Self::EarlierEnvelope
        } else {
            Self::Differs
        }
    }

    /// The word for people and for `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::EarlierEnvelope => "earlier envelope",
            Self::SaltDestroyed => "salt destroyed",
            Self::Differs => "differs",
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::v1::Receipt;

    use super::*;

    fn response(stated: &[u8], salt: &[u8], repeated: bool) -> SubmitManifestResponse {
        SubmitManifestResponse {
            receipt: Some(Receipt { received_digest: stated.to_vec(), ..Receipt::default() }),
            received_digest_salt: salt.to_vec(),
            repeated_submission: repeated,
            ..SubmitManifestResponse::default()
        }
    }

    #[test]
    fn salt_comes_first_and_every_case_has_its_word() {
        let right = digest(&SHA256, b"saltbytes");
        assert_eq!(
            DigestCheck::of(&response(right.as_ref(), b"salt", false), b"bytes"),
            DigestCheck::Matches
        );
        assert_eq!(DigestCheck::of(&response(right.as_ref(), b"salt", true), b"bytes"), DigestCheck::Matches);
        assert_eq!(
            DigestCheck::of(&response(right.as_ref(), b"salt", false), b"other"),
            DigestCheck::Differs
        );
        assert_eq!(
            DigestCheck::of(&response(right.as_ref(), b"salt", true), b"other"),
            DigestCheck::EarlierEnvelope
        );
        assert_eq!(
            DigestCheck::of(&response(right.as_ref(), b"", true), b"bytes"),
            DigestCheck::SaltDestroyed
        );
        assert_eq!(DigestCheck::of(&response(&[], b"", false), b"bytes"), DigestCheck::Differs);
        assert_eq!(DigestCheck::of(&SubmitManifestResponse::default(), b"bytes"), DigestCheck::Differs);
    }
}
