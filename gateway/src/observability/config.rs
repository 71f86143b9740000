//! The section `[observability]` of the configuration.

use std::path::PathBuf;

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
    /// Where traces, metrics and log lines are sent to, beside `/metrics` and standard error.
    pub otlp: Otlp,
}

/// The section `[observability.otlp]`: signals sent over OTLP/gRPC to a collector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Otlp {
    /// The collector, as in `http://collector.observability:4317`; empty sends nothing.
    pub endpoint: String,
    /// Certificate authority of a collector behind `https://`, PEM.
    pub ca_file: PathBuf,
    /// Spans are sent.
    pub traces: bool,
    /// Metrics are sent, the same as under `/metrics`.
    pub metrics: bool,
    /// Log lines are sent.
    pub logs: bool,
    /// Which spans and lines are sent, written as in `log_filter`.
    pub filter: String,
    /// How many of a thousand traces are sent. Decided here by the trace's id, whatever a partner marked it as.
    pub traces_per_mille: u16,
    /// Spans, and log lines, that wait to be sent; what exceeds it is dropped.
    pub max_waiting: usize,
    /// How often metrics are sent, milliseconds.
    pub metrics_interval_ms: u64,
    /// How long a collector may take for one request, milliseconds.
    pub timeout_ms: u64,
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
        Self {
            log_format: LogFormat::Json,
            log_filter: "info".into(),
            span_events: false,
            otlp: Otlp::default(),
        }
    }
}

impl Default for Otlp {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            ca_file: PathBuf::new(),
            traces: true,
            metrics: true,
            logs: true,
            filter: "info".into(),
            traces_per_mille: 1_000,
            max_waiting: 8_192,
            metrics_interval_ms: 30_000,
            timeout_ms: 5_000,
        }
    }
}

impl Otlp {
    fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut bad = |key, what: &str| problems.push((key, what.to_owned()));
        let secure = self.endpoint.starts_with("https://");
        if !self.endpoint.is_empty() && !secure && !self.endpoint.starts_with("http://") {
            bad("observability.otlp.endpoint", "begins with http:// or https://");
        }
        if secure && self.ca_file.as_os_str().is_empty() {
            bad("observability.otlp.ca_file", "https:// needs the certificate authority of the collector");
        }
        if self.traces_per_mille > 1_000 {
            bad("observability.otlp.traces_per_mille", "at most 1000");
        }
        for (key, number) in [
            ("observability.otlp.max_waiting", u64::try_from(self.max_waiting).unwrap_or(u64::MAX)),
            ("observability.otlp.metrics_interval_ms", self.metrics_interval_ms),
            ("observability.otlp.timeout_ms", self.timeout_ms),
        ] {
            if number == 0 {
                bad(key, "must be greater than zero");
            }
        }
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.filter) {
            bad("observability.otlp.filter", &error.to_string());
        }
        problems
    }
}

impl Config {
    /// What is wrong: key and problem; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = self.otlp.problems();
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log_filter) {
            problems.push(("observability.log_filter", error.to_string()));
        }
        problems
    }
}
