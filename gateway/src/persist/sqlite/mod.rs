//! The embedded store: one SQLite file, one writer, some readers.

mod audit;
mod batch;
mod binding;
mod bundles;
mod cancel;
mod capacity;
mod checkpoint;
mod conduct;
mod connection;
mod document;
mod feed;
mod history;
mod inspections;
mod life;
mod links;
mod manifests;
mod partners;
mod purge;
mod reader;
mod reconcile;
mod row;
mod schema;
mod statement;
mod submission;
mod writer;

#[cfg(test)]
mod query_tests;

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::{SqliteConnection, sqlite::SqlitePool};
use tokio::sync::{mpsc, oneshot, watch};

pub(super) use self::life::Movement;
use self::{
    batch::Entry,
    reader::Reader,
    submission::Submission,
    writer::{Command, Job, Writer},
};
use super::{AuditEvent, Config, Error, FeedPosition, Outcome, Recorded, Secrets};

/// The embedded store. Cheap to clone; the last clone that goes ends the writer and the reader.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    queue: mpsc::Sender<Command>,
    histories: mpsc::Sender<reader::Command>,
    wake: Arc<watch::Sender<FeedPosition>>,
    secrets: Secrets,
    max_page_size: u32,
}

impl Store {
    pub(super) async fn migrate(config: &Config) -> Result<i64, Error> {
        schema::migrate(config).await
    }

    pub(super) async fn holds_manifests(config: &Config) -> Result<bool, Error> {
        binding::holds_manifests(config).await
    }

    pub(super) async fn open(config: &Config, secrets: &Secrets) -> Result<Self, Error> {
        let mut connection = connection::writer(config, false).await?;
        let file = connection::FileId::of(&config.path)?;
        schema::check(&mut connection).await?;
        binding::check(&mut connection, config, secrets).await?;
        let readers = connection::readers(config).await?;
        let end = feed::end(&readers).await?;
        let wake = Arc::new(watch::Sender::new(end));
        let (queue, commands) = mpsc::channel(config.queue_size.max(1));
        let writer = Writer {
            config: config.clone(),
            secrets: secrets.clone(),
            connection: Some(connection),
            file,
            checkpoints: checkpoint::Checkpoints::start(config),
            wake: Arc::clone(&wake),
        };
        tokio::spawn(writer.run(commands));
        let (histories, asked) = mpsc::channel(config.queue_size.max(1));
        let reader = Reader { connection: Some(connection::reader(config).await?), config: config.clone() };
        tokio::spawn(reader.run(asked));
        Ok(Self {
            readers,
            queue,
            histories,
            wake,
            secrets: secrets.clone(),
            max_page_size: config.max_page_size,
        })
    }

    pub(super) async fn record(&self, outcome: Outcome) -> Result<Recorded, Error> {
        let submission = Box::new(Submission::seal(&self.secrets, outcome)?);
        self.wait_for(|answer| Command::Entry(Entry::Submission(submission, answer))).await
    }

    pub(super) async fn audit(&self, event: AuditEvent) -> Result<(), Error> {
        self.wait_for(|answer| Command::Entry(Entry::Audit(event, answer))).await
    }

    pub(super) fn feed_wake(&self) -> watch::Receiver<FeedPosition> {
        self.wake.subscribe()
    }

    pub(super) async fn ready(&self) -> Result<(), Error> {
        self.transact(|connection| {
            Box::pin(async move {
                sqlx::query(include_str!("../../../queries/sqlite/ready.sql")).execute(connection).await?;
                Ok(())
            })
        })
        .await
    }

    pub(super) async fn close(&self) {
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
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    {
        self.alone(|connection| Box::pin(in_transaction(connection, body))).await
    }

    /// Something on the writing connection, by itself and outside of a transaction.
    async fn alone<T, F>(&self, body: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    {
        self.wait_for(|answer| {
            let job: Job = Box::new(move |connection| {
                Box::pin(async move {
                    let result = body(connection).await;
                    let good = !matches!(result, Err(Error::Unavailable(_)));
                    let _ = answer.send(result);
                    good
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
        f.write_str("sqlite::Store(..)")
    }
}

async fn in_transaction<T, F>(connection: &mut SqliteConnection, body: F) -> Result<T, Error>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, Error>>,
{
    sqlx::query("begin immediate").execute(&mut *connection).await?;
    let result = match body(connection).await {
        Ok(value) => {
            sqlx::query("commit").execute(&mut *connection).await.map(|_| value).map_err(Error::from)
        }
        Err(error) => Err(error),
    };
    if result.is_err() && sqlx::query("rollback").execute(connection).await.is_err() {
        // Whatever it was, this connection has an open transaction that nobody can end.
        return result.map_err(|error| match error {
            Error::Unavailable(_) => error,
            error => Error::Unavailable(error.to_string()),
        });
    }
    result
}
