//! The OpenTelemetry Collector, built of xtask/tools/collector: what it receives it writes down in full.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::PATIENCE;

/// What must be found in what it wrote: of every signal its kind, and something that
/// only this gateway says.
const RECEIVED: [(&str, &str); 9] = [
    ("a trace", "ResourceSpans #"),
    ("the span of a commit", "Name           : persist"),
    ("a metric", "ResourceMetrics #"),
    ("a counter", "-> Name: customs_gateway_submissions"),
    ("a histogram", "-> Name: customs_gateway_step_duration"),
    ("what a metric means", "-> Description: "),
    ("a log", "ResourceLog #"),
    ("a log line with its severity", "SeverityText: INFO"),
    ("the service's name", "-> service.name: Str("),
];

/// A running collector; ended when dropped.
pub(crate) struct Collector {
    child: Child,
    log: PathBuf,
    /// Where the gateway sends to.
    pub(crate) endpoint: String,
}

impl Collector {
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        // Freed before the collector takes it; whoever comes between makes it say so.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let (config, log) = (folder.join("collector.yaml"), folder.join("collector.log"));
        let text = format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{endpoint: \"{address}\"}}}}}}}}\n\
             exporters: {{debug: {{verbosity: detailed}}}}\n\
             service:\n  telemetry: {{metrics: {{level: none}}}}\n  pipelines:\n\
             \x20   traces: {{receivers: [otlp], exporters: [debug]}}\n\
             \x20   metrics: {{receivers: [otlp], exporters: [debug]}}\n\
             \x20   logs: {{receivers: [otlp], exporters: [debug]}}\n"
        );
        fs::write(&config, text)?;
        let child = Command::new(program)
            .arg(format!("--config={}", config.display()))
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            .spawn()
            .context("starting the collector")?;
        let mut collector = Self { child, log, endpoint: format!("http://{address}") };
        let began = Instant::now();
        while !collector.wrote()?.contains("Everything is ready") {
            let ended = collector.child.try_wait()?;
            ensure!(
                ended.is_none() && began.elapsed() < PATIENCE,
                "the collector does not start:\n{}",
                collector.wrote()?
            );
            thread::sleep(Duration::from_millis(50));
        }
        Ok(collector)
    }

    fn wrote(&self) -> Result<String> {
        fs::read_to_string(&self.log).context("reading what the collector wrote")
    }

    /// All three signals came.
    pub(crate) fn has_received(&self) -> Result<()> {
        let began = Instant::now();
        loop {
            let wrote = self.wrote()?;
            let missing: Vec<_> =
                RECEIVED.iter().filter(|(_, begin)| !wrote.contains(begin)).map(|(what, _)| what).collect();
            if missing.is_empty() {
                let count = |begin: &str| wrote.lines().filter(|line| line.starts_with(begin)).count();
                println!(
                    "collector: received {} spans, {} metrics and {} log lines",
                    count("Span #"),
                    count("Metric #"),
                    count("LogRecord #")
                );
                return Ok(());
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "the collector received no {missing:?}; {} bytes",
                wrote.len()
            );
            thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
