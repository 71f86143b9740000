//! Traces, metrics and log lines sent over OTLP/gRPC to a collector: the OpenTelemetry protocol, 1.x.
//!
//! The same spans and lines that stand on standard error, under a filter of their own; nothing that is personal is in them. The
//! collector is nobody's condition: when it is away, signals wait up to a limit and are then dropped, and calls go on.

use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{ExporterBuildError, LogExporter, MetricExporter, SpanExporter, WithTonicConfig};
use opentelemetry_sdk::{
    Resource,
    logs::{self, BatchLogProcessor, SdkLoggerProvider},
    metrics::PeriodicReader,
    trace::{self, BatchSpanProcessor, Sampler, SdkTracerProvider},
};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tracing_subscriber::{Layer, Registry, layer::Filter};

use super::config::Otlp;

/// Why nothing can be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file of `observability.otlp.ca_file`.
    #[error("observability.otlp.ca_file cannot be read: {0}")]
    Authority(#[source] std::io::Error),
    /// The address is none, or its TLS cannot be set up.
    #[error("observability.otlp.endpoint: {0}")]
    Endpoint(#[source] tonic::transport::Error),
    /// What reads the metrics under `/metrics`.
    #[error("the metrics cannot be read: {0}")]
    Exposition(#[source] opentelemetry_sdk::error::OTelSdkError),
    /// The exporter refuses its settings.
    #[error("observability.otlp: {0}")]
    Exporter(#[source] ExporterBuildError),
}

/// What is sent: the providers of spans and log lines. Metrics have their own, see [`super::Metrics`].
#[derive(Debug, Default)]
pub struct Sent {
    traces: Option<SdkTracerProvider>,
    logs: Option<SdkLoggerProvider>,
}

impl Sent {
    /// As configured; must be called within the runtime, on which the collector's connection lives.
    ///
    /// # Errors
    /// When the address or its certificate authority is of no use. That nobody listens there is none.
    pub fn new(config: &Otlp) -> Result<Self, Error> {
        let Some(channel) = channel(config)? else { return Ok(Self::default()) };
        let traces = config.traces.then(|| {
            let exporter = SpanExporter::builder().with_tonic().with_channel(channel.clone()).build()?;
            let batches = trace::BatchConfigBuilder::default()
                .with_max_queue_size(config.max_waiting)
                .with_max_export_batch_size(config.max_waiting.min(512));
            let batches = BatchSpanProcessor::builder(exporter).with_batch_config(batches.build()).build();
            // By the id alone: a partner's mark neither makes us send all of its calls nor hides them.
            let sampler = Sampler::TraceIdRatioBased(f64::from(config.traces_per_mille) / 1_000.0);
            let provider = SdkTracerProvider::builder().with_span_processor(batches).with_sampler(sampler);
            Ok(provider.with_resource(resource()).build())
        });
        let logs = config.logs.then(|| {
            let exporter = LogExporter::builder().with_tonic().with_channel(channel.clone()).build()?;
            let batches = logs::BatchConfigBuilder::default()
                .with_max_queue_size(config.max_waiting)
                .with_max_export_batch_size(config.max_waiting.min(512));
            let batches = BatchLogProcessor::builder(exporter).with_batch_config(batches.build()).build();
            let provider = SdkLoggerProvider::builder().with_log_processor(batches);
            Ok(provider.with_resource(resource()).build())
        });
        Ok(Self {
            traces: traces.transpose().map_err(Error::Exporter)?,
            logs: logs.transpose().map_err(Error::Exporter)?,
        })
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.traces.is_none() && self.logs.is_none()
    }

    /// Where the subscriber's spans and events go to, each under its own `filter`.
    pub(super) fn layers<F>(&self, filter: impl Fn() -> F) -> Vec<Box<dyn Layer<Registry> + Send + Sync>>
    where
        F: Filter<Registry> + Send + Sync + 'static,
    {
        let traces = self.traces.as_ref().map(|provider| {
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("customs-gateway"));
            // Lines of code and threads change with every build and run.
            layer.with_location(false).with_threads(false).with_filter(filter()).boxed()
        });
        let logs = self.logs.as_ref();
        let logs =
            logs.map(|provider| OpenTelemetryTracingBridge::new(provider).with_filter(filter()).boxed());
        traces.into_iter().chain(logs).collect()
    }

    /// Sends what waits, for at most `timeout`; the last word of a process that stops. Blocks.
    pub fn close(self, timeout: Duration) {
        // A collector that is away is no failure of the gateway.
        if let Some(traces) = self.traces {
            let _ = traces.shutdown_with_timeout(timeout);
        }
        if let Some(logs) = self.logs {
            let _ = logs.shutdown_with_timeout(timeout);
        }
    }
}

/// What reads the metrics for the collector; `None` when they are not sent.
///
/// # Errors
/// As [`Sent::new`].
pub(super) fn metrics(config: &Otlp) -> Result<Option<PeriodicReader<MetricExporter>>, Error> {
    if !config.metrics {
        return Ok(None);
    }
    let Some(channel) = channel(config)? else { return Ok(None) };
    let exporter = MetricExporter::builder().with_tonic().with_channel(channel).build();
    let reader = PeriodicReader::builder(exporter.map_err(Error::Exporter)?);
    Ok(Some(reader.with_interval(Duration::from_millis(config.metrics_interval_ms)).build()))
}

/// Who speaks, in every signal.
pub(super) fn resource() -> Resource {
    Resource::builder()
        .with_service_name("customs-gateway")
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}

/// A connection that is made when something is sent, and again when it was lost.
fn channel(config: &Otlp) -> Result<Option<Channel>, Error> {
    if config.endpoint.is_empty() {
        return Ok(None);
    }
    let mut endpoint = Endpoint::from_shared(config.endpoint.clone())
        .map_err(Error::Endpoint)?
        .timeout(Duration::from_millis(config.timeout_ms));
    if !config.ca_file.as_os_str().is_empty() {
        let authority = std::fs::read(&config.ca_file).map_err(Error::Authority)?;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
        endpoint = endpoint.tls_config(tls).map_err(Error::Endpoint)?;
    }
    Ok(Some(endpoint.connect_lazy()))
}
