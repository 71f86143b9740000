//! Beside the way: partners compare what they sent with what was received, in a call or, day by day, on their watch.

mod config;
mod service;
mod totals;

pub use config::Config;
pub use service::{Reconciliation, Service};
pub use totals::Ledger;
pub(crate) use totals::day;
