//! The two digests: one settles repeats and outlives the manifest's key, one lets the sender check what we received.

use aws_lc_rs::{digest, hmac, rand};

use super::{Error, secrets::Bytes32};

/// Version of the content digest's algorithm: HMAC-SHA256 over the canonical form of what was declared.
const CONTENT_DIGEST_VERSION: u8 = 1;

/// Keyed digest of a manifest's declared content, the algorithm's version in front. Internal: it never leaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentDigest(pub(in crate::persist) [u8; 33]);

impl ContentDigest {
    /// As stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As read from the store.
    pub(in crate::persist) fn from_stored(bytes: &[u8]) -> Result<Self, Error> {
        bytes.try_into().map(Self).map_err(|_| Error::Corrupt("content digest".into()))
    }
}

impl std::fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContentDigest(..)")
    }
}

/// Makes content digests with the store-wide secret. Cheap to clone.
#[derive(Clone)]
pub struct Digests(hmac::Key);

impl Digests {
    /// With the secret of a store.
    pub(in crate::persist) fn new(secret: &Bytes32) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose()))
    }

    /// The digest of the canonical form of what was declared.
    #[must_use]
    pub fn content(&self, canonical: &[u8]) -> ContentDigest {
        self.content_of(|out| out(canonical))
    }

    /// The same over a form that is handed out piece by piece.
    #[must_use]
    pub fn content_of(&self, canonical: impl FnOnce(&mut dyn FnMut(&[u8]))) -> ContentDigest {
        let mut context = hmac::Context::with_key(&self.0);
        canonical(&mut |piece| context.update(piece));
        let tag = context.sign();
        let mut bytes = [CONTENT_DIGEST_VERSION; 33];
        bytes[1..].copy_from_slice(tag.as_ref());
        ContentDigest(bytes)
    }

    /// The seed of a day's draws of random checks: nobody without the secret knows it before it is revealed.
    pub(in crate::persist) fn draw_seed_bytes(&self, day: &str) -> [u8; 32] {
        let mut seed = [0; 32];
        let text = format!("customs-gateway: seed of the draws of {day}");
        seed.copy_from_slice(hmac::sign(&self.0, text.as_bytes()).as_ref());
        seed
    }

    /// What tells this secret from another without giving it away.
    pub(in crate::persist) fn check_value(&self) -> [u8; 32] {
        let mut value = [0; 32];
        value.copy_from_slice(hmac::sign(&self.0, b"customs-gateway: which digest secret is this").as_ref());
        value
    }
}

impl std::fmt::Debug for Digests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digests(..)")
    }
}

/// Salt of one received digest: without it, who guesses a traveller's data could confirm the guess by the receipt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReceivedSalt(pub [u8; 16]);

impl ReceivedSalt {
    /// A fresh one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the system gives no randomness.
    pub fn random() -> Result<Self, Error> {
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(|_| Error::Unavailable("no randomness".into()))?;
        Ok(Self(salt))
    }
}

impl std::fmt::Debug for ReceivedSalt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReceivedSalt(..)")
    }
}

/// SHA-256 over the salt followed by the bytes as received: what the receipt carries.
#[must_use]
pub fn received_digest(salt: &ReceivedSalt, bytes: &[u8]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&salt.0);
    context.update(bytes);
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
