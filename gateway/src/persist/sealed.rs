//! What names natural persons is sealed with AES-256-GCM under a random key of the manifest's own, and that key is
//! wrapped with one from the key file. Destroy the wrapped key, and nothing of what lay under it can be read again.
//!
//! A sealed text is nonce (12 bytes), cipher text, tag (16 bytes); what is enciphered begins with the form that it is
//! packed in (`packed`). Manifest id and column are authenticated with it, so that no sealed text can be moved to another
//! place. Nonces are random: a wrapping key is good for some billions of manifests and should be replaced
//! (`Store::rewrap`) long before.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use uuid::Uuid;

use super::{
    Error,
    packed::{PLAIN, unpack},
    secrets::{Bytes32, Secrets},
};

/// A column whose content is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::persist) enum Column {
    Received,
    ReceivedSalt,
    Persons,
    Originals,
    CancellationReason,
}

impl Column {
    /// Authenticated with the content: it may grow, and never change.
    const fn name(self) -> &'static [u8] {
        match self {
            Column::Received => b"received",
            Column::ReceivedSalt => b"received_salt",
            Column::Persons => b"persons",
            Column::Originals => b"originals",
            Column::CancellationReason => b"cancellation_reason",
        }
    }
}

/// A manifest's key as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::persist) struct Wrapped {
    pub(in crate::persist) wrapping_key_id: String,
    pub(in crate::persist) key: Vec<u8>,
}

/// The key of one manifest, in the open.
pub(in crate::persist) struct ManifestSeal {
    id: Uuid,
    key: RandomizedNonceKey,
}

impl ManifestSeal {
    /// A fresh key for a manifest, and how it is stored.
    pub(in crate::persist) fn fresh(secrets: &Secrets, id: Uuid) -> Result<(Self, Wrapped), Error> {
        let key = Bytes32::random()?;
        Ok((Self { id, key: cipher(&key)? }, secrets.wrap(id, &key)?))
    }

    /// The key of a stored manifest.
    pub(in crate::persist) fn unwrap(secrets: &Secrets, id: Uuid, wrapped: &Wrapped) -> Result<Self, Error> {
        Ok(Self { id, key: cipher(&secrets.unwrap(id, wrapped)?)? })
    }

    pub(in crate::persist) fn seal(&self, column: Column, plain: &[u8]) -> Result<Vec<u8>, Error> {
        // Names and numbers hardly repeat themselves: packing them would cost more than the pages that it saves.
        seal(&self.key, &context(self.id, column.name()), &[&[PLAIN], plain])
    }

    pub(in crate::persist) fn open(&self, column: Column, sealed: Vec<u8>) -> Result<Vec<u8>, Error> {
        let packed = open(&self.key, &context(self.id, column.name()), sealed)
            .ok_or_else(|| Error::Corrupt(format!("{column:?} of manifest {} cannot be opened", self.id)))?;
        unpack(&packed)
    }
}

impl Secrets {
    fn wrap(&self, id: Uuid, key: &Bytes32) -> Result<Wrapped, Error> {
        // `load` and `random` never give an empty list.
        let newest = self.wrapping_keys.first().ok_or_else(|| Error::Corrupt("no wrapping key".into()))?;
        let sealed = seal(&cipher(&newest.key)?, &context(id, newest.id.as_bytes()), &[key.expose()])?;
        Ok(Wrapped { wrapping_key_id: newest.id.clone(), key: sealed })
    }

    fn unwrap(&self, id: Uuid, wrapped: &Wrapped) -> Result<Bytes32, Error> {
        let name = &wrapped.wrapping_key_id;
        let wrapping = self
            .wrapping_keys
            .iter()
            .find(|key| key.id == *name)
            .ok_or_else(|| Error::Corrupt(format!("wrapping key {name} is not in the key file")))?;
        open(&cipher(&wrapping.key)?, &context(id, name.as_bytes()), wrapped.key.clone())
            .and_then(|plain| Bytes32::from_slice(&zeroize::Zeroizing::new(plain)))
            .ok_or_else(|| Error::Corrupt(format!("the key of manifest {id} cannot be unwrapped")))
    }

    /// The same manifest's key under the newest wrapping key.
    pub(in crate::persist) fn rewrap(&self, id: Uuid, wrapped: &Wrapped) -> Result<Wrapped, Error> {
        self.wrap(id, &self.unwrap(id, wrapped)?)
    }

    /// Under which key new manifests' keys are wrapped.
    pub(in crate::persist) fn newest_wrapping_key_id(&self) -> &str {
        self.wrapping_keys.first().map_or("", |key| key.id.as_str())
    }
}

fn cipher(key: &Bytes32) -> Result<RandomizedNonceKey, Error> {
    RandomizedNonceKey::new(&AES_256_GCM, key.expose()).map_err(|_| Error::Unavailable("cipher".into()))
}

/// What is authenticated with the content: where it stands.
fn context(id: Uuid, place: &[u8]) -> Vec<u8> {
    [id.as_bytes(), place].concat()
}

/// Seals pieces one after the other.
fn seal(key: &RandomizedNonceKey, context: &[u8], plain: &[&[u8]]) -> Result<Vec<u8>, Error> {
    let length: usize = plain.iter().map(|piece| piece.len()).sum();
    let mut sealed = Vec::with_capacity(NONCE_LEN + length + 16);
    sealed.extend_from_slice(&[0; NONCE_LEN]);
    plain.iter().for_each(|piece| sealed.extend_from_slice(piece));
    let (nonce, tag) = key
        .seal_in_place_separate_tag(Aad::from(context), &mut sealed[NONCE_LEN..])
        .map_err(|_| Error::Unavailable("cipher".into()))?;
    sealed[..NONCE_LEN].copy_from_slice(nonce.as_ref());
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

fn open(key: &RandomizedNonceKey, context: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
    let nonce = Nonce::try_assume_unique_for_key(sealed.get(..NONCE_LEN)?).ok()?;
    sealed.drain(..NONCE_LEN);
    let length = key.open_in_place(nonce, Aad::from(context), &mut sealed).ok()?.len();
    sealed.truncate(length);
    Some(sealed)
}
