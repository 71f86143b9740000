//! The one task that writes. Submissions and audit events that wait are committed together; everything else that
//! writes is a job with the connection to itself.
//!
//! No time is spent waiting for a batch to fill: while one commit runs, the next batch gathers by itself. Of a
//! caller who goes away before its transaction has begun nothing is written: it was told that its time ran out.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time,
};

use super::batch::{self, Batch, Entry};
use crate::persist::{
    Config, Error, FeedPosition, Secrets,
    database::{Checkpoints, Connection, LARGEST, Silence, TRUSTED, is_silent, silent, sqlite::FileId},
};

/// Work with the writing connection to itself. Answers what the connection was lost by.
pub(super) type Job = Box<dyn for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Option<Error>> + Send>;

/// Between attempts to reach a server that did not answer.
const PAUSE: Duration = Duration::from_millis(100);

/// What the writer is told to do.
pub(super) enum Command {
    /// To be committed with its neighbours.
    Entry(Entry),
    /// To be done alone.
    Job(Job),
    /// Take nothing more, finish what waits, close.
    Close(oneshot::Sender<()>),
}

/// The writer with its connection, which is made again after a failure.
pub(super) struct Writer {
    pub(super) config: Config,
    pub(super) secrets: Secrets,
    pub(super) connection: Option<Connection>,
    /// When it was used last.
    pub(super) used: Instant,
    /// Makes it again beside the queue, once the server was waited for in vain (`docs/decisions/0135`).
    pub(super) reopening: JoinSet<Connection>,
    /// PostgreSQL only: that this is so.
    pub(super) silence: Option<Silence>,
    /// SQLite only.
    pub(super) file: Option<File>,
    pub(super) wake: Arc<watch::Sender<FeedPosition>>,
    /// Answers and stores nothing: `Store::open_forgetful`.
    pub(super) forgetful: bool,
}

impl Writer {
    /// Writes until the queue is closed.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let max_batch = self.config.max_batch.clamp(1, LARGEST);
        let mut commands = Vec::with_capacity(max_batch);
        let mut closing = Vec::new();
        while queue.recv_many(&mut commands, max_batch).await > 0 {
            let mut entries = Vec::with_capacity(commands.len());
            for command in commands.drain(..) {
                match command {
                    Command::Entry(entry) => entries.push(entry),
                    Command::Job(job) => {
                        self.commit(std::mem::take(&mut entries)).await;
                        self.work(job).await;
                    }
                    Command::Close(done) => {
                        queue.close();
                        closing.push(done);
                    }
                }
            }
            self.commit(entries).await;
        }
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
        for done in closing {
            let _ = done.send(());
        }
    }

    async fn connected(&mut self) -> Result<&mut Connection, Error> {
        if let Some(file) = &self.file {
            file.id.still_at(&self.config.path)?;
        }
        match self.reopening.try_join_next() {
            Some(reopened) => self.connection = reopened.ok(),
            // One attempt for all: nobody who waits here is made to wait for another.
            None if !self.reopening.is_empty() => return Err(silent()),
            None => {}
        }
        if let Some(connection) = self.connection.as_mut().filter(|_| self.used.elapsed() > TRUSTED)
            && let Err(error) = connection.ask().await
        {
            self.lost(&error);
            if is_silent(&error) {
                return Err(error);
            }
        }
        self.used = Instant::now();
        if self.connection.is_none() {
            match Connection::writer(&self.config, false).await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) => {
                    self.lost(&error);
                    return Err(error);
                }
            }
        }
        self.connection.as_mut().ok_or_else(|| Error::Unavailable("not connected".into()))
    }

    /// The connection is of no use any more. A server that says so is asked again by whoever comes next; one that says nothing
    /// is asked by nobody but an attempt of its own.
    fn lost(&mut self, error: &Error) {
        self.connection = None;
        let Some(silence) = self.silence.clone().filter(|_| is_silent(error)) else { return };
        if !self.reopening.is_empty() {
            return;
        }
        tracing::warn!("the database does not answer; everything is refused until it does");
        silence.set(true);
        let config = self.config.clone();
        self.reopening.spawn(async move {
            loop {
                if let Ok(connection) = Connection::writer(&config, false).await {
                    tracing::info!("the database answers again");
                    silence.set(false);
                    return connection;
                }
                time::sleep(PAUSE).await;
            }
        });
    }

    /// Commits entries together; when one of them cannot be stored, each by itself, so that it fails alone.
    async fn commit(&mut self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        match self.attempt(&entries).await {
            Err(Error::Corrupt(problem)) if entries.len() > 1 => {
                // Seldom, or a fault of ours that makes every commit a commit of one.
                tracing::warn!(
                    entries = entries.len(),
                    problem,
                    "what waited could not be stored together; each is tried by itself"
                );
                for entry in entries {
                    let alone = [entry];
                    let settled = self.attempt(&alone).await;
                    answer(alone, settled);
                }
            }
            settled => answer(entries, settled),
        }
    }

    /// One transaction over entries. After a failure nothing of it is stored, as far as we know: if a commit fails and yet
    /// shows later, the repeat finds it.
    async fn attempt(&mut self, entries: &[Entry]) -> Result<Vec<batch::Settled>, Error> {
        if self.forgetful {
            return Ok(Batch::of(entries).forget());
        }
        let secrets = self.secrets.clone();
        let connection = self.connected().await?;
        match Batch::of(entries).write(connection, &secrets).await {
            Ok((settled, position)) => {
                if let Some(file) = &mut self.file {
                    file.checkpoints.wrote(entries);
                    // Who removed the file during the commit removed the commit.
                    file.id.still_at(&self.config.path)?;
                }
                if let Some(position) = position {
                    wake_at(&self.wake, position);
                }
                Ok(settled)
            }
            Err(error) => {
                // A connection that failed us is not asked for anything more; its transaction ends with it.
                if !matches!(error, Error::Corrupt(_)) {
                    self.lost(&error);
                } else if let Err(error) = connection.rollback().await {
                    self.lost(&error);
                }
                Err(error)
            }
        }
    }

    /// A job whose connection cannot be made is dropped, and with it the way to its asker, who sees that.
    async fn work(&mut self, job: Job) {
        if let Ok(connection) = self.connected().await
            && let Some(error) = job(connection).await
        {
            self.lost(&error);
        }
        if let Some(file) = &mut self.file {
            file.checkpoints.copy();
        }
    }
}

/// What is taken care of where the store is a file.
pub(super) struct File {
    /// The file that was opened at the start; another one under its path is never written.
    pub(super) id: FileId,
    /// What copies the log into the database.
    pub(super) checkpoints: Checkpoints,
}

/// Tells watchers of a newly committed position.
pub(in crate::persist) fn wake_at(wake: &watch::Sender<FeedPosition>, position: FeedPosition) {
    wake.send_if_modified(|newest| {
        let later = position > *newest;
        *newest = position.max(*newest);
        later
    });
}

/// Whoever is gone is not told.
fn answer(entries: impl IntoIterator<Item = Entry>, settled: Result<Vec<batch::Settled>, Error>) {
    match settled {
        Ok(settled) => {
            for (entry, settled) in entries.into_iter().zip(settled) {
                entry.answer(settled);
            }
        }
        Err(error) => {
            for entry in entries {
                entry.answer(Err(error.clone()));
            }
        }
    }
}
