//! The store: operations by what they are about, written once for both databases (`docs/decisions/0090`). One task writes,
//! one reads history, some connections read everything else.

mod audit;
mod batch;
mod binding;
mod bodies;
mod bundles;
mod cancel;
mod capacity;
mod conduct;
mod document;
mod feed;
mod held;
mod history;
mod inspections;
mod journeys;
mod life;
mod links;
mod manifests;
mod partners;
mod provisional;
mod purge;
mod quota;
mod reader;
mod reconcile;
mod remembered;
mod row;
mod schema;
mod submission;
mod writer;

use std::{sync::Arc, time::Instant};

use futures::future::BoxFuture;
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    task::JoinSet,
};

#[cfg(test)]
pub(super) use self::schema::MIGRATIONS;
pub(super) use self::{batch::Entry, feed::end as feed_end, journeys::SILENT_MS, writer::wake_at};
pub use self::{
    held::{Held, LookedFor},
    journeys::JourneyPlaces,
    purge::Purged,
};
use self::{
    journeys::Keeper,
    reader::Reader,
    remembered::Remembered,
    submission::Submission,
    writer::{Command, File, Job, Writer},
};
use super::{
    AuditEvent, Config, Error, FeedPosition, Outcome, Recorded, Secrets,
    database::{Checkpoints, Connection, Pool, postgres, query, sql, sqlite::FileId},
};

/// Where manifests are kept. Cheap to clone; all clones share one writer, and the last that goes ends it.
#[derive(Clone)]
pub struct Store {
    readers: Pool,
    /// Whoever follows the feed leaves a reader to those who call, however many follow it.
    followers: Arc<Semaphore>,
    queue: mpsc::Sender<Command>,
    histories: mpsc::Sender<reader::Command>,
    /// PostgreSQL only: where there are other gateways.
    journeys: Option<mpsc::UnboundedSender<journeys::Command>>,
    wake: Arc<watch::Sender<FeedPosition>>,
    secrets: Secrets,
    max_page_size: u32,
    /// Who runs this command; empty in a serving gateway.
    operator: Arc<str>,
    /// See [`Store::holding`].
    held: Option<Held>,
}

impl Store {
    /// Creates the database when absent and brings its schema up to what this program knows. Forward only. Returns the
    /// number of the newest migration.
    ///
    /// # Errors
    /// [`Error::SchemaUnknown`] when the store is newer than this program, [`Error::Unavailable`] when it cannot be
    /// written.
    pub async fn migrate(config: &Config) -> Result<i64, Error> {
        schema::migrate(config).await
    }

    /// Is there a store under this configuration, and does it hold manifests? Then its secrets must not be made anew.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be opened.
    pub async fn holds_manifests(config: &Config) -> Result<bool, Error> {
        binding::holds_manifests(config).await
    }

    /// Opens the store and starts its writer. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`Error::SchemaUnknown`] when its schema is older or newer than this program's, [`Error::Unavailable`] when it
    /// cannot be opened.
    pub async fn open(config: &Config, secrets: &Secrets) -> Result<Self, Error> {
        Self::opened(config, secrets, false).await
    }

    /// As [`Store::open`], but submissions and audit events are answered and forgotten: what the rest of the way costs.
    /// For the benchmark alone; no setting and no command leads here.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[doc(hidden)]
    pub async fn open_forgetful(config: &Config, secrets: &Secrets) -> Result<Self, Error> {
        Self::opened(config, secrets, true).await
    }

    async fn opened(config: &Config, secrets: &Secrets, forgetful: bool) -> Result<Self, Error> {
        let mut connection = Connection::writer(config, false).await?;
        schema::check(&mut connection).await?;
        binding::check(&mut connection, config, secrets).await?;
        let readers = Pool::readers(config).await?;
        let end = feed::end(&readers).await?;
        let wake = Arc::new(watch::Sender::new(end));
        let file = if config.is_postgres() {
            tokio::spawn(postgres::follow(config.clone(), readers.clone(), Arc::downgrade(&wake)));
            None
        } else {
            Some(File { id: FileId::of(&config.path)?, checkpoints: Checkpoints::start(config) })
        };
        let (queue, commands) = mpsc::channel(config.queue_size.max(1));
        let writer = Writer {
            config: config.clone(),
            secrets: secrets.clone(),
            connection: Some(connection),
            used: Instant::now(),
            reopening: JoinSet::new(),
            silence: readers.silence().cloned(),
            file,
            wake: Arc::clone(&wake),
            forgetful,
        };
        tokio::spawn(writer.run(commands));
        let (histories, asked) = mpsc::channel(config.queue_size.max(1));
        let reader = Reader {
            connection: Some(Connection::reader(config, &readers).await?),
            readers: readers.clone(),
            config: config.clone(),
            remembered: Remembered::of(config.history_cache_keys),
        };
        tokio::spawn(reader.run(asked));
        let journeys = config.is_postgres().then(|| Keeper::start(config, &readers));
        let followers = config.readers.saturating_sub(1).max(1);
        Ok(Self {
            readers,
            followers: Arc::new(Semaphore::new(usize::try_from(followers).unwrap_or(1))),
            queue,
            histories,
            journeys,
            wake,
            secrets: secrets.clone(),
            max_page_size: config.max_page_size,
            operator: config.operator.as_str().into(),
            held: None,
        })
    }

    /// Makes an outcome durable with its decisions, feed row and audit row, in one transaction; returns after the
    /// commit. When its key is taken, the outcome that stands there is handed back with `repeated` set. If the caller
    /// goes away meanwhile, the whole of it is stored, or nothing.
    ///
    /// # Errors
    /// [`Error::RevisionConflict`] when the key stands with other content; [`Error::FinishFailed`],
    /// [`Error::Unavailable`], [`Error::Closed`]: nothing was stored.
    pub async fn record(&self, outcome: Outcome) -> Result<Recorded, Error> {
        let submission = Box::new(Submission::seal(&self.secrets, outcome, self.held.clone())?);
        self.wait_for(|answer| Command::Entry(Entry::Submission(submission, answer))).await
    }

    /// Appends an event; returns after the commit. Shares its commit with submissions.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`].
    pub async fn audit(&self, event: AuditEvent) -> Result<(), Error> {
        let event = if event.operator.is_some() { event } else { event.by(&self.operator) };
        self.wait_for(|answer| Command::Entry(Entry::Audit(event, answer))).await
    }

    /// Changes whenever the feed has grown, so that watchers sleep until then: at once by this process, soon by others that
    /// share a PostgreSQL; rows that another process wrote into an SQLite file show at the next heartbeat. Subscribe before reading the feed, then none is missed.
    #[must_use]
    pub fn feed_wake(&self) -> watch::Receiver<FeedPosition> {
        self.wake.subscribe()
    }

    /// Can the store be written, right now? Writes to find out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`] when it cannot.
    pub async fn ready(&self) -> Result<(), Error> {
        self.transact(|connection| {
            Box::pin(async move {
                query(sql!(both "ready")).execute(connection).await?;
                Ok(())
            })
        })
        .await
    }

    /// Writes what is queued, then closes. What comes later is told [`Error::Closed`].
    pub async fn close(&self) {
        let (done, wait) = oneshot::channel();
        if self.queue.send(Command::Close(done)).await.is_ok() {
            let _ = wait.await;
        }
        let (done, wait) = oneshot::channel();
        if self.histories.send(reader::Command::Close(done)).await.is_ok() {
            let _ = wait.await;
        }
        self.readers.close().await;
    }

    /// One transaction on the writing connection, by itself.
    async fn transact<T, F>(&self, body: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    {
        let held = self.held.clone();
        self.alone(|connection| Box::pin(in_transaction(connection, held, body))).await
    }

    /// Something on the writing connection, by itself and outside of a transaction. Of a caller who goes away before its turn has
    /// come nothing is done: it was told that its time ran out, and what it would be given (quota) is lost to the others.
    async fn alone<T, F>(&self, body: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    {
        self.wait_for(|answer| {
            let job: Job = Box::new(move |connection| {
                Box::pin(async move {
                    if answer.is_closed() {
                        return None;
                    }
                    let result = body(connection).await;
                    let lost = result.as_ref().err().filter(|e| matches!(e, Error::Unavailable(_))).cloned();
                    let _ = answer.send(result);
                    lost
                })
            });
            Command::Job(job)
        })
        .await
    }

    async fn wait_for<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Command,
    ) -> Result<T, Error> {
        let (answer, wait) = oneshot::channel();
        self.queue.send(command(answer)).await.map_err(|_| Error::Closed)?;
        wait.await.map_err(|_| Error::Unavailable("no answer from the writer".into()))?
    }

    /// As many rows as are asked for and allowed.
    fn page(&self, limit: u32) -> u32 {
        limit.clamp(1, self.max_page_size.max(1))
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}

/// `held` is let go when it is settled.
async fn in_transaction<T, F>(connection: &mut Connection, held: Option<Held>, body: F) -> Result<T, Error>
where
    F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, Error>>,
{
    connection.begin().await?;
    let result = match within(connection, held.as_ref(), body).await {
        Ok((value, position)) => {
            let committed = connection.commit().await;
            if let (Ok(()), Some(position), Some(held)) = (&committed, position, &held) {
                held.wrote(position);
            }
            committed.map(|()| value)
        }
        Err(error) => Err(error),
    };
    // A connection that failed us is not asked for anything more; its transaction ends with it.
    let lost = matches!(result, Err(Error::Unavailable(_)));
    if !lost && result.is_err() && connection.rollback().await.is_err() {
        // Whatever it was, this connection has an open transaction that nobody can end.
        return result.map_err(|error| match error {
            Error::Unavailable(_) => error,
            error => Error::Unavailable(error.to_string()),
        });
    }
    result
}

/// Also up to where the feed goes then, for whoever holds something.
async fn within<T, F>(
    connection: &mut Connection,
    held: Option<&Held>,
    body: F,
) -> Result<(T, Option<FeedPosition>), Error>
where
    F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, Error>>,
{
    let Some(held) = held else { return Ok((body(connection).await?, None)) };
    held.still_stands(connection).await?;
    let value = body(&mut *connection).await?;
    Ok((value, Some(feed::end(connection).await?)))
}
