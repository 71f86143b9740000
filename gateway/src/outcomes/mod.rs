//! Beside the way: border posts report what inspections found, and the next manifest is judged with it.
//!
//! ```text
//! request ──report──▶ words ──counting (the recorded manifest and its decisions)──▶ Inspection ──▶ store, one transaction
//! ```

mod config;
mod counting;
mod reach;
mod report;
mod service;

pub use config::Config;
pub(crate) use reach::Reach;
pub(crate) use report::reach_of;
pub use service::{Outcomes, Service};
