//! Whatever was declared is normalized and validated without a panic, and comes back from its record as it went in.

use std::sync::OnceLock;

use gateway::decode::{self, Format, Limits, Received};
use jiff::Timestamp;
use manifest::{CodeLists, RuleSettings, normalize, record, validate};
use prost::bytes::Bytes;

/// Takes the bytes as far as a manifest can go without a store.
pub(crate) fn check(bytes: &[u8]) {
    let received = Received { bytes: Bytes::copy_from_slice(bytes), format: Format::SubmitManifestV1 };
    let Ok(submission) = decode::submission(&received, &Limits::default()) else { return };
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(submission.declared, lists(), &settings);
    let manifest = match validate(manifest, now(), &settings, &mut findings) {
        Ok(validated) => validated.into_manifest(),
        Err(rejected) => rejected.into_manifest(),
    };
    assert!(findings.as_slice().len() <= settings.findings_limit + bytes.len());
    let encoded = record::encode_manifest(&manifest);
    let read = record::decode(&encoded.record, Some(&encoded.persons));
    assert!(read.is_ok_and(|read| read == manifest), "a manifest comes back from its record as it went in");
}

/// Built once: they take longer than what they are used for.
fn lists() -> &'static CodeLists {
    static LISTS: OnceLock<CodeLists> = OnceLock::new();
    LISTS.get_or_init(CodeLists::built_in)
}

/// An instant that stands still: autumn of 2026.
fn now() -> Timestamp {
    Timestamp::constant(1_794_000_000, 0)
}
