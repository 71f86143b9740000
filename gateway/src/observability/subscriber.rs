//! Where spans and events go: standard error, filtered, as JSON or for people.

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, fmt::MakeWriter, layer::SubscriberExt, registry::LookupSpan};

use super::config::{Config, LogFormat};

/// Installs the process-wide subscriber. Called once, by `command`; a second call (tests, the demo) changes nothing.
pub fn install(config: &Config) {
    let _ = tracing::subscriber::set_global_default(subscriber(config, std::io::stderr));
}

/// A subscriber that writes to `writer`: what [`install`] installs, and what tests listen to.
pub fn subscriber<W>(config: &Config, writer: W) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // A filter that cannot be read was refused with the configuration.
    let filter = EnvFilter::try_new(&config.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::registry().with(filter).with(lines(config.log_format, writer))
}

fn lines<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match format {
        LogFormat::Json => {
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(writer).boxed()
        }
        LogFormat::Pretty => tracing_subscriber::fmt::layer().compact().with_writer(writer).boxed(),
    }
}
