//! The reference client of the contract: everything that a partner's integration needs, on `proto` alone.
//!
//! [`Client`] submits, validates, reads and watches; it repeats calls where repeating is safe, and checks each
//! receipt against the bytes that it sent. [`run`] is the program `corridor` around it.

mod arguments;
mod channel;
mod client;
mod command;
mod config;
pub mod conform;
mod digest;
mod document;
mod error;
mod json;
mod news;
mod reconcile;
mod retry;
mod show;
mod submit_many;
mod watch;

pub use arguments::{run, run_with};
pub use client::{Client, Submitted};
pub use config::Config;
pub use digest::DigestCheck;
pub use document::{Answered, Outgoing};
pub use error::{Error, Refused};
pub use json::{submission_from_json, to_json};
pub use news::News;
pub use reconcile::Reconciled;
pub use watch::Watch;
