//! Whatever a peer sends is read or refused: no panic, and nothing unbounded.

use gateway::decode::{self, Format, Limits, Received};
use prost::bytes::Bytes;

/// Reads the bytes as a submission, as a dry run and as an element of a stream.
pub(crate) fn check(bytes: &[u8]) {
    let limits = Limits::default();
    for format in [Format::SubmitManifestV1, Format::ValidateManifestV1] {
        let received = Received { bytes: Bytes::copy_from_slice(bytes), format };
        // The same bytes mean the same words, and the same words have one canonical form.
        assert!(canonical(&received, &limits) == canonical(&received, &limits));
    }
    drop(decode::element(&Bytes::copy_from_slice(bytes)));
}

fn canonical(received: &Received, limits: &Limits) -> Option<Vec<u8>> {
    let submission = decode::submission(received, limits).ok()?;
    let mut form = Vec::new();
    submission.declared.canonical(&mut |part| form.extend_from_slice(part));
    Some(form)
}
