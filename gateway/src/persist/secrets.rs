//! The store-wide secrets: keys that wrap manifests' keys, and the secret of the content digests. They live in files.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::{Config, Digests, Error};

/// 32 secret bytes, zeroed when dropped.
#[derive(Clone)]
pub(in crate::persist) struct Bytes32(Zeroizing<[u8; 32]>);

impl Bytes32 {
    pub(in crate::persist) fn random() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| Error::Unavailable("no randomness".into()))?;
        Ok(Self(bytes))
    }

    pub(in crate::persist) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub(in crate::persist) fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = Zeroizing::new([0; 32]);
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16);
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        Some(Self(bytes))
    }

    fn to_hex(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in self.0.iter() {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        text
    }
}

/// A key that wraps manifests' keys, with the id under which they name it.
#[derive(Clone)]
pub(in crate::persist) struct WrappingKey {
    pub(in crate::persist) id: String,
    pub(in crate::persist) key: Bytes32,
}

impl WrappingKey {
    /// Its id is random, too: two keys under one id would be told apart only by what cannot be opened.
    fn random() -> Result<Self, Error> {
        let mut bytes = [0; 4];
        rand::fill(&mut bytes).map_err(|_| Error::Unavailable("no randomness".into()))?;
        Ok(Self { id: format!("k-{:08x}", u32::from_be_bytes(bytes)), key: Bytes32::random()? })
    }
}

/// What the store keeps secret. `Debug` prints nothing of it. Cheap enough to clone at start.
#[derive(Clone)]
pub struct Secrets {
    /// Never empty; the first is used for new manifests.
    pub(in crate::persist) wrapping_keys: Vec<WrappingKey>,
    digest_secret: Bytes32,
}

impl Secrets {
    /// Reads both files.
    ///
    /// # Errors
    /// [`Error::Secret`] when one is absent, not of the known form, or readable by everybody on the machine.
    pub fn load(config: &Config) -> Result<Self, Error> {
        let wrapping_keys = read(&config.wrapping_keys_file, wrapping_keys)?;
        let digest_secret = read(&config.digest_secret_file, digest_secret)?;
        Ok(Self { wrapping_keys, digest_secret })
    }

    /// Makes the files that are absent, with fresh secrets, for the owner's eyes only (mode 0600), and says which. Never
    /// overwrites, and makes none beside a store that holds manifests already ([`Store::holds_manifests`]).
    ///
    /// # Errors
    /// [`Error::Secret`] when a file cannot be written, or is absent beside a store that holds manifests.
    ///
    /// [`Store::holds_manifests`]: super::Store::holds_manifests
    pub fn create_if_absent(config: &Config, holds_manifests: bool) -> Result<Vec<PathBuf>, Error> {
        let lost = [
            (&config.wrapping_keys_file, "what is sealed in them could never be read again"),
            (&config.digest_secret_file, "repeats of them would be recorded a second time"),
        ];
        if holds_manifests && let Some((path, harm)) = lost.iter().find(|(path, _)| !path.exists()) {
            let store = config.path.display();
            let problem = format!(
                "absent, but {store} holds manifests: with a new one {harm}; put it back from its backup"
            );
            return Err(secret(path, problem));
        }
        let mut made = Vec::new();
        let WrappingKey { id, key } = WrappingKey::random()?;
        let line = Zeroizing::new(format!("{id} {}\n", key.to_hex().as_str()));
        if create(&config.wrapping_keys_file, line.as_bytes())? {
            made.push(config.wrapping_keys_file.clone());
        }
        let secret = Zeroizing::new(format!("{}\n", Bytes32::random()?.to_hex().as_str()));
        if create(&config.digest_secret_file, secret.as_bytes())? {
            made.push(config.digest_secret_file.clone());
        }
        Ok(made)
    }

    /// Fresh secrets that no file holds: for tests and throwaway stores.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the system gives no randomness.
    pub fn random() -> Result<Self, Error> {
        Ok(Self { wrapping_keys: vec![WrappingKey::random()?], digest_secret: Bytes32::random()? })
    }

    /// The maker of content digests.
    #[must_use]
    pub fn digests(&self) -> Digests {
        Digests::new(&self.digest_secret)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// One key a line, `<id> <64 hexadecimal digits>`; empty lines and lines that begin with `#` are passed over. What is
/// wrong is said by line, never with what the line holds.
fn wrapping_keys(text: &str) -> Result<Vec<WrappingKey>, String> {
    let mut keys: Vec<WrappingKey> = Vec::new();
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |problem: &str| format!("line {}: {problem}", index + 1);
        let (id, hex) = line
            .split_once(char::is_whitespace)
            .ok_or_else(|| wrong("is not `<key id> <64 hexadecimal digits>`"))?;
        if id.len() > 64 {
            return Err(wrong("the key id is longer than 64 bytes"));
        }
        if keys.iter().any(|key| key.id == id) {
            return Err(wrong("the key id stands in an earlier line already"));
        }
        let key =
            Bytes32::from_hex(hex.trim()).ok_or_else(|| wrong("the key is not 64 hexadecimal digits"))?;
        keys.push(WrappingKey { id: id.to_owned(), key });
    }
    if keys.is_empty() { Err("holds no key".to_owned()) } else { Ok(keys) }
}

fn digest_secret(text: &str) -> Result<Bytes32, String> {
    match text.trim() {
        "" => Err("is empty".to_owned()),
        digits => Bytes32::from_hex(digits).ok_or_else(|| "is not 64 hexadecimal digits".to_owned()),
    }
}

fn read<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Error> {
    let mode = fs::metadata(path).map_err(|e| secret(path, e))?.permissions().mode();
    if mode & 0o007 != 0 {
        return Err(secret(path, "everybody may read it; take the rights of others away (chmod o-rwx)"));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|e| secret(path, e))?);
    parse(&text).map_err(|problem| secret(path, problem))
}

/// The file appears whole or not at all: a crash half-way must not leave an empty one that nobody dares replace. Says
/// whether it was made here.
fn create(path: &Path, content: &[u8]) -> Result<bool, Error> {
    if path.exists() {
        return Ok(false);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        fs::create_dir_all(folder)?;
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}", std::process::id()));
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        // A hard link fails where the file has appeared meanwhile; a rename would replace it.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        let made = match linked {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => false,
            other => other.map(|()| true)?,
        };
        fs::File::open(folder)?.sync_all()?;
        Ok(made)
    };
    write().map_err(|e: std::io::Error| secret(path, e))
}

fn secret(path: &Path, problem: impl ToString) -> Error {
    Error::Secret { path: path.display().to_string(), problem: problem.to_string() }
}
