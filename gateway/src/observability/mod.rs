//! What the gateway lets its operators see: spans and logs, metrics, and every name that appears in them.
//!
//! Personal data (names, document numbers, dates of birth, original values) reaches none of them: nothing here takes
//! a text that a stranger chose, except ids that the registry knows.

mod config;
pub mod labels;
pub mod metrics;
pub mod names;
pub mod otlp;
pub mod subscriber;
pub mod trace;

pub use config::{Config, LogFormat, Otlp};
pub use labels::{Kind, Outcome, Step};
pub use metrics::{Exposition, Metrics};
