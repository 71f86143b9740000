//! Beside the way: border posts report what inspections found, and the next manifest is judged with it.
//!
//! ```text
//! request ──report──▶ words ──counting (the recorded manifest and its decisions)──▶ Inspection ──▶ store, one transaction
//! ```

mod config;
mod counting;
mod report;
mod service;

pub use config::Config;
pub use service::{Outcomes, Service};
