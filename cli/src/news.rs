//! What happens between the answers, for whoever waits for them.

use std::sync::Arc;
use std::time::Duration;

use crate::Error;

/// Something that a waiting person, or a log, may want to know.
#[derive(Debug)]
#[non_exhaustive]
pub enum News<'a> {
    /// A call failed and is made again after a pause.
    Retrying {
        /// Why it failed.
        error: &'a Error,
        /// How long the pause is.
        pause: Duration,
    },
    /// A watch lost its stream and asks for it again after a pause, for as long as it takes.
    Disconnected {
        /// Why.
        error: &'a Error,
        /// How long the pause is.
        pause: Duration,
    },
    /// A watch has its stream again.
    Connected,
}

/// Who is told.
#[derive(Clone)]
pub(crate) struct Listener(Arc<dyn Fn(&News<'_>) + Send + Sync>);

impl Listener {
    pub(crate) fn new(tell: impl Fn(&News<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn tell(&self, news: &News<'_>) {
        (self.0)(news);
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener(..)")
    }
}
