//! What a decision is made again by: the files of the bundle and the policy that judged, under the digests that its record
//! names. Whoever keeps decisions keeps these beside them; neither a folder nor a program of that day is needed then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Bundle;
use crate::policy::Policy;
use crate::scorer::{LoadError, Scorer};

/// Name under which a policy is kept: [`Policy::source`].
const POLICY: &str = "policy";

/// Name of the file that names a bundle.
const MANIFEST: &str = "bundle.toml";

/// One file of a bundle, or a policy with its table of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptFile {
    /// Digest of the bundle or the policy, as records name it.
    pub kept: String,
    /// Name of the bundle's file; `policy` for a policy.
    pub file: String,
    /// The bytes.
    #[serde(with = "hexadecimal")]
    pub content: Vec<u8>,
}

impl KeptFile {
    /// Everything that a scorer judges by.
    #[must_use]
    pub fn of(scorer: &Scorer) -> Vec<Self> {
        let (bundle, policy) = (scorer.bundle(), scorer.policy());
        let of = |kept: &String, file: &str, content: &[u8]| Self {
            kept: kept.clone(),
            file: file.to_owned(),
            content: content.to_vec(),
        };
        let files = bundle.files.iter().map(|(file, content)| of(&bundle.digest, file, content));
        files.chain([of(&policy.digest, POLICY, policy.source.as_bytes())]).collect()
    }
}

/// The last line of an export: how much stands before it. Without it nobody could tell a part from the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportEnd {
    /// Lines that hold a [`KeptFile`].
    pub kept_files: u64,
    /// Lines that hold a decision.
    pub decisions: u64,
}

/// The digest of a kept bundle that has the name and version of this one and is another: who reads a name would take the one for
/// the other.
#[must_use]
pub fn namesake(kept: &[KeptFile], bundle: &Bundle) -> Option<String> {
    let named = |file: &KeptFile| {
        let manifest: toml::Table = std::str::from_utf8(&file.content).ok()?.parse().ok()?;
        let is = |key: &str, value: &str| manifest.get(key).and_then(toml::Value::as_str) == Some(value);
        Some(is("name", &bundle.name) && is("version", &bundle.version))
    };
    let others = kept.iter().filter(|file| file.file == MANIFEST && file.kept != bundle.digest);
    others.filter(|file| named(file) == Some(true)).map(|file| file.kept.clone()).next()
}

/// Bundles and policies as they were kept, proven as any other when they are asked for.
#[derive(Debug, Default)]
pub struct Kept {
    bundles: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    policies: BTreeMap<String, String>,
}

impl Kept {
    /// Adds a file.
    pub fn add(&mut self, file: KeptFile) {
        if file.file == POLICY {
            self.policies.insert(file.kept, String::from_utf8_lossy(&file.content).into_owned());
        } else {
            self.bundles.entry(file.kept).or_default().insert(file.file, file.content);
        }
    }

    /// The policy of a digest; none where it was not kept.
    ///
    /// # Errors
    /// When what was kept is no policy, or not that one.
    pub fn policy(&self, digest: &str) -> Option<Result<Policy, LoadError>> {
        let policy = Policy::from_source(self.policies.get(digest)?);
        Some(match policy {
            Ok(policy) if policy.digest == digest => Ok(policy),
            Ok(policy) => Err(LoadError::Kept { named: digest.to_owned(), found: policy.digest }),
            Err(error) => Err(error.into()),
        })
    }

    /// The bundle of a digest, with the policy that is compiled in; none where it was not kept.
    ///
    /// # Errors
    /// When what was kept does not prove, or is not that bundle.
    pub fn bundle(&self, digest: &str) -> Option<Result<Scorer, LoadError>> {
        let files = self.bundles.get(digest)?;
        Some(Scorer::of_files(|name| files.get(name).cloned()).and_then(|scorer| {
            let found = scorer.identity().bundle_digest.clone();
            if found == digest {
                Ok(scorer)
            } else {
                Err(LoadError::Kept { named: digest.to_owned(), found })
            }
        }))
    }
}

mod hexadecimal {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::hex::hex(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        bytes
            .collect::<Option<Vec<u8>>>()
            .filter(|_| rest.is_empty())
            .ok_or_else(|| D::Error::custom("expected bytes in hexadecimal"))
    }
}
