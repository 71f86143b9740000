//! Puts steps 2 to 9 in order for each call of `ManifestService`. The order itself is `pipeline.rs`; who may begin when,
//! `queue`.
//!
//! ```text
//! transport ── codec ──▶ service ──▶ pipeline: admit, decode, normalize, validate, judge, finish ──▶ store ──▶ reply
//! ```

mod config;
mod failure;

mod codec;
mod transport;

mod documents;
mod driven;
mod service;

mod admit;
mod recent;

mod queue;

mod beside;
mod by_name;
mod document;
mod finish;
mod grouping;
mod halves;
mod judge;
mod links;
mod partial;
mod pipeline;
mod standing;
mod steps;
mod traces;
mod turns;
mod withdraw;

mod reading;

use std::sync::Arc;

use manifest::CodeLists;
use tokio_util::sync::CancellationToken;

pub use admit::NotAllowed;
pub use config::{Config, Rules};
pub use failure::Failure;
pub use queue::Config as QueueConfig;
pub use transport::{ManifestTransport, service};

use crate::{
    authenticate::registry::Registry,
    clock::Clock,
    decode,
    judging::Judging,
    observability::Metrics,
    persist::{Digests, Store},
    quota::Quota,
    refusals::Refusals,
};

/// What the service is made of; `app` hands it over.
pub struct Intake {
    /// Where manifests are kept.
    pub store: Store,
    /// Makes content digests with the store's secret.
    pub digests: Digests,
    /// Model and policy.
    pub scorer: Judging,
    /// The code lists in force.
    pub lists: Arc<CodeLists>,
    /// Who may say what.
    pub registry: Registry,
    /// How much each may ask; shared with the other service.
    pub quota: Quota,
    /// Where refusals are noted; shared with whoever else refuses.
    pub refusals: Refusals,
    /// Tells the time.
    pub clock: Clock,
    /// Where durations and counts go.
    pub metrics: Metrics,
    /// Section `[intake]`.
    pub config: Config,
    /// Section `[decode]`.
    pub decode: decode::Config,
    /// Cancelled when the gateway is being stopped: streams take no more elements.
    pub draining: CancellationToken,
}

#[cfg(test)]
mod tests;
