//! Who may say what: the partners as one proven snapshot.

use std::collections::BTreeSet;

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
    /// Border posts that it may submit for, or that it is; empty means all (submitters and analysts only).
    pub border_posts: BTreeSet<String>,
    /// Submissions a minute that it may make.
    pub quota_per_minute: u32,
    /// Is its traffic test traffic, whatever its messages say?
    pub test: bool,
    /// Suspended partners are refused at the first call.
    pub suspended: bool,
}

/// What a partner is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// Why a peer whose certificate is good is refused all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// No partner is registered under this identity.
    #[error("no partner is registered under this certificate's identity")]
    NotRegistered,
    /// The identity is registered, but another administration's root vouches for it.
    #[error("the certificate's issuer may not vouch for this identity")]
    VouchedByAnother,
    /// The partner is suspended.
    #[error("the partner is suspended")]
    Suspended,
    /// The certificate was revoked after the connection was made.
    #[error("the certificate is revoked")]
    Revoked,
    /// The certificate's validity ended after the connection was made.
    #[error("the certificate is expired")]
    Expired,
}
