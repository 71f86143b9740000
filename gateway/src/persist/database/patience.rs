//! How long PostgreSQL is waited for, and what becomes of everybody else once it does not answer.

use std::{future::Future, io, sync::Arc, time::Duration};

use tokio::{sync::watch, time};

use crate::persist::{Config, Error};

/// What is said of a server that does not answer: stopped in its tracks, or behind a line that swallows everything.
const SILENT: &str = "the server does not answer in time";

/// How much longer a lock is waited for than the server itself would: it knows better what was in the way.
const BEYOND: Duration = Duration::from_millis(500);

/// How long one connection waits.
#[derive(Debug, Clone)]
pub(in crate::persist) struct Patience {
    /// For the lock of whoever writes.
    pub(super) lock: Duration,
    /// For any other answer.
    pub(super) answer: Duration,
    /// Whoever only reads gives up as soon as the writer has found that the server is silent.
    pub(super) silence: Option<Silence>,
}

impl Patience {
    /// Of a connection that waits for what partners wait for. Commands have the whole time of a statement.
    pub(super) fn of(config: &Config) -> Self {
        let answer = if config.operator.is_empty() {
            Duration::from_millis(config.answer_timeout_ms)
        } else {
            Self::of_a_statement(config)
        };
        let lock = Duration::from_millis(config.busy_timeout_ms).saturating_add(BEYOND);
        Self { lock, answer, silence: None }
    }

    /// Of the connections that read lists and reports, which may take long by themselves.
    pub(super) fn of_readers(config: &Config) -> Self {
        let answer = Self::of_a_statement(config);
        Self { lock: answer, answer, silence: Some(Silence::default()) }
    }

    /// Of what migrates.
    pub(super) fn endless() -> Self {
        Self { lock: Duration::MAX, answer: Duration::MAX, silence: None }
    }

    fn of_a_statement(config: &Config) -> Duration {
        Duration::from_millis(config.statement_timeout_ms).saturating_add(Duration::from_secs(1))
    }
}

/// Whether the writer waits in vain for the server. All clones say the same.
#[derive(Debug, Clone, Default)]
pub(in crate::persist) struct Silence(Arc<watch::Sender<bool>>);

impl Silence {
    /// Says so, or that it is over.
    pub(in crate::persist) fn set(&self, is_silent: bool) {
        self.0.send_replace(is_silent);
    }

    /// Refuses while it lasts.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub(in crate::persist) fn check(&self) -> Result<(), Error> {
        if *self.0.borrow() { Err(silent()) } else { Ok(()) }
    }

    async fn begins(&self) {
        let _ = self.0.subscribe().wait_for(|is_silent| *is_silent).await;
    }
}

/// The server does not answer.
pub(in crate::persist) fn silent() -> Error {
    Error::Unavailable(SILENT.to_owned())
}

/// Is that what an error says, or the time that was allowed for a connection?
pub(in crate::persist) fn is_silent(error: &Error) -> bool {
    matches!(error, Error::Unavailable(told) if told == SILENT)
}

/// What the server does not answer in time it is not waited for: its connection is of no use any more.
pub(super) async fn in_time<T>(
    patience: &Patience,
    run: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Error> {
    let Some(silence) = &patience.silence else { return within(patience.answer, run).await };
    tokio::select! {
        answer = within(patience.answer, run) => answer,
        () = silence.begins() => Err(silent()),
    }
}

/// The same, in another time.
pub(super) async fn within<T>(
    limit: Duration,
    run: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Error> {
    match time::timeout(limit, run).await {
        Ok(Err(sqlx::Error::Io(error))) if error.kind() == io::ErrorKind::TimedOut => Err(silent()),
        Ok(answer) => Ok(answer?),
        Err(_) => Err(silent()),
    }
}
