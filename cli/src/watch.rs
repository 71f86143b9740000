//! Following pre-decisions through lost connections.

use std::time::Duration;

use proto::v1::{WatchPreDecisionsRequest, WatchPreDecisionsResponse};
use tokio::time::timeout;
use tonic::Streaming;

use crate::retry::pause;
use crate::{Client, Error, News};

/// A followed stream. It resumes after the last message that [`Watch::next`] returned; the messages come at least once.
#[derive(Debug)]
pub struct Watch {
    client: Client,
    request: WatchPreDecisionsRequest,
    stream: Option<Streaming<WatchPreDecisionsResponse>>,
    failed: u32,
    opened: bool,
}

impl Client {
    /// Follows the pre-decisions of a border post, or of one's own submissions when none is named.
    #[must_use]
    pub fn watch(&self, border_post: Option<&str>, resume_token: Vec<u8>, from_now: bool) -> Watch {
        Watch {
            request: WatchPreDecisionsRequest {
                border_post_code: border_post.unwrap_or_default().to_owned(),
                resume_token,
                from_now,
                language_code: self.config.language.clone(),
                daily_summaries: false,
            },
            client: self.clone(),
            stream: None,
            failed: 0,
            opened: false,
        }
    }
}

impl Watch {
    /// Asks for what was received in each day, too, once it is over; for one's own submissions.
    #[must_use]
    pub fn with_daily_summaries(mut self) -> Self {
        self.request.daily_summaries = true;
        self
    }

    /// Opens the stream if it is not open; the first [`Watch::next`] does it too.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts before the stream was open for the first time.
    pub async fn open(&mut self) -> Result<(), Error> {
        while self.stream.is_none() {
            match self.client.pre_decisions().watch_pre_decisions(self.request.clone()).await {
                Ok(response) => {
                    self.stream = Some(response.into_inner());
                    if self.opened {
                        self.client.listener.tell(&News::Connected);
                    }
                    self.opened = true;
                }
                Err(status) => self.lost(Error::from_status(status)).await?,
            }
        }
        Ok(())
    }

    /// The next message, heartbeats included. Cancel safe: dropping the future loses nothing. Once the stream was open,
    /// a lost gateway is asked for again for as long as it takes: whoever follows wants to go on after a restart.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts before the stream was open for the first time.
    pub async fn next(&mut self) -> Result<WatchPreDecisionsResponse, Error> {
        let patience = Duration::from_secs(self.client.config.watch_silence_seconds);
        loop {
            self.open().await?;
            let Some(stream) = &mut self.stream else { continue };
            let lost = match timeout(patience, stream.message()).await {
                Ok(Ok(Some(message))) => {
                    self.failed = 0;
                    if !message.resume_token.is_empty() {
                        self.request.resume_token.clone_from(&message.resume_token);
                    }
                    return Ok(message);
                }
                Ok(Ok(None)) => Error::Unreachable("the gateway ended the stream".into()),
                Ok(Err(status)) => Error::from_status(status),
                Err(_) => Error::Unreachable(format!("no word for {} s", patience.as_secs())),
            };
            self.stream = None;
            self.lost(lost).await?;
        }
    }

    /// Waits before another attempt, or gives the error back when there is none left.
    async fn lost(&mut self, error: Error) -> Result<(), Error> {
        self.failed = self.failed.saturating_add(1);
        let patient = self.opened || self.failed < self.client.config.attempts;
        if !error.is_retryable() || !patient {
            return Err(error);
        }
        let (error, pause) = (&error, pause(self.failed, error.retry_after()));
        self.client.listener.tell(&match self.opened {
            true => News::Disconnected { error, pause },
            false => News::Retrying { error, pause },
        });
        tokio::time::sleep(pause).await;
        Ok(())
    }
}
