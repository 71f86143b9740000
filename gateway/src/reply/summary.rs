//! A manifest in short, for lists and for whatever moved its life on.

use proto::v1;

use super::{corridor_of_word, manifest_name, manifest_state, timestamp};
use crate::persist::ManifestSummary;

/// A manifest in short.
#[must_use]
pub fn summary(manifest: &ManifestSummary) -> v1::ManifestSummary {
    v1::ManifestSummary {
        name: manifest_name(manifest.id),
        manifest_reference: manifest.key.manifest_reference.clone(),
        part: manifest.key.part.clone(),
        revision: i32::try_from(manifest.key.revision.number()).unwrap_or(i32::MAX),
        state: manifest_state(manifest.state.as_str()).into(),
        border_post_code: manifest.border_post_code.clone().unwrap_or_default(),
        arrival_time: manifest.arrival_time.map(timestamp),
        receive_time: Some(timestamp(manifest.receive_time)),
        corridor: corridor_of_word(&manifest.verdict).into(),
        test: manifest.test,
        arrive_time: manifest.arrive_time.map(timestamp),
        release_time: manifest.release_time.map(timestamp),
        announced_arrival_time: manifest.announced_arrival_time.map(timestamp),
    }
}
