//! A registered partner, and the settings it is made from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One registered partner, as proven from its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Stable id, lower case with hyphens, for instance `kz-customs`.
    pub id: String,
    /// What it is to us.
    pub role: Role,
    /// May it submit cargo manifests?
    pub may_submit_cargo: bool,
    /// May it submit passenger lists?
    pub may_submit_passengers: bool,
    /// Border posts that it may submit for (`*` is all), or that it is. Empty is none.
    pub border_posts: BTreeSet<String>,
    /// Submissions a minute that it may make.
    pub quota_per_minute: u32,
    /// Is its traffic test traffic, whatever its messages say?
    pub test: bool,
    /// Suspended partners are refused at the first call.
    pub suspended: bool,
    /// The URIs in certificates that mean this partner.
    pub subject_uris: BTreeSet<String>,
}

/// Instead of codes of border posts: all of them, those of tomorrow too.
pub(super) const ALL_BORDER_POSTS: &str = "*";

impl Partner {
    /// May it submit for the border post of this code?
    #[must_use]
    pub fn may_submit_for(&self, border_post_code: &str) -> bool {
        self.border_posts.contains(ALL_BORDER_POSTS) || self.border_posts.contains(border_post_code)
    }
}

/// What a partner is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A foreign administration or a bus operator.
    Submitter,
    /// A border post of Uzbekistan.
    BorderPost,
    /// A risk analyst.
    Analyst,
    /// An administrator of the gateway.
    Administrator,
}

/// What a partner may submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// Cargo manifests.
    Cargo,
    /// Passenger lists.
    Passengers,
}

/// A partner's settings as an operator writes them: `partner.toml` in a registry folder, the same as JSON in the
/// store. Every absent switch means the stricter side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The partner's id: 1 to 64 lower-case letters, digits and hyphens; the folder's name.
    pub id: String,
    /// `submitter`, `border_post`, `analyst` or `administrator`.
    pub role: Role,
    /// What it may submit: `cargo`, `passengers`. Submitters need at least one, the others none.
    #[serde(default)]
    pub loads: BTreeSet<Load>,
    /// Codes of border posts that it may submit for, or that it is. A submitter for all of them says so: `["*"]`.
    #[serde(default)]
    pub border_posts: BTreeSet<String>,
    /// Submissions a minute.
    #[serde(default = "default_quota")]
    pub quota_per_minute: u32,
    /// Is all its traffic test traffic?
    #[serde(default)]
    pub test: bool,
    /// Is it suspended?
    #[serde(default)]
    pub suspended: bool,
    /// The URIs in certificates that mean this partner; `urn:customs:partner:<id>` when absent.
    #[serde(default)]
    pub subject_uris: BTreeSet<String>,
    /// SHA-256 digests (64 hexadecimal digits) of certificates that are refused although no list revokes them.
    #[serde(default)]
    pub denied_certificates: BTreeSet<String>,
    /// The only certificates that mean this partner, two at the most, so that one can follow the other. None named: every
    /// certificate that its roots vouch for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<NamedCertificate>,
}

/// A certificate that is named in a partner's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedCertificate {
    /// SHA-256 digest of its DER form, 64 hexadecimal digits.
    pub sha256: String,
    /// End of its validity, RFC 3339; for people and countdowns, the certificate itself is what counts.
    pub not_after: String,
}

/// Submissions a minute where none are named: ten a second, on average, more than a border crossing sees in lorries.
pub const DEFAULT_QUOTA: u32 = 600;

fn default_quota() -> u32 {
    DEFAULT_QUOTA
}
