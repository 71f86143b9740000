//! Beside the way: border posts report that a conveyance has come and that it was released. The sender sees both, and the
//! times are the clearance-time report.

mod config;
mod percentiles;
mod service;

pub use config::Config;
pub use service::{Border, Service};
