//! The section `[observability]` of the configuration.

use serde::{Deserialize, Serialize};

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Form of the log lines on standard error: `json` or `pretty`.
    pub log_format: LogFormat,
    /// What is logged: a level, or directives as in `info,gateway::watch=debug`.
    pub log_filter: String,
    /// One line for every span that ends, with its durations (`time.busy`, `time.idle`). The steps' spans need
    /// `log_filter = "debug"`.
    pub span_events: bool,
}

/// Form of the log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// For people.
    Pretty,
}

impl Default for Config {
    fn default() -> Self {
        Self { log_format: LogFormat::Json, log_filter: "info".into(), span_events: false }
    }
}

impl Config {
    /// What is wrong: key and problem; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        match tracing_subscriber::EnvFilter::try_new(&self.log_filter) {
            Ok(_) => Vec::new(),
            Err(error) => vec![("observability.log_filter", error.to_string())],
        }
    }
}
