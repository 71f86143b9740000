//! Where spans and events go: standard error, filtered, as JSON or for people.

use tracing::{Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, filter_fn},
    fmt::{MakeWriter, format::FmtSpan},
    layer::{Filter, SubscriberExt},
    registry::LookupSpan,
};

use super::{
    config::{Config, LogFormat},
    otlp::Sent,
};

/// Installs the process-wide subscriber. Called once, by `command`; a second call (tests, the demo) changes nothing.
pub fn install(config: &Config, sent: &Sent) {
    let _ = if sent.is_nothing() {
        tracing::subscriber::set_global_default(subscriber(config, std::io::stderr))
    } else {
        // Each side has its own filter, which costs a little more than one for all: only where something is sent.
        let lines = lines(config, std::io::stderr).with_filter(spoken(&config.log_filter));
        let mut all = sent.layers(|| spoken(&config.otlp.filter).and(filter_fn(is_not_the_sender)));
        all.push(lines.boxed());
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(all))
    };
}

/// Never heard, whatever the filter says: they repeat a caller's malformed `grpc-timeout`, and its paths, word for word.
const VERBATIM: [&str; 2] = ["tonic::transport::service::grpc_timeout", "tonic_web::service"];

/// A subscriber that writes to `writer`: what [`install`] installs, and what tests listen to.
pub fn subscriber<W>(
    config: &Config,
    writer: W,
) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let heard = filter_fn(|metadata| !VERBATIM.contains(&metadata.target()));
    tracing_subscriber::registry().with(written(&config.log_filter)).with(heard).with(lines(config, writer))
}

/// A filter that cannot be read was refused with the configuration.
fn written(filter: &str) -> EnvFilter {
    EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"))
}

fn spoken(filter: &str) -> impl Filter<Registry> + Send + Sync + 'static + use<> {
    written(filter).and(filter_fn(|metadata| !VERBATIM.contains(&metadata.target())))
}

/// What sends would otherwise send what it says about its sending, for ever.
fn is_not_the_sender(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    !["opentelemetry", "hyper", "h2", "tonic", "tower"].iter().any(|sender| target.starts_with(sender))
}

fn lines<S, W>(config: &Config, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let spans = if config.span_events { FmtSpan::CLOSE } else { FmtSpan::NONE };
    let lines = tracing_subscriber::fmt::layer().with_span_events(spans);
    match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).with_writer(writer).boxed(),
        LogFormat::Pretty => lines.compact().with_writer(writer).boxed(),
    }
}
