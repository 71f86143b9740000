//! Step 10: the feed of pre-decisions, streamed to those it concerns.
//!
//! A watcher holds one page of the feed and nothing else: its stream is pulled by its own connection, so a slow one
//! costs neither memory nor others' time. It catches up from the store and then sleeps until something is committed.

mod access;
mod config;
mod explain;
pub mod resume_token;
mod seats;
mod service;
mod standing;
mod subscription;

pub use config::Config;
pub use seats::Seats;
pub use service::{Feed, Service};
