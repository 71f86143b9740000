//! Where spans and events go: standard error, filtered, as JSON or for people.

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::filter_fn,
    fmt::{MakeWriter, format::FmtSpan},
    layer::SubscriberExt,
    registry::LookupSpan,
};

use super::config::{Config, LogFormat};

/// Installs the process-wide subscriber. Called once, by `command`; a second call (tests, the demo) changes nothing.
pub fn install(config: &Config) {
    let _ = tracing::subscriber::set_global_default(subscriber(config, std::io::stderr));
}

/// Never heard, whatever the filter says: it repeats a caller's malformed `grpc-timeout` word for word.
const VERBATIM: &str = "tonic::transport::service::grpc_timeout";

/// A subscriber that writes to `writer`: what [`install`] installs, and what tests listen to.
pub fn subscriber<W>(
    config: &Config,
    writer: W,
) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // A filter that cannot be read was refused with the configuration.
    let filter = EnvFilter::try_new(&config.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let spoken = filter_fn(|metadata| metadata.target() != VERBATIM);
    tracing_subscriber::registry().with(filter).with(spoken).with(lines(config, writer))
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
