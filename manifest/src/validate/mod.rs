//! Rules across fields. The only place that can make a [`Validated`].

mod settings;

pub use settings::RuleSettings;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::border_post::local_date;
use crate::conveyance::Mode;
use crate::findings::Findings;
use crate::manifest::Manifest;

/// A manifest fit to be scored: it has a conveyance, a border post, an arrival time and a load. Its subjects may still
/// be blocked by findings. Only [`validate`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Validated {
    manifest: Manifest,
    mode: Mode,
    border_post_code: String,
    arrival_time: Timestamp,
}

/// A manifest that a finding about the manifest itself blocks: recorded, never scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    manifest: Manifest,
}

/// Applies the rules and adds what they note to `findings`.
///
/// # Errors
/// [`Rejected`] when a blocking finding, of this step or of an earlier one, is about the manifest itself.
pub fn validate(
    manifest: Manifest,
    _now: Timestamp,
    _settings: &RuleSettings,
    findings: &mut Findings,
) -> Result<Validated, Rejected> {
    let mode = manifest.conveyance.mode;
    let post = manifest.journey.border_post_code.clone();
    match (mode, post, manifest.journey.arrival_time()) {
        (Some(mode), Some(border_post_code), Some(arrival_time)) if !findings.reject() => {
            Ok(Validated { manifest, mode, border_post_code, arrival_time })
        }
        _ => Err(Rejected { manifest }),
    }
}

impl Validated {
    /// The manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest, given away.
    #[must_use]
    pub fn into_manifest(self) -> Manifest {
        self.manifest
    }

    /// Mode of transport.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Code of the border post of arrival.
    #[must_use]
    pub fn border_post_code(&self) -> &str {
        &self.border_post_code
    }

    /// Expected arrival at the post.
    #[must_use]
    pub const fn arrival_time(&self) -> Timestamp {
        self.arrival_time
    }

    /// Expected day of arrival in the post's own calendar (+05:00).
    #[must_use]
    pub fn arrival_date(&self) -> Date {
        local_date(self.arrival_time)
    }
}

impl Rejected {
    /// The manifest as far as it was understood.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest, given away.
    #[must_use]
    pub fn into_manifest(self) -> Manifest {
        self.manifest
    }
}
